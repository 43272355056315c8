//! Fragments that are delivered later: how many, in how much memory, and with how many errors.

use executor::{Answers, ExecutionRequest, Format, Incremental, Part};
use federation::Supergraph;
use planner::{DeferredId, DeferredPart, DeferredShape, Fetch, FetchId, InitialCount, Shape};

use crate::bounds::{doubled, doubled_shape};
use crate::script::*;

/// The parts, and what the script was asked for.
async fn parts(case: &Case, script: &Script, format: Format) -> Vec<Part> {
    let supergraph = Supergraph::parse(SUPERGRAPH).expect("the test's supergraph is valid");
    let variables = case.variables(&supergraph);
    let answers = Answers::new(&case.plan);
    let request = ExecutionRequest {
        operation_name: None,
        plan: &case.plan,
        supergraph: &supergraph,
        variables: &variables,
        client: script,
        options: &case.options,
    };
    let mut execution = Incremental::new(request, &answers, format).expect("nothing is refused");
    let mut parts = Vec::new();
    while let Some(part) = execution.next().await {
        let _: &serde_json::value::RawValue =
            serde_json::from_slice(&part.body).expect("a part is JSON");
        parts.push(part);
    }
    parts
}

fn text(part: &Part) -> &str {
    std::str::from_utf8(&part.body).expect("a part is text")
}

fn later(fetch: Fetch) -> Fetch {
    Fetch {
        deferred: true,
        ..fetch
    }
}

fn part(label: String, fetch: u32) -> DeferredPart {
    DeferredPart {
        label: Some(label.into()),
        path: vec![name("l")],
        fetches: vec![FetchId(fetch)],
        initial: None,
        in_later_items: Vec::new(),
    }
}

/// A list `l` of objects, of each of which some fragments with a field follow.
fn deferring(fragments: u16, value: impl Fn() -> Shape) -> Case {
    let mut item = object([("id", string())]);
    item.deferred = (0..fragments)
        .map(|n| DeferredShape {
            part: DeferredId(n),
            condition: None,
            shape: object([("n", value())]),
        })
        .collect();
    let item = Shape::Object {
        type_name: name("T"),
        shape: item.into(),
    };
    let fetches = vec![
        root("a{l{id}}"),
        later(entities("b{e:_entities{n}}", &[0], &["l"])),
    ];
    let mut case = Case::new(fetches, object([("l", list(item))]));
    case.plan.deferred = (0..fragments).map(|n| part(format!("l{n}"), 1)).collect();
    case
}

