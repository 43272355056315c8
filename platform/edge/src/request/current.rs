//! The request that a thread works for, so that each line that is logged meanwhile says which it is.
//!
//! A span of `tracing` would say the same. But it is made, entered at each turn and closed through all layers of the subscriber, which takes a tenth of the
//! instructions of a short request, while most requests log nothing but their line in the access log. So what is said about a request is put where the
//! [logs](crate::logs) look for it, and is written into a line only when there is one.

use std::cell::RefCell;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::RequestId;
use super::access::AccessLog;
use crate::TraceContext;

/// What the lines of a request say about it.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) program: &'static str,
    pub(crate) id: RequestId,
    pub(crate) trace: TraceContext,
    /// Who writes its line in the access log; without one it has what the edge knows.
    pub(crate) log: AccessLog,
}

thread_local! {
    static CURRENT: RefCell<Option<Arc<Said>>> = const { RefCell::new(None) };
}

/// The thread works for a request until this is dropped, and then again for the one before.
#[derive(Debug)]
pub(crate) struct Entered(Option<Arc<Said>>);

impl Drop for Entered {
    fn drop(&mut self) {
        replace(self.0.take());
    }
}

/// From now on the thread works for this request.
pub(crate) fn enter(said: &Arc<Said>) -> Entered {
    Entered(replace(Some(Arc::clone(said))))
}

fn replace(said: Option<Arc<Said>>) -> Option<Arc<Said>> {
    // A thread that ends has none any more.
    let before = CURRENT.try_with(|current| current.replace(said));
    before.unwrap_or_default()
}

/// What is to be said about the request that the thread works for.
pub(crate) fn with<T>(tell: impl FnOnce(Option<&Said>) -> T) -> T {
    let said = CURRENT.try_with(|current| current.borrow().clone());
    tell(said.unwrap_or_default().as_deref())
}

/// A future that works for the request that this thread works for now, on whichever thread it is polled: for what is spawned.
pub fn in_current<F: Future>(future: F) -> InRequest<F> {
    let said = CURRENT.try_with(|current| current.borrow().clone());
    InRequest {
        future,
        said: said.unwrap_or_default(),
    }
}

pin_project! {
    /// What [`in_current`] gives.
    #[derive(Debug)]
    pub struct InRequest<F> {
        #[pin]
        future: F,
        said: Option<Arc<Said>>,
    }
}

impl<F: Future> Future for InRequest<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _entered = this.said.as_ref().map(enter);
        this.future.poll(context)
    }
}
