//! What of a configuration only a restart takes over.

use crate::config::Config;

/// Sockets, and what is made once for all connections; the log; what counts across configurations.
const KEYS: &[&[&str]] = &[
    &["listen"],
    &["admin"],
    &["admin_hosts"],
    &["log", "format"],
    &["log", "level"],
    &["record"],
    &["telemetry", "otlp"],
    &["telemetry", "propagation"],
    &["tls", "cert"],
    &["tls", "key"],
    &["tls", "client_ca"],
    &["limits", "connections"],
    &["limits", "streams"],
    &["limits", "memory"],
    &["limits", "request_memory"],
    &["timeouts", "request_head"],
    &["timeouts", "handshake"],
    &["timeouts", "write"],
    &["timeouts", "drain"],
    &["timeouts", "drain_delay"],
];

/// The keys that are not as they were when the router was started, and that it does not take over.
pub(super) fn needed(started: &Config, now: &Config) -> Vec<String> {
    let changed = KEYS.iter().filter(|key| !now.is_same(started, &[key]));
    changed.map(|key| key.join(".")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_one_of_the_configuration() {
        let schema = crate::config::json_schema();
        for key in KEYS {
            let found = key.iter().try_fold(&schema, |section, name| {
                section.get("properties")?.get(name)
            });
            assert!(found.is_some(), "{}", key.join("."));
        }
    }
}
