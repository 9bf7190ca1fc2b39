//! The chain over HTTP, for this machine only.
//!
//! The chain signs with well-known keys and lets anyone move its time and balances, so it must not be reachable from
//! elsewhere: it binds to loopback addresses only, answers only when the `Host` header names this machine (a page that
//! rebinds its own name to 127.0.0.1 is refused), and only pages served from this machine may read the answers.

use std::{future::Future, io, net::SocketAddr};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use tokio::net::TcpListener;

use crate::rpc::Rpc;

/// The largest request body in bytes, geth's limit.
pub const BODY_LIMIT: usize = 5 * 1024 * 1024;

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The address is reachable from other machines.
    #[error("{0} is not a loopback address; the devnet serves this machine only (use 127.0.0.1)")]
    NotLoopback(SocketAddr),
    /// Another program listens there.
    #[error("port {} is in use; stop the program that holds it, or choose another with --port (0 picks a free one)", .0.port())]
    PortInUse(SocketAddr),
    /// Any other failure of the socket.
    #[error("cannot serve on {0}: {1}")]
    Io(SocketAddr, #[source] io::Error),
}

/// A bound server that does not answer yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    rpc: Rpc,
}

impl Server {
    /// Binds to `address`, which must be of this machine; port 0 takes any free port.
    pub async fn bind(rpc: Rpc, address: SocketAddr) -> Result<Self, ServerError> {
        if !address.ip().is_loopback() {
            return Err(ServerError::NotLoopback(address));
        }
        let listener = TcpListener::bind(address).await.map_err(|error| match error.kind() {
            io::ErrorKind::AddrInUse => ServerError::PortInUse(address),
            _ => ServerError::Io(address, error),
        })?;
        let address = listener.local_addr().map_err(|error| ServerError::Io(address, error))?;
        Ok(Self { listener, address, rpc })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL for clients.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Answers until `stop` resolves; requests under way are finished first.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) -> Result<(), ServerError> {
        let app = Router::new().fallback(handle).with_state(self.rpc);
        axum::serve(self.listener, app)
            .with_graceful_shutdown(stop)
            .await
            .map_err(|error| ServerError::Io(self.address, error))
    }
}

async fn handle(State(rpc): State<Rpc>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if !host_is_local(&parts.headers) {
        return (StatusCode::FORBIDDEN, "invalid host specified").into_response();
    }
    let origin = match local_origin(&parts.headers) {
        Ok(origin) => origin,
        Err(()) => return (StatusCode::FORBIDDEN, "origin not allowed").into_response(),
    };
    let response = match parts.method {
        Method::POST => post(rpc, body).await,
        Method::OPTIONS => StatusCode::NO_CONTENT.into_response(),
        // What health checks ask.
        Method::GET | Method::HEAD => StatusCode::OK.into_response(),
        _ => (StatusCode::METHOD_NOT_ALLOWED, "method not allowed").into_response(),
    };
    with_cors(response, origin)
}

async fn post(rpc: Rpc, body: Body) -> Response {
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        let text = format!("content length too large (limit {BODY_LIMIT} bytes)");
        return (StatusCode::PAYLOAD_TOO_LARGE, text).into_response();
    };
    // Execution is CPU-bound and may take seconds: off the threads that serve sockets.
    let answer = tokio::task::spawn_blocking(move || rpc.handle(&body)).await;
    match answer {
        Ok(Some(text)) => ([(header::CONTENT_TYPE, "application/json")], Bytes::from(text)).into_response(),
        Ok(None) => StatusCode::OK.into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Whether the `Host` header (required by HTTP/1.1) names this machine, whatever the port.
fn host_is_local(headers: &HeaderMap) -> bool {
    headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .and_then(|host| host.parse::<axum::http::uri::Authority>().ok())
        .is_some_and(|authority| name_is_local(authority.host()))
}

fn name_is_local(name: &str) -> bool {
    let bare = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(name);
    bare.eq_ignore_ascii_case("localhost")
        || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The `Origin` to echo: none for programs, a local one for pages of this machine. Anything else is an error.
fn local_origin(headers: &HeaderMap) -> Result<Option<HeaderValue>, ()> {
    let Some(origin) = headers.get(header::ORIGIN) else { return Ok(None) };
    let local = origin
        .to_str()
        .ok()
        .and_then(|text| text.parse::<Uri>().ok())
        .is_some_and(|uri| uri.host().is_some_and(name_is_local));
    if local { Ok(Some(origin.clone())) } else { Err(()) }
}

fn with_cors(mut response: Response, origin: Option<HeaderValue>) -> Response {
    if let Some(origin) = origin {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::VARY, HeaderValue::from_static("Origin"));
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST, OPTIONS"));
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("content-type"));
        headers.insert("access-control-allow-private-network", HeaderValue::from_static("true"));
    }
    response
}
