//! Coercion of variables: what is accepted goes on as it is, what is not is named.

use apollo_compiler::ExecutableDocument;
use executor::coerce_variables;
use federation::Supergraph;

use crate::script::SUPERGRAPH;

/// Coerces `$v` of the type; gives its JSON, or the messages.
#[track_caller]
fn check(ty: &str, argument: &str, variables: &str, expected: &str) {
    let supergraph = Supergraph::parse(SUPERGRAPH).expect("the test's supergraph is valid");
    let schema = supergraph.api_schema();
    let text = format!("query($v: {ty}) {{ x({argument}: $v) }}");
    let document = ExecutableDocument::parse_and_validate(schema, &text, "query.graphql")
        .expect("the operation is valid");
    let operation = document
        .operations
        .get(None)
        .expect("there is one operation");
    let actual = match coerce_variables(schema, operation, Some(variables)) {
        Ok(variables) => variables.get("v").unwrap_or("absent").to_owned(),
        Err(errors) => {
            assert!(errors.iter().all(|error| error.code == "BAD_USER_INPUT"));
            errors
                .into_iter()
                .map(|error| error.message)
                .collect::<Vec<_>>()
                .join("; ")
        }
    };
    assert_eq!(actual, expected, "{ty} from {variables}");
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
        r#"{"v": {"t\u0065xt": "a", "text": "b"}}"#,
        r#"{"text":"b"}"#,
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
