//! What is looked at again and again: values and keys at each place of an entity, of which nothing is in the response. It is work, which is counted, so that it
//! ends when nobody waits for the response any longer.

use planner::{EnumValues, Leaf, Shape};

use crate::script::*;

/// An entity at this many places, and what it has.
async fn at_places(places: usize, entity: &str, item: Shape, late: bool) -> Outcome {
    let case = Case::new(
        vec![
            root("a{l{id}}"),
            entities("b{e:_entities{z}}", &[0], &["l"]),
        ],
        object([("l", list(item))]),
    );
    let objects = vec![r#"{"id":"1"}"#; places].join(",");
    let script = Script::new()
        .answer(0, &format!(r#"{{"data":{{"l":[{objects}]}}}}"#))
        .answer(1, &format!(r#"{{"data":{{"e":[{{{entity}}}]}}}}"#));
    let script = if late { script.late() } else { script };
    case.run(script).await
}

fn leaf(leaf: Leaf) -> Shape {
    of([("z", Shape::Leaf(leaf))])
}

const LATE: &str = r#"{"data":null,"errors":[{"message":"the response was not completed in time","extensions":{"code":"REQUEST_TIMEOUT"}}]}"#;

#[tokio::test]
async fn a_number_that_is_no_id_is_read_at_each_place_only_while_somebody_waits() {
    let entity = format!("\"z\":{}.5", "1".repeat(1 << 20));
    let few = at_places(3, &entity, leaf(Leaf::Id), true).await;
    assert!(few.response.executed, "{}", few.body);
    let many = at_places(1_000, &entity, leaf(Leaf::Id), true).await;
    assert_eq!(many.body, LATE);
    assert_eq!(many.response.error_codes, ["REQUEST_TIMEOUT"]);
}

#[tokio::test]
async fn an_index_is_built_at_each_place_only_while_somebody_waits() {
    // It has an index of its own, and its places have too many keys to be looked through.
    let keys = |from: usize, to: usize| -> String {
        let keys = (from..to).map(|n| format!("\"k{n}\":0,"));
        keys.collect()
    };
    let asked: Vec<String> = (0..100).map(|n| format!("missing{n}")).collect();
    let asked: [&str; 100] = std::array::from_fn(|n| asked[n].as_str());
    let item = || of(asked.map(|key| (key, int())));
    let run = async |places: usize| {
        let case = Case::new(
            vec![
                root("a{l{id}}"),
                entities("b{e:_entities{z}}", &[0], &["l"]),
            ],
            object([("l", list(item()))]),
        );
        let own = keys(0, 60);
        // A key with an escape belongs to no form.
        let objects = vec![format!(r#"{{{own}"\u006b":1,"id":"1"}}"#); places].join(",");
        let script = Script::new()
            .answer(0, &format!(r#"{{"data":{{"l":[{objects}]}}}}"#))
            .answer(
                1,
                &format!(r#"{{"data":{{"e":[{{{}"z":1}}]}}}}"#, keys(0, 5_000)),
            );
        case.run(script.late()).await
    };
    let few = run(2).await;
    assert!(few.response.executed, "{}", few.body);
    assert_eq!(run(2_000).await.body, LATE);
}

#[tokio::test]
async fn lists_are_merged_at_each_place_only_while_somebody_waits() {
    let case = |places: usize| {
        let case = Case::new(
            vec![
                root("a{l{id}}"),
                entities("b{e:_entities{z}}", &[0], &["l"]),
            ],
            object([("l", list(of([("z", list(int()))])))]),
        );
        let objects = vec![r#"{"id":"1","z":[null]}"#; places].join(",");
        let long = "x".repeat(1 << 20);
        let script = Script::new()
            .answer(0, &format!(r#"{{"data":{{"l":[{objects}]}}}}"#))
            .answer(1, &format!(r#"{{"data":{{"e":[{{"z":["{long}"]}}]}}}}"#));
        case.run(script.late())
    };
    assert!(case(2).await.response.executed);
    assert_eq!(case(2_000).await.body, LATE);
}

#[tokio::test]
async fn what_is_cut_off_again_and_again_ends_when_nobody_waits() {
    let entity = format!("\"y\":\"{}\",\"z\":null", "x".repeat(100_000));
    let item = of([("y", string()), ("z", non_null(int()))]);
    let outcome = at_places(1_000, &entity, item, true).await;
    assert_eq!(outcome.body, LATE);
}

#[tokio::test]
async fn long_numbers_and_strings_are_no_values() {
    let colour = || {
        let values = EnumValues {
            shown: ["GREEN", "RED"].map(name).into(),
            hidden: vec![name("BLUE")],
        };
        Leaf::Enum(values.into())
    };
    let (digits, escapes) = ("7".repeat(600_000), "\\n".repeat(600_000));
    for (value, item, expected) in [
        (digits.as_str(), Leaf::Float, None),
        (digits.as_str(), Leaf::Int, None),
        (&format!("0.{digits}"), Leaf::Float, None),
        (&format!("\"{escapes}\""), colour(), None),
        (&format!("\"\\u0047REEN{escapes}\""), colour(), None),
        ("\"\\u0047REEN\"", colour(), Some("\"GREEN\"")),
        ("\"RED\"", colour(), Some("\"RED\"")),
        ("\"BL\\u0055E\"", colour(), None),
        ("1e2", Leaf::Float, Some("1e2")),
    ] {
        let outcome = at_places(2, &format!("\"z\":{value}"), leaf(item), false).await;
        let item = format!(r#"{{"z":{}}}"#, expected.unwrap_or("null"));
        let data = format!(r#"{{"data":{{"l":[{item},{item}]}}"#);
        let body = &outcome.body;
        assert!(body.starts_with(&data), "{}", &body[..body.len().min(200)]);
    }
}

#[tokio::test]
async fn long_keys_and_keys_with_escapes_are_found_or_passed_by() {
    let (long, escapes) = ("k".repeat(600_000), "\\n".repeat(300_000));
    for before in [
        String::new(),
        format!("\"{long}\":1,"),
        format!("\"{escapes}\":1,"),
        format!("\"\\u007a{long}\":1,\"\":2,"),
    ] {
        for key in ["z", "\\u007a"] {
            let entity = format!("{before}\"{key}\":7");
            let outcome = at_places(2, &entity, leaf(Leaf::Int), false).await;
            assert_eq!(outcome.body, r#"{"data":{"l":[{"z":7},{"z":7}]}}"#);
        }
    }
}
