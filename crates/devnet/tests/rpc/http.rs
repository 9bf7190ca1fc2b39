//! The least HTTP client of a served chain, so that tests see status codes and headers as they are sent.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use crate::served::Served;
use devnet::{Chain, ChainConfig, rpc::Rpc};
use serde_json::{Value, json};

/// A response, its head as text.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Served {
    /// Serves a fresh chain.
    pub(crate) fn start() -> Self {
        Self::of(Rpc::new(Chain::new(ChainConfig::default())))
    }

    /// Sends `head` (request line and headers, without the empty line) and `body` as they are.
    pub(crate) fn raw(&self, head: &str, body: &[u8]) -> Response {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream.write_all(format!("{head}\r\nconnection: close\r\n\r\n").as_bytes()).unwrap();
        // A server that refuses a body may close before it is all sent.
        let _ = stream.write_all(body);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
        Response { status, head: head.to_lowercase(), body: body.to_owned() }
    }

    /// POSTs a body with the headers a program sends, and more if given.
    pub(crate) fn post(&self, body: &[u8], headers: &[(&str, &str)]) -> Response {
        let mut head = format!("POST / HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: {}", body.len());
        if !headers.iter().any(|(name, _)| *name == "host") {
            head += &format!("\r\nhost: {}", self.address);
        }
        for (name, value) in headers {
            head += &format!("\r\n{name}: {value}");
        }
        self.raw(&head, body)
    }

    /// Calls one method over the wire and returns the whole response object.
    pub(crate) fn call(&self, method: &str, params: Value) -> Value {
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let response = self.post(request.to_string().as_bytes(), &[]);
        serde_json::from_str(&response.body).unwrap_or_else(|error| panic!("{error}: {response:?}"))
    }
}
