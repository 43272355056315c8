//! Costs of operations over one small supergraph, worked out by hand.

mod left_out;
mod measured;

use std::borrow::Cow;
use std::collections::BTreeMap;

use apollo_compiler::ExecutableDocument;
use cost::{CostError, CostModel, Formula, Values};
use federation::Supergraph;
use serde_json::{Value, json};

const SUPERGRAPH: &str = r#"
schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/cost/v0.1", import: ["@cost", {name: "@listSize", as: "@sized"}]) { query: Query mutation: Mutation }
directive @cost(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR
directive @sized(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) repeatable on FIELD_DEFINITION
directive @join__directive(graphs: [join__Graph!], name: String!, args: join__DirectiveArguments) repeatable on SCHEMA | OBJECT | INTERFACE | FIELD_DEFINITION
directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean, overrideLabel: String, contextArguments: [join__ContextArgument!]) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
input join__ContextArgument { name: String! type: String! context: String! selection: join__FieldValue! }
scalar join__DirectiveArguments
scalar join__FieldSet
scalar join__FieldValue
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
enum join__Graph { A @join__graph(name: "a", url: "http://a") }

type Query @join__type(graph: A) {
  plain: Int
  dear: Int @cost(weight: 5)
  book: Book
  heavy: Heavy
  books: [Book]
  few: [Book] @sized(assumedSize: 3)
  first(first: Int, last: Int): [Book] @sized(slicingArguments: ["first", "last"])
  most(first: Int, last: Int): [Book] @sized(slicingArguments: ["first", "last"], requireOneSlicingArgument: false, assumedSize: 4)
  defaulted(first: Int = 7): [Book] @sized(slicingArguments: ["first"])
  page(input: Search): Page @sized(slicingArguments: ["input.page.first"], sizedFields: ["edges", "info { tags }"])
  search(text: String @cost(weight: 2), input: Search): Int
  large(first: Large): [Book] @sized(slicingArguments: ["first"], assumedSize: 8)
  any: Any
  both(first: Int = 50, last: Int): [Book] @sized(slicingArguments: ["first", "last"], requireOneSlicingArgument: false)
  paged(input: Defaulting!): [Book] @sized(slicingArguments: ["input.first"], assumedSize: 5)
  filtered(where: Where, a: A): Int
}
scalar Large @join__type(graph: A)
type Mutation @join__type(graph: A) { change: Int @cost(weight: 1) }
type Book @join__type(graph: A) { title: String author: Author pages: [Int] }
type Author @join__type(graph: A) { name: String books: [Book] }
type Heavy @join__type(graph: A) @cost(weight: 30) { x: Int }
type Page @join__type(graph: A) { edges: [Book] info: Info other: [Book] }
type Info @join__type(graph: A) { tags: [Author] }
union Any @join__type(graph: A) @join__unionMember(graph: A, member: "Book") @join__unionMember(graph: A, member: "Author") = Book | Author
input Search @join__type(graph: A) { page: Paging deep: Search list: [Paging] }
input Defaulting @join__type(graph: A) { first: Int = 100 }
input Where @join__type(graph: A) { and: [Where!] name: String @cost(weight: 5) }
input A @join__type(graph: A) { b: B x: Int @cost(weight: 5) }
input B @join__type(graph: A) { a: A }
input Paging @join__type(graph: A) { first: Int after: String @cost(weight: 4) }
"#;

/// How many items a list has of which the schema says nothing.
const LIST: u64 = 10;

struct Variables(BTreeMap<String, Value>);

impl Values for Variables {
    fn value(&self, variable: &str) -> Option<Cow<'_, str>> {
        let value = self.0.get(variable)?;
        Some(Cow::Owned(value.to_string()))
    }
}

fn formula(operation: &str) -> Formula {
    let supergraph = Supergraph::parse(SUPERGRAPH).unwrap_or_else(|problems| panic!("{problems}"));
    let schema = supergraph.api_schema();
    let document = ExecutableDocument::parse_and_validate(schema, operation, "operation.graphql")
        .unwrap_or_else(|errors| panic!("{errors}"));
    let operation = document.operations.get(None).expect("one operation");
    CostModel::of(&supergraph, LIST)
        .formula(schema, &document, operation)
        .expect("it is small")
}

