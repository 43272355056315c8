//! Entities that occur at several places: sent once, merged into each place, their errors reported at each.

use executor::Entities;
use std::sync::Arc;

use planner::{
    EntityFetch, FetchTarget, Leaf, PathElement, Representation, RepresentationField, Shape,
};

use crate::script::*;

/// Lists of objects with their `id`s from `a`; `n` of each from `b`, with the objects `u` and their `id`s; `m` of those from `a`.
fn two_jumps() -> Case {
    let u = of([("id", string()), ("m", int())]);
    let t = of([("id", string()), ("n", int()), ("u", u)]);
    Case::new(
        vec![
            root("a{l{id}}"),
            entities("b{e:_entities{n u{id}}}", &[0], &["l"]),
            entities("a{e:_entities{m}}", &[1], &["l.u"]),
        ],
        object([("l", list(t))]),
    )
}

#[tokio::test]
async fn entities_below_shared_entities_are_sent_once_and_answered_everywhere() {
    let script = Script::new()
        .answer(0, r#"{"data":{"l":[{"id":"1"},{"id":"2"},{"id":"1"}]}}"#)
        .answer(
            1,
            r#"{"data":{"e":[{"n":1,"u":{"id":"x"}},{"n":2,"u":{"id":"x"}}]}}"#,
        )
        .answer(2, r#"{"data":{"e":[{"m":7}]}}"#);
    let outcome = two_jumps().run(script).await;
    assert_eq!(
        outcome.body,
        concat!(
            r#"{"data":{"l":[{"id":"1","n":1,"u":{"id":"x","m":7}},{"id":"2","n":2,"u":{"id":"x","m":7}},"#,
            r#"{"id":"1","n":1,"u":{"id":"x","m":7}}]}}"#
        )
    );
    assert_eq!(
        outcome.sent[2],
        r#"a {"query":"{e:_entities{m}}","variables":{"r":[{"__typename":"T","id":"x"}]}}"#
    );
    let sent = [(0, 0), (2, 1), (1, 2)].map(|(sent, shared)| Entities { sent, shared });
    assert_eq!(outcome.entities, sent);
}

#[tokio::test]
async fn failure_below_a_shared_entity_is_told_once_where_its_places_meet() {
    let script = Script::new()
        .answer(0, r#"{"data":{"l":[{"id":"1"},{"id":"1"}]}}"#)
        .answer(1, r#"{"data":{"e":[{"n":1,"u":{"id":"x"}}]}}"#)
        .answer_with(2, Err(executor::FetchError::Timeout));
    let outcome = two_jumps().run(script).await;
    let t = r#"{"id":"1","n":1,"u":{"id":"x","m":null}}"#;
    let error = r#"{"message":"the subgraph \"a\" did not answer in time","path":["l"],"extensions":{"code":"SUBREQUEST_TIMEOUT","service":"a"}}"#;
    assert_eq!(
        outcome.body,
        format!(r#"{{"data":{{"l":[{t},{t}]}},"errors":[{error}]}}"#)
    );
}

#[tokio::test]
async fn value_types_of_several_subgraphs_are_one_object() {
    let mut case = Case::new(
        vec![root("a{t{size{w}}}"), root("b{t{size{h}}}")],
        object([("t", of([("size", of([("h", int()), ("w", int())]))]))]),
    );
    case.options.max_errors = 5;
    let script = Script::new()
        .answer(0, r#"{"data":{"t":{"size":{"w":1}}}}"#)
        .answer(1, r#"{"data":{"t":{"size":{"h":2}}}}"#);
    assert_eq!(
        case.run(script).await.body,
        r#"{"data":{"t":{"size":{"h":2,"w":1}}}}"#
    );
}

#[tokio::test]
async fn representation_is_chosen_by_the_run_time_type() {
    let representation = |on: &[&str], typename: Option<&str>, key: &str| Representation {
        on: on.iter().map(|ty| name(ty)).collect(),
        typename: typename.map(name),
        fields: vec![leaf_of_representation(key)],
    };
    let mut fetch = entities("b{e}", &[0], &[]);
    fetch.target = FetchTarget::Entities(vec![EntityFetch {
        contexts: Vec::new(),
        response_key: name("e"),
        variable: name("r"),
        condition: None,
        paths: vec![vec![
            PathElement::Key(name("l")),
            PathElement::TypeCondition(Arc::new([name("A"), name("B"), name("C")])),
        ]],
        representations: vec![
            representation(&["A"], None, "a"),
            representation(&["B", "D"], Some("I"), "b"),
        ],
    }]);
    let n = || Arc::new(object([("n", int())]));
    let shape = Shape::Abstract {
        type_name: name("I"),
        condition: None,
        possible: ["A", "B", "C", "D"].map(|ty| (name(ty), n())).into(),
        hidden: Arc::new([]),
    };
    let case = Case::new(vec![root("a{l}"), fetch], object([("l", list(shape))]));
    let script = Script::new()
        .answer(
            0,
            concat!(
                r#"{"data":{"l":[{"__typename":"A","a":1,"b":2},{"__typename":"\u0042","a":1,"b":2},"#,
                r#"{"__typename":"C","a":1,"b":2},{"__typename":"D","b":3},{"b":4},null]}}"#
            ),
        )
        .answer(1, r#"{"data":{"e":[{"n":1},{"n":2}]}}"#);
    let outcome = case.run(script).await;
    assert!(
        outcome.sent[1]
            .ends_with(r#""variables":{"r":[{"__typename":"A","a":1},{"__typename":"I","b":2}]}}"#),
        "{}",
        outcome.sent[1]
    );
    assert!(
        outcome
            .body
            .starts_with(r#"{"data":{"l":[{"n":1},{"n":2},{"n":null},{"n":null},null,null]}"#),
        "{}",
        outcome.body
    );
}

#[tokio::test]
async fn representations_hold_nested_objects_and_the_nulls_that_they_may_hold() {
    let field = |key: &str, required, on: Option<&str>, fields: &[RepresentationField]| {
        let on = on.map(|ty| Arc::from([name(ty)]));
        RepresentationField {
            on,
            fields: fields.to_vec(),
            required,
            ..leaf_of_representation(key)
        }
    };
    let mut fetch = entities("b{e}", &[0], &["l"]);
    if let FetchTarget::Entities(entities) = &mut fetch.target {
        let only_x = field("x", false, Some("X"), &[]);
        let id = field("id", true, None, &[]);
        entities[0].representations[0].fields = vec![
            field("o", true, None, &[id]),
            field("p", false, None, &[only_x]),
            field("c", false, None, &[]),
        ];
    }
    let case = Case::new(
        vec![root("a{l}"), fetch],
        object([("l", list(of([("n", int())])))]),
    );
    let script = Script::new()
        .answer(
            0,
            concat!(
                r#"{"data":{"l":["#,
                r#"{"o":{"z":0,"id":1},"p":[{"__typename":"X","x":2},{"__typename":"Y","x":3},null],"c":{"any":[1.0]}},"#,
                r#"{"o":{"id":2},"c":null},{"o":{"id":null}},{"o":null},{}]}}"#
            ),
        )
        .answer(1, r#"{"data":{"e":[{"n":1},null]}}"#);
    let outcome = case.run(script).await;
    assert_eq!(
        outcome.body,
        r#"{"data":{"l":[{"n":1},{"n":null},{"n":null},{"n":null},{"n":null}]}}"#
    );
    assert!(
        outcome.sent[1].ends_with(concat!(
            r#""r":[{"__typename":"T","o":{"id":1},"p":[{"x":2},{},null],"c":{"any":[1.0]}},"#,
            r#"{"__typename":"T","o":{"id":2},"p":null,"c":null}]}}"#
        )),
        "{}",
        outcome.sent[1]
    );
}

#[tokio::test]
async fn several_entity_fields_share_a_request() {
    let mut fetch = entities("b{e f g}", &[0], &["t"]);
    let mut case = Case::new(
        vec![root("a{t{id} u{id}}")],
        object([("t", of([("n", int())])), ("u", of([("n", int())]))]),
    );
    if let FetchTarget::Entities(entities) = &mut fetch.target {
        let of_u = |response_key, variable, condition| EntityFetch {
            contexts: Vec::new(),
            response_key: name(response_key),
            variable: name(variable),
            condition,
            paths: vec![vec![PathElement::Key(name("u"))]],
            representations: entities[0].representations.clone(),
        };
        let excluded = condition(&mut case.plan, "yes", true);
        let more = [of_u("f", "s", None), of_u("g", "v", Some(excluded))];
        entities.extend(more);
    }
    case.plan.fetches.push(fetch);
    let script = Script::new()
        .answer(0, r#"{"data":{"t":null,"u":{"id":"1"}}}"#)
        .answer(1, r#"{"data":{"e":[],"f":[{"n":1}],"g":[]}}"#);
    let outcome = case.run(script).await;
    assert_eq!(outcome.body, r#"{"data":{"t":null,"u":{"n":1}}}"#);
    assert!(
        outcome.sent[1]
            .ends_with(r#""variables":{"r":[],"s":[{"__typename":"T","id":"1"}],"v":[]}}"#),
        "{}",
        outcome.sent[1]
    );
}

#[tokio::test]
async fn an_object_that_is_a_scalar_is_whole_however_many_bring_it() {
    let t = of([("id", string()), ("j", Shape::Leaf(Leaf::Custom))]);
    let case = Case::new(
        vec![
            root("a{l{id j}}"),
            entities("b{e:_entities{j}}", &[0], &["l"]),
        ],
        object([("l", list(t))]),
    );
    let script = Script::new()
        .answer(
            0,
            r#"{"data":{"l":[{"id":"1","j":{"x":{"y":1},"z":[{"a":2}]}},{"id":"2","j":null},{"id":"2","j":{}}]}}"#,
        )
        .answer(
            1,
            r#"{"data":{"e":[{"j":{"x":{"y":1},"z":[{"a":2}]}},{"j":{"x":{"y":3}}}]}}"#,
        );
    let outcome = case.run(script).await;
    assert_eq!(
        outcome.body,
        concat!(
            r#"{"data":{"l":[{"id":"1","j":{"x":{"y":1},"z":[{"a":2}]}},"#,
            r#"{"id":"2","j":{"x":{"y":3}}},{"id":"2","j":{"x":{"y":3}}}]}}"#
        )
    );
}
