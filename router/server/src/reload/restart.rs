//! What of a configuration only a restart takes over.

use crate::config::Config;

/// Sockets, and what is made once for all connections; how the log is written; what counts across configurations.
pub(super) const KEYS: &[&[&str]] = &[
    &["listen"],
    &["admin"],
    &["admin_hosts"],
    &["log", "format"],
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

    /// One value that is not the default for each of [`KEYS`], as a file has it.
    const CHANGED: &[&str] = &[
        "listen: 127.0.0.1:1",
        "admin: 127.0.0.1:2",
        "admin_hosts: [router.internal]",
        "log: { format: json }",
        "record: { file: operations.json }",
        "telemetry: { otlp: { endpoint: \"http://collector:4318\" } }",
        "telemetry: { propagation: [b3] }",
        "tls: { cert: a.pem, key: a.key }",
        "limits: { connections: 10 }",
        "limits: { streams: 10 }",
        "limits: { memory: 300 MiB }",
        "limits: { request_memory: 20 MiB }",
        "timeouts: { request_head: 1s }",
        "timeouts: { handshake: 1s }",
        "timeouts: { write: 1s }",
        "timeouts: { drain: 1s }",
        "timeouts: { drain_delay: 1s }",
    ];

    fn config(more: &str) -> Config {
        let text = format!("subgraphs: {{ a: {{ url: \"http://a\" }} }}\n{more}");
        let parsed = Config::parse(&text, "router.yaml".as_ref(), &|_| None);
        parsed.unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn each_key_is_named_when_it_has_changed_and_no_other_is() {
        let started = config("");
        let mut named = std::collections::BTreeSet::new();
        for changed in CHANGED {
            let needed = needed(&started, &config(changed));
            assert!(!needed.is_empty(), "{changed}");
            for key in &needed {
                let last = key.rsplit('.').next().expect("a name");
                assert!(changed.contains(last), "{changed} is not {key}");
            }
            named.extend(needed);
        }
        // The authorities of clients cannot stand alone.
        let both = "tls: { cert: a.pem, key: a.key, client_ca: b.pem }";
        named.extend(needed(&started, &config(both)));
        let all = KEYS.iter().map(|key| key.join("."));
        assert_eq!(named, all.collect());
    }

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
