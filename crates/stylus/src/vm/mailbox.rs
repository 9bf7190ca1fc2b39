//! Where a program leaves a request and finds the answer.

use super::request::{Request, Response};
use std::{
    future::poll_fn,
    sync::{Arc, Mutex, PoisonError},
    task::Poll,
};

#[derive(Default)]
struct Slots {
    request: Option<Request>,
    response: Option<Response>,
}

/// Shared between a program and its driver, which never run at the same time.
#[derive(Clone, Default)]
pub(super) struct Mailbox(Arc<Mutex<Slots>>);

impl Mailbox {
    fn with<T>(&self, act: impl FnOnce(&mut Slots) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// In the program: asks, and waits until it is resumed with the answer.
    pub(super) async fn ask(&self, request: Request) -> Response {
        self.with(|slots| slots.request = Some(request));
        poll_fn(|_| self.with(|slots| slots.response.take()).map_or(Poll::Pending, Poll::Ready)).await
    }

    /// In the driver: what the program asks.
    pub(super) fn take_request(&self) -> Option<Request> {
        self.with(|slots| slots.request.take())
    }

    /// In the driver: the answer.
    pub(super) fn answer(&self, response: Response) {
        self.with(|slots| slots.response = Some(response));
    }
}