fn objects(count: usize) -> String {
    let items: Vec<String> = (0..count).map(|id| format!(r#"{{"id":"{id}"}}"#)).collect();
    format!(r#"{{"data":{{"l":[{}]}}}}"#, items.join(","))
}

fn entities_with(count: usize, value: &str) -> String {
    let items = vec![format!(r#"{{"n":{value}}}"#); count].join(",");
    format!(r#"{{"data":{{"e":[{items}]}}}}"#)
}

const FORMATS: [Format; 2] = [Format::Labelled, Format::Numbered];

#[tokio::test]
async fn fragments_of_many_objects_are_all_delivered() {
    for format in FORMATS {
        let script = Script::new()
            .answer(0, &objects(500))
            .answer(1, &entities_with(500, "7"));
        let parts = parts(&deferring(2, int), &script, format).await;
        assert_eq!(parts.len(), 2);
        assert_eq!(text(&parts[1]).matches(r#""data":{"n":7}"#).count(), 1000);
        assert!(!parts[1].has_next);
    }
}

/// Each announcement is kept until it is delivered.
#[tokio::test]
async fn announcements_take_memory() {
    let script = |memory| Script::new().answer(0, &objects(2000)).with_memory(memory);
    for format in FORMATS {
        let whole = script(100_000_000).answer(1, &entities_with(2000, "7"));
        assert_eq!(parts(&deferring(32, int), &whole, format).await.len(), 2);
        // The objects take a tenth of that.
        let refused = parts(&deferring(32, int), &script(3_000_000), format).await;
        assert_eq!(refused.len(), 1);
        assert_eq!(refused[0].error_codes, ["MEMORY_EXHAUSTED"]);
    }
}

#[tokio::test]
async fn no_more_is_announced_than_may_be() {
    for format in FORMATS {
        let script = Script::new().answer(0, &objects(4000));
        let refused = parts(&deferring(32, int), &script, format).await;
        assert_eq!(refused.len(), 1);
        assert_eq!(
            text(&refused[0]),
            concat!(
                r#"{"data":null,"errors":[{"message":"the response has more than 100000 fragments and lists that are delivered later: "#,
                r#"defer fewer, or in fewer objects","extensions":{"code":"RESPONSE_LIMIT_EXCEEDED"}}],"hasNext":false}"#
            )
        );
        assert_eq!(refused[0].error_codes, ["RESPONSE_LIMIT_EXCEEDED"]);
    }
}

/// When nothing of what was announced can be given any more, that is one error.
#[tokio::test]
async fn what_there_is_no_memory_for_is_said_once() {
    for format in FORMATS {
        let large = format!("\"{}\"", "v".repeat(10_000));
        let script = Script::new()
            .answer(0, &objects(200))
            .answer(1, &entities_with(200, &large))
            .with_memory(1_000_000);
        let parts = parts(&deferring(2, string), &script, format).await;
        assert_eq!(parts.len(), 2);
        assert!(parts[0].has_next && !parts[1].has_next);
        assert_eq!(parts[1].error_codes, ["MEMORY_EXHAUSTED"]);
        assert_eq!(text(&parts[1]).matches("MEMORY_EXHAUSTED").count(), 1);
    }
}

/// One response has no more errors than one may have, but for what failed as a whole.
#[tokio::test]
async fn errors_are_bounded_for_all_that_is_delivered_at_once() {
    let bad = format!("[{}]", vec!["\"x\""; 50].join(","));
    for format in FORMATS {
        let script = Script::new()
            .answer(0, &objects(200))
            .answer(1, &entities_with(200, &bad));
        let parts = parts(&deferring(1, || list(int())), &script, format).await;
        assert_eq!(parts.len(), 2);
        // A hundred, and one for each of the others.
        assert!((100..300).contains(&parts[1].error_codes.len()));
    }
}

/// A fragment of which nothing is left is never without an error.
#[tokio::test]
async fn every_fragment_that_fails_says_so() {
    let script = Script::new()
        .answer(0, &objects(200))
        .answer(1, &entities_with(200, "null"));
    let case = deferring(1, || non_null(int()));
    let parts = parts(&case, &script, Format::Numbered).await;
    assert_eq!(parts[1].error_codes, ["NULL_IN_NON_NULL"; 200]);
}

/// To find what a fragment belongs to again takes as long as its path is, not as the objects on it are large.
#[tokio::test]
async fn objects_on_the_way_are_searched_once() {
    let count = 20_000;
    let others: String = (0..200_000).map(|n| format!("\"k{n}\":0,")).collect();
    let objects = objects(count).replacen("{\"l\"", &format!("{{{others}\"l\""), 1);
    let script = Script::new()
        .answer(0, &objects)
        .answer(1, &entities_with(count, "7"));
    let parts = parts(&deferring(1, int), &script, Format::Labelled).await;
    assert_eq!(text(&parts[1]).matches(r#""data":{"n":7}"#).count(), count);
}

/// What subgraphs reported of the items of a list that come later is looked for in each object once, at however many places it is.
#[tokio::test]
async fn items_that_come_later_are_searched_once() {
    let (mut fetches, script) = doubled(true);
    let failing = u32::try_from(fetches.len()).expect("there are few");
    fetches.push(root("b{y}"));
    let item = Shape::Object {
        type_name: name("T"),
        shape: doubled_shape(Vec::new).into(),
    };
    let mut shape = object([("l", list(item))]);
    shape.fields[0].streamed = Some(DeferredId(0));
    let mut case = Case::new(fetches, shape);
    case.plan.deferred = vec![DeferredPart {
        initial: Some(InitialCount::Fixed(0)),
        fetches: Vec::new(),
        ..part("rest".to_owned(), 0)
    }];
    let answer = r#"{"data":{"y":1},"errors":[{"message":"no","path":["z"]}]}"#;
    let script = script.answer(failing, answer).with_memory(1_000_000);
    let parts = parts(&case, &script, Format::Labelled).await;
    assert!(text(&parts[0]).starts_with(r#"{"data":{"l":[]},"errors":[{"message":"no""#));
    // They are at too many places to be written.
    assert_eq!(parts[1].error_codes, ["MEMORY_EXHAUSTED"]);
}
