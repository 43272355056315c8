//! What of a configuration only a restart takes over.

use crate::config::Config;

/// Sockets, and what is made once: how the log is written, and what is recorded across configurations.
pub(super) const KEYS: &[&[&str]] = &[&["listen"], &["admin"], &["log", "format"], &["record"]];

/// The same where clients connect by TLS before or after, and not both; else other files are taken over.
pub(super) const TLS: &[&[&str]] = &[&["tls", "cert"], &["tls", "key"], &["tls", "client_ca"]];

/// The keys that are not as they were when the router was started, and that it does not take over.
pub(super) fn needed(started: &Config, now: &Config) -> Vec<String> {
    let tls = match started.clients.tls.is_some() == now.clients.tls.is_some() {
        true => &[][..],
        false => TLS,
    };
    let keys = KEYS.iter().chain(tls);
    let changed = keys.filter(|key| !now.is_same(started, &[key]));
    changed.map(|key| key.join(".")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One value that is not the default for each of [`KEYS`], as a file has it.
    const CHANGED: &[&str] = &[
        "listen: 127.0.0.1:1",
        "admin: 127.0.0.1:2",
        "log: { format: json }",
        "record: { file: operations.json }",
        "tls: { cert: a.pem, key: a.key }",
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
        let all = KEYS.iter().chain(TLS).map(|key| key.join("."));
        assert_eq!(named, all.collect());
    }

    #[test]
    fn other_files_of_tls_are_taken_over() {
        let started = config("tls: { cert: a.pem, key: a.key }");
        let now = config("tls: { cert: b.pem, key: b.key, client_ca: b.pem }");
        assert_eq!(needed(&started, &now), Vec::<String>::new());
    }

    #[test]
    fn every_key_is_one_of_the_configuration() {
        let schema = crate::config::json_schema();
        for key in KEYS.iter().chain(TLS) {
            let found = key.iter().try_fold(&schema, |section, name| {
                section.get("properties")?.get(name)
            });
            assert!(found.is_some(), "{}", key.join("."));
        }
    }
}
