//! Texts that differ in their literals have one operation, with variables for them.

use std::sync::Arc;

use apollo_compiler::ExecutableDocument;
use planner::{Literals, NormalForm};

use crate::{Graph, graph};

const SUBGRAPH: &str = "\n# s
type Query {
  items(first: Int, after: ID, ids: [ID!], size: Float!, name: String = \"none\", in: In, any: Any, one: One, grid: [[Int]]): [Item]
  other(size: Float, n: Int): Int
}
type Item { id: ID! price(in: Currency = EUR, digits: Int): Int }
enum Currency { EUR USD }
scalar Any
input In { n: Int! deep: [In!] name: String }
directive @oneOf on INPUT_OBJECT
input One @oneOf { n: Int name: String }
";

/// The plan without literals and the variables of a text.
fn shared(
    graph: &Graph,
    first: &str,
    text: &str,
    given: Option<&str>,
) -> Option<(String, Option<String>)> {
    let schema = graph.planner.supergraph().api_schema();
    let document = match ExecutableDocument::parse_and_validate(schema, first, "query") {
        Ok(document) => document,
        Err(found) => panic!("no valid operation:\n{}", found.errors),
    };
    let form = NormalForm::of(first, usize::MAX)?;
    let (changed, literals) = Literals::of(schema, &document, &form)?;
    let plan = graph.planner.plan(&changed, None).expect("a plan");
    let other = NormalForm::of(text, usize::MAX)?;
    assert_eq!(form.text(), other.text(), "another normal form");
    let sent: Vec<Arc<str>> = plan
        .fetches
        .iter()
        .map(|fetch| Arc::clone(&fetch.operation))
        .collect();
    Some((sent.join("\n"), literals.fill(&other, given)))
}

/// What is sent and the variables, for a text that differs from the first in its literals.
#[track_caller]
fn check(first: &str, text: &str, given: Option<&str>, operation: &str, variables: Option<&str>) {
    let found = shared(&graph(SUBGRAPH), first, text, given);
    let (sent, filled) = found.expect("the literals can be replaced");
    assert_eq!(sent, operation);
    assert_eq!(filled.as_deref(), variables);
}

/// Not to be shared at all.
#[track_caller]
fn alone(text: &str) {
    assert_eq!(shared(&graph(SUBGRAPH), text, text, None), None, "{text}");
}

#[test]
fn each_literal_is_a_variable_of_the_type_of_its_place() {
    check(
        r#"{ items(first: 1, after: "x", size: 1) { id } }"#,
        r#"{ items(first: 17, after: "y", size: 17) { id } }"#,
        None,
        "query($_0:Int!,$_1:ID!,$_2:Float!){items(first:$_0,after:$_1,size:$_2){id}}",
        Some(r#"{"_0":17,"_1":"y","_2":17}"#),
    );
}

#[test]
fn variables_of_the_client_keep_their_names_and_values() {
    check(
        "query($_0: Float!) { items(size: $_0, first: 3) { id } }",
        "query($_0: Float!) { items(size: $_0, first: 4) { id } }",
        Some(r#" { "_0": 0.5, "x": "_0" } "#),
        "query($_0:Float!,$_0_:Int!){items(size:$_0,first:$_0_){id}}",
        Some(r#"{"_0_":4, "_0": 0.5, "x": "_0" }"#),
    );
    // What may have the name of a variable that stands for a literal is read in full.
    check(
        "query($_0: Float!) { items(size: $_0, first: 3) { id } }",
        "query($_0: Float!) { items(size: $_0, first: 4) { id } }",
        Some(r#"{ "_0": 0.5, "_0_": 9 }"#),
        "query($_0:Float!,$_0_:Int!){items(size:$_0,first:$_0_){id}}",
        None,
    );
}

#[test]
fn lists_and_single_values_for_lists_are_filled_in() {
    let operation = "query($_0:[ID!]!,$_1:Float!){items(ids:$_0,size:$_1){id}}";
    let first = "{ items(ids: [1, 2], size: 1) { id } }";
    for (ids, json) in [(r#"["a" 2]"#, r#"["a",2]"#), ("7", "7"), ("[]", "[]")] {
        let text = format!("{{ items(ids: {ids}, size: 2.5) {{ id }} }}");
        let variables = format!(r#"{{"_0":{json},"_1":2.5}}"#);
        check(first, &text, Some("null"), operation, Some(&variables));
    }
}

#[test]
fn input_objects_keep_their_form() {
    check(
        r#"{ items(size: 1, in: {n: 2, deep: [{n: 3, name: "a"}]}, one: {n: 4}) { id } }"#,
        r#"{ items(size: 5, in: {n: 6, deep: [{n: 7, name: "b"}]}, one: {n: 8}) { id } }"#,
        Some("{}"),
        "query($_0:Float!,$_1:Int!,$_2:Int!,$_3:String!,$_4:Int!){items(size:$_0,in:{n:$_1,deep:[{n:$_2,name:$_3}]},one:{n:$_4}){id}}",
        Some(r#"{"_0":5,"_1":6,"_2":7,"_3":"b","_4":8}"#),
    );
}

#[test]
fn literals_in_fragments_are_replaced_and_names_stay() {
    check(
        "{ items(size: 1) { ...F } } fragment F on Item { price(in: USD, digits: 2) }",
        "{ items(size: 2) { ...F } } fragment F on Item { price(in: USD, digits: 3) }",
        None,
        "query($_0:Float!,$_1:Int!){items(size:$_0){price(in:USD,digits:$_1)}}",
        Some(r#"{"_0":2,"_1":3}"#),
    );
}

#[test]
fn equal_arguments_still_merge() {
    check(
        "{ a: other(n: 1) a: other(n: 1) b: other(n: 2) }",
        "{ a: other(n: 5) a: other(n: 5) b: other(n: 6) }",
        None,
        "query($_0:Int!,$_1:Int!){a:other(n:$_0)b:other(n:$_1)}",
        Some(r#"{"_0":5,"_1":6}"#),
    );
}

#[test]
fn a_literal_that_its_place_does_not_allow_is_not_filled_in() {
    let first = r#"{ items(first: 1, size: 2, name: "x", ids: [3], any: 4) { id } }"#;
    let graph = graph(SUBGRAPH);
    for (text, fits) in [
        (
            r#"{ items(first: 2147483647, size: 1.5, name: "y", ids: ["z"], any: 2.5) { id } }"#,
            true,
        ),
        (
            r#"{ items(first: 2147483648, size: 1.5, name: "y", ids: ["z"], any: "x") { id } }"#,
            false,
        ),
        (
            r#"{ items(first: "1", size: 2, name: "x", ids: [3], any: 4) { id } }"#,
            false,
        ),
        (
            r#"{ items(first: 1.0, size: 2, name: "x", ids: [3], any: 4) { id } }"#,
            false,
        ),
        (
            r#"{ items(first: 1, size: 1e999, name: "x", ids: [3], any: 4) { id } }"#,
            false,
        ),
        (
            r#"{ items(first: 1, size: 2, name: 7, ids: [3], any: 4) { id } }"#,
            false,
        ),
        (
            r#"{ items(first: 1, size: 2, name: "x", ids: [3.5], any: 4) { id } }"#,
            false,
        ),
        (
            r#"{ items(first: [1], size: 2, name: "x", ids: [3], any: 4) { id } }"#,
            false,
        ),
    ] {
        let (_, filled) = shared(&graph, first, text, None).expect("shared");
        assert_eq!(filled.is_some(), fits, "{text}");
    }
    let given = Some("[1]");
    let (_, filled) = shared(&graph, first, first, given).expect("shared");
    assert_eq!(filled, None, "the variables are no object");
}

#[test]
fn what_has_no_type_of_its_own_is_not_shared() {
    for text in [
        "{ items(size: 1, any: {n: 1}) { id } }",
        "{ items(size: 1, any: [1]) { id } }",
        "{ items(size: 1, grid: [1]) { id } }",
        r#"{ items(size: 1) { id } __type(name: "Item") { name } }"#,
    ] {
        alone(text);
    }
    let two = "query A { other(n: 1) } query B { other(n: 2) }";
    alone(two);
}
