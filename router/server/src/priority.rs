//! What can wait runs on threads that give way to those which serve.

/// Lets the present thread give way to others, where the system lets single threads do so. It cannot be taken back without privileges, so
/// this is for threads that end with their work.
pub(crate) fn lower() {
    #[cfg(target_os = "linux")]
    {
        /// On a scale to 19; a thread with 10 gets about a tenth of the processor beside one without.
        const NICE: i32 = 10;
        // By Linux a thread is meant, not the process. It is no harm when it is refused.
        rustix::process::nice(NICE).ok();
    }
}
