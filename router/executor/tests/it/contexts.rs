//! Entities that take values from the objects that enclose them.

use apollo_compiler::ast::Type;
use planner::{ContextVariable, FetchTarget, RepeatedFields, RepeatedSelection, SelectionText};

use crate::script::*;

/// Objects `l` with their `c` and one object `t` each from `a`; `n` of `t` from `b`, for which it takes the `c` around it.
fn taking(ty: &str) -> Case {
    let t = of([("n", int())]);
    let outer = of([("t", t)]);
    let mut fetch = entities(
        "bquery($r:[_Any!]!,$c:Int){e:_entities(representations:$r){n(c:$c)}}",
        &[0],
        &["l.t"],
    );
    let FetchTarget::Entities(fields) = &mut fetch.target else {
        panic!("entities");
    };
    fields[0].contexts = vec![ContextVariable {
        variable: name("c"),
        ty: Type::parse(ty, "").expect("a type"),
        depth: 1,
        fields: vec![leaf_of_representation("c")],
    }];
    fetch.repeated = Some(Box::new(RepeatedFields {
        selections: vec![RepeatedSelection {
            variables: Vec::new(),
            text: vec![
                SelectionText::Text("{n(c:".into()),
                SelectionText::Context(0),
                SelectionText::Text(")}".into()),
            ],
        }],
    }));
    Case::new(
        vec![root("a{l{c t{id}}}"), fetch],
        object([("l", list(outer))]),
    )
}

