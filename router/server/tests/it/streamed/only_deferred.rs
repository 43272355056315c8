//! Deferred fragments, without lists in two parts, beside what graphql-js 17 answers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{LABELLED, NUMBERED, Told, dogs, names, reference};
use crate::deferred::parts_with;
use crate::kit::Running;

/// What a client has once it has put all parts where they belong.
fn put_together(responses: &[Value]) -> Value {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut data = responses[0]["data"].clone();
    let mut announced = BTreeMap::new();
    for response in responses {
        for pending in list(&response["pending"]) {
            announced.insert(pending["id"].to_string(), list(&pending["path"]));
        }
        for part in list(&response["incremental"]) {
            let own = || list(&part["path"]);
            let mut path = announced
                .get(&part["id"].to_string())
                .cloned()
                .unwrap_or_else(own);
            path.extend(list(&part["subPath"]));
            let place = path.iter().fold(&mut data, |place, key| match key {
                Value::String(name) => &mut place[name.as_str()],
                index => {
                    let index = index.as_u64().and_then(|index| usize::try_from(index).ok());
                    &mut place[index.expect("an index")]
                }
            });
            merge(place, &part["data"]);
        }
    }
    data
}

fn merge(place: &mut Value, part: &Value) {
    match (place, part) {
        (Value::Object(fields), Value::Object(more)) => {
            for (name, value) in more {
                merge(fields.entry(name).or_insert(Value::Null), value);
            }
        }
        (Value::Array(items), Value::Array(more)) if items.len() == more.len() => {
            for (item, value) in items.iter_mut().zip(more) {
                merge(item, value);
            }
        }
        // A part that failed takes nothing away.
        (_, Value::Null) => {}
        (place, value) => *place = value.clone(),
    }
}

impl Told {
    /// The parts that there were, whether they failed or not.
    fn parts(&self) -> BTreeSet<&String> {
        self.later.keys().chain(self.failed.keys()).collect()
    }
}

#[tokio::test]
async fn deferred_parts_are_those_of_graphql_js() {
    let (a, b) = (dogs().await, names().await);
    let router = Running::start(&[("dogs", &a), ("names", &b)], "").await;
    let reference = reference(false);
    assert!(reference.len() > 10, "{}", reference.len());
    for (operation, case) in reference {
        let request = json!({ "query": operation });
        for (format, accept) in [("labelled", LABELLED), ("numbered", NUMBERED)] {
            let accept = format!("{accept}, application/json");
            let (_, got) = parts_with(&router, &accept, &request).await;
            let expected = case[format].as_array().expect("a list");
            let named = format!("{format}: {operation}\n{got:#?}");
            assert_eq!(put_together(&got), put_together(expected), "{named}");
            let (got, expected) = (Told::of(&got), Told::of(expected));
            assert_eq!(got.initial, expected.initial, "{named}");
            assert_eq!(got.parts(), expected.parts(), "{named}");
            assert_eq!(got.failed, expected.failed, "{named}");
            // In the newer format graphql-js leaves out what an enclosing part has.
            if format == "labelled" {
                assert_eq!(got.later, expected.later, "{named}");
            }
        }
    }
}
