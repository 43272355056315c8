//! Work that recurses as deeply as what it is given nests: on threads with room for it.
//!
//! Parsing, validating, planning and composing recurse, within the limits on depth. The stack of a runtime's thread is too small for what
//! these limits allow at most, and a stack that overflows ends the process. Stacks are virtual memory: what is not used costs nothing.

use std::thread::Builder;

use tokio::sync::oneshot;

use crate::priority;

/// In bytes.
const STACK: usize = 64 * 1024 * 1024;

/// The work did not end well.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failed {
    /// No thread can be started.
    #[error("no thread can be started: {0}")]
    Thread(#[from] std::io::Error),
    /// It panicked; the panic's message has been written to standard error.
    #[error("it panicked")]
    Panicked,
}

/// Runs work on a thread of its own, away from those that serve. The caller bounds how many there are at once.
pub(crate) async fn run<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failed> {
    let (sender, result) = oneshot::channel();
    Builder::new()
        .name("deep".to_owned())
        .stack_size(STACK)
        .spawn(move || {
            // Nobody waits any more when this fails.
            sender.send(work()).ok();
        })?;
    result.await.map_err(|_| Failed::Panicked)
}

/// The same at the lowest priority: whatever serves goes first.
pub(crate) async fn run_behind<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failed> {
    run(move || {
        priority::lower(priority::COMPOSING);
        work()
    })
    .await
}

/// Runs work on such a thread while this one waits.
pub(crate) fn run_here<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, Failed> {
    std::thread::scope(|scope| {
        let thread = Builder::new().stack_size(STACK).spawn_scoped(scope, work)?;
        thread.join().map_err(|_| Failed::Panicked)
    })
}
