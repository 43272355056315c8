//! Lists whose items come in two parts, over HTTP. `tests/incremental/reference.json` has what graphql-js 17 answers to the same operations over the
//! same data, written by `reference.mjs` beside it.

mod only_deferred;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::deferred::{gathered, parts_of, parts_with};
use crate::kit::{Reply, Running, Socket, Subgraph};

const LINK: &str =
    r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])"#;
const LABELLED: &str = "multipart/mixed;deferSpec=20220824";
const NUMBERED: &str = "multipart/mixed;incrementalSpec=v0.2";

/// Whatever is asked for, under all aliases of the tests.
async fn dogs() -> Subgraph {
    let sdl = format!(
        r#"{LINK}
        type Query {{ dogs: [Dog] some: [Dog!] many: [Dog!] gone: Dog pack: Pack }}
        type Mutation {{ walk: Pack dogs: [Dog] }}
        type Pack {{ dogs: [Dog] }}
        type Dog @key(fields: "id") {{ id: ID! friends: [Dog] }}"#
    );
    Subgraph::start(&sdl, |request: &Value| {
        let dog = |id: u32| {
            let friends = [id + 4, id + 8].map(|id| json!({ "id": id.to_string() }));
            json!({ "id": id.to_string(), "friends": friends })
        };
        if let Some(dogs) = request["variables"]["representations"].as_array() {
            let id = |known: &Value| known["id"].as_str().and_then(|id| id.parse().ok());
            let dogs = dogs.iter().map(|known| {
                let mut dog = dog(id(known).expect("a number"));
                // Where both the answer and a part of it have them.
                dog["friends_1"] = dog["friends"].clone();
                dog
            });
            return Reply::Data(json!({ "_entities": dogs.collect::<Vec<_>>() }));
        }
        let all = json!([dog(1), null, dog(3), dog(2)]);
        let pack = json!({ "dogs": [dog(1), dog(3)] });
        Reply::Data(json!({
            "dogs": all, "a": all, "b": all, "some": [dog(1), dog(4)], "many": [dog(1), dog(5), dog(4), dog(6)],
            "gone": null, "pack": pack, "walk": pack,
        }))
    })
    .await
}

