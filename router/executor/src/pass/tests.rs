use planner::{EnumValues, FieldShape, FieldSource, Leaf, ObjectShape, Shape};

use super::Check;
use crate::json::Scanner;

fn field(name: &str, value: Shape) -> FieldShape {
    let name = apollo_compiler::Name::new(name).expect("it is a name");
    FieldShape {
        response_key: name.clone(),
        name: name.clone(),
        condition: None,
        source: FieldSource::Data(name),
        value,
        streamed: None,
    }
}

fn object(fields: Vec<FieldShape>) -> ObjectShape {
    ObjectShape {
        fields,
        deferred: Vec::new(),
    }
}

fn passes(shape: &ObjectShape, text: &str) -> bool {
    let mut check = Check {
        conditions: &[],
        scan: Scanner::new(text.as_bytes()),
        left_out: usize::MAX,
    };
    check.object(shape, Some("T")).is_some() && check.scan.at == text.len()
}

#[track_caller]
fn check(value: Shape, same: &[&str], different: &[&str]) {
    let shape = object(vec![field("a", value)]);
    for text in same {
        assert!(passes(&shape, &format!("{{\"a\":{text}}}")), "{text}");
    }
    for text in different {
        assert!(!passes(&shape, &format!("{{\"a\":{text}}}")), "{text}");
    }
}

fn non_null(shape: Shape) -> Shape {
    Shape::NonNull(Box::new(shape))
}

#[test]
fn leaves_pass_that_completion_would_write_as_they_are() {
    let numbers = ["1.5", "1e999", "99999999999", "01", "-", "1.", "+1", "[1]"];
    check(
        Shape::Leaf(Leaf::Int),
        &["0", "-12", "999999999", "null"],
        &numbers,
    );
    check(
        Shape::Leaf(Leaf::Float),
        &["0", "-1.5e3", "99999999999", "null"],
        &["1e999", "01", "\"1\"", "nul", "true"],
    );
    let texts = ["\"\"", "\"a\\u0062\\n\"", "\"é\"", "null"];
    let no_texts = ["\"a", "\"\\x\"", "\"\n\"", "1", "true", "{}", " \"a\""];
    check(Shape::Leaf(Leaf::String), &texts, &no_texts);
    check(Shape::Leaf(Leaf::Id), &texts, &no_texts);
    check(
        Shape::Leaf(Leaf::Boolean),
        &["true", "false", "null"],
        &["1", "\"true\"", "tru"],
    );
}

#[test]
fn values_of_enums_pass_that_clients_know() {
    let name = |name: &str| apollo_compiler::Name::new(name).expect("it is a name");
    let values = EnumValues {
        shown: vec![name("GREEN"), name("RED")],
        hidden: vec![name("BLUE")],
    };
    check(
        Shape::Leaf(Leaf::Enum(values.into())),
        &["\"RED\"", "\"GREEN\"", "null"],
        &["\"BLUE\"", "\"red\"", "\"\\u0052ED\"", "1"],
    );
}

#[test]
fn values_of_custom_scalars_pass_without_white_space() {
    let nested = format!("{}{}", "[".repeat(100), "]".repeat(100));
    check(
        Shape::Leaf(Leaf::Custom),
        &[
            "{\"b\":[1,{\"c\":null}],\"d\":{}}",
            "[]",
            "-1e999",
            "\"x\"",
            &nested,
            "null",
        ],
        &[
            "{\"b\": 1}",
            "[1, 2]",
            "[1,]",
            "[,1]",
            "{\"b\":1,}",
            "{b:1}",
            "{\"b\"}",
            "[1}",
            &"[".repeat(100_000),
        ],
    );
}

#[test]
fn null_passes_only_where_it_is_allowed() {
    let leaf = || Shape::Leaf(Leaf::Int);
    check(non_null(leaf()), &["1"], &["null"]);
    check(non_null(Shape::Leaf(Leaf::Custom)), &["1"], &["null"]);
    let list = Shape::List(Box::new(non_null(leaf())));
    check(list, &["[]", "[1,2]", "null"], &["[null]", "[1 ]", "[1,]"]);
    let list = Shape::List(Box::new(leaf()));
    check(
        non_null(list),
        &["[null,1]"],
        &["null", "1", "[", "[1", "{}"],
    );
}

#[test]
fn fields_pass_in_the_order_of_the_response() {
    let typename = FieldShape {
        source: FieldSource::Typename,
        ..field("kind", Shape::Leaf(Leaf::String))
    };
    let aliased = FieldShape {
        response_key: apollo_compiler::Name::new("other").expect("it is a name"),
        ..field("b", Shape::Leaf(Leaf::Int))
    };
    let shape = object(vec![field("a", Shape::Leaf(Leaf::Int)), typename]);
    assert!(passes(&shape, r#"{"a":1,"kind":"T"}"#));
    for text in [
        r#"{"kind":"T","a":1}"#,
        r#"{"a":1}"#,
        r#"{"a":1,"kind":"U"}"#,
        r#"{"a":1,"kind":"T","b":2}"#,
        r#"{"a":1,"a":1,"kind":"T"}"#,
        r#"{"a":1, "kind":"T"}"#,
        r#"{ "a":1,"kind":"T"}"#,
        "{}",
        "",
    ] {
        assert!(!passes(&shape, text), "{text}");
    }
    assert!(!passes(&object(vec![aliased]), r#"{"other":1}"#));
    assert!(passes(&object(Vec::new()), "{}"));
}

#[test]
fn objects_of_abstract_types_pass_when_their_type_comes_first() {
    let name = |name: &str| apollo_compiler::Name::new(name).expect("it is a name");
    let typename = || FieldShape {
        source: FieldSource::Typename,
        ..field("__typename", Shape::Leaf(Leaf::String))
    };
    let of = |key: &str| object(vec![typename(), field(key, Shape::Leaf(Leaf::Int))]);
    let shape = Shape::Abstract {
        type_name: name("Either"),
        condition: None,
        possible: vec![(name("A"), of("a").into()), (name("B"), of("b").into())],
        hidden: Vec::new().into(),
    };
    check(
        shape,
        &[
            r#"{"__typename":"A","a":1}"#,
            r#"{"__typename":"B","b":1}"#,
            "null",
        ],
        &[
            r#"{"__typename":"A","b":1}"#,
            r#"{"__typename":"C","a":1}"#,
            r#"{"a":1,"__typename":"A"}"#,
            "{}",
        ],
    );
}
