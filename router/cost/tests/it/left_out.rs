//! Fields that nobody is asked for.

use apollo_compiler::{ExecutableDocument, Name, name};
use cost::CostModel;
use federation::Supergraph;
use serde_json::json;

use crate::{LIST, SUPERGRAPH};

/// The directive of a field that nobody is asked for, as the server marks it.
const LEFT_OUT: Name = name!("__denied");

#[test]
fn what_nobody_is_asked_for_costs_nothing_and_need_not_say_how_long_its_lists_are() {
    let supergraph = Supergraph::parse(SUPERGRAPH).expect("it is valid");
    let schema = supergraph.api_schema();
    // The third one has lost its arguments and selections.
    let text = "{ dear books @__denied { author { name } } first @__denied { title } book { author @__denied { name } } }";
    let document = ExecutableDocument::parse(schema, text, "operation.graphql").expect("it parses");
    let operation = document.operations.get(None).expect("one operation");
    let model = CostModel::of(&supergraph, LIST).leaving_out(LEFT_OUT);
    let formula = model.formula(schema, &document, operation).expect("small");
    assert_eq!(formula.evaluate(&()), Ok(5 + 1));
    let meter = model.meter(schema, &document, operation).expect("small");
    let response =
        json!({ "data": { "dear": 1, "books": null, "first": null, "book": { "author": null } } });
    let measured = meter.measure(response.to_string().as_bytes(), &());
    assert_eq!(measured, Some(5 + 1));
}
