//! What takes milliseconds whatever its arguments are, by its name: it is computed on the pool.

use async_graphql::Value;

use super::document::Inspected;

/// Names of what takes long.
#[derive(Debug)]
pub(crate) struct Slow {
    /// Fields.
    pub(crate) fields: Vec<String>,
    /// Types of entities, where that is to resolve one.
    pub(crate) entities: &'static [&'static str],
}

impl Slow {
    /// Whether any of it is asked. A document that has the name of a field elsewhere is taken for one that asks it.
    pub(super) fn is_asked(&self, query: &str, inspected: &Inspected) -> bool {
        let mut fields = self.fields.iter();
        fields.any(|field| query.contains(field)) || self.is_represented(inspected)
    }

    fn is_represented(&self, inspected: &Inspected) -> bool {
        if self.entities.is_empty() || inspected.entities.is_empty() {
            return false;
        }
        // A router sends representations as a variable. What is written in a document may be written in many ways.
        let mut variables = inspected.request.variables.values();
        inspected.writes_entities || variables.any(|value| self.is_one(value))
    }

    /// JSON was read to a bounded depth.
    fn is_one(&self, value: &Value) -> bool {
        match value {
            Value::List(items) => items.iter().any(|item| self.is_one(item)),
            Value::Object(members) => match members.get("__typename") {
                Some(Value::String(name)) => self.entities.contains(&name.as_str()),
                _ => false,
            },
            _ => false,
        }
    }
}
