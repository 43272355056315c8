//! Files with many operations: manifests of persisted documents, and recordings of what a router answered.

use serde::Deserialize;
use serde_json::Value;

use super::known::KnownOperation;

/// Apollo's manifest, format version 1, and our recordings: both have a list of operations.
#[derive(Deserialize)]
struct Listed {
    operations: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    /// Apollo's name for the text.
    #[serde(alias = "text", alias = "document")]
    body: String,
    #[serde(default, alias = "hash")]
    id: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    count: Option<u64>,
    #[serde(default)]
    clients: Vec<Client>,
}

#[derive(Deserialize)]
struct Client {
    name: String,
    #[serde(default)]
    version: Option<String>,
}

/// Reads a manifest: `{"operations": [{"id", "body", "name", …}]}`, or a map from ids to texts (Relay's).
pub(super) fn read(text: &str, file: &str) -> Result<Vec<KnownOperation>, String> {
    const EXPECTED: &str =
        "expected {\"operations\": [{\"body\": \"…\"}]} or a map from ids to documents";
    let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let Value::Object(map) = value else {
        return Err(format!("not a manifest of operations: {EXPECTED}"));
    };
    if map.contains_key("operations") {
        let listed: Listed = serde_json::from_value(Value::Object(map))
            .map_err(|error| format!("{error}: {EXPECTED}"))?;
        return Ok(listed
            .operations
            .into_iter()
            .map(|entry| entry.known(file))
            .collect());
    }
    let one = |(id, document): (String, Value)| match document {
        Value::String(text) => Ok(KnownOperation {
            file: format!("{file} {id}"),
            text,
            seen: None,
            clients: Vec::new(),
        }),
        _ => Err(format!("\"{id}\" is not a document: {EXPECTED}")),
    };
    map.into_iter().map(one).collect()
}

impl Entry {
    fn known(self, file: &str) -> KnownOperation {
        let named = self.id.or(self.name);
        let client = |client: Client| match client.version {
            Some(version) => format!("{} {version}", client.name),
            None => client.name,
        };
        KnownOperation {
            file: named.map_or_else(|| file.to_owned(), |name| format!("{file} {name}")),
            text: self.body,
            seen: self.count,
            clients: self.clients.into_iter().map(client).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Text, count and clients of each operation.
    type Known = (String, Option<u64>, Vec<String>);

    fn texts(text: &str) -> Result<Vec<Known>, String> {
        let operations = read(text, "m.json")?.into_iter();
        Ok(operations
            .map(|known| (known.text, known.seen, known.clients))
            .collect())
    }

    #[test]
    fn manifests_maps_and_recordings_are_read() {
        let apollo = r#"{"format":"apollo-persisted-query-manifest","version":1,"operations":[{"id":"1","body":"{ a }","name":"A","type":"query"}]}"#;
        assert_eq!(
            texts(apollo).expect("Apollo's"),
            [("{ a }".to_owned(), None, vec![])]
        );
        assert_eq!(
            texts(r#"{"1":"{ a }"}"#).expect("Relay's"),
            [("{ a }".to_owned(), None, vec![])]
        );
        let recorded = r#"{"operations":[{"text":"{ a }","hash":"1","count":3,"clients":[{"name":"web","version":"2"},{"name":"ios"}]}]}"#;
        let clients = vec!["web 2".to_owned(), "ios".to_owned()];
        assert_eq!(
            texts(recorded).expect("a recording"),
            [("{ a }".to_owned(), Some(3), clients)]
        );
    }

    #[test]
    fn what_is_no_manifest_is_told() {
        for text in [
            "[]",
            "1",
            "{\"a\": 1}",
            "{\"operations\": {}}",
            "{\"operations\": [{\"id\": \"a\"}]}",
            "{",
        ] {
            assert!(texts(text).is_err(), "{text}");
        }
    }
}
