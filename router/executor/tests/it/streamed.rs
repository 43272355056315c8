//! Lists whose later items are delivered by themselves.

use std::sync::Arc;

use executor::{Answers, ExecutionRequest, FetchError, Format, Incremental};
use federation::Supergraph;
use insta::assert_snapshot;
use planner::{
    DeferredId, DeferredPart, DeferredShape, Fetch, FetchId, FetchTarget, InitialCount,
    ObjectShape, PathElement, Shape, StreamedItems,
};

use crate::script::*;

/// A list of objects with their `id`s and `v`s from `a`, and the `n` of each from `b`: of the first `count` items at once.
fn streamed(item: impl Fn(Shape) -> Shape, count: InitialCount) -> Case {
    let t = item(of([("id", string()), ("v", int()), ("n", non_null(int()))]));
    let mut shape = object([("l", list(t))]);
    shape.fields[0].streamed = Some(DeferredId(0));
    let mut case = Case::new(
        vec![
            root("a{l{id v}}"),
            items("b{e:_entities{n}}", &[0], StreamedItems::First, &[]),
            later(items("b{e:_entities{n} }", &[0], StreamedItems::Later, &[])),
        ],
        shape,
    );
    case.plan.deferred = vec![part("rest", 2, Some(count))];
    case
}

fn items(text: &str, depends_on: &[u32], items: StreamedItems, below: &[&str]) -> Fetch {
    let mut fetch = entities(text, depends_on, &["l"]);
    if let FetchTarget::Entities(fields) = &mut fetch.target {
        let list = PathElement::Streamed {
            key: name("l"),
            part: DeferredId(0),
            items,
        };
        let below = below.iter().map(|key| PathElement::Key(name(key)));
        fields[0].paths = vec![std::iter::once(list).chain(below).collect()];
    }
    fetch
}

fn later(fetch: Fetch) -> Fetch {
    Fetch {
        deferred: true,
        ..fetch
    }
}

fn part(label: &str, fetch: u32, initial: Option<InitialCount>) -> DeferredPart {
    DeferredPart {
        label: Some(label.into()),
        path: vec![name("l")],
        fetches: vec![FetchId(fetch)],
        initial,
        in_later_items: Vec::new(),
    }
}

fn fragment(part: u16, shape: ObjectShape) -> DeferredShape {
    DeferredShape {
        part: DeferredId(part),
        condition: None,
        shape,
    }
}

/// The parts of the answer in one of the formats, then what was sent.
async fn parts(case: &Case, script: Script, format: Format) -> String {
    let supergraph = Supergraph::parse(SUPERGRAPH).expect("the test's supergraph is valid");
    let variables = case.variables(&supergraph);
    let answers = Answers::new(&case.plan);
    let request = ExecutionRequest {
        operation_name: None,
        plan: &case.plan,
        supergraph: &supergraph,
        variables: &variables,
        client: &script,
        options: &case.options,
    };
    let mut execution = Incremental::new(request, &answers, format).expect("nothing is refused");
    let mut lines = Vec::new();
    while let Some(part) = execution.next().await {
        let text = String::from_utf8(part.body).expect("a part is text");
        let _: &serde_json::value::RawValue = serde_json::from_str(&text).expect("JSON");
        lines.push(text);
    }
    drop(execution);
    lines.extend(
        script
            .sent
            .into_inner()
            .expect("no test panics with the lock"),
    );
    lines.join("\n")
}

async fn in_both_formats(case: &Case, script: impl Fn() -> Script) -> String {
    let labelled = parts(case, script(), Format::Labelled).await;
    let numbered = parts(case, script(), Format::Numbered).await;
    let numbered: Vec<&str> = numbered.lines().filter(|l| l.starts_with('{')).collect();
    format!("{labelled}\n\n{}", numbered.join("\n"))
}

const FIXED: InitialCount = InitialCount::Fixed(1);

fn three() -> Script {
    Script::new().answer(
        0,
        r#"{"data":{"l":[{"id":"1","v":1},{"id":"2","v":2},{"id":"3","v":3}]}}"#,
    )
}

