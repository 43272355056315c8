//! What is known of a key without a file.

use serde_json::{Value, json};

/// What the manual says about one key.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyDoc {
    /// The key with dots between its parts; `<name>` stands for a name that the file chooses.
    pub path: String,
    /// What is expected, with bounds.
    pub kind: String,
    /// The default as it is shown; `None` when there is none.
    pub default: Option<Value>,
    /// What it does.
    pub help: &'static str,
    /// The JSON Schema of its value.
    pub schema: Value,
}

/// The JSON Schema of a value that may also be written with variables.
pub(crate) fn or_variable(schema: Value) -> Value {
    json!({ "anyOf": [schema, { "type": "string", "pattern": "\\$\\{" }] })
}
