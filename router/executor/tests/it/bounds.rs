//! What completion may take of time and memory, whatever the answers and the selections are.

use std::sync::Arc;

use planner::{Fetch, FieldShape, FieldSource, ObjectShape, Shape};

use crate::script::*;

const DEPTH: usize = 40;

/// An object, the root or the item of a list `l`, whose `a` and `b` are one object, of which the same is true, forty times: 2^40 places of
/// forty objects.
pub(crate) fn doubled(in_list: bool) -> (Vec<Fetch>, Script) {
    let first = match in_list {
        true => r#"{"data":{"l":[{"a":{},"b":{}}]}}"#,
        false => r#"{"data":{"a":{},"b":{}}}"#,
    };
    let mut above = if in_list { "l." } else { "" }.to_owned();
    let mut fetches = vec![root("a{a{__typename}b{__typename}}")];
    let mut script = Script::new().answer(0, first);
    for depth in 1..DEPTH as u32 {
        // What one answers belongs to both.
        let paths = [format!("{above}a"), format!("{above}b")];
        let paths = paths.each_ref().map(String::as_str);
        fetches.push(root_at(
            "a{a{__typename}b{__typename} }",
            &[depth - 1],
            &paths,
        ));
        script = script.answer(depth, r#"{"data":{"a":{},"b":{}}}"#);
        above.push_str("a.");
    }
    (fetches, script)
}

/// `a` and `b` of each level, and what else is selected there.
pub(crate) fn doubled_shape(also: impl Fn() -> Vec<FieldShape>) -> ObjectShape {
    let leaf = FieldShape {
        source: FieldSource::Typename,
        ..aliased("t", "t", string())
    };
    let mut below = Arc::new(object([]));
    if let Some(below) = Arc::get_mut(&mut below) {
        below.fields = std::iter::once(leaf).chain(also()).collect();
    }
    for _ in 0..DEPTH {
        let child = |key: &str| {
            let value = Shape::Object {
                type_name: name("T"),
                shape: below.clone(),
            };
            aliased(key, key, value)
        };
        let mut fields = vec![child("a"), child("b")];
        fields.extend(also());
        below = Arc::new(ObjectShape {
            fields,
            deferred: Vec::new(),
        });
    }
    Arc::into_inner(below).unwrap_or_else(|| object([]))
}

#[tokio::test]
async fn completion_stops_where_memory_is_refused() {
    let (fetches, script) = doubled(false);
    let case = Case::new(fetches, doubled_shape(Vec::new));
    let outcome = case.run(script.with_memory(1_000_000)).await;
    assert!(outcome.response.exhausted);
    assert_eq!(outcome.response.error_codes, ["MEMORY_EXHAUSTED"]);
}

/// What is cut off again is in no response, so that no memory bounds it.
#[tokio::test]
async fn completion_stops_where_too_much_comes_to_nothing() {
    let long = "bad".repeat(100);
    let bad = || vec![aliased(&long, "bad", non_null(int()))];
    let mut shape = doubled_shape(bad);
    shape.fields.pop();
    let (fetches, script) = doubled(false);
    let outcome = Case::new(fetches, shape).run(script).await;
    assert_eq!(
        outcome.body,
        concat!(
            r#"{"data":null,"errors":[{"message":"the response takes more work than may be spent on objects that are null or left out: "#,
            r#"ask for fewer of them, or for fewer levels","extensions":{"code":"RESPONSE_LIMIT_EXCEEDED"}}]}"#
        )
    );
    assert_eq!(outcome.response.error_codes, ["RESPONSE_LIMIT_EXCEEDED"]);
    assert!(outcome.response.executed && !outcome.response.exhausted);
    assert!(outcome.long > 0);
}

#[tokio::test]
async fn what_occurs_once_may_all_come_to_nothing() {
    let case = Case::new(
        vec![root("a{l{n}}")],
        object([("l", list(of([("n", non_null(int()))])))]),
    );
    let items = vec!["{}"; 200_000].join(",");
    let answer = format!(r#"{{"data":{{"l":[{items}]}}}}"#);
    let outcome = case.run(Script::new().answer(0, &answer)).await;
    let nulls = vec!["null"; 200_000].join(",");
    let data = format!(r#"{{"data":{{"l":[{nulls}]}},"errors":["#);
    assert!(outcome.body.starts_with(&data));
    assert_eq!(outcome.response.error_codes, ["NULL_IN_NON_NULL"; 100]);
}

/// A list of objects of many fields.
fn many_fields() -> Case {
    let mut item = object([]);
    let keys = (0..100).map(|n| format!("a_field_of_many{n}"));
    item.fields = keys.map(|key| aliased(&key, &key, int())).collect();
    let item = Shape::Object {
        type_name: name("T"),
        shape: Arc::new(item),
    };
    Case::new(vec![root("a{l{id}}")], object([("l", list(item))]))
}

fn objects(count: usize) -> String {
    let items: Vec<String> = (0..count).map(|id| format!(r#"{{"id":"{id}"}}"#)).collect();
    format!(r#"{{"data":{{"l":[{}]}}}}"#, items.join(","))
}

/// Whatever is written is work, not only what was answered.
#[tokio::test]
async fn a_small_answer_that_makes_a_large_response_is_long_work() {
    let case = many_fields;
    let small = case().run(Script::new().answer(0, &objects(3))).await;
    assert_eq!(small.long, 0);
    let large = case().run(Script::new().answer(0, &objects(1000))).await;
    assert_eq!(large.long, 1);
    // And it is whole although it was begun twice.
    let (start, end) = (r#"{"data":{"l":["#, "]}}");
    let item = |body: &str| {
        let items = body.strip_prefix(start).and_then(|b| b.strip_suffix(end));
        items.unwrap_or_default().to_owned()
    };
    let one = item(&case().run(Script::new().answer(0, &objects(1))).await.body);
    assert_eq!(item(&large.body), vec![one; 1000].join(","));
}

/// What a subgraph says is in the list of errors and in the response, beside its answer.
#[tokio::test]
async fn errors_take_memory() {
    let case = || Case::new(vec![root("a{x}")], object([("x", int())]));
    let message = "m".repeat(1_000_000);
    let answer =
        format!(r#"{{"data":{{"x":1}},"errors":[{{"message":"{message}","path":["x"]}}]}}"#);
    let script = || Script::new().answer(0, &answer);
    let whole = case().run(script().with_memory(5_000_000)).await;
    assert!(whole.response.executed);
    let refused = case().run(script().with_memory(2_000_000)).await;
    assert!(refused.response.exhausted);
}

/// Fields that are left out are looked at in each object, and nothing is written of them.
#[tokio::test]
async fn fields_that_are_left_out_are_work() {
    let leaving_out = |objects: usize| {
        let mut item = object([]);
        let field = |n: usize| aliased(&format!("x{n}"), "x", int());
        item.fields = (0..10_000).map(field).collect();
        let mut case = Case::new(vec![root("a{l{id}}")], object([]));
        let never = condition(&mut case.plan, "yes", true);
        for field in &mut item.fields {
            field.condition = Some(never);
        }
        let item = Shape::Object {
            type_name: name("T"),
            shape: Arc::new(item),
        };
        case.plan.shape = object([("l", list(item))]);
        let items = vec!["{}"; objects].join(",");
        let answer = format!(r#"{{"data":{{"l":[{items}]}}}}"#);
        (case, Script::new().answer(0, &answer))
    };
    let (case, script) = leaving_out(100);
    assert!(
        case.run(script)
            .await
            .body
            .starts_with(r#"{"data":{"l":[{},"#)
    );
    let (case, script) = leaving_out(20_000);
    let outcome = case.run(script).await;
    assert_eq!(outcome.response.error_codes, ["RESPONSE_LIMIT_EXCEEDED"]);
}

/// An entity is stored once, unless each place has something to be merged with it.
#[tokio::test]
async fn what_merging_stores_takes_memory() {
    let run = async |memory: usize| {
        let case = Case::new(
            vec![
                root("a{l{id x}}"),
                entities("b{e:_entities{x{id}}}", &[0], &["l"]),
            ],
            object([("n", int())]),
        );
        let objects = vec![r#"{"id":"1","x":null}"#; 1000].join(",");
        let items = vec![r#"{"id":"2"}"#; 1000].join(",");
        let script = Script::new()
            .answer(0, &format!(r#"{{"data":{{"l":[{objects}]}}}}"#))
            .answer(1, &format!(r#"{{"data":{{"e":[{{"x":[{items}]}}]}}}}"#))
            .with_memory(memory);
        case.run(script).await.response
    };
    assert!(run(200_000_000).await.executed);
    // A million objects.
    assert!(run(20_000_000).await.exhausted);
}

/// An object of many keys is at many places: it is not gone through at each of them.
#[tokio::test]
async fn objects_of_many_keys_at_many_places_are_indexed() {
    let run = async |places: usize| {
        let case = Case::new(
            vec![
                root("a{l{id}}"),
                entities("b{e:_entities{z}}", &[0], &["l"]),
            ],
            object([("l", list(of([("z", int()), ("y", int())])))]),
        );
        let keys: String = (0..50_000).map(|n| format!("\"k{n}\":0,")).collect();
        let objects = vec![r#"{"id":"1"}"#; places].join(",");
        let script = Script::new()
            .answer(0, &format!(r#"{{"data":{{"l":[{objects}]}}}}"#))
            .answer(1, &format!(r#"{{"data":{{"e":[{{{keys}"z":1}}]}}}}"#));
        case.run(script).await
    };
    let few = run(3).await.body;
    let one = r#"{"z":1,"y":null}"#;
    assert_eq!(few, format!(r#"{{"data":{{"l":[{one},{one},{one}]}}}}"#));
    let many = run(20_000).await.body;
    let all = vec![one; 20_000].join(",");
    assert_eq!(many, format!(r#"{{"data":{{"l":[{all}]}}}}"#));
}
