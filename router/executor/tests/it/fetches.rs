//! What is sent, when, and where the answers go.

use executor::{Entities, Stats};

use crate::script::*;

#[tokio::test]
async fn independent_fetches_run_side_by_side_and_keys_come_as_selected() {
    let case = Case::new(
        vec![root("a{x}"), root("b{y}")],
        object([("y", int()), ("x", int())]),
    );
    // Each is held until the other was asked: one after the other would hang.
    let script = Script::new()
        .answer(0, r#"{"data":{"x":1}}"#)
        .answer(1, r#"{"data":{"y":2}}"#)
        .hold(0, 1);
    let outcome = case.run(script).await;
    assert_eq!(outcome.body, r#"{"data":{"y":2,"x":1}}"#);
    assert_eq!(
        outcome.sent,
        [r#"a {"query":"{x}"}"#, r#"b {"query":"{y}"}"#]
    );
}

#[tokio::test]
async fn entity_is_sent_once_however_often_it_stands_in_the_data() {
    let case = Case::new(
        vec![
            root("a{l{id}m{id}}"),
            entities(
                "b query($r:[_Any!]!){e:_entities(representations:$r){...on T{n}}}",
                &[0],
                &["l", "m"],
            ),
        ],
        object([("l", list(of([("n", int())]))), ("m", of([("n", int())]))]),
    );
    let script = Script::new()
        .answer(
            0,
            r#"{"data":{"l":[{"id":"1"},{"id":"2"},{"id":"1"}],"m":{"id":"2"}}}"#,
        )
        .answer(1, r#"{"data":{"e":[{"n":10},{"n":20}]}}"#);
    let outcome = case.run(script).await;
    assert_eq!(
        outcome.body,
        r#"{"data":{"l":[{"n":10},{"n":20},{"n":10}],"m":{"n":20}}}"#
    );
    assert_eq!(
        outcome.sent[1],
        r#"b {"query":" query($r:[_Any!]!){e:_entities(representations:$r){...on T{n}}}","variables":{"r":[{"__typename":"T","id":"1"},{"__typename":"T","id":"2"}]}}"#
    );
    assert_eq!(outcome.response.stats, Stats { fetches: 2 });
    let entities = Entities { sent: 2, shared: 2 };
    assert_eq!(outcome.entities, [Entities::default(), entities]);
}

#[tokio::test]
async fn fetch_starts_when_its_own_inputs_are_there_and_waits_for_no_others() {
    let case = Case::new(
        vec![
            root("a{t{id}}"),
            root("b{slow}"),
            entities("b{e}", &[0], &["t"]),
        ],
        object([("t", of([("n", int())])), ("slow", int())]),
    );
    // The slow fetch ends only after the entity fetch was asked.
    let script = Script::new()
        .answer(0, r#"{"data":{"t":{"id":"1"}}}"#)
        .answer(1, r#"{"data":{"slow":0}}"#)
        .answer(2, r#"{"data":{"e":[{"n":1}]}}"#)
        .hold(1, 2);
    assert_eq!(
        case.run(script).await.body,
        r#"{"data":{"t":{"n":1},"slow":0}}"#
    );
}

/// While an entity is asked for, another answer brings more of the objects at its place: what then comes for the entity joins it.
#[tokio::test]
async fn what_comes_for_an_object_joins_what_came_meanwhile() {
    const ENTITY: &str = "b query($r:[_Any!]!){e:_entities(representations:$r){...on T{n{b}}}}";
    let case = Case::new(
        vec![
            root("a{l{id}}"),
            root("b{l{n{a}}}"),
            entities(ENTITY, &[0], &["l"]),
            entities(
                "a query($r:[_Any!]!){e:_entities(representations:$r){...on T{c}}}",
                &[0, 1],
                &["l"],
            ),
        ],
        object([(
            "l",
            list(of([("n", of([("a", int()), ("b", int())])), ("c", int())])),
        )]),
    );
    let script = Script::new()
        .answer(0, r#"{"data":{"l":[{"id":"1"},{"id":"2"}]}}"#)
        .answer(1, r#"{"data":{"l":[{"n":{"a":1}},{"n":{"a":2}}]}}"#)
        .answer(2, r#"{"data":{"e":[{"n":{"b":3}},{"n":{"b":4}}]}}"#)
        .answer(3, r#"{"data":{"e":[{"c":5},{"c":6}]}}"#)
        .hold(1, 2)
        .hold(2, 3);
    let outcome = case.run(script).await;
    assert_eq!(
        outcome.body,
        r#"{"data":{"l":[{"n":{"a":1,"b":3},"c":5},{"n":{"a":2,"b":4},"c":6}]}}"#
    );
}

#[tokio::test]
async fn nothing_is_sent_where_there_is_no_entity() {
    let case = Case::new(
        vec![
            root("a{t{id}}"),
            entities("b{e}", &[0], &["t"]),
            entities("b{e}", &[1], &["t.u"]),
        ],
        object([("t", of([("n", int())]))]),
    );
    let outcome = case
        .run(Script::new().answer(0, r#"{"data":{"t":null}}"#))
        .await;
    assert_eq!(outcome.body, r#"{"data":{"t":null}}"#);
    assert_eq!(outcome.sent.len(), 1);
}

#[tokio::test]
async fn entity_with_a_null_key_is_not_sent_and_its_nullable_fields_are_null() {
    let case = Case::new(
        vec![root("a{l{id}}"), entities("b{e}", &[0], &["l"])],
        object([("l", list(of([("id", string()), ("n", int())])))]),
    );
    let script = Script::new()
        .answer(0, r#"{"data":{"l":[{"id":null},{"id":"2"}]}}"#)
        .answer(1, r#"{"data":{"e":[{"n":2}]}}"#);
    let outcome = case.run(script).await;
    assert_eq!(
        outcome.body,
        r#"{"data":{"l":[{"id":null,"n":null},{"id":"2","n":2}]}}"#
    );
    assert!(
        outcome.sent[1].ends_with(r#""variables":{"r":[{"__typename":"T","id":"2"}]}}"#),
        "{}",
        outcome.sent[1]
    );
}

#[tokio::test]
async fn digits_and_escapes_go_through_untouched() {
    let mut fetch = root("aquery($v:Float){x(f:$v)}");
    fetch.variables = vec![name("v")];
    let mut case = Case::new(
        vec![fetch],
        object([("s", string()), ("d", planner_custom())]),
    );
    case.document = "query($v: Float) { x(f: $v) }";
    case.variables = Some(r#"{"v": 0.10000000000000000000000000001}"#);
    let script = Script::new().answer(
        0,
        r#"{"data":{"s":"é\u00e9\n\"","d":{"a":[1.50, 123456789012345678901234567890]}}}"#,
    );
    let outcome = case.run(script).await;
    assert_eq!(
        outcome.body,
        r#"{"data":{"s":"é\u00e9\n\"","d":{"a":[1.50,123456789012345678901234567890]}}}"#
    );
    assert_eq!(
        outcome.sent,
        [
            r#"a {"query":"query($v:Float){x(f:$v)}","variables":{"v":0.10000000000000000000000000001}}"#
        ]
    );
}

fn planner_custom() -> planner::Shape {
    planner::Shape::Leaf(planner::Leaf::Custom)
}

#[tokio::test]
async fn what_a_condition_excludes_is_neither_fetched_nor_answered() {
    let mut case = Case::new(
        vec![root("a{x}"), root("b{y}")],
        object([("x", int()), ("y", int())]),
    );
    let condition = condition(&mut case.plan, "yes", true);
    case.plan.fetches[1].condition = Some(condition);
    case.plan.shape.fields[1].condition = Some(condition);
    case.document = "query($yes: Boolean!) { x(yes: $yes) }";
    case.variables = Some(r#"{"yes": false}"#);
    let outcome = case
        .run(Script::new().answer(0, r#"{"data":{"x":1}}"#))
        .await;
    assert_eq!(outcome.body, r#"{"data":{"x":1}}"#);
    assert_eq!(outcome.sent.len(), 1);
}

#[tokio::test]
async fn introspection_is_answered_without_a_fetch_unless_it_is_switched_off() {
    let case = || {
        let mut case = Case::new(
            Vec::new(),
            object([("__type", planner::Shape::Introspection)]),
        );
        case.plan.introspection = true;
        let leaf = |key, fields| planner::IntrospectionField {
            response_key: name(key),
            name: name(key),
            arguments: Vec::new(),
            condition: None,
            fields,
        };
        let mut field = leaf("__type", vec![leaf("name", Vec::new())]);
        let variable = apollo_compiler::ast::Value::Variable(name("n"));
        field.arguments.push((name("name"), variable.into()));
        case.plan.shape.fields[0].source = planner::FieldSource::Introspection(field.into());
        case.document = r#"query($n: String = "Query") { __type(name: $n) { name } }"#;
        case.variables = Some(r#"{"n":"Colour"}"#);
        case
    };
    let outcome = case().run(Script::new()).await;
    assert_eq!(outcome.body, r#"{"data":{"__type":{"name":"Colour"}}}"#);

    let mut case = case();
    case.options.introspection = false;
    let outcome = case.run(Script::new()).await;
    assert!(!outcome.response.executed);
    assert_eq!(outcome.response.error_codes, ["INTROSPECTION_DISABLED"]);
}

#[test]
fn execution_can_move_between_threads() {
    fn is_send<T: Send>(_: &T) {}
    let case = Case::new(vec![root("a{x}")], object([("x", int())]));
    is_send(&case.run(Script::new()));
}

#[tokio::test]
async fn fields_of_a_mutation_are_sent_one_after_the_other() {
    let mut second = root("b{y}");
    second.depends_on = vec![planner::FetchId(0)];
    let case = Case::new(
        vec![root("a{x}"), second],
        object([("x", int()), ("y", int())]),
    );
    // A failure does not keep the next field from being executed.
    let script = Script::new()
        .answer_with(0, Err(executor::FetchError::Timeout))
        .answer(1, r#"{"data":{"y":2}}"#);
    let outcome = case.run(script).await;
    assert_eq!(outcome.sent.len(), 2);
    assert!(
        outcome
            .body
            .starts_with(r#"{"data":{"x":null,"y":2},"errors":[{"#)
    );
}

/// Objects `l` from `a`, each with a root `q` whose `n` is in `b`.
fn roots_below_the_root() -> Case {
    let q = of([("n", int())]);
    let t = of([("q", q)]);
    Case::new(
        vec![root("a{l{q{__typename}}}"), root_at("b{n}", &[0], &["l.q"])],
        object([("l", list(t))]),
    )
}

#[tokio::test]
async fn roots_below_the_root_are_asked_once_and_answered_everywhere() {
    let script = Script::new()
        .answer(0, r#"{"data":{"l":[{"q":{}},{"q":null},{"q":{}}]}}"#)
        .answer(1, r#"{"data":{"n":7}}"#);
    let outcome = roots_below_the_root().run(script).await;
    assert_eq!(
        outcome.body,
        r#"{"data":{"l":[{"q":{"n":7}},{"q":null},{"q":{"n":7}}]}}"#
    );
    assert_eq!(outcome.sent[1], r#"b {"query":"{n}"}"#);
}

#[tokio::test]
async fn roots_below_the_root_that_are_not_there_are_not_asked_for() {
    let script = Script::new().answer(0, r#"{"data":{"l":[{"q":null}]}}"#);
    let outcome = roots_below_the_root().run(script).await;
    assert_eq!(outcome.body, r#"{"data":{"l":[{"q":null}]}}"#);
    assert_eq!(outcome.sent.len(), 1);
}

#[tokio::test]
async fn errors_of_a_root_below_the_root_stand_at_each_of_its_places() {
    let script = Script::new()
        .answer(0, r#"{"data":{"l":[{"q":{}},{"q":{}}]}}"#)
        .answer(
            1,
            r#"{"data":{"n":null},"errors":[{"message":"no","path":["n"],"extensions":{"code":"C"}}]}"#,
        );
    let outcome = roots_below_the_root().run(script).await;
    let error = |index| {
        format!(r#""path":["l",{index},"q","n"],"extensions":{{"code":"C","service":"b"}}"#)
    };
    assert!(
        outcome
            .body
            .starts_with(r#"{"data":{"l":[{"q":{"n":null}},{"q":{"n":null}}]},"errors":["#)
    );
    assert!(outcome.body.contains(&error(0)), "{}", outcome.body);
    assert!(outcome.body.contains(&error(1)), "{}", outcome.body);
}
