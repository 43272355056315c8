//! A document that was executed before takes a shorter path than a new one: to its parsed form, and where nothing but root fields is asked for,
//! past the schema. Whatever the document and the variables, both paths give the same answer.

use axum::http::StatusCode;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};
use tower::ServiceExt as _;

use super::{app, read, request};

/// Root fields with the types of their arguments: numbers, whole numbers, modes.
const FIELDS: [(&str, &[(&str, &str)]); 9] = [
    ("addition", &[("a", "Decimal!"), ("b", "Decimal!")]),
    ("division", &[("a", "Decimal!"), ("b", "Decimal!")]),
    (
        "puissance",
        &[("base", "Decimal!"), ("exposant", "Decimal!")],
    ),
    ("logarithme", &[("x", "Decimal!"), ("base", "Decimal")]),
    ("racineNieme", &[("x", "Decimal!"), ("n", "Int!")]),
    ("factorielle", &[("n", "Int!")]),
    (
        "arrondi",
        &[
            ("x", "Decimal!"),
            ("decimales", "Int!"),
            ("mode", "ModeArrondi!"),
        ],
    ),
    ("oppose", &[("x", "Decimal!")]),
    ("pgcd", &[("a", "Decimal!"), ("b", "Decimal!")]),
];

/// What an argument is given, as it is written in a document and in JSON.
fn values(ty: &str) -> impl Strategy<Value = (String, Value)> + use<> {
    let right: Vec<(&str, Value)> = match ty.trim_end_matches('!') {
        "Decimal" => vec![
            ("2", json!(2)),
            ("-0.5", json!(-0.5)),
            ("\"0.1\"", json!("0.1")),
            ("0", json!(0)),
            ("\"1e-28\"", json!("1e-28")),
            (
                "\"79228162514264337593543950335\"",
                json!("79228162514264337593543950335"),
            ),
            ("1e3", json!(1e3)),
            ("3", json!("+3")),
        ],
        "Int" => vec![
            ("2", json!(2)),
            ("0", json!(0)),
            ("27", json!(27)),
            ("101", json!(101)),
            ("-1", json!(-1)),
        ],
        _ => vec![
            ("PLANCHER", json!("PLANCHER")),
            ("DEMI_PAIR", json!("DEMI_PAIR")),
        ],
    };
    let wrong = vec![
        ("null", json!(null)),
        ("true", json!(true)),
        ("\"x\"", json!("x")),
        ("[1]", json!([1])),
        ("{a: 1}", json!({ "a": 1 })),
        ("AUTRE", json!("AUTRE")),
        ("1.5", json!(1.5)),
        ("12345678901234567890", json!(u64::MAX)),
        ("0.12345678901234567891", json!("")),
    ];
    let written = |(text, value): (&str, Value)| (text.to_owned(), value);
    prop_oneof![
        9 => proptest::sample::select(right).prop_map(written),
        1 => proptest::sample::select(wrong).prop_map(written),
    ]
}

/// How an argument gets its value.
#[derive(Clone, Debug)]
enum Way {
    Literal,
    Variable {
        ty: Option<&'static str>,
        default: bool,
    },
    Absent,
}

fn ways() -> impl Strategy<Value = Way> {
    let types = prop_oneof![
        12 => Just(None),
        1 => proptest::sample::select(vec!["Decimal", "Int", "Int!", "Decimal!", "String!", "[Decimal!]!", "Rien!"]).prop_map(Some),
    ];
    prop_oneof![
        4 => Just(Way::Literal),
        8 => (types, prop::bool::weighted(0.2)).prop_map(|(ty, default)| Way::Variable { ty, default }),
        1 => Just(Way::Absent),
    ]
}

/// A field, with two values of each argument.
type Asked = (
    usize,
    Vec<(Way, (String, Value), (String, Value), bool)>,
    u8,
);

fn asked() -> impl Strategy<Value = Asked> {
    (0..FIELDS.len()).prop_flat_map(|index| {
        let arguments: Vec<_> = FIELDS[index]
            .1
            .iter()
            .map(|(_, ty)| (ways(), values(ty), values(ty), prop::bool::weighted(0.95)))
            .collect();
        (Just(index), arguments, any::<u8>())
    })
}

/// A document, and the variables of two requests with it.
fn document(fields: &[Asked], shape: u8) -> (String, Value, Value) {
    let (mut definitions, mut selections) = (Vec::new(), Vec::new());
    let (mut first, mut second) = (Map::new(), Map::new());
    for (place, (index, arguments, decoration)) in fields.iter().enumerate() {
        let (name, declared) = FIELDS[*index];
        let mut written = Vec::new();
        for ((argument, expected), (way, one, other, given)) in declared.iter().zip(arguments) {
            match way {
                Way::Absent => {}
                Way::Literal => written.push(format!("{argument}: {}", one.0)),
                Way::Variable { ty, default } => {
                    let variable = format!("{argument}{place}");
                    let default = if *default {
                        format!(" = {}", one.0)
                    } else {
                        String::new()
                    };
                    definitions.push(format!("${variable}: {}{default}", ty.unwrap_or(expected)));
                    written.push(format!("{argument}: ${variable}"));
                    first.insert(variable.clone(), one.1.clone());
                    if *given {
                        second.insert(variable, other.1.clone());
                    }
                }
            }
        }
        let arguments = if written.is_empty() {
            String::new()
        } else {
            format!("({})", written.join(", "))
        };
        let selection = match decoration % 16 {
            0 => format!("{name}{arguments} @include(if: true)"),
            1 => format!("{name}{arguments} @skip(if: true)"),
            2 => format!("... on Query {{ {name}{arguments} }}"),
            3 => format!("{name}{arguments} {{ __typename }}"),
            4 => format!("{name}{arguments} inconnu"),
            5 => format!("__typename x: {name}{arguments}"),
            _ => format!("f{place}: {name}{arguments}"),
        };
        selections.push(selection);
    }
    let variables = if definitions.is_empty() {
        String::new()
    } else {
        format!("({})", definitions.join(", "))
    };
    let body = selections.join(" ");
    let text = match shape % 8 {
        0 => format!("query A{variables} {{ ...F }} fragment F on Query {{ {body} }}"),
        1 => format!("query A{variables} {{ {body} }}"),
        2 => format!("query{variables} {{ {body} calcul(expression: \"1+1\") {{ resultat }} }}"),
        _ => format!("query{variables} {{ {body} }}"),
    };
    (text, first.into(), second.into())
}

#[test]
fn an_answer_does_not_depend_on_the_road() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let app = app();
    let ask = |text: &str, variables: &Value| -> (StatusCode, String) {
        let body = json!({ "query": text, "variables": variables });
        runtime.block_on(async { read(app.clone().oneshot(request(&body)).await.unwrap()).await })
    };
    let answered = std::cell::Cell::new(0);
    let config = Config {
        cases: 600,
        failure_persistence: None,
        ..Config::default()
    };
    let documents = (prop::collection::vec(asked(), 1..4), any::<u8>());
    TestRunner::new(config)
        .run(&documents, |(fields, shape)| {
            let (text, first, second) = document(&fields, shape);
            ask(&text, &first);
            let known = ask(&text, &second);
            // Spaces at the end are no part of what is asked, and make a document that nobody has seen.
            let new = ask(&format!("{text} "), &second);
            answered.set(answered.get() + usize::from(!known.1.contains("errors")));
            prop_assert_eq!(&known, &new, "{} {}", text, second);
            Ok(())
        })
        .unwrap();
    // So that there is something to compare.
    assert!(answered.get() > 100, "{answered:?}");
}
