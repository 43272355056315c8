//! Work that takes long without waiting: reading and writing what is large.
//!
//! The thread that does it serves nothing else meanwhile; the runtime lets another one take its place.

use tokio::runtime::{Handle, RuntimeFlavor};

/// More bytes than this are worth another thread: about a tenth of a millisecond of work.
const LARGE: usize = 128 * 1024;

/// Does work on this many bytes.
pub(crate) fn on<T>(bytes: usize, work: impl FnOnce() -> T) -> T {
    if bytes <= LARGE {
        return work();
    }
    match Handle::try_current().map(|runtime| runtime.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        _ => work(),
    }
}