fn estimate(operation: &str, variables: Value) -> Result<u64, CostError> {
    let variables = variables.as_object().cloned().unwrap_or_default();
    formula(operation).evaluate(&Variables(variables.into_iter().collect()))
}

#[track_caller]
fn costs(operation: &str, cost: u64) {
    assert_eq!(estimate(operation, Value::Null), Ok(cost), "{operation}");
}

#[test]
fn objects_cost_one_and_leaves_nothing_unless_weighed() {
    costs("{ plain }", 0);
    costs("{ __typename __schema { types { name } } }", 0);
    costs("{ dear }", 5);
    costs("{ book { title } }", 1);
    costs("{ book { author { name } } }", 2);
    costs("{ heavy { x } }", 30);
    costs("{ any { ... on Book { author { name } } } }", 2);
    costs("mutation { change }", 11);
}

#[test]
fn lists_cost_as_much_as_their_items() {
    costs("{ books { title } }", 10);
    costs("{ books { author { name } } }", 20);
    costs("{ few { author { books { title } } } }", 3 * (1 + 1 + 10));
    // Items that cost nothing.
    costs("{ book { pages } }", 1);
}

/// What a subgraph does with a size that makes no sense is not known, so that it does not count as nothing.
#[test]
fn a_size_that_makes_no_sense_makes_nothing_cheaper() {
    costs("{ first(first: -3) { title } }", 10);
    costs("{ most(first: -3, last: 2) { title } }", 4);
    costs("{ most(first: 1, last: -2147483648) { title } }", 4);
    costs("{ large(first: -1.5) { title } }", 8);
    // A scalar of the schema's own may be anything.
    costs("{ large(first: 2.5) { title } }", 3);
    costs("{ large(first: 5000000000) { title } }", 5_000_000_000);
    costs("{ large(first: 1e30) { title } }", i64::MAX as u64);
    let variable = "query ($n: Large) { large(first: $n) { title } }";
    for (size, cost) in [
        (json!(3), 3),
        // A list counts by its length.
        (json!([7, 8, 9, 1]), 4),
        (json!(2.5), 3),
        (json!(-1), 8),
        (json!(-1e300), 8),
        (json!(5_000_000_000_u64), 5_000_000_000),
        (json!(u64::MAX), i64::MAX as u64),
        (json!(1e30), i64::MAX as u64),
    ] {
        let found = estimate(variable, json!({ "n": size }));
        assert_eq!(found, Ok(cost), "{size}");
    }
    for size in [json!("3"), json!({ "n": 3 }), json!(true)] {
        let none = estimate(variable, json!({ "n": size })).expect_err("no size");
        assert!(none.to_string().contains("0 are given"), "{size}: {none}");
    }
}

#[test]
fn slicing_arguments_say_how_long_a_list_is() {
    costs("{ first(first: 4) { title } }", 4);
    costs("{ first(last: 2) { title } }", 2);
    costs("{ most(first: 2, last: 6) { title } }", 6);
    costs("{ most { title } }", 4);
    costs("{ defaulted { title } }", 7);
    costs("{ defaulted(first: 2) { title } }", 2);
    costs("{ first(first: 0) { title } }", 0);
    let variable = "query ($n: Int) { first(first: $n) { title } }";
    assert_eq!(estimate(variable, json!({ "n": 9 })), Ok(9));
    let none = CostError::SlicingArguments {
        coordinate: "Query.first".to_owned(),
        given: 0,
    };
    assert_eq!(estimate(variable, json!({ "n": null })), Err(none.clone()));
    assert_eq!(estimate("{ first { title } }", Value::Null), Err(none));
    let both = estimate("{ first(first: 1, last: 2) { title } }", Value::Null).expect_err("two");
    assert_eq!(
        both.to_string(),
        "Query.first takes exactly one of its slicing arguments, but 2 are given"
    );
}

