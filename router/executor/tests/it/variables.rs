//! Coercion of variables: what is accepted goes on as it is, what is not is named.

use apollo_compiler::ExecutableDocument;
use executor::coerce_variables;
use federation::Supergraph;

use crate::script::SUPERGRAPH;

/// Coerces `$v` of the type; gives its JSON, or the messages.
#[track_caller]
fn check(ty: &str, argument: &str, variables: &str, expected: &str) {
    let supergraph = Supergraph::parse(SUPERGRAPH).expect("the test's supergraph is valid");
    let text = format!("query($v: {ty}) {{ x({argument}: $v) }}");
    let actual = coerced(&supergraph, &text, variables);
    assert_eq!(actual, expected, "{ty} from {variables}");
}

/// The JSON of `$v`, or the messages.
#[track_caller]
fn coerced(supergraph: &Supergraph, text: &str, variables: &str) -> String {
    let schema = supergraph.api_schema();
    let document = ExecutableDocument::parse_and_validate(schema, text, "query.graphql")
        .expect("the operation is valid");
    let operation = document
        .operations
        .get(None)
        .expect("there is one operation");
    match coerce_variables(schema, operation, Some(variables)) {
        Ok(variables) => variables.get("v").unwrap_or("absent").to_owned(),
        Err(errors) => errors
            .into_iter()
            .map(|error| error.message)
            .collect::<Vec<_>>()
            .join("; "),
    }
}

/// A supergraph with these input types, and a field `f` that takes one.
fn with_inputs(argument: &str, inputs: &str) -> Supergraph {
    let sdl = SUPERGRAPH.replace(
        "  x(filter",
        &format!("  f(a: {argument}): Int @join__field(graph: A)\n  x(filter"),
    );
    let sdl = format!("{sdl}\n{inputs}");
    Supergraph::parse(&sdl).expect("the test's supergraph is valid")
}

/// Input types each of which takes the defaults of the one before in each of its fields.
fn growing(levels: usize, fields: &[&str]) -> String {
    let mut inputs = "input A0 @join__type(graph: A) { x: Int = 1 }".to_owned();
    for level in 1..=levels {
        let below = level - 1;
        let fields: Vec<String> = fields
            .iter()
            .map(|name| format!("{name}: A{below} = {{}}"))
            .collect();
        let fields = fields.join(" ");
        inputs.push_str(&format!(
            "\ninput A{level} @join__type(graph: A) {{ {fields} }}"
        ));
    }
    inputs
}

