//! What the C library keeps of memory that was given back.
//!
//! Requests and answers of megabytes come and go. By default, glibc keeps what was given back in up to eight arenas for each core, and takes blocks of up to 32 MiB from
//! them once it has given one back, so that a process which holds 90 MB can take 250. Other parameters come from the environment of a process, which is read when it starts
//! ([mallopt](https://man7.org/linux/man-pages/man3/mallopt.3.html)).

/// An arena for each core, and no fewer than these.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const ARENAS: usize = 2;

/// Blocks of at least so many bytes are given back to the system at once.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LARGE: usize = 1024 * 1024;

/// Has this program start again, once, with parameters by which the allocator keeps little. It stays the same process. Where the environment has parameters of
/// its own, they hold; where a program cannot be started, and with other C libraries, nothing happens. To be called first: what was opened stays open.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn keep_little() {
    use std::os::unix::process::CommandExt as _;

    let mut names = std::env::vars_os().map(|(name, _)| name.into_encoded_bytes());
    if names.any(|name| name.starts_with(b"MALLOC_") || name == b"GLIBC_TUNABLES") {
        return;
    }
    let Ok(program) = std::env::current_exe() else {
        return;
    };
    let mut arguments = std::env::args_os();
    let mut again = std::process::Command::new(program);
    if let Some(name) = arguments.next() {
        again.arg0(name);
    }
    let arenas = std::thread::available_parallelism().map_or(ARENAS, usize::from);
    // It comes back only when it cannot be done.
    let _ = again
        .args(arguments)
        .env("MALLOC_ARENA_MAX", arenas.max(ARENAS).to_string())
        .env("MALLOC_MMAP_THRESHOLD_", LARGE.to_string())
        .exec();
}

/// With other C libraries, nothing happens.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn keep_little() {}
