//! Result coercion and null propagation, by the specification's section on completing values.

use std::sync::Arc;

use planner::{EnumValues, Leaf, Shape};

use crate::script::*;

/// Completes `value` as `{"v": value}` and gives the data, or the data and the message of the error.
async fn check(shape: Shape, value: &str, expected: &str) {
    let case = Case::new(vec![root("a{v}")], object([("v", shape)]));
    let outcome = case
        .run(Script::new().answer(0, &format!(r#"{{"data":{{"v":{value}}}}}"#)))
        .await;
    let response: serde_json::Value =
        serde_json::from_str(&outcome.body).expect("a response is JSON");
    let mut actual = response["data"].to_string();
    for error in response["errors"].as_array().into_iter().flatten() {
        actual.push_str(&format!(
            " {} {}",
            error["path"],
            error["message"].as_str().expect("an error has a message")
        ));
    }
    assert_eq!(actual, expected, "{value}");
}

#[tokio::test]
async fn leaves_are_coerced_by_their_type() {
    let colours = || {
        Shape::Leaf(Leaf::Enum(Arc::new(EnumValues {
            shown: vec![name("GREEN"), name("RED")],
            hidden: vec![name("BLUE")],
        })))
    };
    for (shape, value, expected) in [
        (int(), "1", r#"{"v":1}"#),
        (int(), "1.0", r#"{"v":1}"#),
        (
            int(),
            "2147483648",
            r#"{"v":null} ["v"] "v" came as 2147483648, which is no 32-bit integer"#,
        ),
        (
            int(),
            "1.5",
            r#"{"v":null} ["v"] "v" came as 1.5, which is no 32-bit integer"#,
        ),
        (
            int(),
            r#""1""#,
            r#"{"v":null} ["v"] "v" came as a string where a number was expected"#,
        ),
        (
            string(),
            "5",
            r#"{"v":null} ["v"] "v" came as a number where a string was expected"#,
        ),
        (Shape::Leaf(Leaf::Id), "5", r#"{"v":"5"}"#),
        (
            Shape::Leaf(Leaf::Id),
            "5.5",
            r#"{"v":null} ["v"] "v" came as a number where an ID was expected"#,
        ),
        (Shape::Leaf(Leaf::Float), "5", r#"{"v":5}"#),
        (
            Shape::Leaf(Leaf::Float),
            "1.7976931348623157e308",
            r#"{"v":1.7976931348623157e+308}"#,
        ),
        (
            Shape::Leaf(Leaf::Float),
            "-1e999",
            r#"{"v":null} ["v"] "v" came as -1e999, which is no finite 64-bit number"#,
        ),
        (
            Shape::Leaf(Leaf::Boolean),
            "0",
            r#"{"v":null} ["v"] "v" came as a number where a Boolean was expected"#,
        ),
        (
            Shape::Leaf(Leaf::Custom),
            r#"{"a":[1]}"#,
            r#"{"v":{"a":[1]}}"#,
        ),
        (colours(), r#""RED""#, r#"{"v":"RED"}"#),
        (
            colours(),
            r#""SECRET""#,
            r#"{"v":null} ["v"] "v" came as a value that its enum does not have"#,
        ),
        // No mistake, so no error.
        (colours(), r#""BLUE""#, r#"{"v":null}"#),
        (
            of([("n", int())]),
            "[]",
            r#"{"v":null} ["v"] "v" came as a list where an object was expected"#,
        ),
        (
            list(int()),
            "1",
            r#"{"v":null} ["v"] "v" came as a number where a list was expected"#,
        ),
    ] {
        check(shape, value, expected).await;
    }
}

#[tokio::test]
async fn null_goes_up_to_the_nearest_nullable_parent() {
    let broken = r#""n" is null, which its type does not allow"#;
    check(
        of([("n", non_null(int()))]),
        r#"{"n":null}"#,
        &format!(r#"{{"v":null}} ["v","n"] {broken}"#),
    )
    .await;
    check(
        list(of([("n", non_null(int()))])),
        r#"[{"n":1},{"n":null}]"#,
        &format!(r#"{{"v":[{{"n":1}},null]}} ["v",1,"n"] {broken}"#),
    )
    .await;
    check(
        list(non_null(of([("n", non_null(int()))]))),
        r#"[{"n":1},{"n":null}]"#,
        &format!(r#"{{"v":null}} ["v",1,"n"] {broken}"#),
    )
    .await;
    check(
        non_null(list(non_null(int()))),
        "[1,null]",
        r#"null ["v",1] "v" is null, which its type does not allow"#,
    )
    .await;
    check(
        list(list(int())),
        "[[1],null,[null]]",
        r#"{"v":[[1],null,[null]]}"#,
    )
    .await;
    check(
        list(non_null(int())),
        r#"[1,"x"]"#,
        r#"{"v":null} ["v",1] "v" came as a string where a number was expected"#,
    )
    .await;
}

#[tokio::test]
async fn abstract_values_take_the_shape_of_their_type() {
    let shape = || Shape::Abstract {
        type_name: name("I"),
        condition: None,
        possible: vec![
            (name("A"), Arc::new(object([("x", int())]))),
            (name("B"), Arc::new(object([("y", int())]))),
        ],
        hidden: Arc::new([name("Hidden")]),
    };
    check(
        shape(),
        r#"{"__typename":"B","x":1,"y":2}"#,
        r#"{"v":{"y":2}}"#,
    )
    .await;
    check(shape(), r#"{"__typename":"Hidden","x":1}"#, r#"{"v":null}"#).await;
    check(
        shape(),
        r#"{"__typename":"Other","x":1}"#,
        r#"{"v":null} ["v"] "v" came as an object of no possible type of "I""#,
    )
    .await;
    check(
        shape(),
        r#"{"x":1}"#,
        r#"{"v":null} ["v"] "v" of type "I" came without a __typename"#,
    )
    .await;
}

/// The fields that tell the types apart are conditional, and left out: then no type is asked for.
#[tokio::test]
async fn an_abstract_value_needs_no_type_where_all_types_have_the_same_fields() {
    for (yes, body) in [
        (r#"{"yes":false}"#, r#"{"data":{"v":{"x":1}}}"#),
        (r#"{"yes":true}"#, r#"{"data":{"v":{"x":1,"y":2}}}"#),
    ] {
        let mut case = Case::new(vec![root("a{v}")], object([("v", int())]));
        let known = condition(&mut case.plan, "yes", true);
        let mut other = object([("x", int()), ("y", int())]);
        other.fields[1].condition = Some(known);
        case.plan.shape.fields[0].value = Shape::Abstract {
            type_name: name("I"),
            condition: Some(known),
            possible: vec![
                (name("A"), Arc::new(object([("x", int())]))),
                (name("B"), Arc::new(other)),
            ],
            hidden: Arc::new([]),
        };
        let typename = if body.contains('y') {
            r#""__typename":"B","#
        } else {
            ""
        };
        let answer = format!(r#"{{"data":{{"v":{{{typename}"x":1,"y":2}}}}}}"#);
        case.document = "query($yes: Boolean!) { x(yes: $yes) }";
        case.variables = Some(yes);
        let outcome = case.run(Script::new().answer(0, &answer)).await;
        assert_eq!(outcome.body, body);
    }
}

/// What clients must not know of is null without an error, and noted.
#[tokio::test]
async fn what_is_hidden_is_noted() {
    let colour = Shape::Leaf(Leaf::Enum(Arc::new(EnumValues {
        shown: vec![name("RED")],
        hidden: vec![name("BLUE")],
    })));
    let case = Case::new(vec![root("a{l}")], object([("l", list(colour))]));
    let script = Script::new().answer(0, r#"{"data":{"l":["RED","BLUE"]}}"#);
    let outcome = case.run(script).await;
    assert_eq!(
        outcome.body,
        concat!(
            r#"{"data":{"l":["RED",null]},"extensions":{"valueCompletion":["#,
            r#"{"message":"\"l\" has a value that is not a part of the API","path":["l",1]}]}}"#
        )
    );
}
