//! Every key there is: as a JSON Schema for editors, and as the table of the manual.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::Config;
use super::finding::Place;
use super::read::{KeyDoc, Reader};
use super::yaml::{Node, Value as Yaml};

/// Every key, in the order in which it is read.
fn keys() -> Vec<KeyDoc> {
    let reader = Reader::documenting();
    let empty = Node {
        place: Place::START,
        value: Yaml::Null,
    };
    let _ = Config::read(reader.root(empty));
    reader.keys()
}

/// The configuration file as a [JSON Schema](https://json-schema.org/draft/2020-12) document.
pub fn json_schema() -> Value {
    let mut root = closed_object();
    for key in keys() {
        insert(&mut root, &key.path.split('.').collect::<Vec<_>>(), &key);
    }
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Abaque router configuration",
        "anyOf": [{ "required": ["subgraphs"] }, { "required": ["supergraph"] }],
    });
    if let (Some(schema), Value::Object(root)) = (schema.as_object_mut(), root) {
        schema.extend(root);
    }
    schema
}

fn closed_object() -> Value {
    json!({ "type": "object", "additionalProperties": false, "properties": {} })
}

fn insert(object: &mut Value, path: &[&str], key: &KeyDoc) {
    let [first, rest @ ..] = path else { return };
    let Some(object) = object.as_object_mut() else {
        return;
    };
    let child = if *first == "<name>" {
        object.remove("properties");
        let names = object.entry("additionalProperties").or_insert(Value::Null);
        if names.is_boolean() {
            *names = closed_object();
        }
        names
    } else {
        let properties = object
            .entry("properties")
            .or_insert_with(|| Value::Object(Map::new()));
        let Some(properties) = properties.as_object_mut() else {
            return;
        };
        properties
            .entry((*first).to_owned())
            .or_insert_with(closed_object)
    };
    if rest.is_empty() {
        *child = key.schema.clone();
        if let Some(child) = child.as_object_mut() {
            child.insert("description".to_owned(), json!(key.help));
            if let Some(default) = &key.default {
                let value = serde_json::from_str(default).unwrap_or_else(|_| json!(default));
                child.insert("default".to_owned(), value);
            }
        }
    } else {
        insert(child, rest, key);
    }
}

/// The table of keys in `docs/configuration.md`.
pub fn reference() -> String {
    let mut table = String::from("| key | value | default | |\n| --- | --- | --- | --- |\n");
    for KeyDoc {
        path,
        kind,
        default,
        help,
        ..
    } in keys()
    {
        let default = default.map_or_else(|| "none".to_owned(), |text| format!("`{text}`"));
        writeln!(table, "| `{path}` | {kind} | {default} | {help} |")
            .expect("writing to a String does not fail");
    }
    table
}
