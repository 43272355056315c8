//! Every key there is: as a JSON Schema for editors, and as the table of a manual.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::finding::Place;
use crate::key_doc::KeyDoc;
use crate::reader::Reader;
use crate::section::Section;
use crate::yaml::{Node, Value as Yaml};

fn section(key: &KeyDoc) -> &str {
    key.path.split('.').next().unwrap_or_default()
}

/// Every key that `read` asks for: section by section, each where it is first met, as several parts of a program may read from one.
pub fn keys<T>(read: impl FnOnce(Section<'_>) -> T) -> Vec<KeyDoc> {
    let reader = Reader::documenting();
    let empty = Node {
        place: Place::START,
        value: Yaml::Null,
    };
    drop(read(Section::root(&reader, empty)));
    let keys = reader.keys();
    let mut sections: Vec<String> = Vec::new();
    for key in &keys {
        if !sections.iter().any(|known| known == section(key)) {
            sections.push(section(key).to_owned());
        }
    }
    let mut grouped = keys;
    grouped.sort_by_key(|key| sections.iter().position(|known| known == section(key)));
    grouped
}

/// A file with these keys and no others as a [JSON Schema](https://json-schema.org/draft/2020-12) object.
pub fn json_schema(keys: &[KeyDoc]) -> Value {
    let mut root = closed_object();
    for key in keys {
        insert(&mut root, &key.path.split('.').collect::<Vec<_>>(), key);
    }
    root
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
                child.insert("default".to_owned(), default.clone());
            }
        }
    } else {
        insert(child, rest, key);
    }
}

/// The keys as a table in Markdown: key, value, default, help.
pub fn table(keys: &[KeyDoc]) -> String {
    let mut table = String::from("| key | value | default | |\n| --- | --- | --- | --- |\n");
    for KeyDoc {
        path,
        kind,
        default,
        help,
        ..
    } in keys
    {
        let default = match default {
            None => "none".to_owned(),
            Some(Value::String(text)) => format!("`{text}`"),
            Some(other) => format!("`{other}`"),
        };
        writeln!(table, "| `{path}` | {kind} | {default} | {help} |")
            .expect("writing to a String does not fail");
    }
    table
}
