use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema};
use proptest::prelude::*;

use super::*;
use crate::Decimal;

struct Query;

#[Object]
impl Query {
    async fn same(&self, x: Decimal) -> Decimal {
        x
    }
}

async fn respond(query: &str) -> serde_json::Value {
    let schema = Schema::build(Query, EmptyMutation, EmptySubscription)
        .extension(ExactLiterals)
        .finish();
    serde_json::to_value(schema.execute(query).await).unwrap()
}

#[track_caller]
fn check(document: &str, inexact_literal: Option<&str>) {
    assert_eq!(
        first(document, |literal| !is_kept(literal)).map(|(_, literal)| literal),
        inexact_literal,
        "{document}"
    );
}

#[test]
fn numbers_that_keep_all_their_digits_pass() {
    check("{ f(x: 0.1, y: -12, z: 1.5e-3, w: 0) }", None);
    check("{ f(x: 0.30000000000000004) }", None);
    check("{ f(x: 0.3333333333333333) }", None);
    check("{ f(x: 18446744073709551615) }", None);
    check("{ f(x: -9223372036854775808) }", None);
    check("{ f(x: 100000000000000000000000) }", None);
    check("{ f(x: 1.00000000000000000000000) }", None);
    check("{ f(x: 0.00000000000000000000000) }", None);
    check("{ f(x: 1e22, y: 1E-7) }", None);
}

#[test]
fn numbers_that_lose_digits_are_found() {
    check(
        "{ f(x: 0.12345678901234567891) }",
        Some("0.12345678901234567891"),
    );
    check(
        "{ f(x: 123456789012345678901) }",
        Some("123456789012345678901"),
    );
    check(
        "{ f(x: [1, -0.1000000000000000055]) }",
        Some("-0.1000000000000000055"),
    );
    check(
        "{ f(x: 18446744073709551616) }",
        Some("18446744073709551616"),
    );
    check("{ f(x: 1e-400) }", Some("1e-400"));
}

#[test]
fn digits_in_strings_names_and_comments_are_no_numbers() {
    check(r#"{ f(x: "0.12345678901234567891") }"#, None);
    check(r#"{ f(x: "\"0.12345678901234567891") }"#, None);
    check(r#"{ f(x: """a " \""" 0.12345678901234567891""") }"#, None);
    check(
        r#"{ f(x: "", y: 0.12345678901234567891) }"#,
        Some("0.12345678901234567891"),
    );
    check(
        r#"{ f(x: """""", y: 0.12345678901234567891) }"#,
        Some("0.12345678901234567891"),
    );
    check(
        "{ a12345678901234567890123 _99999999999999999999999 } # 0.12345678901234567891",
        None,
    );
    check(
        "# é\n{ f(x: 0.12345678901234567891) }",
        Some("0.12345678901234567891"),
    );
}

#[tokio::test]
async fn a_refusal_is_located_and_says_what_to_write() {
    let response = respond("{\n  same(x: 0.12345678901234567891)\n}").await;
    assert_eq!(
        response["errors"],
        serde_json::json!([{
            "message": "the number 0.12345678901234567891 has more digits than a Float keeps: write it as a String, \"0.12345678901234567891\"",
            "locations": [{ "line": 2, "column": 11 }],
            "extensions": { "code": "INVALID_DECIMAL" },
        }])
    );
}

#[tokio::test]
async fn a_number_that_passes_is_the_one_that_was_written() {
    let response =
        respond("{ a: same(x: 0.30000000000000004) b: same(x: 18446744073709551615) }").await;
    assert_eq!(
        response["data"],
        serde_json::json!({ "a": "0.30000000000000004", "b": "18446744073709551615" })
    );
}

proptest! {
    #[test]
    fn any_text_is_scanned_to_its_end(text in "[\"\\\\#0-9.eE+\\-a_ \n\u{e9}]{0,64}") {
        let _ = first(&text, |literal| !is_kept(literal));
    }

    #[test]
    fn a_double_in_its_shortest_form_passes(double in any::<f64>()) {
        if let Some(number) = Number::from_f64(double) {
            prop_assert!(is_kept(&number.to_string()));
        }
    }

    #[test]
    fn what_passes_is_read_as_written(text in "-?(0|[1-9][0-9]{0,18})\\.[0-9]{1,14}") {
        if is_kept(&text) {
            let read = text.parse::<Number>().unwrap().to_string();
            prop_assert_eq!(Decimal::parse(&read).unwrap(), Decimal::parse(&text).unwrap());
        }
    }
}

#[test]
fn a_number_beyond_all_doubles_is_told_where_it_is() {
    let error = beyond_a_float("{ a(x: 1e308)\n b(x: \"1e309\", y: -1e309) }").unwrap();
    assert_eq!(
        error.message,
        "the number -1e309 is beyond what a Float keeps: write it as a String, \"-1e309\""
    );
    assert_eq!(
        (error.locations[0].line, error.locations[0].column),
        (2, 19)
    );
    assert!(beyond_a_float("{ a(x: 1e308, y: 1e-400) }").is_none());
}