#[tokio::test]
async fn the_first_items_do_not_wait_for_the_others() {
    let script = || {
        three()
            .answer(1, r#"{"data":{"e":[{"n":10}]}}"#)
            .answer(2, r#"{"data":{"e":[{"n":20},{"n":30}]}}"#)
    };
    assert_snapshot!(in_both_formats(&streamed(|t| t, FIXED), script).await);

    // The answer for the later ones never comes.
    let supergraph = Supergraph::parse(SUPERGRAPH).expect("the test's supergraph is valid");
    let case = streamed(|t| t, FIXED);
    let variables = case.variables(&supergraph);
    let answers = Answers::new(&case.plan);
    let script = script().hold(2, 99);
    let request = ExecutionRequest {
        operation_name: None,
        plan: &case.plan,
        supergraph: &supergraph,
        variables: &variables,
        client: &script,
        options: &case.options,
    };
    let execution = Incremental::new(request, &answers, Format::Numbered);
    let first = execution.expect("nothing is refused").next().await;
    assert!(first.expect("the first part").has_next);
}

#[tokio::test]
async fn a_list_that_is_not_longer_is_delivered_at_once() {
    let script = || {
        Script::new()
            .answer(0, r#"{"data":{"l":[{"id":"1","v":1}]}}"#)
            .answer(1, r#"{"data":{"e":[{"n":10}]}}"#)
    };
    assert_snapshot!(in_both_formats(&streamed(|t| t, FIXED), script).await);
}

#[tokio::test]
async fn the_count_is_the_value_of_a_variable() {
    let mut case = streamed(|t| t, InitialCount::Variable(name("n")));
    case.document = "query($n: Int) { x(n: $n) }";
    case.variables = Some(r#"{"n": 2}"#);
    let script = || {
        three()
            .answer(1, r#"{"data":{"e":[{"n":10},{"n":20}]}}"#)
            .answer(2, r#"{"data":{"e":[{"n":30}]}}"#)
    };
    assert_snapshot!(in_both_formats(&case, script).await);
    // Without a value, none is delivered at once.
    case.variables = None;
    let script = three().answer(2, r#"{"data":{"e":[{"n":10},{"n":20},{"n":30}]}}"#);
    let parts = parts(&case, script, Format::Labelled).await;
    assert!(
        parts.starts_with(r#"{"data":{"l":[]},"hasNext":true}"#),
        "{parts}"
    );
}

/// The null of a non-null field stops at its item; that of an item ends what comes later, before it.
#[tokio::test]
async fn a_null_stops_at_the_item_or_at_the_later_items() {
    let script = || {
        three()
            .answer(1, r#"{"data":{"e":[{"n":10}]}}"#)
            .answer(2, r#"{"data":{"e":[{"n":20},{"n":null}]}}"#)
    };
    assert_snapshot!(
        "nullable",
        in_both_formats(&streamed(|t| t, FIXED), script).await
    );
    assert_snapshot!(
        "non_null",
        in_both_formats(&streamed(non_null, FIXED), script).await
    );
    // Where it is the first of the later ones, nothing is left of them.
    let script = three()
        .answer(1, r#"{"data":{"e":[{"n":10}]}}"#)
        .answer(2, r#"{"data":{"e":[{"n":null},{"n":30}]}}"#);
    let parts_of = parts(&streamed(non_null, FIXED), script, Format::Numbered).await;
    assert!(!parts_of.contains("incremental"), "{parts_of}");
    // Among the first items it is that of the list, of which nothing comes later then.
    let script = three()
        .answer(1, r#"{"data":{"e":[{"n":null}]}}"#)
        .answer(2, r#"{"data":{"e":[{"n":20},{"n":30}]}}"#);
    let parts = parts(&streamed(non_null, FIXED), script, Format::Numbered).await;
    let first = parts.lines().next().unwrap_or_default();
    assert!(first.starts_with(r#"{"data":{"l":null}"#), "{first}");
    assert!(first.ends_with(r#""hasNext":false}"#), "{first}");
}

/// An item that is delivered has its own errors; what ends the list comes after it.
#[tokio::test]
async fn an_error_is_told_with_what_it_is_about() {
    let script = || {
        Script::new()
            .answer(
                0,
                r#"{"data":{"l":[{"id":"1","v":1},{"id":"2","v":null},{"id":"3","v":3}]},
                  "errors":[{"message":"second","path":["l",1,"v"]}]}"#,
            )
            .answer(1, r#"{"data":{"e":[{"n":10}]}}"#)
            .answer(2, r#"{"data":{"e":[{"n":20},{"n":null}]}}"#)
    };
    assert_snapshot!(in_both_formats(&streamed(non_null, FIXED), script).await);
}

#[tokio::test]
async fn items_that_are_null_stay_where_they_are() {
    let script = || {
        Script::new()
            .answer(
                0,
                r#"{"data":{"l":[{"id":"1","v":1},null,{"id":"3","v":3},null]}}"#,
            )
            .answer(1, r#"{"data":{"e":[{"n":10}]}}"#)
            .answer(2, r#"{"data":{"e":[{"n":30}]}}"#)
    };
    assert_snapshot!(in_both_formats(&streamed(|t| t, FIXED), script).await);
}

/// Whichever request brought it.
#[tokio::test]
async fn what_is_wrong_with_an_item_is_said_with_it() {
    let script = || {
        Script::new()
            .answer(
                0,
                r#"{"data":{"l":[{"id":"1","v":null},{"id":"2","v":null}]},"errors":[
                  {"message":"first","path":["l",0,"v"]},{"message":"second","path":["l",1,"v"]}]}"#,
            )
            .answer(1, r#"{"data":{"e":[{"n":10}]}}"#)
            .answer_with(2, Err(FetchError::Timeout))
    };
    assert_snapshot!(in_both_formats(&streamed(|t| t, FIXED), script).await);
}

/// Both parts have a fragment: after the first items it has one part, in the later ones another.
#[tokio::test]
async fn a_fragment_in_later_items_follows_them() {
    let mut case = streamed(|t| t, FIXED);
    let mut t = object([("id", string())]);
    t.deferred.push(fragment(1, object([("n", int())])));
    let shape = Shape::Object {
        type_name: name("T"),
        shape: Arc::new(t),
    };
    case.plan.shape.fields[0].value = list(shape);
    case.plan.fetches.extend([
        later(items("a{e:_entities{v}}", &[0], StreamedItems::First, &[])),
        later(items("a{e:_entities{v} }", &[0], StreamedItems::Later, &[])),
    ]);
    case.plan.deferred[0].fetches = vec![FetchId(2)];
    case.plan
        .deferred
        .extend([part("fragment", 3, None), part("fragment", 4, None)]);
    case.plan.deferred[1].in_later_items = vec![(DeferredId(0), DeferredId(2))];
    let script = || {
        three()
            .answer(1, r#"{"data":{"e":[{"n":10}]}}"#)
            .answer(2, r#"{"data":{"e":[{"n":20},{"n":30}]}}"#)
            .answer(3, r#"{"data":{"e":[{"v":1}]}}"#)
            .answer(4, r#"{"data":{"e":[{"v":2},{"v":3}]}}"#)
            // The fragment of the first item comes before that of the others.
            .hold(2, 4)
    };
    assert_snapshot!(in_both_formats(&case, script).await);
}

/// In items that are delivered later, a list is whole, while that of the first item is streamed.
#[tokio::test]
async fn a_list_in_later_items_is_whole() {
    let mut case = streamed(|t| t, InitialCount::Fixed(1));
    let mut t = object([("m", list(int()))]);
    t.fields[0].streamed = Some(DeferredId(1));
    case.plan.shape.fields[0].value = list(Shape::Object {
        type_name: name("T"),
        shape: Arc::new(t),
    });
    case.plan
        .deferred
        .push(part("inner", 1, Some(InitialCount::Fixed(1))));
    let script = || {
        Script::new()
            .answer(
                0,
                r#"{"data":{"l":[{"id":"1","m":[1,2,3]},{"id":"2","m":[4,5]}]}}"#,
            )
            .answer(1, r#"{"data":{"e":[{"n":10}]}}"#)
            .answer(2, r#"{"data":{"e":[{"n":20}]}}"#)
    };
    assert_snapshot!(in_both_formats(&case, script).await);
}

#[tokio::test]
async fn without_memory_for_it_the_rest_is_given_up() {
    let script = three()
        .answer(1, r#"{"data":{"e":[{"n":10}]}}"#)
        .answer_with(2, Err(FetchError::Exhausted));
    let parts = parts(&streamed(|t| t, FIXED), script, Format::Numbered).await;
    let last = parts.lines().rfind(|l| l.starts_with('{'));
    let last = last.unwrap_or_default();
    assert!(
        last.starts_with(r#"{"completed":[{"id":"0","errors":[{"#),
        "{last}"
    );
    assert!(last.ends_with(r#""hasNext":false}"#), "{last}");
}
