//! What can wait runs on threads that give way to those which serve.

/// Of threads that prepare operations, on a scale to 19: beside one that serves, they get about a tenth of the processor.
pub(crate) const PREPARING: i32 = 10;

/// Of threads that compose.
pub(crate) const COMPOSING: i32 = 19;

/// Lets the present thread give way to others, where the system lets single threads do so. It cannot be taken back without privileges, so
/// this is for threads that end with their work.
#[cfg(target_os = "linux")]
pub(crate) fn lower(to: i32) {
    // By Linux "process 0" is the thread itself.
    if let Err(error) = rustix::process::setpriority_process(None, to) {
        tracing::debug!(%error, "the priority of a thread cannot be lowered");
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn lower(_: i32) {}
