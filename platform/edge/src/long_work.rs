//! Work that takes long without waiting: reading and writing what is large.
//!
//! The thread that does it serves nothing else meanwhile; the runtime lets another one take its place. As many do so at once as there are cores, in the order in
//! which they came: those that serve compete with no more of them, however many requests are large.

use std::cell::Cell;
use std::sync::LazyLock;
use std::thread::available_parallelism;

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::{Semaphore, SemaphorePermit};

/// More bytes than this are worth another thread: about a tenth of a millisecond of work.
const LARGE: usize = 128 * 1024;

/// Who may do such work now.
static TURNS: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(available_parallelism().map_or(1, usize::from)));

thread_local! {
    /// Whether this thread has its turn: work that is part of such work needs no other one.
    static HAS_TURN: Cell<bool> = const { Cell::new(false) };
}

/// A turn of this thread, until it is dropped.
struct Turn {
    _permit: SemaphorePermit<'static>,
}

impl Turn {
    /// Waits for it.
    fn wait(runtime: &Handle) -> Self {
        let permit = runtime.block_on(TURNS.acquire());
        HAS_TURN.set(true);
        Self {
            _permit: permit.expect("the semaphore is never closed"),
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        HAS_TURN.set(false);
    }
}

/// Does work that takes long, when it is its turn. The work must not wait for other work of this kind.
pub fn run<T>(work: impl FnOnce() -> T) -> T {
    match Handle::try_current() {
        Ok(runtime)
            if runtime.runtime_flavor() == RuntimeFlavor::MultiThread && !HAS_TURN.get() =>
        {
            tokio::task::block_in_place(|| {
                let _turn = Turn::wait(&runtime);
                work()
            })
        }
        // It has its turn, or there is only this thread.
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
