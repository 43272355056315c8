//! How many files and sockets the process may have open, and who gets how many of them.
//!
//! A program that runs out of descriptors accepts no connection any more, not even a probe's, and reaches nobody. So the soft limit,
//! which is 1,024 on many machines for the sake of programs that call `select`, is raised to the hard one, and what is still scarce then is shared
//! out before the first connection.

/// For what a program opens beside connections: logs, watched files, name resolution, the runtime.
const OTHERS: usize = 32;
/// Connections to the admin port at once: probes, Prometheus, a person. They are set aside, so that no client can take them.
pub const ADMIN_CONNECTIONS: usize = 64;
/// What is assumed where the system does not say.
const UNKNOWN: usize = 1024;

/// What the system grants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Descriptors {
    /// How many may be open.
    pub limit: usize,
    /// The limit that was found, when it was lower.
    pub raised_from: Option<usize>,
    /// How many are.
    pub open: usize,
}

/// How many descriptors the connections of each kind may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shares {
    /// Connections of clients.
    pub clients: usize,
    /// Connections that the program itself makes.
    pub outgoing: usize,
}

impl Descriptors {
    /// Raises the soft limit of the process to its hard one, where that can be done.
    #[must_use]
    pub fn raise() -> Self {
        let (found, limit) = raised();
        Self {
            limit,
            raised_from: (found < limit).then_some(found),
            open: open().unwrap_or(OTHERS),
        }
    }

    /// Shares out what is left beside `admin_ports` admin ports: everybody gets what is wanted, or, where that is more than there is, clients at
    /// least half. Nobody gets less than one.
    #[must_use]
    pub fn shares(self, admin_ports: usize, clients: usize, outgoing: usize) -> Shares {
        let taken = self.open.saturating_add(OTHERS);
        let taken = taken.saturating_add(ADMIN_CONNECTIONS.saturating_mul(admin_ports));
        let left = self.limit.saturating_sub(taken).max(2);
        let half = (left / 2).max(left.saturating_sub(clients.max(1)));
        let outgoing = outgoing.clamp(1, half);
        Shares {
            clients: clients.clamp(1, left - outgoing),
            outgoing,
        }
    }
}

#[cfg(unix)]
fn raised() -> (usize, usize) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    // What is unlimited has no number, and neither had what does not fit into one.
    let number =
        |limit: Option<u64>| limit.map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX));
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let found = number(current);
    if found >= number(maximum) {
        return (found, found);
    }
    let wanted = Rlimit {
        current: maximum,
        maximum,
    };
    match setrlimit(Resource::Nofile, wanted) {
        Ok(()) => (found, number(maximum)),
        Err(error) => {
            tracing::warn!(%error, limit = found, "cannot raise the limit of open files");
            (found, found)
        }
    }
}

#[cfg(not(unix))]
fn raised() -> (usize, usize) {
    // Sockets are not counted there.
    (usize::MAX, usize::MAX)
}

/// How many are open now.
fn open() -> Option<usize> {
    // The one that reads the folder is among them, and closed again.
    let entries = std::fs::read_dir("/proc/self/fd").ok()?;
    Some(entries.count().min(UNKNOWN))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(limit: usize) -> Descriptors {
        Descriptors {
            limit,
            raised_from: None,
            open: 20,
        }
    }

    #[test]
    fn everybody_gets_what_is_wanted_where_there_is_enough() {
        let shares = of(1_048_576).shares(1, 10_000, 2_000);
        assert_eq!((shares.clients, shares.outgoing), (10_000, 2_000));
    }

    #[test]
    fn scarce_descriptors_are_shared_within_the_limit() {
        for limit in [0, 1, 64, 128, 256, 1024, 4096] {
            for (clients, outgoing) in [(10_000, 0), (10_000, 50), (10, 5_000), (10_000, 5_000)] {
                let shares = of(limit).shares(1, clients, outgoing);
                assert!(shares.clients >= 1 && shares.outgoing >= 1);
                let sum = shares.clients + shares.outgoing + 20 + OTHERS + ADMIN_CONNECTIONS;
                assert!(
                    sum <= limit.max(20 + OTHERS + ADMIN_CONNECTIONS + 2),
                    "{limit} {shares:?}"
                );
            }
        }
        let shares = of(1024).shares(1, 10_000, 5_000);
        assert_eq!((shares.clients, shares.outgoing), (454, 454));
        // What the one does not want, the other gets.
        assert_eq!(of(1024).shares(1, 10_000, 8).clients, 900);
        assert_eq!(of(1024).shares(1, 8, 5_000).outgoing, 900);
    }

    #[test]
    fn the_limit_is_raised_to_the_hard_one() {
        let first = Descriptors::raise();
        assert!(first.limit >= first.raised_from.unwrap_or(0));
        assert_eq!(Descriptors::raise().raised_from, None, "once is enough");
    }
}
