//! What operations did cost, by their responses.

use std::collections::BTreeMap;

use apollo_compiler::ExecutableDocument;
use cost::CostModel;
use federation::Supergraph;
use serde_json::{Value, json};

use crate::{LIST, SUPERGRAPH, Variables};

#[track_caller]
fn measures(operation: &str, response: Value, cost: u64) {
    let supergraph = Supergraph::parse(SUPERGRAPH).unwrap_or_else(|problems| panic!("{problems}"));
    let schema = supergraph.api_schema();
    let document = ExecutableDocument::parse_and_validate(schema, operation, "operation.graphql")
        .unwrap_or_else(|errors| panic!("{errors}"));
    let parsed = document.operations.get(None).expect("one operation");
    let model = CostModel::of(&supergraph, LIST);
    let meter = model.meter(schema, &document, parsed).expect("it is small");
    let response = json!({ "errors": [{ "message": "data" }], "data": response }).to_string();
    let variables = Variables(BTreeMap::from([("s".to_owned(), json!({ "after": "x" }))]));
    let measured = meter.measure(response.as_bytes(), &variables);
    assert_eq!(measured, Some(cost), "{operation}");
}

#[test]
fn what_came_is_measured_by_the_lists_as_long_as_they_are() {
    let books = "{ books { title author { name } } }";
    measures(books, json!({ "books": [] }), 0);
    measures(books, json!({ "books": null }), 0);
    measures(books, Value::Null, 0);
    let two = json!({ "books": [{ "title": "a", "author": { "name": "b" } }, null, { "title": "c", "author": null }] });
    measures(books, two, 3);
    measures(
        "{ dear heavy { x } }",
        json!({ "dear": 1, "heavy": { "x": [[1]] } }),
        35,
    );
    measures("{ dear }", json!({ "dear": null }), 0);
    measures("mutation { change }", json!({ "change": 1.5 }), 11);
    measures("{ search(text: \"a\") }", json!({ "search": 1 }), 2);
    let variable = "query ($s: Paging) { search(input: { page: $s }) }";
    measures(variable, json!({ "search": 1 }), 2 + 4);
}

#[test]
fn what_costs_nothing_is_passed_over_however_deep_and_whatever_its_strings_hold() {
    let mut deep = json!("\\\"]}{[");
    for _ in 0..200 {
        deep = json!([{ "dear": deep }, "}", "\"", null, -1.5, true]);
    }
    let response = json!({ "heavy": { "x": deep }, "dear": 1 });
    measures("{ dear heavy { x } }", response, 35);
}

#[test]
fn a_response_name_is_measured_once_wherever_it_was_selected() {
    let merged = "{ b: book { title } ...F ... { b: book { author { name } } } } fragment F on Query { b: book { author { name } } }";
    let response = json!({ "b": { "title": "x", "author": { "name": "y" } } });
    measures(merged, response.clone(), 2);
    // In whatever order they come, and beside what was not asked for.
    let two = "{ first: book { title } second: heavy { x } }";
    let response = json!({ "second": { "x": 1 }, "zero": { "x": 1 }, "first": { "title": "x" } });
    measures(two, response, 31);
}

#[test]
fn an_operation_with_more_fields_than_are_looked_at_is_not_measured() {
    let supergraph = Supergraph::parse(SUPERGRAPH).expect("it is valid");
    let schema = supergraph.api_schema();
    // Each fragment is followed twice.
    let fragments: String = (0..14)
        .map(|n| format!("fragment F{n} on Query {{ ...F{0} ...F{0} }} ", n + 1))
        .collect();
    let text = format!("{{ ...F0 }} {fragments} fragment F14 on Query {{ dear }}");
    let document = ExecutableDocument::parse(schema, text, "operation.graphql").expect("it parses");
    let operation = document.operations.get(None).expect("one operation");
    let model = CostModel::of(&supergraph, LIST);
    let valid = apollo_compiler::validation::Valid::assume_valid(document.clone());
    assert!(model.meter(schema, &valid, operation).is_none());
}

#[test]
fn of_many_fields_each_is_found_in_any_order_and_among_others() {
    let uses: String = (0..40)
        .map(|n| format!("a{n}: dear b{n}: plain "))
        .collect();
    let members = |order: &mut dyn Iterator<Item = usize>| -> Value {
        let members =
            order.flat_map(|n| [(format!("a{n}"), json!(1)), (format!("b{n}"), json!(1))]);
        Value::Object(members.collect())
    };
    let operation = format!("{{ {uses} {uses} }}");
    measures(&operation, members(&mut (0..40)), 40 * 5);
    measures(&operation, members(&mut (0..40).rev()), 40 * 5);
    measures(&operation, members(&mut (20..60)), 20 * 5);
}
