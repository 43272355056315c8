//! Where a changed key takes effect. A new key belongs somewhere: what is kept from one configuration to the next has to know it, or it is named here as one that nothing is kept by.

use std::collections::BTreeMap;

use serde_json::Value;

use super::exporting::OF_EXPORTING;
use super::generation::{OF_CONNECTIONS, OF_DOCUMENTS};
use super::restart;
use crate::request::{AUTHENTICATOR, RATE_LIMIT};
use crate::schema::{OF_ALL, OF_DISCOVERY, OF_OPERATIONS, OF_SOURCES};

type Keys = &'static [&'static [&'static str]];

/// Read for each request or connection from the configuration that serves it, or by what is made anew with each configuration.
const NEXT_REQUEST: Keys = &[
    &["path"],
    &["batching", "max"],
    &["compression"],
    &["console", "query"],
    &["console", "status"],
    &["console", "title"],
    &["cors", "credentials"],
    &["cors", "headers"],
    &["cors", "max_age"],
    &["cors", "origins"],
    &["csrf_prevention"],
    &["expose_plan"],
    &["headers", "response"],
    &["include_subgraph_errors"],
    &["log", "access_sample"],
    &["persisted_documents", "apq"],
    &["persisted_documents", "id_key"],
    &["persisted_documents", "required"],
    &["playground"],
    &["subscriptions", "heartbeat"],
    &["subscriptions", "init_headers"],
    &["subscriptions", "init_timeout"],
    &["subscriptions", "max"],
    &["subscriptions", "operations_per_socket"],
    &["subscriptions", "resume"],
    &["subscriptions", "resume_within"],
    &["subscriptions", "share"],
    &["subscriptions", "sockets"],
    &["subscriptions", "websocket"],
    &["telemetry", "client", "name"],
    &["telemetry", "client", "names"],
    &["telemetry", "client", "version"],
    &["telemetry", "document"],
    &["trusted_proxies"],
    &["uploads", "max_file_size"],
    &["uploads", "max_files"],
    &["uploads", "max_size"],
];

/// Read by the composer, which composes anew with each configuration.
const NEXT_SCHEMA: Keys = &[
    &["contract", "exclude_tags"],
    &["contract", "hide_unreachable_types"],
    &["contract", "include_tags"],
    &["keep"],
    &["schema", "gate"],
    &["schema", "gate_window"],
    &["schema", "partial"],
    &["schema", "partial_after"],
    &["schema", "seed"],
    &["schema", "seed_timeout"],
    &["schema", "warm_up", "operations"],
    &["schema", "warm_up", "within"],
    &["supergraph"],
];

/// Read by the task that reads the file.
const THE_FILE: Keys = &[&["log", "level"], &["watch"]];

/// Taken over by what lasts from the start of the router to its end.
const WHAT_LASTS: Keys = &[
    &["admin_hosts"],
    &["limits", "connections"],
    &["limits", "memory"],
    &["limits", "request_memory"],
    &["limits", "streams"],
    &["timeouts", "drain"],
    &["timeouts", "drain_delay"],
    &["timeouts", "handshake"],
    &["timeouts", "request_head"],
    &["timeouts", "write"],
    &["tls", "cert"],
    &["tls", "client_ca"],
    &["tls", "key"],
];

/// Nothing that serves looks at them.
const OTHER_COMMANDS: Keys = &[&["lint"]];

const CLASSES: &[(&str, Keys)] = &[
    ("restart", restart::KEYS),
    ("restart, to begin or end with TLS", restart::TLS),
    ("connections to subgraphs", OF_CONNECTIONS),
    ("persisted documents", OF_DOCUMENTS),
    ("what is exported", OF_EXPORTING),
    ("tokens", AUTHENTICATOR),
    ("counts of clients", RATE_LIMIT),
    ("how subgraphs are asked", OF_ALL),
    ("sources", OF_SOURCES),
    ("operations", OF_OPERATIONS),
    ("discovery", OF_DISCOVERY),
    ("next request", NEXT_REQUEST),
    ("next schema", NEXT_SCHEMA),
    ("reading the file", THE_FILE),
    ("what lasts", WHAT_LASTS),
    ("router lint", OTHER_COMMANDS),
];

/// All keys that have a value of their own; a section that any name may have counts with what stands below one.
fn leaves(schema: &Value, path: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    if let Some(members) = schema.get("properties").and_then(Value::as_object) {
        for (name, member) in members {
            path.push(name.clone());
            leaves(member, path, found);
            path.pop();
        }
        return;
    }
    let named = schema.get("additionalProperties");
    if let Some(named) = named.filter(|named| named.get("properties").is_some()) {
        path.push("<name>".to_owned());
        leaves(named, path, found);
        path.pop();
        return;
    }
    found.push(path.clone());
}

#[test]
fn every_key_belongs_to_what_it_takes_effect_on() {
    let mut keys = Vec::new();
    leaves(&crate::config::json_schema(), &mut Vec::new(), &mut keys);
    let classes_of = |key: &[String]| -> Vec<&str> {
        let has = |keys: Keys| {
            keys.iter().any(|known| {
                known.len() <= key.len() && known.iter().zip(key).all(|(one, other)| one == other)
            })
        };
        let classes = CLASSES.iter().filter(|(_, keys)| has(keys));
        classes.map(|(class, _)| *class).collect()
    };
    let mut table = BTreeMap::new();
    for key in &keys {
        let classes = classes_of(key);
        assert!(
            !classes.is_empty(),
            "{}: what a reload of it takes effect on is not said",
            key.join(".")
        );
        table.insert(key.join("."), classes.join(", "));
    }
    // A wide class swallows new keys, so that somebody looks at them here.
    let table: String = table
        .iter()
        .map(|(key, classes)| format!("{key}: {classes}\n"))
        .collect();
    insta::assert_snapshot!(table);
    for (class, known) in CLASSES {
        for key in *known {
            let is_key =
                |leaf: &Vec<String>| leaf.iter().zip(*key).all(|(one, other)| one == other);
            assert!(
                keys.iter().any(is_key),
                "{class}: there is no {}",
                key.join(".")
            );
        }
    }
}