#[test]
fn defaults_that_grow_beyond_the_bound_are_refused_by_the_variable() {
    let expected =
        r#"the variable "$v" takes the variables beyond 1048612 bytes with its default values"#;
    let supergraph = with_inputs("A40", &growing(40, &["a", "b"]));
    let query = "query($v: A40) { f(a: $v) }";
    assert_eq!(coerced(&supergraph, query, r#"{"v": {}}"#), expected);
    let expected = expected.replace("1048612", "1048584");
    let query = "query($v: A40 = {a: {b: {}}}) { f(a: $v) }";
    assert_eq!(coerced(&supergraph, query, "{}"), expected);
    let query = "query($v: A40 = {}) { f(a: $v) }";
    assert_eq!(coerced(&supergraph, query, "{}"), expected);
}

#[test]
fn a_default_is_written_wherever_it_is_taken() {
    let supergraph = with_inputs("[A6]", &growing(6, &["a", "b", "c"]));
    let query = "query($v: [A6]) { f(a: $v) }";
    let json = coerced(
        &supergraph,
        query,
        r#"{"v": [{}, {"a": {}, "c": {"b": {}}}]}"#,
    );
    assert_eq!(json.matches(r#"{"x":1}"#).count(), 2 * 3_usize.pow(6));
    let (one, other) = json[1..json.len() - 1].split_at((json.len() - 3) / 2);
    assert_eq!(one, &other[1..]);
}

#[test]
fn defaults_nest_within_the_depth_of_json() {
    let supergraph = with_inputs("A300", &growing(300, &["a"]));
    let message = coerced(&supergraph, "query($v: A300) { f(a: $v) }", r#"{"v": {}}"#);
    assert!(message.ends_with("nests deeper than 256 levels with its default values"));
    let supergraph = with_inputs("A200", &growing(200, &["a"]));
    let json = coerced(&supergraph, "query($v: A200) { f(a: $v) }", r#"{"v": {}}"#);
    assert!(json.ends_with(&format!(r#"{{"x":1{}"#, "}".repeat(201))));
}

#[test]
fn a_value_that_stands_for_nested_lists_counts_with_its_brackets() {
    let depth = 100;
    let ty = format!("{}Int{}", "[".repeat(depth), "]".repeat(depth));
    let supergraph = with_inputs(&format!("[{ty}]"), "");
    let query = format!("query($v: [{ty}]) {{ f(a: $v) }}");
    let json = coerced(&supergraph, &query, r#"{"v": [1]}"#);
    let (open, close) = ("[".repeat(depth + 1), "]".repeat(depth + 1));
    assert_eq!(json, format!("{open}1{close}"));
    let many = format!("{{\"v\":[{}1]}}", "1,".repeat(10_000));
    let message = coerced(&supergraph, &query, &many);
    assert!(message.contains("takes the variables beyond"), "{message}");
}

#[test]
fn many_fields_and_many_objects_are_coerced_without_looking_at_each_for_each() {
    let fields: Vec<String> = (0..20_000).map(|n| format!("f{n}: Int")).collect();
    let wide = format!(
        "input A @join__type(graph: A) {{ {} last: Int = 3 }}",
        fields.join(" ")
    );
    let supergraph = with_inputs("[A]", &wide);
    let many = format!("{{\"v\":[{}{{\"f7\":1}}]}}", "{},".repeat(50_000));
    let json = coerced(&supergraph, "query($v: [A]) { f(a: $v) }", &many);
    assert!(json.ends_with(r#",{"f7":1,"last":3}]"#));
    assert_eq!(json.matches(r#""last":3"#).count(), 50_001);
}

#[test]
fn messages_repeat_only_the_beginning_of_what_was_sent() {
    let values: Vec<String> = (0..1_000).map(|n| format!("V{n}")).collect();
    let values = format!("enum E @join__type(graph: A) {{ {} }}", values.join(" "));
    let supergraph = with_inputs("E", &values);
    let sent = format!("{{\"v\":\"{}\"}}", "x".repeat(100_000));
    let message = coerced(&supergraph, "query($v: E) { f(a: $v) }", &sent);
    assert!(message.len() < 400, "{message}");
    assert!(message.ends_with("V18, V19 and 980 others"), "{message}");
}

#[test]
fn values_of_their_type_are_passed_on_as_they_are() {
    check("Int", "n", r#"{"v": 5}"#, "5");
    check("Int", "n", r#"{"v": null}"#, "null");
    check("Int", "n", "{}", "absent");
    check("Int", "n", "null", "absent");
    check("Int = 7", "n", "{}", "7");
    check(
        "Float",
        "f",
        r#"{"v": 0.30000000000000000000001}"#,
        "0.30000000000000000000001",
    );
    check("[ID!]", "ids", r#"{"v": ["a", "b"]}"#, r#"["a","b"]"#);
    check(
        "Filter",
        "filter",
        r#"{"v": {"text": "é\n", "colour": "RED"}}"#,
        r#"{"text":"é\n","colour":"RED"}"#,
    );
    check(
        "Filter = {text: \"a\\\"b\", tags: [\"t\"], limit: 3}",
        "filter",
        "{}",
        r#"{"text":"a\"b","tags":["t"],"limit":3}"#,
    );
}

#[test]
fn values_become_what_their_type_says() {
    check("[ID!]", "ids", r#"{"v": ["a", 5]}"#, r#"["a","5"]"#);
    check("[ID!]", "ids", r#"{"v": "a"}"#, r#"["a"]"#);
    check("[ID!] = 5", "ids", "{}", r#"["5"]"#);
    check("Int", "n", r#"{"v": 1.0}"#, "1");
    check("Int", "n", r#"{"v": -2e1}"#, "-20");
    check("Boolean", "yes", r#"{"v":  true }"#, "true");
    check(
        "Filter",
        "filter",
        r#"{"v": {"colour": "RE\u0044", "text": "a", "tags": "t"}}"#,
        r#"{"text":"a","tags":["t"],"colour":"RED"}"#,
    );
    check(
        "Filter",
        "filter",
        r#"{"v": {"t\u0065xt": "a"}}"#,
        r#"{"text":"a"}"#,
    );
}

#[test]
fn values_of_another_type_are_refused_by_name_and_place() {
    check(
        "Int",
        "n",
        r#"{"v": "5"}"#,
        r#"the variable "$v" is a string; expected "Int""#,
    );
    check(
        "Int",
        "n",
        r#"{"v": 2147483648}"#,
        r#"the variable "$v" is 2147483648; expected "Int", a 32-bit integer"#,
    );
    check(
        "Int!",
        "n",
        "{}",
        r#"the variable "$v" is missing; expected "Int!""#,
    );
    check(
        "Int!",
        "n",
        r#"{"v": null}"#,
        r#"the variable "$v" is null; expected "Int!""#,
    );
    check(
        "Float",
        "f",
        r#"{"v": 1e999}"#,
        r#"the variable "$v" is 1e999; expected "Float", a finite 64-bit number"#,
    );
    check(
        "[ID!]",
        "ids",
        r#"{"v": ["a", null, true]}"#,
        r#"the variable "$v[1]" is null; expected "ID!"; the variable "$v[2]" is a Boolean; expected "ID!""#,
    );
    check(
        "Filter",
        "filter",
        r#"{"v": {"colour": "BLUE", "tags": [1], "more": 1}}"#,
        concat!(
            r#"the variable "$v" has a field "more", which "Filter" does not have; the variable "$v" lacks the field "text"; expected "String!"; "#,
            r#"the variable "$v.tags[0]" is a number; expected "String!"; the variable "$v.colour" is "BLUE"; expected one of RED, GREEN"#
        ),
    );
    check(
        "Int",
        "n",
        "[1]",
        r#""variables" is a list; expected an object"#,
    );
    check(
        "Int",
        "n",
        "{",
        r#""variables" is not JSON: expected a key at byte 1"#,
    );
}

#[test]
fn a_default_beyond_the_range_of_floats_is_no_valid_operation() {
    let supergraph = Supergraph::parse(SUPERGRAPH).expect("the test's supergraph is valid");
    for text in [
        "query($v: Float = 1e999) { x(f: $v) }",
        "{ x(f: 1e999) }",
        "query($v: Int = 2147483648) { x(n: $v) }",
    ] {
        let schema = supergraph.api_schema();
        let parsed = ExecutableDocument::parse_and_validate(schema, text, "query.graphql");
        assert!(parsed.is_err(), "{text}");
    }
}

/// Readers of JSON differ in which of two counts, and who looks at a request before it comes here may read the other one.
#[test]
fn what_is_there_more_than_once_is_refused() {
    let variables = r#""variables" has "v" more than once"#;
    check("Int", "n", r#"{"v":1,"v":2}"#, variables);
    check("Int", "n", r#"{"v":1,"\u0076":1}"#, variables);
    let many: String = (0..20).map(|n| format!(r#""o{n}":0,"#)).collect();
    check("Int", "n", &format!(r#"{{{many}"v":1,"v":2}}"#), variables);
    let field = r#"the variable "$v" has the field "limit" more than once"#;
    let value = r#"{"v":{"text":"t","limit":1,"limit":1}}"#;
    check("Filter", "filter", value, field);
    let value = r#"{"v":{"limit":null,"text":"t","lim\u0069t":1}}"#;
    check("Filter", "filter", value, field);
}

/// However many variables look for it.
#[test]
fn a_name_with_escapes_is_decoded_once() {
    let supergraph = Supergraph::parse(SUPERGRAPH).expect("the test's supergraph is valid");
    let declared: String = (0..500).map(|n| format!("$v{n}: ID ")).collect();
    let used: String = (0..500).map(|n| format!("$v{n} ")).collect();
    let query = format!("query({declared}) {{ x(ids: [{used}]) }}");
    let schema = supergraph.api_schema();
    let document = ExecutableDocument::parse_and_validate(schema, query, "query.graphql")
        .expect("the operation is valid");
    let operation = document.operations.get(None).expect("there is one");
    let given = format!("{{\"{}\":1,\"v7\":\"a\"}}", "\\n".repeat(100_000));
    let mut coerced = Default::default();
    let counted = allocation_counter::measure(|| {
        coerced = coerce_variables(schema, operation, Some(&given)).expect("they fit");
    });
    assert_eq!(coerced.get("v7"), Some("\"a\""));
    assert_eq!(coerced.get("v8"), None);
    assert!(counted.bytes_total < 1_500_000, "{}", counted.bytes_total);
}
