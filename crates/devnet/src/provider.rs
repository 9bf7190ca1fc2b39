//! The chain as an alloy provider, in process: no sockets, no threads, the same dispatcher as the server's.

use std::task::{Context, Poll};

use alloy::{
    network::{Ethereum, Network},
    providers::RootProvider,
    rpc::{
        client::RpcClient,
        json_rpc::{RequestPacket, ResponsePacket},
    },
    transports::{TransportError, TransportErrorKind, TransportFut},
};
use tower::Service;

use crate::rpc::Rpc;

/// A transport that answers from an [`Rpc`] in the caller's own task.
#[derive(Clone, Debug)]
pub struct InProcess {
    rpc: Rpc,
}

impl InProcess {
    /// A transport over `rpc`; clones share the chain.
    pub fn new(rpc: Rpc) -> Self {
        Self { rpc }
    }
}

impl Service<RequestPacket> for InProcess {
    type Response = ResponsePacket;
    type Error = TransportError;
    type Future = TransportFut<'static>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: RequestPacket) -> Self::Future {
        let rpc = self.rpc.clone();
        Box::pin(async move {
            let body = request.serialize().map_err(TransportError::ser_err)?;
            let answer = rpc
                .handle(body.get().as_bytes())
                .ok_or_else(|| TransportErrorKind::custom_str("a notification has no answer"))?;
            serde_json::from_str(&answer).map_err(|error| TransportError::deser_err(error, &answer))
        })
    }
}

/// A provider with Ethereum's types. Transactions are sent from the accounts the chain holds keys of; put a wallet on it
/// with `ProviderBuilder::wallet(..).connect_provider(..)`.
pub fn provider(rpc: &Rpc) -> RootProvider<Ethereum> {
    provider_for(rpc)
}

/// A provider for another network's types (`AnyNetwork` keeps Nitro's extra fields).
pub fn provider_for<N: Network>(rpc: &Rpc) -> RootProvider<N> {
    RootProvider::new(RpcClient::new(InProcess::new(rpc.clone()), true))
}