async fn names() -> Subgraph {
    let sdl = format!(r#"{LINK} type Dog @key(fields: "id") {{ id: ID! name: String! }}"#);
    Subgraph::start(&sdl, |request: &Value| {
        let representations = request["variables"]["representations"].as_array();
        let names = representations.into_iter().flatten().map(|dog| {
            match dog["id"].as_str().unwrap_or_default() {
                "4" => json!({ "name": null }),
                id => json!({ "name": format!("dog {id}") }),
            }
        });
        Reply::Data(json!({ "_entities": names.collect::<Vec<_>>() }))
    })
    .await
}

/// What responses tell, however many there are.
#[derive(Debug, Default, PartialEq)]
struct Told {
    initial: Value,
    /// By path and label: items one after the other, or the fields of a fragment.
    later: BTreeMap<String, Value>,
    /// By path and label: the paths of the errors for which nothing more comes.
    failed: BTreeMap<String, Vec<Value>>,
}

impl Told {
    fn of(responses: &[Value]) -> Self {
        let mut told = Self {
            initial: responses[0]["data"].clone(),
            ..Self::default()
        };
        let mut announced = BTreeMap::new();
        let members = |response: &Value, name: &str| {
            let members = response[name].as_array().cloned();
            members.unwrap_or_default()
        };
        for response in responses {
            for pending in members(response, "pending") {
                announced.insert(pending["id"].to_string(), key(&pending));
            }
            for item in members(response, "incremental") {
                let known = announced.get(&item["id"].to_string()).cloned();
                told.add(known.unwrap_or_else(|| key(&item)), &item);
            }
            for completed in members(response, "completed") {
                let key = announced[&completed["id"].to_string()].clone();
                told.fail(key, &completed);
            }
        }
        told
    }

    fn add(&mut self, key: String, item: &Value) {
        let delivered = ["items", "data"].map(|member| &item[member]);
        let Some(delivered) = delivered.into_iter().find(|value| !value.is_null()) else {
            return self.fail(key, item);
        };
        let known = self.later.entry(key).or_insert_with(|| json!([]));
        match (known, delivered) {
            (Value::Array(known), Value::Array(items)) => known.extend(items.iter().cloned()),
            (known, fields) => *known = fields.clone(),
        }
    }

    fn fail(&mut self, key: String, with: &Value) {
        let errors = with["errors"].as_array();
        let paths: Vec<Value> = errors
            .into_iter()
            .flatten()
            .map(|error| error["path"].clone())
            .collect();
        if !paths.is_empty() {
            self.failed.insert(key, paths);
        }
    }
}

/// The path to the object or the list, and the label.
fn key(of: &Value) -> String {
    let mut path = of["path"].as_array().cloned().unwrap_or_default();
    if of.get("items").is_some() && path.last().is_some_and(Value::is_number) {
        path.pop();
    }
    format!("{} {}", Value::Array(path), of["label"])
}

/// What graphql-js answers: to operations with `@stream`, or to those without.
fn reference(is_streamed: bool) -> Vec<(String, Value)> {
    let cases = include_str!("../incremental/reference.json");
    let cases: Vec<Value> = serde_json::from_str(cases).expect("JSON");
    let cases = cases.into_iter().map(|case| {
        let operation = case["operation"].as_str().expect("text");
        (operation.to_owned(), case)
    });
    cases
        .filter(|(operation, _)| operation.contains("@stream") == is_streamed)
        .collect()
}

#[tokio::test]
async fn both_formats_tell_what_graphql_js_tells() {
    let (a, b) = (dogs().await, names().await);
    let router = Running::start(&[("dogs", &a), ("names", &b)], "").await;
    for (operation, case) in reference(true) {
        for (format, accept) in [("labelled", LABELLED), ("numbered", NUMBERED)] {
            let accept = format!("{accept}, application/json");
            let request = json!({ "query": operation, "variables": { "n": 2 } });
            let (_, got) = parts_with(&router, &accept, &request).await;
            let expected = case[format].as_array().expect("a list");
            let (mut got, mut expected) = (Told::of(&got), Told::of(expected));
            if operation.contains("id ... @defer") {
                // Nothing but a fragment needs another request, so that the list is whole.
                expected.initial = got.initial.take();
                expected
                    .later
                    .retain(|path, _| !path.starts_with("[\"dogs\"]"));
                got.initial = expected.initial.clone();
            }
            // A pack is no entity: what is selected of it can only come with it.
            if let Some(Value::Object(fields)) = expected.later.remove("[\"pack\"] \"all\"") {
                for (key, value) in fields {
                    expected.initial["pack"][key] = value;
                }
            }
            assert_eq!(got, expected, "{format}: {operation}");
        }
    }
}

#[tokio::test]
async fn the_first_items_come_before_the_others_over_each_transport() {
    let (a, b) = (dogs().await, names().await);
    let config = "subscriptions: { websocket: true }";
    let router = Running::start(&[("dogs", &a), ("names", &b)], config).await;
    let query = r#"{ dogs @stream(initialCount: 1, label: "rest") { id name } }"#;
    let first = json!({ "dogs": [{ "id": "1", "name": "dog 1" }] });
    let rest = json!([null, { "id": "3", "name": "dog 3" }, { "id": "2", "name": "dog 2" }]);
    let labelled = [
        json!({ "data": first, "hasNext": true }),
        json!({
            "incremental": [{ "label": "rest", "path": ["dogs", 1], "items": rest }],
            "hasNext": false,
        }),
    ];
    let numbered = [
        json!({
            "data": first,
            "pending": [{ "id": "0", "path": ["dogs"], "label": "rest" }],
            "hasNext": true,
        }),
        json!({
            "incremental": [{ "id": "0", "items": rest }],
            "completed": [{ "id": "0" }],
            "hasNext": false,
        }),
    ];
    for (spec, expected) in [
        ("deferSpec=20220824", labelled),
        ("incrementalSpec=v0.2", numbered),
    ] {
        let (_, parts) = parts_of(&router, &format!("multipart/mixed;{spec}"), query).await;
        assert_eq!(parts, expected);
        let accept = format!("text/event-stream;{spec}");
        let (_, parts) = parts_of(&router, &accept, query).await;
        assert_eq!(parts, expected);
        let payload = json!({ "accept": accept });
        let mut socket = Socket::acknowledged(&router.url(), payload).await;
        socket.subscribe("a", query).await;
        for part in &expected {
            let next = json!({ "id": "a", "type": "next", "payload": part });
            assert_eq!(socket.hear().await, next);
        }
    }
    // A page of names, then the other page, for each of the six.
    let asked = b.requests();
    assert_eq!(asked.len(), 12);
}

#[tokio::test]
async fn who_takes_no_parts_gets_the_list_whole() {
    let (a, b) = (dogs().await, names().await);
    let router = Running::start(&[("dogs", &a), ("names", &b)], "").await;
    let query = "query($s: Boolean!) { some @stream(if: $s) { id } }";
    let whole = json!({ "data": { "some": [{ "id": "1" }, { "id": "4" }] } });
    let request = json!({ "query": query, "variables": { "s": true } });
    assert_eq!(router.ask(&request).await.json(), whole);
    // Nor is anything gained where the items need no other request.
    let (content_type, parts) = parts_with(&router, NUMBERED, &request).await;
    assert!(
        content_type.starts_with("application/json"),
        "{content_type}"
    );
    assert_eq!(parts, [whole]);
    assert_eq!(b.requests().len(), 0);
}

#[tokio::test]
async fn what_a_mutation_answers_is_streamed_but_not_its_root_fields() {
    let (a, b) = (dogs().await, names().await);
    let router = Running::start(&[("dogs", &a), ("names", &b)], "").await;
    let query = "mutation { walk { dogs @stream(initialCount: 1) { name } } }";
    let (_, parts) = parts_of(&router, NUMBERED, query).await;
    let all = gathered(&parts);
    assert_eq!(
        all["data"],
        json!({ "walk": { "dogs": [{ "name": "dog 1" }] } })
    );
    assert_eq!(
        all["incremental"],
        json!([{ "id": "0", "items": [{ "name": "dog 3" }] }])
    );
    let request = json!({ "query": "mutation { dogs @stream { name } }" });
    let refused = router.ask(&request).await.json();
    let error = &refused["errors"][0];
    assert_eq!(error["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(
        error["message"],
        "@stream must not stand on root fields of a mutation"
    );
    assert_eq!(error["locations"], json!([{ "line": 1, "column": 17 }]));
}

#[tokio::test]
async fn a_count_that_is_negative_or_null_is_refused() {
    let (a, b) = (dogs().await, names().await);
    let router = Running::start(&[("dogs", &a), ("names", &b)], "").await;
    let query = "query($n: Int = 1) { dogs @stream(initialCount: $n) { name } }";
    for accept in [NUMBERED, "application/json"] {
        let accept = format!("{accept}, application/json");
        for n in [json!(-1), json!(null)] {
            let request = json!({ "query": query, "variables": { "n": n } });
            let (_, parts) = parts_with(&router, &accept, &request).await;
            let error = &parts[0]["errors"][0];
            assert_eq!(error["extensions"]["code"], "BAD_USER_INPUT", "{parts:?}");
            let message = error["message"].as_str().unwrap_or_default();
            assert!(message.contains(&format!("$n, which is {n}")), "{message}");
        }
    }
    assert_eq!(b.requests().len(), 0);
}

/// The later items are lost, and nothing else.
#[tokio::test]
async fn a_subgraph_that_fails_spoils_the_items_that_it_has_a_part_in() {
    let (a, mut b) = (dogs().await, names().await);
    let router = Running::start(&[("dogs", &a), ("names", &b)], "").await;
    b.stop().await;
    let (_, parts) = parts_of(
        &router,
        NUMBERED,
        "{ dogs @stream(initialCount: 0) { id name } }",
    )
    .await;
    assert_eq!(parts[0]["data"], json!({ "dogs": [] }));
    let all = gathered(&parts);
    // `name` is non-null, an item is not.
    assert_eq!(
        all["incremental"][0]["items"],
        json!([null, null, null, null])
    );
    let code = &all["incremental"][0]["errors"][0]["extensions"]["code"];
    assert_eq!(code, "SUBREQUEST_CONNECTION_ERROR");
}
