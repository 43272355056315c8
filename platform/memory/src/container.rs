//! How much memory the process may have: what its control group, those above it, and its own limit of address space say.
//!
//! <https://docs.kernel.org/admin-guide/cgroup-v2.html>, <https://docs.kernel.org/admin-guide/cgroup-v1/memory.html>

use std::path::{Path, PathBuf};

/// The memory that the process may have, in bytes; `None` where nothing limits it.
#[must_use]
pub fn limit() -> Option<usize> {
    let groups = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let files = files(&groups, Path::new("/sys/fs/cgroup"));
    let read = |file: PathBuf| number(&std::fs::read_to_string(file).ok()?);
    let of_groups = files.into_iter().filter_map(read).min();
    let of_process = address_space();
    of_groups.into_iter().chain(of_process).min()
}

/// The files that may have a limit, for the lines of `/proc/self/cgroup`: of the group, and of each above it up to the root, which in a
/// container is the group itself.
fn files(groups: &str, root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for line in groups.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (parts.next(), parts.next()) else {
            continue;
        };
        let (folder, file) = match controllers {
            "" => (root.to_owned(), "memory.max"),
            _ if controllers.split(',').any(|one| one == "memory") => {
                (root.join("memory"), "memory.limit_in_bytes")
            }
            _ => continue,
        };
        let group = Path::new(path.trim_start_matches('/'));
        found.extend(group.ancestors().map(|group| folder.join(group).join(file)));
    }
    found
}

/// What is unlimited is a word, or a number near the largest there is.
fn number(text: &str) -> Option<usize> {
    const UNLIMITED: usize = 1 << 60;
    let bytes = text.trim().parse().ok()?;
    (bytes < UNLIMITED).then_some(bytes)
}

#[cfg(unix)]
fn address_space() -> Option<usize> {
    use rustix::process::{Resource, getrlimit};
    usize::try_from(getrlimit(Resource::As).current?).ok()
}

#[cfg(not(unix))]
fn address_space() -> Option<usize> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_of_all_groups_above_count() {
        let groups = "12:pids:/a\n5:cpu,memory:/kube/pod\n0::/system.slice/router.service\n";
        let files = files(groups, Path::new("/c"));
        let files: Vec<&str> = files.iter().filter_map(|file| file.to_str()).collect();
        assert_eq!(
            files,
            [
                "/c/memory/kube/pod/memory.limit_in_bytes",
                "/c/memory/kube/memory.limit_in_bytes",
                "/c/memory/memory.limit_in_bytes",
                "/c/system.slice/router.service/memory.max",
                "/c/system.slice/memory.max",
                "/c/memory.max",
            ]
        );
    }

    #[test]
    fn what_is_unlimited_has_no_number() {
        assert_eq!(number("268435456\n"), Some(256 << 20));
        assert_eq!(number("max\n"), None);
        assert_eq!(number("9223372036854771712\n"), None);
    }
}