#[test]
fn sized_fields_take_the_size_from_the_field_above() {
    // The page is an object, not a list.
    costs(
        "{ page(input: {page: {first: 5}}) { edges { title } } }",
        2 + 1 + 5,
    );
    costs(
        "{ page(input: {page: {first: 5}}) { info { tags { name } } other { title } } }",
        2 + 1 + 1 + 5 + 10,
    );
    let fragments = "query ($s: Search) { a: page(input: $s) { ...E } b: page(input: {page: {first: 2}}) { ...E } } fragment E on Page { edges { title } }";
    assert_eq!(
        estimate(fragments, json!({ "s": { "page": { "first": 3 } } })),
        Ok(2 + 1 + 3 + 2 + 1 + 2)
    );
}

#[test]
fn arguments_and_input_fields_cost_what_their_weights_say() {
    costs("{ search(text: \"a\") }", 2);
    costs(
        "{ search(input: {page: {after: \"a\"}, list: [{after: \"b\"}, {first: 1}]}) }",
        1 + (1 + 4) + (1 + 4) + 1,
    );
    let variable =
        "query ($s: Search, $p: Paging) { search(input: $s) b: search(input: {page: $p}) }";
    let variables =
        json!({ "s": { "list": [{ "after": "a" }, { "after": "b" }] }, "p": { "after": "c" } });
    // Each input object costs 1 beside its fields.
    assert_eq!(estimate(variable, variables), Ok(3 + 8 + 2 + 4));
    assert_eq!(estimate(variable, json!({})), Ok(1));
}

#[test]
fn a_value_costs_the_same_written_and_in_a_variable_however_deep_its_types_contain_themselves() {
    for (value, cost) in [
        (r#"{ name: "a" }"#, 1 + 5),
        (r#"{ and: [{ name: "a" }, { name: "b" }] }"#, 3 + 10),
        (
            r#"{ and: [{ and: [{ name: "a" }] }, { name: "b" }], name: "c" }"#,
            4 + 15,
        ),
    ] {
        costs(&format!("{{ filtered(where: {value}) }}"), cost);
        let json = ["and", "name"]
            .into_iter()
            .fold(value.to_owned(), |json, name| {
                json.replace(&format!("{name}:"), &format!("\"{name}\":"))
            });
        let json: Value = serde_json::from_str(&json).expect("JSON");
        let operation = "query ($w: Where) { filtered(where: $w) }";
        assert_eq!(
            estimate(operation, json!({ "w": json })).unwrap(),
            cost,
            "{value}"
        );
    }
    // Whichever of the types is met first.
    let operation = "query ($a: A) { filtered(a: { b: { a: $a } }) }";
    let nested = json!({ "a": { "b": { "a": { "x": 1 } }, "x": 2 } });
    assert_eq!(estimate(operation, nested).unwrap(), 5 + 10);
}

#[test]
fn defaults_of_slicing_arguments_count_where_they_are_not_given() {
    costs("{ both(last: 3) { title } }", 50);
    costs("{ both(first: 2, last: 3) { title } }", 3);
    costs("{ both(last: 70) { title } }", 70);
    costs("{ paged(input: {}) { title } }", 1 + 100);
    costs("{ paged(input: { first: 6 }) { title } }", 1 + 6);
    let operation = "query ($f: Int) { paged(input: { first: $f }) { title } }";
    assert_eq!(estimate(operation, json!({})).unwrap(), 1 + 100);
    assert_eq!(estimate(operation, json!({ "f": 4 })).unwrap(), 1 + 4);
}

#[test]
fn what_is_skipped_costs_nothing() {
    costs("{ dear @skip(if: true) }", 0);
    costs("{ ... @include(if: false) { dear } }", 0);
    let operation = "query ($a: Boolean!) { dear @include(if: $a) ... @skip(if: $a) { book { title } } ...F @include(if: $a) } fragment F on Query { heavy { x } }";
    assert_eq!(estimate(operation, json!({ "a": true })), Ok(35));
    assert_eq!(estimate(operation, json!({ "a": false })), Ok(1));
}

#[test]
fn an_operation_without_variables_is_one_term() {
    assert_eq!(formula("{ books { author { books { title } } } }").len(), 1);
    assert!(formula("query ($n: Int) { first(first: $n) { title } }").len() > 1);
}

/// Each fragment spreads the next one twice: a formula that followed spreads would have 2^40 terms.
#[test]
fn fragments_are_compiled_once_and_numbers_saturate() {
    let mut operation = "query ($n: Int) { books { ...F0 } first(first: $n) { title } }".to_owned();
    for n in 0..40 {
        let next = n + 1;
        operation.push_str(&format!(
            " fragment F{n} on Book {{ author {{ books {{ ...F{next} }} }} ...F{next} }}"
        ));
    }
    operation.push_str(" fragment F40 on Book { title }");
    assert!(formula(&operation).len() < 200);
    assert_eq!(estimate(&operation, json!({ "n": 1 })), Ok(u64::MAX));
}

/// The one variable of an operation, as it is written.
struct Written(String);

impl Values for Written {
    fn value(&self, _: &str) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(&self.0))
    }
}

