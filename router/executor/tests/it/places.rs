//! Entities that are at more places than could be gone through: lists that lead from each entity to all others, level after level.

use std::sync::{Arc, Mutex};

use apollo_compiler::ast::Type;
use executor::Entities;
use planner::{
    ContextVariable, DeferredId, DeferredPart, Fetch, FetchTarget, InitialCount, PathElement,
    RepeatedFields, RepeatedSelection, SelectionText, Shape, StreamedItems,
};

use crate::script::*;

/// How many entities there are; each has a list of all of them.
const WIDTH: usize = 60;

/// How many lists are below each other: there are `WIDTH` to the power of this many places in the last.
const DEPTH: usize = 9;

/// A list of references to all entities, each with these fields beside its id.
fn references(width: usize, more: impl Fn(usize) -> String) -> String {
    let one = |id| format!(r#"{{"id":"{id}"{}}}"#, more(id));
    let all: Vec<String> = (0..width).map(one).collect();
    format!("[{}]", all.join(","))
}

/// What is answered for so many entities: of each the field `l`.
fn answer(width: usize, list: &str) -> String {
    let one = format!(r#"{{"l":{list}}}"#);
    format!(r#"{{"data":{{"e":[{}]}}}}"#, vec![one; width].join(","))
}

/// Entities at the end of the path: of each the list of all of them, which is at the end of the next one.
fn fetches(paths: Vec<Vec<PathElement>>) -> Vec<Fetch> {
    let mut all = vec![root("a{l{id}}")];
    for path in paths {
        let before = u32::try_from(all.len() - 1).expect("a test has few fetches");
        let mut fetch = entities("b{e:_entities{l{id}}}", &[before], &[]);
        if let FetchTarget::Entities(fields) = &mut fetch.target {
            fields[0].paths = vec![path];
        }
        all.push(fetch);
    }
    all
}

/// Paths of one element more each.
fn paths(element: impl Fn(usize) -> Vec<PathElement>) -> Vec<Vec<PathElement>> {
    let path = |depth| (0..depth).flat_map(&element).collect();
    (1..=DEPTH).map(path).collect()
}

/// The fetches that bring a list each are answered.
fn script(first: &str, width: usize, list: &str, lists: usize) -> Script {
    let script = Script::new().answer(0, &format!(r#"{{"data":{{"l":{first}}}}}"#));
    let answers = (1..).take(lists);
    answers.fold(script, |script, fetch| {
        script.answer(fetch, &answer(width, list))
    })
}

fn key(key: &str) -> PathElement {
    PathElement::Key(name(key))
}

/// Only the first level is in the response.
fn shape() -> planner::ObjectShape {
    object([("l", list(of([("id", string())])))])
}

/// Runs a chain of which every fetch is answered by `list`; what was sent, and how many entities that was about.
async fn chain(paths: Vec<Vec<PathElement>>, list: &str, width: usize) -> Outcome {
    let script = script(list, width, list, paths.len());
    Case::new(fetches(paths), shape()).run(script).await
}

#[tokio::test]
async fn entities_are_gone_through_once_however_many_ways_lead_to_them() {
    let list = references(WIDTH, |_| String::new());
    let outcome = chain(paths(|_| vec![key("l")]), &list, WIDTH).await;
    assert_eq!(outcome.body, format!(r#"{{"data":{{"l":{list}}}}}"#));
    assert_eq!(outcome.sent.len(), DEPTH + 1);
    let representations: Vec<String> = (0..WIDTH)
        .map(|id| format!(r#"{{"__typename":"T","id":"{id}"}}"#))
        .collect();
    let ends = format!(r#""variables":{{"r":[{}]}}}}"#, representations.join(","));
    for (sent, about) in outcome.sent.iter().zip(&outcome.entities).skip(1) {
        assert!(sent.ends_with(&ends), "{sent}");
        assert_eq!(about.sent, WIDTH);
    }
    // Up to the third level, where lists that are there already are met again, all places are counted.
    let shared = |depth: u32| Entities {
        sent: WIDTH,
        shared: WIDTH.pow(depth) - WIDTH,
    };
    assert_eq!(outcome.entities[1..4], [shared(1), shared(2), shared(3)]);
    assert!(
        outcome.entities[4..]
            .iter()
            .all(|about| *about == shared(3))
    );
}

#[tokio::test]
async fn lists_in_lists_are_gone_through_once() {
    let inner = references(WIDTH, |_| String::new());
    let list = format!("[{}]", vec![inner; 3].join(","));
    let outcome = chain(paths(|_| vec![key("l")]), &list, WIDTH).await;
    assert!(
        outcome.entities[1..]
            .iter()
            .all(|about| about.sent == WIDTH)
    );
}

#[tokio::test]
async fn types_choose_among_entities_that_are_at_many_places() {
    let list = references(WIDTH, |id| {
        let ty = if id % 2 == 0 { "Even" } else { "Odd" };
        format!(r#","__typename":"{ty}""#)
    });
    let evens = PathElement::TypeCondition(Arc::new([name("Even")]));
    let elements = |_| vec![key("l"), evens.clone()];
    let outcome = chain(paths(elements), &list, WIDTH / 2).await;
    for (sent, about) in outcome.sent.iter().zip(&outcome.entities).skip(1) {
        assert_eq!(about.sent, WIDTH / 2);
        assert!(sent.contains(r#""id":"58""#) && !sent.contains(r#""id":"59""#));
    }
}

#[tokio::test]
async fn items_of_streamed_lists_are_told_apart_at_many_places() {
    let list = references(WIDTH, |_| String::new());
    for (side, kept) in [(StreamedItems::First, 2), (StreamedItems::Later, WIDTH - 2)] {
        let streamed = |level| match level {
            0 => key("l"),
            _ => PathElement::Streamed {
                key: name("l"),
                part: DeferredId(0),
                items: side,
            },
        };
        let paths = paths(|level| vec![streamed(level)]);
        let script = script(&list, kept, &list, DEPTH).answer(1, &answer(WIDTH, &list));
        let mut case = Case::new(fetches(paths), shape());
        case.plan.deferred.push(DeferredPart {
            label: None,
            path: vec![name("l")],
            fetches: Vec::new(),
            initial: Some(InitialCount::Fixed(2)),
            in_later_items: Vec::new(),
        });
        let outcome = case.run(script).await;
        assert_eq!(outcome.sent.len(), DEPTH + 1);
        for (sent, about) in outcome.sent.iter().zip(&outcome.entities).skip(2) {
            assert_eq!(about.sent, kept);
            let has_first = sent.contains(r#""id":"1""#);
            assert_eq!(has_first, side == StreamedItems::First, "{sent}");
        }
    }
}

#[tokio::test]
async fn roots_below_entities_that_are_at_many_places_are_asked_once() {
    let list = references(WIDTH, |_| r#","q":{}"#.to_owned());
    let mut paths = paths(|_| vec![key("l")]);
    let to_roots = paths.pop().map(|path| [path, vec![key("q")]].concat());
    let mut all = fetches(paths);
    let before = u32::try_from(all.len() - 1).expect("a test has few fetches");
    let mut last = root_at("b{n}", &[before], &[]);
    last.target = FetchTarget::RootAt(to_roots.into_iter().collect());
    all.push(last);
    let script = script(&list, WIDTH, &list, DEPTH - 1);
    let script = script.answer(before + 1, r#"{"data":{"n":7}}"#);
    let outcome = Case::new(all, shape()).run(script).await;
    assert_eq!(outcome.sent.len(), DEPTH + 1);
}

/// A chain of so many levels, of which the last fetch takes the `c` of the first objects.
fn taking(depth: usize, width: usize, context: impl Fn(usize) -> usize) -> (Case, Script) {
    let mut all = fetches(paths(|_| vec![key("l")]));
    all.truncate(depth + 1);
    let last = all.last_mut().expect("there are fetches");
    last.operation = "bquery($r:[_Any!]!,$c:Int){e:_entities(representations:$r){n(c:$c)}}".into();
    if let FetchTarget::Entities(fields) = &mut last.target {
        fields[0].contexts = vec![ContextVariable {
            variable: name("c"),
            ty: Type::parse("Int", "").expect("a type"),
            depth: 1,
            fields: vec![leaf_of_representation("c")],
        }];
    }
    last.repeated = Some(Box::new(RepeatedFields {
        selections: vec![RepeatedSelection {
            variables: Vec::new(),
            text: vec![
                SelectionText::Text("{n(c:".into()),
                SelectionText::Context(0),
                SelectionText::Text(")}".into()),
            ],
        }],
    }));
    let first = references(width, |id| format!(r#","c":{}"#, context(id)));
    let list = references(width, |_| String::new());
    let script = script(&first, width, &list, depth - 1);
    (Case::new(all, shape()), script)
}

/// The number of the last fetch, as it is answered.
fn last(depth: usize) -> u32 {
    u32::try_from(depth).expect("a test has few fetches")
}

#[tokio::test]
async fn entities_that_take_the_same_at_many_places_are_asked_for_once() {
    let (case, script) = taking(DEPTH, WIDTH, |_| 1);
    let all = vec![r#"{"n":1}"#; WIDTH].join(",");
    let script = script.answer(last(DEPTH), &format!(r#"{{"data":{{"e":[{all}]}}}}"#));
    let outcome = case.run(script).await;
    assert_eq!(outcome.entities[DEPTH].sent, WIDTH);
    assert!(outcome.sent[DEPTH].ends_with(r#"],"c":1}}"#));
}

#[tokio::test]
async fn entities_that_take_others_at_many_places_are_asked_for_once_for_each() {
    let (case, script) = taking(DEPTH, WIDTH, |id| id % 3);
    let all = vec![r#"{"n":1}"#; WIDTH].join(",");
    let answer = format!(r#"{{"data":{{"e_0_0":[{all}],"e_0_1":[{all}],"e_0_2":[{all}]}}}}"#);
    let outcome = case.run(script.answer(last(DEPTH), &answer)).await;
    assert_eq!(outcome.entities[DEPTH].sent, 3 * WIDTH);
    for group in 0..3 {
        let value = format!(r#""c_0_{group}":{group}"#);
        assert!(outcome.sent[DEPTH].contains(&value));
    }
}

#[tokio::test]
async fn what_entities_take_at_many_places_is_answered_at_each() {
    let (mut case, script) = taking(3, 2, |id| 10 * id);
    let level = |shape: Shape| of([("l", list(shape))]);
    case.plan.shape = object([("l", list(level(level(of([("n", int())])))))]);
    let answer = r#"{"data":{"e_0_0":[{"n":1},{"n":2}],"e_0_1":[{"n":3},{"n":4}]}}"#;
    let outcome = case.run(script.answer(3, answer)).await;
    let below = |first: usize, second: usize| {
        let below = format!(r#"{{"l":[{{"n":{first}}},{{"n":{second}}}]}}"#);
        format!(r#"{{"l":[{below},{below}]}}"#)
    };
    assert_eq!(
        outcome.body,
        format!(r#"{{"data":{{"l":[{},{}]}}}}"#, below(1, 2), below(3, 4))
    );
}

#[tokio::test]
async fn objects_of_their_own_are_made_within_the_memory_that_there_is() {
    let (case, script) = taking(DEPTH, WIDTH, |id| id);
    let outcome = case.run(within(script, 20_000_000)).await;
    assert!(outcome.response.exhausted);
    assert_eq!(outcome.sent.len(), DEPTH);
}

/// A script that has this much memory to grant.
fn within(mut script: Script, memory: usize) -> Script {
    script.memory = Some(Mutex::new(memory));
    script
}

#[tokio::test]
async fn a_representation_of_more_places_than_there_is_memory_for_ends_the_execution() {
    let list = references(WIDTH, |_| String::new());
    let mut all = fetches(paths(|_| vec![key("l")]));
    let mut required = leaf_of_representation("id");
    for _ in 1..DEPTH {
        required = planner::RepresentationField {
            fields: vec![required],
            ..leaf_of_representation("l")
        };
    }
    let last = all.last_mut().expect("there are fetches");
    if let FetchTarget::Entities(fields) = &mut last.target {
        fields[0].paths = vec![vec![key("l")]];
        fields[0].representations[0].fields.push(required);
    }
    let script = script(&list, WIDTH, &list, DEPTH - 1);
    let case = Case::new(all, shape());
    let outcome = case.run(within(script, 5_000_000)).await;
    assert!(outcome.response.exhausted, "{}", outcome.body);
    assert_eq!(outcome.sent.len(), DEPTH);
}

#[tokio::test]
async fn what_many_representations_share_is_not_written_for_ever() {
    // One entity at many places, of which each representation has the whole of a large value.
    let places = 20_000;
    let required = planner::RepresentationField {
        required: false,
        ..leaf_of_representation("j")
    };
    let mut last = entities("b{e:_entities{n}}", &[1], &["l"]);
    if let FetchTarget::Entities(fields) = &mut last.target {
        fields[0].representations[0].fields.push(required);
    }
    let case = Case::new(
        vec![
            root("a{l{id}}"),
            entities("b{e:_entities{j}}", &[0], &["l"]),
            last,
        ],
        object([("l", list(of([("n", int())])))]),
    );
    let references = vec![r#"{"id":"1"}"#; places].join(",");
    let large = "x".repeat(500_000);
    let script = Script::new()
        .answer(0, &format!(r#"{{"data":{{"l":[{references}]}}}}"#))
        .answer(1, &format!(r#"{{"data":{{"e":[{{"j":"{large}"}}]}}}}"#));
    let outcome = case.run(script).await;
    assert!(outcome.response.exhausted);
    assert_eq!(outcome.sent.len(), 2);
}

#[tokio::test]
async fn values_that_are_merged_for_each_place_are_made_within_the_memory_that_there_is() {
    // One entity at many places, with a list of values from one subgraph and the same list from another.
    let references = vec![r#"{"id":"1"}"#; 2_000].join(",");
    let sizes = |size: &str| {
        let sizes = vec![size; 2_000].join(",");
        format!(r#"{{"data":{{"e":[{{"sizes":[{sizes}]}}]}}}}"#)
    };
    let size = of([("w", int()), ("h", int())]);
    let case = Case::new(
        vec![
            root("a{l{id} first{id}}"),
            entities("b{e:_entities{sizes{w}}}", &[0], &["l", "first"]),
            entities("a{e:_entities{sizes{h}}}", &[1], &["l", "first"]),
        ],
        object([("first", of([("sizes", list(size))]))]),
    );
    let first = format!(r#"{{"data":{{"l":[{references}],"first":{{"id":"1"}}}}}}"#);
    let script = Script::new()
        .answer(0, &first)
        .answer(1, &sizes(r#"{"w":1}"#))
        .answer(2, &sizes(r#"{"h":2}"#));
    let outcome = case.run(within(script, 20_000_000)).await;
    assert!(outcome.response.exhausted);
}

#[tokio::test]
async fn fields_that_nobody_asked_for_are_gone_through_once() {
    // One entity at many places, with a hundred thousand fields more than were asked for, in it and below it.
    let places = 20_000;
    let more = |prefix: &str| {
        let fields = (0..100_000).map(|n| format!(r#""{prefix}{n}":1,"#));
        fields.collect::<String>()
    };
    let (more, below) = (more("m"), more("b"));
    let shape = of([("n", int()), ("u", of([("id", string()), ("x", int())]))]);
    let case = Case::new(
        vec![
            root("a{l{id}}"),
            entities("b{e:_entities{n u{id}}}", &[0], &["l"]),
            entities("a{e:_entities{x}}", &[1], &["l.u"]),
            entities("a{e:_entities{y}}", &[1], &["l"]),
        ],
        object([("l", list(shape))]),
    );
    let references = vec![r#"{"id":"1"}"#; places].join(",");
    let entity = format!(r#"{{{more}"n":1,"u":{{{below}"id":"2"}}}}"#);
    let script = Script::new()
        .answer(0, &format!(r#"{{"data":{{"l":[{references}]}}}}"#))
        .answer(1, &format!(r#"{{"data":{{"e":[{entity}]}}}}"#))
        .answer(2, r#"{"data":{"e":[{"x":3}]}}"#)
        .answer(3, r#"{"data":{"e":[{"y":4}]}}"#);
    let outcome = case.run(script).await;
    let one = r#"{"n":1,"u":{"id":"2","x":3}}"#;
    assert_eq!(
        outcome.body,
        format!(r#"{{"data":{{"l":[{}]}}}}"#, vec![one; places].join(","))
    );
}
