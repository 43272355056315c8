//! Planning stays within bounds, whatever is asked.

use std::fmt::Write as _;

use apollo_compiler::ExecutableDocument;
use federation::MAX_NAME;
use planner::{Defer, Options, PlanError, Planner, Work};

use crate::graph;

/// Ten subgraphs that each have all of a chain of twenty entities.
fn chain() -> String {
    let mut text = String::new();
    for subgraph in 0..10 {
        text.push_str(&format!(
            "\n# s{subgraph}\ntype Query {{ n0: N0 @shareable }}\n"
        ));
        for level in 0..20 {
            let next = level + 1;
            text.push_str(&format!("type N{level} @key(fields: \"id\") {{ id: ID! n: N{next} @shareable own{subgraph}: Int }}\n"));
        }
        text.push_str(&format!(
            "type N20 @key(fields: \"id\") {{ id: ID! own{subgraph}: Int }}\n"
        ));
    }
    text
}

#[test]
fn twenty_levels_with_ten_choices_each_do_not_blow_up() {
    let mut operation = "own9".to_owned();
    for level in 0..20 {
        operation = format!("own{} n {{ {operation} }}", level % 10);
    }
    let plan = graph(&chain()).plan(&format!("{{ n0 {{ {operation} }} }}"));
    assert_eq!(plan.fetches.len(), 10, "one request to each subgraph");
    assert_eq!(plan.steps().into_iter().max(), Some(1), "all in one step");
}

#[test]
fn a_value_type_of_fifty_subgraphs_is_fetched_where_it_is() {
    let (mut text, mut operation) = (String::new(), String::new());
    for subgraph in 0..50 {
        text.push_str(&format!("\n# s{subgraph:02}\ntype Query {{ q{subgraph}: Page }} type Page @shareable {{ a: Int b: Int }}\n"));
        write!(operation, "q{subgraph} {{ a b }} ").expect("a string takes everything");
    }
    let plan = graph(&text).plan(&format!("{{ {operation} }}"));
    assert_eq!(plan.fetches.len(), 50);
}

#[test]
fn fragments_that_multiply_are_visited_once() {
    let mut text = "{ n0 { ...F0 } } ".to_owned();
    for level in 0..18 {
        let next = level + 1;
        text.push_str(&format!(
            "fragment F{level} on N0 {{ ...F{next} ...F{next} id }} "
        ));
    }
    text.push_str("fragment F18 on N0 { own3 }");
    let plan = graph(&chain()).plan(&text);
    assert_eq!(plan.fetches.len(), 1);
}

#[test]
fn an_operation_over_the_bound_is_refused_by_name() {
    let graph = graph(&chain());
    let options = Options {
        max_nodes: 20,
        ..Options::default()
    };
    let planner = Planner::new(graph.planner.supergraph().clone(), options);
    let schema = planner.supergraph().api_schema();
    let fields: Vec<String> = (0..30).map(|n| format!("a{n}: own1")).collect();
    let operation = format!("{{ n0 {{ {} }} }}", fields.join(" "));
    let document =
        ExecutableDocument::parse_and_validate(schema, operation, "query").expect("valid");
    let error = planner.plan(&document, None).expect_err("too large");
    assert!(
        matches!(error, PlanError::Limit { bound: 20, .. }),
        "{error}"
    );
    let error = planner
        .plan(&document, Some("Other"))
        .expect_err("no such operation");
    assert_eq!(
        error.to_string(),
        "there is no operation named \"Other\" in the document"
    );
}

#[test]
fn introspection_that_multiplies_counts_towards_the_bound() {
    let mut text = "{ __schema { types { ...F0 } } } ".to_owned();
    for level in 0..40 {
        let next = level + 1;
        text.push_str(&format!(
            "fragment F{level} on __Type {{ a: ofType {{ ...F{next} }} b: ofType {{ ...F{next} }} }} "
        ));
    }
    text.push_str("fragment F40 on __Type { name }");
    let planner = graph(&chain()).planner;
    let schema = planner.supergraph().api_schema();
    let document = ExecutableDocument::parse_and_validate(schema, text, "query").expect("valid");
    let error = planner.plan(&document, None).expect_err("too large");
    assert!(matches!(error, PlanError::Limit { .. }), "{error}");
}

