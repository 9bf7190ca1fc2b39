//! The HTTP server: who may talk to it, and that nothing sent to it takes it down.

use std::net::SocketAddr;

use crate::served::Served;
use devnet::{
    Chain, ChainConfig,
    rpc::Rpc,
    server::{BODY_LIMIT, Server, ServerError},
};
use serde_json::{Value, json};

const CHAIN_ID: &[u8] = br#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}"#;

fn alive(served: &Served) {
    assert_eq!(served.call("eth_chainId", json!([]))["result"], "0x64aba");
}

#[test]
fn answers_programs_that_send_no_origin() {
    let response = Served::start().post(CHAIN_ID, &[]);
    assert_eq!(response.status, 200);
    assert!(response.head.contains("content-type: application/json"), "{}", response.head);
    assert_eq!(response.body, r#"{"jsonrpc":"2.0","id":1,"result":"0x64aba"}"#);
}

#[test]
fn answers_pages_of_this_machine_with_their_origin_and_no_others() {
    let served = Served::start();
    for origin in ["http://localhost:3000", "https://127.0.0.1", "http://[::1]:5173"] {
        let response = served.post(CHAIN_ID, &[("origin", origin)]);
        assert_eq!(response.status, 200, "{origin}");
        assert!(response.head.contains(&format!("access-control-allow-origin: {origin}")), "{}", response.head);
    }
    for origin in ["https://evil.example", "null", "http://localhost.evil.example", "http://127.0.0.1.evil.example"] {
        let response = served.post(CHAIN_ID, &[("origin", origin)]);
        assert_eq!(response.status, 403, "{origin}");
        assert!(!response.body.contains("0x64aba"));
    }
}

#[test]
fn preflight_of_a_local_page_is_granted_and_of_a_foreign_one_is_not() {
    let served = Served::start();
    let preflight = |origin: &str| {
        let head = format!(
            "OPTIONS / HTTP/1.1\r\nhost: {}\r\norigin: {origin}\r\naccess-control-request-method: POST\r\n\
             access-control-request-headers: content-type",
            served.address
        );
        served.raw(&head, b"")
    };
    let local = preflight("http://localhost:3000");
    assert_eq!(local.status, 204);
    assert!(local.head.contains("access-control-allow-headers: content-type"), "{}", local.head);
    assert_eq!(preflight("https://evil.example").status, 403);
}

#[test]
fn a_name_rebound_to_this_machine_is_refused() {
    let served = Served::start();
    for host in ["evil.example", "evil.example:8547", "localhost.evil.example", "192.168.1.7:8547", ""] {
        let response = served.post(CHAIN_ID, &[("host", host)]);
        assert_eq!(response.status, 403, "{host}");
    }
    for host in ["localhost:8547", "LOCALHOST", "127.0.0.1", "[::1]:8547"] {
        assert_eq!(served.post(CHAIN_ID, &[("host", host)]).status, 200, "{host}");
    }
}

#[test]
fn a_body_up_to_the_limit_is_read_and_one_byte_more_is_refused() {
    let served = Served::start();
    let mut body = CHAIN_ID.to_vec();
    body.resize(BODY_LIMIT, b' ');
    assert_eq!(served.post(&body, &[]).status, 200);
    body.push(b' ');
    let refused = served.post(&body, &[]);
    assert_eq!(refused.status, 413);
    assert!(refused.body.contains("too large"), "{}", refused.body);
    alive(&served);
}

#[test]
fn bytes_that_are_no_request_get_an_error_and_the_server_lives_on() {
    let served = Served::start();
    for (body, code) in [
        (&b""[..], -32700),
        (b"{", -32700),
        (b"\xff\xfe\x00", -32700),
        (b"[]", -32600),
        (b"42", -32600),
        (b"{}", -32600),
        (br#"{"jsonrpc":"1.0","id":1,"method":"eth_chainId"}"#, -32600),
        (br#"{"jsonrpc":"2.0","id":{},"method":"eth_chainId"}"#, -32600),
        (br#"{"jsonrpc":"2.0","id":1,"method":7}"#, -32600),
        (br#"{"jsonrpc":"2.0","id":1,"method":"eth_nothing"}"#, -32601),
        (br#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":{}}"#, -32602),
        (br#"{"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":["0x12"]}"#, -32602),
    ] {
        let response = served.post(body, &[]);
        let answer: Value = serde_json::from_str(&response.body).unwrap();
        assert_eq!(answer["error"]["code"], code, "{:?}", String::from_utf8_lossy(body));
        alive(&served);
    }
}

#[test]
fn deep_nesting_and_long_batches_are_refused() {
    let served = Served::start();
    let deep = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"eth_call","params":{}1{}}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    assert!(served.post(deep.as_bytes(), &[]).body.contains("error"));
    let request = String::from_utf8_lossy(CHAIN_ID).into_owned();
    let batch = |count: usize| format!("[{}]", vec![request.clone(); count].join(","));
    let answers: Value = serde_json::from_str(&served.post(batch(1_000).as_bytes(), &[]).body).unwrap();
    assert_eq!(answers.as_array().map(Vec::len), Some(1_000));
    let refused: Value = serde_json::from_str(&served.post(batch(1_001).as_bytes(), &[]).body).unwrap();
    assert_eq!(refused["error"]["message"], "batch too large");
    alive(&served);
}

#[test]
fn a_notification_has_no_answer_and_ids_come_back_as_sent() {
    let served = Served::start();
    assert_eq!(served.post(br#"{"jsonrpc":"2.0","method":"eth_chainId"}"#, &[]).body, "");
    for id in ["null", r#""abc""#, "12345678901234567890123", "1.50"] {
        let body = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"net_listening"}}"#);
        assert_eq!(served.post(body.as_bytes(), &[]).body, format!(r#"{{"jsonrpc":"2.0","id":{id},"result":true}}"#));
    }
}

#[tokio::test]
async fn binds_to_this_machine_only_and_says_when_the_port_is_taken() {
    let rpc = Rpc::new(Chain::new(ChainConfig::default()));
    let public: SocketAddr = "0.0.0.0:0".parse().unwrap();
    assert!(matches!(Server::bind(rpc.clone(), public).await, Err(ServerError::NotLoopback(_))));
    let first = Server::bind(rpc.clone(), "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let error = Server::bind(rpc, first.address()).await.unwrap_err();
    assert!(matches!(error, ServerError::PortInUse(_)));
    assert!(error.to_string().contains("--port"), "{error}");
}
