//! Files with many operations: manifests of persisted documents, and recordings of what a router answered.

use serde::Deserialize;
use serde_json::Value;

/// Apollo's manifest, format version 1, and our recordings: both have a list of operations.
#[derive(Deserialize)]
struct Listed {
    operations: Vec<Entry>,
}

/// One operation of such a file.
#[derive(Debug, Deserialize)]
pub(crate) struct Entry {
    /// Its document. `body` is Apollo's name for it.
    #[serde(alias = "text", alias = "document")]
    pub(crate) body: String,
    /// What clients call it, or a hash.
    #[serde(default, alias = "hash")]
    pub(crate) id: Option<String>,
    #[serde(default)]
    pub(crate) name: Option<String>,
    /// How often it was seen.
    #[serde(default)]
    pub(crate) count: Option<u64>,
    /// Who sent it.
    #[serde(default)]
    pub(crate) clients: Vec<Client>,
}

/// A client, as it names itself.
#[derive(Debug, Deserialize)]
pub(crate) struct Client {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) version: Option<String>,
}

/// Reads a manifest: `{"operations": [{"id", "body", "name", …}]}`, or a map from ids to texts (Relay's).
///
/// # Errors
///
/// What is wrong, in a sentence.
pub(crate) fn read(text: &str) -> Result<Vec<Entry>, String> {
    const EXPECTED: &str =
        "expected {\"operations\": [{\"body\": \"…\"}]} or a map from ids to documents";
    let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let Value::Object(map) = value else {
        return Err(format!("not a manifest of operations: {EXPECTED}"));
    };
    if map.contains_key("operations") {
        let listed: Listed = serde_json::from_value(Value::Object(map))
            .map_err(|error| format!("{error}: {EXPECTED}"))?;
        return Ok(listed.operations);
    }
    let one = |(id, document): (String, Value)| match document {
        Value::String(body) => Ok(Entry {
            body,
            id: Some(id),
            name: None,
            count: None,
            clients: Vec::new(),
        }),
        _ => Err(format!("\"{id}\" is not a document: {EXPECTED}")),
    };
    map.into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Text, count and clients of each operation.
    type Known = (String, Option<u64>, Vec<String>);

    fn texts(text: &str) -> Result<Vec<Known>, String> {
        let named = |client: Client| match client.version {
            Some(version) => format!("{} {version}", client.name),
            None => client.name,
        };
        let one = |entry: Entry| {
            let clients = entry.clients.into_iter().map(named).collect();
            (entry.body, entry.count, clients)
        };
        Ok(read(text)?.into_iter().map(one).collect())
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
