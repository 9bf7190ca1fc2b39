//! A served chain, for this crate's tests and, by its path, for those of others.

use std::{net::SocketAddr, thread::JoinHandle};

use devnet::{rpc::Rpc, server::Server};
use tokio::sync::oneshot;

/// A chain served on a free port until dropped.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Served {
    /// Serves `rpc`.
    pub(crate) fn of(rpc: Rpc) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let server = runtime.block_on(Server::bind(rpc, "127.0.0.1:0".parse().unwrap())).unwrap();
        let address = server.address();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            runtime
                .block_on(server.run(async {
                    let _ = stopped.await;
                }))
                .unwrap();
        });
        Self { address, stop: Some(stop), thread: Some(thread) }
    }

    /// Where it is served.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.take().map(|stop| stop.send(()));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