#[tokio::test]
async fn those_that_take_the_same_are_asked_for_by_the_operation_of_the_plan() {
    let script = Script::new()
        .answer(
            0,
            r#"{"data":{"l":[{"c":1,"t":{"id":"x"}},{"c":1,"t":{"id":"y"}},{"c":1,"t":{"id":"x"}}]}}"#,
        )
        .answer(1, r#"{"data":{"e":[{"n":10},{"n":20}]}}"#);
    let outcome = taking("Int").run(script).await;
    assert_eq!(
        outcome.body,
        r#"{"data":{"l":[{"t":{"n":10}},{"t":{"n":20}},{"t":{"n":10}}]}}"#
    );
    assert_eq!(
        outcome.sent[1],
        concat!(
            r#"b {"query":"query($r:[_Any!]!,$c:Int){e:_entities(representations:$r){n(c:$c)}}","#,
            r#""variables":{"r":[{"__typename":"T","id":"x"},{"__typename":"T","id":"y"}],"c":1}}"#
        )
    );
}

#[tokio::test]
async fn those_that_take_others_are_asked_for_apart_in_one_request() {
    let script = Script::new()
        .answer(
            0,
            r#"{"data":{"l":[{"c":1,"t":{"id":"x"}},{"c":null,"t":{"id":"x"}},{"c":1,"t":{"id":"y"}}]}}"#,
        )
        .answer(
            1,
            r#"{"data":{"e_0_0":[{"n":10},{"n":30}],"e_0_1":[null]},"errors":[{"message":"no","path":["e_0_1",0,"n"],"extensions":{"code":"C"}}]}"#,
        );
    let outcome = taking("Int").run(script).await;
    assert_eq!(
        outcome.sent[1],
        concat!(
            r#"b {"query":"query($r_0_0:[_Any!]!,$c_0_0:Int,$r_0_1:[_Any!]!,$c_0_1:Int){e_0_0:_entities(representations:$r_0_0){n(c:$c_0_0)} e_0_1:_entities(representations:$r_0_1){n(c:$c_0_1)}}","#,
            r#""variables":{"r_0_0":[{"__typename":"T","id":"x"},{"__typename":"T","id":"y"}],"c_0_0":1,"r_0_1":[{"__typename":"T","id":"x"}],"c_0_1":null}}"#
        )
    );
    let (data, errors) = outcome.body.split_once(r#","errors":"#).expect("errors");
    assert_eq!(
        data,
        r#"{"data":{"l":[{"t":{"n":10}},{"t":{"n":null}},{"t":{"n":30}}]}"#
    );
    assert!(errors.contains(r#""path":["l",1,"t","n"]"#), "{errors}");
}

/// Two `_entities` fields of one request, for the `t` of objects `l` and of objects `m`, which name one variable.
fn taking_in_two_places() -> Case {
    let fetch = || taking("Int").plan.fetches.pop().expect("one that takes");
    let (mut last, other) = (fetch(), fetch());
    last.operation = "bquery($r:[_Any!]!,$s:[_Any!]!,$c:Int){e:_entities(representations:$r){n(c:$c)}f:_entities(representations:$s){n(c:$c)}}".into();
    let (FetchTarget::Entities(fields), FetchTarget::Entities(mut others)) =
        (&mut last.target, other.target)
    else {
        panic!("entities");
    };
    let mut second = others.remove(0);
    second.response_key = name("f");
    second.variable = name("s");
    second.paths = data_paths(&["m.t"]);
    fields.push(second);
    let repeated = last.repeated.as_mut().expect("what can be repeated");
    let same = other.repeated.expect("what can be repeated").selections;
    repeated.selections.extend(same);
    let outer = || list(of([("t", of([("n", int())]))]));
    Case::new(
        vec![root("a{l{c t{id}}m{c t{id}}}"), last],
        object([("l", outer()), ("m", outer())]),
    )
}

/// Runs it with the contexts of both places, and the keys of the fields that the second request has; both places have their own answer. What it was sent ends
/// with `variables`.
async fn check_two_places(contexts: [u8; 2], keys: [&str; 2], variables: &str) {
    let [c, d] = contexts;
    let [e, f] = keys;
    let first = format!(
        r#"{{"data":{{"l":[{{"c":{c},"t":{{"id":"x"}}}}],"m":[{{"c":{d},"t":{{"id":"y"}}}}]}}}}"#
    );
    let second = format!(r#"{{"data":{{"{e}":[{{"n":10}}],"{f}":[{{"n":20}}]}}}}"#);
    let script = Script::new().answer(0, &first).answer(1, &second);
    let outcome = taking_in_two_places().run(script).await;
    assert_eq!(
        outcome.body,
        r#"{"data":{"l":[{"t":{"n":10}}],"m":[{"t":{"n":20}}]}}"#
    );
    let sent = &outcome.sent[1];
    let ends = format!(r#""variables":{variables}}}"#);
    assert!(sent.ends_with(&ends), "{sent}");
}

#[tokio::test]
async fn two_places_that_take_others_do_not_share_a_variable() {
    check_two_places(
        [1, 2],
        ["e_0_0", "f_1_0"],
        r#"{"r_0_0":[{"__typename":"T","id":"x"}],"c_0_0":1,"s_1_0":[{"__typename":"T","id":"y"}],"c_1_0":2}"#,
    )
    .await;
}

#[tokio::test]
async fn two_places_that_take_the_same_share_a_variable() {
    check_two_places(
        [1, 1],
        ["e", "f"],
        r#"{"r":[{"__typename":"T","id":"x"}],"s":[{"__typename":"T","id":"y"}],"c":1}"#,
    )
    .await;
}

#[tokio::test]
async fn a_null_that_may_not_be_is_not_sent() {
    let script = Script::new().answer(0, r#"{"data":{"l":[{"c":null,"t":{"id":"x"}}]}}"#);
    let outcome = taking("Int!").run(script).await;
    assert_eq!(outcome.body, r#"{"data":{"l":[{"t":{"n":null}}]}}"#);
    assert_eq!(outcome.sent.len(), 1);
}

/// Entities `u` of two objects are one, and so are the `t` below it: but they take different values.
#[tokio::test]
async fn an_object_that_stands_at_two_places_takes_what_is_around_each() {
    let mut last = taking("Int")
        .plan
        .fetches
        .pop()
        .expect("the fetch that takes");
    let FetchTarget::Entities(fields) = &mut last.target else {
        panic!("entities");
    };
    fields[0].paths = data_paths(&["l.u.t"]);
    last.depends_on = vec![planner::FetchId(1)];
    let u = of([("t", of([("n", int())]))]);
    let case = Case::new(
        vec![
            root("a{l{c u{id}}}"),
            entities("b{e:_entities{t{id}}}", &[0], &["l.u"]),
            last,
        ],
        object([("l", list(of([("u", u)])))]),
    );
    let script = Script::new()
        .answer(
            0,
            r#"{"data":{"l":[{"c":1,"u":{"id":"u"}},{"c":2,"u":{"id":"u"}}]}}"#,
        )
        .answer(1, r#"{"data":{"e":[{"t":{"id":"x"}}]}}"#)
        .answer(2, r#"{"data":{"e_0_0":[{"n":10}],"e_0_1":[{"n":20}]}}"#);
    let outcome = case.run(script).await;
    assert_eq!(
        outcome.body,
        r#"{"data":{"l":[{"u":{"t":{"n":10}}},{"u":{"t":{"n":20}}}]}}"#
    );
}

/// The entities `l` themselves have the value, for fields below them.
#[tokio::test]
async fn a_value_can_be_that_of_the_entity_that_is_asked_for() {
    let mut fetch = entities(
        "bquery($r:[_Any!]!,$c:Int){e:_entities(representations:$r){t{n(c:$c)}}}",
        &[0],
        &["l"],
    );
    let FetchTarget::Entities(fields) = &mut fetch.target else {
        panic!("entities");
    };
    fields[0].contexts = vec![ContextVariable {
        variable: name("c"),
        ty: Type::parse("Int", "").expect("a type"),
        depth: 1,
        fields: vec![leaf_of_representation("c")],
    }];
    fetch.repeated = Some(Box::new(RepeatedFields {
        selections: vec![RepeatedSelection {
            variables: Vec::new(),
            text: vec![
                SelectionText::Text("{t{n(c:".into()),
                SelectionText::Context(0),
                SelectionText::Text(")}}".into()),
            ],
        }],
    }));
    let outer = of([("t", of([("n", int())]))]);
    let case = Case::new(
        vec![root("a{l{c id}}"), fetch],
        object([("l", list(outer))]),
    );
    let script = Script::new()
        .answer(
            0,
            r#"{"data":{"l":[{"c":1,"id":"x"},{"c":2,"id":"y"},{"c":1,"id":"z"}]}}"#,
        )
        .answer(
            1,
            r#"{"data":{"e_0_0":[{"t":{"n":10}},{"t":{"n":30}}],"e_0_1":[{"t":{"n":20}}]}}"#,
        );
    let outcome = case.run(script).await;
    assert_eq!(
        outcome.body,
        r#"{"data":{"l":[{"t":{"n":10}},{"t":{"n":20}},{"t":{"n":30}}]}}"#
    );
}

#[tokio::test]
async fn the_name_of_a_type_is_taken_and_never_the_object() {
    let mut case = taking("String");
    if let FetchTarget::Entities(fields) = &mut case.plan.fetches[1].target {
        let type_name = planner::RepresentationField {
            constant: Some(name("Box")),
            ..leaf_of_representation("__typename")
        };
        fields[0].contexts[0].fields[0].fields = vec![type_name];
    }
    let script = Script::new()
        .answer(
            0,
            r#"{"data":{"l":[{"c":{"secret":1},"t":{"id":"x"}},{"c":{"secret":2},"t":{"id":"y"}}]}}"#,
        )
        .answer(1, r#"{"data":{"e":[{"n":10},{"n":20}]}}"#);
    let outcome = case.run(script).await;
    assert!(
        outcome.sent[1].ends_with(r#"{"__typename":"T","id":"y"}],"c":"Box"}}"#),
        "{}",
        outcome.sent[1]
    );
}

#[tokio::test]
async fn a_number_that_is_no_float_is_not_taken() {
    let mut case = taking("Float");
    if let FetchTarget::Entities(fields) = &mut case.plan.fetches[1].target {
        fields[0].contexts[0].fields[0].float = true;
    }
    let script = Script::new()
        .answer(
            0,
            r#"{"data":{"l":[{"c":1e999,"t":{"id":"x"}},{"c":1e999,"t":{"id":"y"}}]}}"#,
        )
        .answer(1, r#"{"data":{"e":[{"n":10},{"n":20}]}}"#);
    let outcome = case.run(script).await;
    assert!(
        outcome.sent[1].ends_with(r#","c":null}}"#),
        "{}",
        outcome.sent[1]
    );
}
