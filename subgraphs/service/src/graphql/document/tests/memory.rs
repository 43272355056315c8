//! What the values of a request take in memory is bounded before they are made.

use super::super::super::variables::Given;
use super::*;

const FULL: &str = "LIMIT_EXCEEDED";

/// A request with these variables, as they are written.
fn texts_of(query: String, variables: String) -> Texts<'static> {
    Texts {
        variables: Given::read(variables.leak()).unwrap(),
        ..texts(query)
    }
}

#[test]
fn an_argument_holds_as_many_copies_of_a_variable_as_there_is_room_for() {
    let long = format!(r#"{{"v":{{"x":[{}1]}}}}"#, "1,".repeat(19_999));
    for (argument, one) in [
        ("[#]", "$v "),
        ("{a: {b: [#]}}", "$v "),
        ("[#]", "{a: $v} "),
    ] {
        let argument = |uses: usize| argument.replace('#', &one.repeat(uses));
        let field = |uses| format!("query($v: _Any!) {{ a(x: {}) }}", argument(uses));
        check_with(texts_of(field(11), long.clone()), "");
        check_with(texts_of(field(12), long.clone()), FULL);
        let directive = |uses| format!("query($v: _Any!) {{ a @b(x: {}) }}", argument(uses));
        check_with(texts_of(directive(11), long.clone()), "");
        check_with(texts_of(directive(12), long.clone()), FULL);
    }
    // There is one argument at a time.
    let fields = numbered(20, &format!("a#: a(x: [{}]) ", "$v ".repeat(11)));
    let query = format!("query($v: _Any!) {{ {fields} }}");
    check_with(texts_of(query, long), "");
}

#[test]
fn what_an_error_quotes_at_length_is_counted_at_length() {
    let zeros = format!("[{}1e308]", "1e308,".repeat(19_999));
    let controls = format!(r#""{}""#, r"\u0001".repeat(100_000));
    for (value, uses) in [(zeros, 2), (controls, 27)] {
        let request = |uses: usize| {
            let query = format!("query($v: _Any) {{ a(x: [{}]) }}", "$v ".repeat(uses));
            texts_of(query, format!(r#"{{"v":{value}}}"#))
        };
        check_with(request(uses), "");
        check_with(request(uses + 1), FULL);
    }
}

#[test]
fn a_default_value_is_copied_as_a_variable_is() {
    let items = r#""" "#.repeat(500);
    let query = |uses: usize| {
        let uses = "$v ".repeat(uses);
        format!("query($v: _Any = {{x: [{items}]}}) {{ a(x: [{uses}]) }}")
    };
    check(&query(300), "");
    check(&query(340), FULL);
}

#[test]
fn the_variables_of_a_request_have_one_room() {
    let deep = nested("[", "", "]", 126);
    let request = |ty: &str, count: usize, variables: usize| {
        let declared = numbered(variables, &format!("$v#: {ty} "));
        let value = vec![deep.as_str(); count].join(",");
        let given: Vec<String> = (0..variables)
            .map(|n| format!(r#""v{n}":[{value}]"#))
            .collect();
        let given = format!("{{{}}}", given.join(","));
        texts_of(format!("query({declared}) {{ a }}"), given)
    };
    for ty in ["Decimal", "[Decimal!]", "_Any", "[[_Any]]"] {
        check_with(request(ty, 90, 3), "");
        check_with(request(ty, 90, 4), FULL);
        check_with(request(ty, 360, 1), FULL);
    }
    // Nothing is made of what nobody declares.
    let undeclared = Texts {
        query: "{ a }".into(),
        ..request("_Any", 90, 8)
    };
    check_with(undeclared, "");
}

#[test]
fn values_that_are_json_at_their_surface_only_are_bad_input() {
    for ty in ["[Decimal!]!", "Decimal", "String", "_Any", "[_Any!]!"] {
        let query = format!("query($v: {ty}) {{ a(x: $v) }}");
        for value in [
            nested("[", "", "]", 128),
            nested("[", "", "]", 20_000),
            r#""\ud800""#.to_owned(),
            r#"["\udc00"]"#.to_owned(),
            r#"{"\ud800":1}"#.to_owned(),
        ] {
            let given = format!(r#"{{"v":{value}}}"#);
            check_with(texts_of(query.clone(), given), "BAD_USER_INPUT");
        }
    }
}