/// Whether a variable costs nothing must not be the client's choice.
#[test]
fn a_variable_costs_what_is_in_it_however_deep_that_is() {
    let formula = formula("query ($w: Where) { filtered(where: $w) }");
    for depth in [1, 63, 64, 127, 128, 256] {
        let written = format!(
            "{}{}{}",
            r#"{"name":"a","and":["#.repeat(depth),
            r#"{"name":"a"}"#,
            "]}".repeat(depth)
        );
        let cost = 6 * (u64::try_from(depth).unwrap() + 1);
        assert_eq!(formula.evaluate(&Written(written)), Ok(cost), "{depth}");
    }
    let endless = Written(r#"{"and":["#.repeat(100_000));
    assert_eq!(formula.evaluate(&endless), Ok(u64::MAX));
}

#[test]
fn a_number_beyond_all_range_is_a_long_list() {
    let formula = formula("query ($n: Large) { large(first: $n) { title } }");
    for (number, cost) in [("1e999", i64::MAX as u64), ("-1e999", 8), ("2.5e0", 3)] {
        assert_eq!(formula.evaluate(&Written(number.to_owned())), Ok(cost));
    }
}

/// It takes no tree: there is room for none where each of two bytes would be a node.
#[test]
fn a_size_is_read_where_it_is_in_a_variable_and_nothing_else_is() {
    let formula = formula("query ($s: Search) { page(input: $s) { edges { title } } }");
    let written = format!(
        r#"{{"list":[{}{{}}],"page":{{"after":"}}\"","first":3}}}}"#,
        "{},".repeat(1_000)
    );
    // The objects of the variable, `after`, the page, and its three books.
    let cost = (1 + 1_001 + 1 + 4) + 1 + 3;
    assert_eq!(formula.evaluate(&Written(written)), Ok(cost));
}

/// Variables of which it is counted how often they are read.
struct Counted(BTreeMap<String, Value>, std::cell::Cell<usize>);

impl Values for Counted {
    fn value(&self, variable: &str) -> Option<Cow<'_, str>> {
        self.1.set(self.1.get() + 1);
        let value = self.0.get(variable)?;
        Some(Cow::Owned(value.to_string()))
    }
}

/// It may be large, and the fields that take it, and the objects of a response, may be many.
#[test]
fn a_variable_is_read_once() {
    let uses: Vec<String> = (0..100)
        .map(|n| format!("a{n}: search(input: $input)"))
        .collect();
    let operation = format!("query ($input: Search) {{ {} }}", uses.join(" "));
    let input = serde_json::json!({ "page": { "after": "x" } });
    let counted = Counted(
        [("input".to_owned(), input)].into(),
        std::cell::Cell::new(0),
    );
    assert_eq!(formula(&operation).evaluate(&counted), Ok(100 * (2 + 4)));
    assert_eq!(counted.1.get(), 1);
}
