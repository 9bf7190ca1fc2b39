//! JSON-RPC over a chain: one dispatcher for the server and for the provider in process.
//!
//! A request is handled whole under one lock, on a node that is put back as it was if the handler fails or panics:
//! whatever is sent, the chain is either changed as asked or untouched, and the next request is served.

mod access;
mod call;
mod control;
mod dispatch;
mod envelope;
pub mod error;
mod fee;
mod filters;
mod hex;
mod history;
mod logs;
mod node;
mod params;
mod request;
mod sign;
mod state;
mod stylus_trace;
mod submit;
mod trace;
mod views;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::{Value, value::RawValue};

pub use envelope::BATCH_LIMIT;
use envelope::Body;
pub(crate) use node::Node;

use crate::Chain;
use error::RpcError;
use params::Params;

/// A chain behind JSON-RPC. Clones share the chain.
#[derive(Clone)]
pub struct Rpc {
    node: Arc<Mutex<Node>>,
}

impl std::fmt::Debug for Rpc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rpc").finish_non_exhaustive()
    }
}

impl Rpc {
    /// Serves `chain`, which also is what `anvil_reset` goes back to.
    pub fn new(chain: Chain) -> Self {
        Self { node: Arc::new(Mutex::new(Node::new(chain))) }
    }

    /// Uses the chain directly, between requests.
    pub fn with_chain<R>(&self, work: impl FnOnce(&mut Chain) -> R) -> R {
        work(&mut self.lock().chain)
    }

    /// Answers one body: a request or a batch. `None` where all of it is notifications.
    pub fn handle(&self, body: &[u8]) -> Option<String> {
        match envelope::split(body) {
            Err(error) => Some(envelope::respond(None, &Err(error))),
            Ok(Body::Single(raw)) => self.answer(&raw),
            Ok(Body::Batch(batch)) => {
                let answers: Vec<String> = batch.iter().filter_map(|raw| self.answer(raw)).collect();
                (!answers.is_empty()).then(|| format!("[{}]", answers.join(",")))
            }
        }
    }

    fn answer(&self, raw: &RawValue) -> Option<String> {
        match envelope::read(raw) {
            Err((id, error)) => Some(envelope::respond(id.as_deref(), &Err(error))),
            Ok(request) => {
                let outcome = self.call(&request.method, request.params);
                request.id.map(|id| envelope::respond(Some(&id), &outcome))
            }
        }
    }

    /// Runs one method.
    pub fn call(&self, method: &str, params: Vec<Value>) -> Result<Value, RpcError> {
        let Some(handler) = dispatch::handler(method) else {
            return Err(RpcError::method_not_found(method));
        };
        let mut node = self.lock();
        let before = node.clone();
        let outcome = catch_unwind(AssertUnwindSafe(|| handler(&mut node, Params::new(params)))).unwrap_or_else(|_| {
            Err(RpcError::internal(format!("{method} failed inside the server; the chain is unchanged")))
        });
        if outcome.is_err() {
            *node = before;
        }
        outcome
    }

    fn lock(&self) -> MutexGuard<'_, Node> {
        // Handlers cannot poison the lock, callers of `with_chain` can; the chain stays usable for the others.
        self.node.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