/// An interface whose objects are asked for themselves and for what one of them has besides: that is written for each of them at every level, so that a level
/// more multiplies the request by their number. Shallow operations are planned; the others end with the budget, and not with the memory.
#[test]
fn an_interface_in_itself_is_asked_within_the_budget() {
    let mut text =
        String::from("\n# s\ntype Query { bigs: [Big] } interface Big { id: ID! b: Big }\n");
    for number in 0..20 {
        writeln!(text, "type T{number} implements Big {{ id: ID! b: Big }}")
            .expect("a string takes everything");
    }
    let graph = graph(&text);
    let schema = graph.planner.supergraph().api_schema();
    let nested = |depth: usize| {
        let below = |inner: String| format!("...on T0{{b{{id}}}}b{{{inner}}}");
        let inner = (0..depth).fold("id".to_owned(), |inner, _| below(inner));
        let operation = format!("{{bigs{{{inner}}}}}");
        let document = ExecutableDocument::parse_and_validate(schema, operation, "query");
        graph.planner.plan(&document.expect("valid"), None)
    };
    assert!(nested(3).is_ok());
    for depth in [6, 12, 40] {
        let error = nested(depth).expect_err("it is too large");
        assert!(matches!(error, PlanError::Limit { .. }), "{error}");
    }
}

/// A fragment that is spread at many places, each a field to be fetched.
fn spread(places: usize, selected: &str) -> String {
    let places: String = (0..places)
        .map(|place| format!("a{place}: self {{ ...F }} "))
        .collect();
    format!("{{ node {{ {places} }} }} fragment F on Node {{ {selected} }}")
}

const NODE: &str = "
# s
type Query { node: Node }
type Node { id: ID self: Node named(text: String): Int }
";

/// The plan of an operation, or why there is none.
fn planned(operation: &str, small: bool) -> Result<planner::QueryPlan, PlanError> {
    let planner = graph(NODE).planner;
    let schema = planner.supergraph().api_schema();
    let document = ExecutableDocument::parse_and_validate(schema, operation, "query");
    let document = document.expect("valid");
    match small {
        true => planner.plan_small(&document, None, Defer::Never),
        false => planner.plan(&document, None),
    }
}

#[test]
fn text_is_paid_for_wherever_a_fragment_has_it() {
    let long = "x".repeat(50_000);
    let literal = format!("named(text: \"{long}\")");
    let plan = planned(&spread(3, &literal), false).expect("it is not too much");
    let sent = &plan.fetches[0].operation;
    assert_eq!(sent.matches(&long).count(), 3);
    let too_much = PlanError::Limit {
        what: "units of work",
        bound: Options::default().max_work,
    };
    assert_eq!(
        planned(&spread(300, &literal), false),
        Err(too_much.clone())
    );
    // A small plan has little of it.
    assert_eq!(planned(&spread(10, &literal), true), Err(PlanError::Large));
    assert!(planned(&spread(3, &literal), true).is_ok());
    let names: String = (0..30)
        .map(|field| format!("{}{field}: id ", "a".repeat(1_000)))
        .collect();
    assert!(planned(&spread(30, &names), false).is_ok());
    assert_eq!(planned(&spread(780, &names), false), Err(too_much));
}

#[test]
fn a_default_value_is_paid_for_in_each_request() {
    let long = "x".repeat(30_000);
    let operation =
        format!("query($text: String = \"{long}\") {{ node {{ named(text: $text) }} }}");
    let schema = graph(NODE);
    let document = ExecutableDocument::parse_and_validate(
        schema.planner.supergraph().api_schema(),
        operation,
        "query",
    );
    let work = Work::new(Options::default().max_work);
    let planned = schema
        .planner
        .plan_within(&document.expect("valid"), None, Defer::Never, &work);
    assert!(planned.is_ok());
    assert!((30_000..150_000).contains(&work.used()), "{}", work.used());
}

#[test]
fn a_name_that_is_too_long_is_refused() {
    assert!(planned(&spread(1, &format!("{}: id", "a".repeat(MAX_NAME))), false).is_ok());
    let error = planned(
        &spread(1, &format!("{}: id", "a".repeat(MAX_NAME + 1))),
        false,
    );
    let expected = PlanError::Limit {
        what: "bytes of a name",
        bound: MAX_NAME,
    };
    assert_eq!(error, Err(expected));
}
