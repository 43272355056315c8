//! Work that takes long without waiting: reading and writing what is large.
//!
//! The thread that does it serves nothing else meanwhile; the runtime lets another one take its place.

use tokio::runtime::{Handle, RuntimeFlavor};

/// More bytes than this are worth another thread: about a tenth of a millisecond of work.
const LARGE: usize = 128 * 1024;

/// Does work that takes long.
pub fn run<T>(work: impl FnOnce() -> T) -> T {
    let flavor = Handle::try_current().map(|runtime| runtime.runtime_flavor());
    match flavor {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        // There is only this thread.
        _ => work(),
    }
}

/// Does work on this many bytes.
pub fn on<T>(bytes: usize, work: impl FnOnce() -> T) -> T {
    match bytes > LARGE {
        true => run(work),
        false => work(),
    }
}
