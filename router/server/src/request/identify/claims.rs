//! What a verified token says.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use access::Rights;
use http::header::HeaderValue;
use serde_json::{Map, Value};

/// What a node of a map takes, which may be half empty, and the members that are in one then.
const NODE: usize = 11 * (size_of::<String>() + size_of::<Value>()) + 32;
const NODE_MEMBERS: usize = 6;

/// What a verified token says.
#[derive(Debug)]
pub(crate) struct Claims {
    all: Map<String, Value>,
    /// Seconds since 1970, leeway included.
    expires: f64,
    /// What they open, by the rules of the schema that was asked for last.
    rights: Mutex<Option<(u64, Rights)>>,
}

impl Claims {
    /// Those of a token that is valid until then, in seconds since 1970, leeway included.
    pub(super) fn new(all: Map<String, Value>, expires: f64) -> Self {
        Self {
            all,
            expires,
            rights: Mutex::default(),
        }
    }

    /// Whether the token has not expired.
    pub(super) fn are_valid(&self) -> bool {
        now() < self.expires
    }

    /// A claim by its name, or by the names that lead to it with dots between them. A name with dots of its own comes first.
    pub(crate) fn get(&self, path: &str) -> Option<&Value> {
        if let Some(value) = self.all.get(path) {
            return Some(value);
        }
        let mut names = path.split('.');
        let first = self.all.get(names.next()?)?;
        names.try_fold(first, |value, name| value.get(name))
    }

    /// What they open by the rules of that number, worked out once for as long as those remember it.
    pub(in crate::request) fn rights(
        &self,
        rules: u64,
        remembers: impl FnOnce(Rights) -> bool,
        work_out: impl FnOnce() -> Rights,
    ) -> Rights {
        let mut known = self.rights.lock().unwrap_or_else(PoisonError::into_inner);
        match *known {
            Some((of, rights)) if of == rules && remembers(rights) => rights,
            _ => known.insert((rules, work_out())).1,
        }
    }

    /// How long it is valid from now on.
    pub(crate) fn time_left(&self) -> Duration {
        let left = (self.expires - now()).clamp(0.0, 1e9);
        Duration::from_secs_f64(left)
    }
}

impl client::Claims for Claims {
    fn is(&self, path: &str, value: &str) -> bool {
        match self.get(path) {
            Some(Value::String(text)) => text == value,
            Some(Value::Number(number)) => number.to_string() == value,
            Some(Value::Bool(bool)) => value == if *bool { "true" } else { "false" },
            _ => false,
        }
    }

    fn header(&self, path: &str) -> Option<HeaderValue> {
        let text = match self.get(path)? {
            Value::Null => return None,
            Value::String(text) => return HeaderValue::from_str(text).ok(),
            other => other.to_string(),
        };
        HeaderValue::from_str(&text).ok()
    }
}

/// How many bytes the members of an object take, estimated.
pub(super) fn weight(members: &Map<String, Value>) -> usize {
    let nodes = members.len().div_ceil(NODE_MEMBERS) * NODE;
    let each = members.iter();
    let each = each.map(|(name, value)| name.len() + beside(value));
    nodes + each.sum::<usize>()
}

/// How many bytes a value takes beside itself, estimated.
fn beside(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => text.capacity(),
        Value::Array(items) => {
            let own = items.capacity() * size_of::<Value>();
            own + items.iter().map(beside).sum::<usize>()
        }
        Value::Object(members) => weight(members),
    }
}

/// Seconds since 1970.
pub(super) fn now() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Small texts are large trees: a token of 16 KiB may be 1.6 MB of claims.
    #[test]
    fn claims_weigh_what_they_take_and_not_what_their_text_does() {
        let deep = format!("{}1{}", "{\"\":".repeat(100), "}".repeat(100));
        let claims: Map<String, Value> = serde_json::from_str(&deep).expect("an object");
        assert!(weight(&claims) >= 100 * 600, "{}", weight(&claims));
        let list = format!(r#"{{"a":[{}1]}}"#, "1,".repeat(999));
        let claims: Map<String, Value> = serde_json::from_str(&list).expect("an object");
        assert!(weight(&claims) >= 1_000 * size_of::<Value>());
    }
}
