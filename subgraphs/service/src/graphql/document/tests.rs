//! Tests of [`super`]: hostile documents are refused before they cost anything.

use async_graphql::Pos;

use super::*;

mod memory;
mod validity;

/// A request without variables.
fn texts(query: impl Into<String>) -> Texts<'static> {
    texts_with(query, serde_json::json!({}))
}

fn texts_with(query: impl Into<String>, variables: serde_json::Value) -> Texts<'static> {
    let variables = variables.to_string().leak();
    Texts {
        query: query.into().into(),
        operation_name: None,
        variables: super::super::variables::Given::read(variables).unwrap(),
    }
}

/// As the endpoint inspects a request, but for the types of its schema.
fn examine(request: &Texts<'_>) -> Result<Inspected, Errors> {
    inspect(request, None, &Limits::default(), true, &Types::default())
}

/// `expected` is the code of the refusal, or `""`.
#[track_caller]
fn check(query: &str, expected: &str) {
    check_with(texts(query), expected);
}

#[track_caller]
fn check_with(request: Texts<'_>, expected: &str) {
    let query: String = request.query.chars().take(200).collect();
    let inspected = examine(&request);
    let coerced = inspected.and_then(|inspected| match inspected.uncoerced {
        Some(reason) => Err(Errors::from(reason)),
        None => Ok(()),
    });
    match coerced {
        Ok(()) => assert_eq!(expected, "", "{query} is let through"),
        Err(Errors(errors)) => {
            let code = super::super::answer::code_of(&errors[0]).unwrap_or("none");
            assert_eq!(code, expected, "{errors:?} for {query}");
        }
    }
}

/// `unit` repeated, `count` times.
fn nested(open: &str, inner: &str, close: &str, count: usize) -> String {
    format!("{}{inner}{}", open.repeat(count), close.repeat(count))
}

#[test]
fn documents_that_do_not_parse_are_told_where() {
    check("{ hello", "GRAPHQL_PARSE_FAILED");
    check("", "GRAPHQL_PARSE_FAILED");
    check("{}", "GRAPHQL_PARSE_FAILED");
    let error = examine(&texts("{\n  a b: }")).err().unwrap();
    assert_eq!(error.0[0].locations, [Pos { line: 2, column: 8 }]);
    insta::assert_snapshot!(error.0[0].message, @"syntax error: expected name");
}

#[test]
fn selection_sets_are_bounded_fragments_included() {
    let inline = |count| nested("{ ... ", "{ a }", " }", count);
    check(&inline(31), "");
    check(&inline(32), "QUERY_TOO_DEEP");
    let chain = |count: usize| {
        let mut text = String::from("{ ...F0 }");
        for n in 0..count {
            text.push_str(&format!(" fragment F{n} on Query {{ ...F{} }}", n + 1));
        }
        format!("{text} fragment F{count} on Query {{ a }}")
    };
    check(&chain(30), "");
    check(&chain(31), "QUERY_TOO_DEEP");
    check(&chain(1_800), "QUERY_TOO_DEEP");
    // A fragment that is measured at the surface is as deep where it is spread again.
    let deep = nested("{ a ", "{ b }", " }", 20);
    check(
        &format!(
            "{{ ...F {} }} fragment F on Query {deep}",
            nested("a { ", "...F", " }", 20)
        ),
        "QUERY_TOO_DEEP",
    );
}

#[test]
fn fragments_that_double_each_other_are_counted_once_each() {
    let bomb = |leaf: &str| {
        let mut text = String::from("{ ...F0 }");
        for n in 0..28 {
            let next = n + 1;
            text.push_str(&format!(
                " fragment F{n} on Query {{ ...F{next} ...F{next} }}"
            ));
        }
        format!("{text} fragment F28 on Query {{ {leaf} }}")
    };
    check(&bomb("a"), "QUERY_TOO_COMPLEX");
    check(&bomb("...Unknown"), "QUERY_TOO_COMPLEX");
}

#[test]
fn fragments_that_spread_themselves_are_refused() {
    check(
        "{ ...A } fragment A on Query { ...A }",
        "GRAPHQL_VALIDATION_FAILED",
    );
    check(
        "{ ...A } fragment A on Query { a ...B } fragment B on Query { ...A ...A }",
        "GRAPHQL_VALIDATION_FAILED",
    );
}

#[test]
fn fields_are_bounded() {
    let aliases = |count: usize| {
        let fields: String = (0..count).map(|n| format!("a{n}: a ")).collect();
        format!("{{ {fields} }}")
    };
    check(&aliases(1_000), "");
    check(&aliases(1_001), "QUERY_TOO_COMPLEX");
}

#[test]
fn the_operation_is_found_by_its_name() {
    let named = |query: &str, name: &str| Texts {
        operation_name: Some(name.to_owned().into()),
        ..texts(query)
    };
    check("query A { a }", "");
    check_with(named("query A { a }", "A"), "");
    check_with(named("query A { a } query B { b }", "B"), "");
    check_with(named("query A { a }", "B"), "OPERATION_RESOLUTION_FAILURE");
    check_with(named("{ a }", "B"), "OPERATION_RESOLUTION_FAILURE");
    check(
        "query A { a } query B { b }",
        "OPERATION_RESOLUTION_FAILURE",
    );
    check("fragment A on Query { a }", "GRAPHQL_PARSE_FAILED");
}

#[test]
fn introspection_is_bounded_as_graphql_js_bounds_it() {
    check("{ __schema { types { fields { type { name } } } } }", "");
    check(
        "{ __schema { types { fields { type { fields { name } } } } } }",
        "",
    );
    let three =
        "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }";
    check(three, "QUERY_TOO_DEEP");
    check(
        "{ ...R } fragment R on Query { __type(name: \"A\") { ...T } } fragment T on __Type { fields { type { ...U } } } fragment U on __Type { interfaces { possibleTypes { name } } }",
        "QUERY_TOO_DEEP",
    );
    check("{ fields { fields { fields { fields { a } } } } }", "");
}

#[test]
fn introspection_can_be_switched_off() {
    let refused = |query: &str| {
        inspect(
            &texts(query),
            None,
            &Limits::default(),
            false,
            &Types::default(),
        )
        .err()
    };
    assert!(refused("{ __schema { types { name } } }").is_some());
    assert!(refused("{ ... on Query { __type(name: \"A\") { name } } }").is_some());
    assert!(refused("{ __typename _service { sdl } }").is_none());
}

#[test]
fn tokens_are_bounded_but_for_long_lists_of_numbers() {
    check(&"# nothing\n".repeat(30_000), "GRAPHQL_PARSE_FAILED");
    check(
        &format!("{{ a(x: [{}]) }}", "[] ".repeat(10_000)),
        "QUERY_TOO_COMPLEX",
    );
    check(&format!("{{ a(x: [{}]) }}", "1,".repeat(30_000)), "");
}

#[test]
fn what_arguments_bring_is_counted_at_each_use() {
    let fields =
        |count: usize| -> String { (0..count).map(|n| format!("a{n}: a(x: $v) ")).collect() };
    let list = serde_json::json!({ "v": vec![1; 100_000] });
    let query = |count| format!("query($v: [Decimal!]!) {{ {} }}", fields(count));
    check_with(texts_with(query(100), list.clone()), "");
    check_with(texts_with(query(101), list), "LIMIT_EXCEEDED");
    let query = "query($v: [Decimal!]!) { a(x: $v) }".replace("Decimal", "Int");
    let list = serde_json::json!({ "v": vec![1; 120_000] });
    check_with(texts_with(query, list), "LIMIT_EXCEEDED");
    // In directives too, and by all operations together.
    let skips = |count| {
        let skips = numbered(count, "...@d(if: $v) { a } ");
        format!("query($v: Any) {{ {skips} }}")
    };
    let objects = serde_json::json!({ "v": vec![serde_json::json!({ "a": "b" }); 20_000] });
    check_with(texts_with(skips(90), objects.clone()), "");
    check_with(texts_with(skips(110), objects.clone()), "LIMIT_EXCEEDED");
    let query = numbered(110, "query A#($v: Any) { a(x: $v) } ");
    let mut request = texts_with(query, objects);
    request.operation_name = Some("A0".into());
    check_with(request, "LIMIT_EXCEEDED");
}

#[test]
fn operations_that_are_not_executed_are_measured_too() {
    let mut document = String::from("query A { a } query B { ...F0 }");
    for n in 0..30 {
        document.push_str(&format!(
            " fragment F{n} on Q {{ ...F{m} ...F{m} }}",
            m = n + 1
        ));
    }
    document.push_str(" fragment F30 on Q { a }");
    let mut request = texts(document);
    request.operation_name = Some("A".into());
    check_with(request, "QUERY_TOO_COMPLEX");
}

#[test]
fn representations_are_counted_and_bounded() {
    let counts = |request: Texts<'_>| examine(&request).map(|inspected| inspected.entities);
    let literal = "{ _entities(representations: [{}, {}]) { __typename } a: _entities(representations: []) { __typename } }";
    assert_eq!(counts(texts(literal)).unwrap(), [2, 0]);

    let query = "query($r: [_Any!]!) { _entities(representations: $r) { __typename } }";
    let variables = |count: usize| {
        let list = serde_json::json!({ "r": vec![serde_json::json!({}); count] });
        texts_with(query, list)
    };
    assert_eq!(counts(variables(1_000)).unwrap(), [1_000]);
    check_with(variables(1_001), "TOO_MANY_ENTITIES");
    let default = |count: usize| query.replacen("]!", &format!("]! = [{}]", "{}".repeat(count)), 1);
    assert_eq!(counts(texts(default(1_000))).unwrap(), [1_000]);
    check(&default(1_001), "TOO_MANY_ENTITIES");
}

/// The errors of a document that is refused.
#[track_caller]
fn errors(query: impl Into<String>) -> Vec<ServerError> {
    let inspected = examine(&texts(query));
    inspected.err().expect("a refusal").0
}

/// `count` times, with a number in the place of `#`.
fn numbered(count: usize, text: &str) -> String {
    (0..count)
        .map(|n| text.replace('#', &n.to_string()))
        .collect()
}

#[test]
fn errors_that_are_a_product_are_looked_for_up_to_a_few() {
    let few = |query: String| {
        let errors = errors(query.as_str());
        let shown: String = query.chars().take(100).collect();
        assert!(errors.len() <= 16, "{} errors for {shown}", errors.len());
        for error in &errors {
            let code = super::super::answer::code_of(error);
            assert_eq!(code, Some("GRAPHQL_VALIDATION_FAILED"), "{error:?}");
        }
    };
    // Arguments of the first, and fields.
    let arguments = numbered(60, "b#:1 ");
    few(format!("{{ x:a({arguments}) {} }}", "x:b ".repeat(900)));
    few(format!("{{ x:a({arguments}) {} }}", "x:a ".repeat(900)));
    // Levels, and fields.
    let fields = "x:a x:b ".repeat(200);
    few(format!("{{ {} }}", nested("...{", &fields, "}", 30)));
    // Operations, and variables that none of them defines.
    let operations = numbered(200, "query A# { ...f } ");
    let variables = numbered(90, "$v# ");
    let fragment = format!("fragment f on Query {{ addition(a: [{variables}]) }}");
    let mut request = texts(format!("{operations} {fragment}"));
    request.operation_name = Some("A0".into());
    let errors = examine(&request).err().unwrap();
    assert_eq!(errors.0.len(), 16);
    // Fragments that no operation spreads, and the fields of one of them.
    let unused = numbered(1_250, "fragment f# on Query { ...g } ");
    let spread = format!("fragment g on Query {{ {} }}", "x:a x:b ".repeat(1_500));
    few(format!("{{ a }} {unused} {spread}"));
    few(format!(
        "{{ a }} fragment f on Query {{ {} }}",
        nested("...{", &"x:a x:b ".repeat(1_500), "}", 40)
    ));
}

#[test]
fn what_the_operations_of_a_document_come_to_is_bounded_together() {
    let named = |query: String| Texts {
        operation_name: Some("A0".into()),
        ..texts(query)
    };
    let shared = |operations: usize, inner: &str| {
        let operations = numbered(operations, "query A#($v: Int) { ...f } ");
        named(format!("{operations} fragment f on Query {{ {inner} }}"))
    };
    let wide = numbered(400, "a#: a ");
    check_with(shared(20, &wide), "");
    check_with(shared(60, &wide), "QUERY_TOO_COMPLEX");
    let uses = format!("a(x: [{}])", "$v ".repeat(400));
    check_with(shared(20, &uses), "");
    check_with(shared(60, &uses), "QUERY_TOO_COMPLEX");
    let cost = |request: Texts<'_>| {
        let inspected = examine(&request);
        inspected.unwrap().cost
    };
    // The schema validates all of them, so that this is no work for the runtime.
    assert!(cost(shared(4, &wide)) > 3 * cost(shared(1, &wide)));
}

#[test]
fn arguments_and_directives_are_bounded_wherever_they_are() {
    let arguments = |count| numbered(count, "x#: 1 ");
    check(&format!("{{ a({}) }}", arguments(64)), "");
    check(&format!("{{ a({}) }}", arguments(65)), "QUERY_TOO_COMPLEX");
    check(
        &format!("{{ a @b({}) }}", arguments(65)),
        "QUERY_TOO_COMPLEX",
    );
    let skips = |count| "@skip(if: false) ".repeat(count);
    for (before, after) in [
        ("{ a ", "}"),
        ("{ ... ", "{ a } }"),
        ("query ", "{ a }"),
        ("query($v: Int ", ") { a(x: $v) }"),
        ("{ ...f ", "} fragment f on T { a }"),
        ("{ ...f } fragment f on T ", "{ a }"),
    ] {
        check(&format!("{before}{}{after}", skips(16)), "");
        check(
            &format!("{before}{}{after}", skips(17)),
            "GRAPHQL_VALIDATION_FAILED",
        );
    }
}

#[test]
fn a_variable_of_a_type_that_every_schema_has_is_checked_once_and_where_it_is_declared() {
    let invalid = "GRAPHQL_VALIDATION_FAILED";
    let object = serde_json::json!({ "a": "b" });
    for (ty, fits, others) in [
        ("Boolean", "true", &["0", "\"true\"", "[true]", "{}"][..]),
        ("Int", "-5", &["1.5", "\"5\"", "true", "[5]", "{}"]),
        ("Float", "1.5", &["\"5\"", "true", "[5]", "{}"]),
        ("String", "\"5\"", &["5", "true", "[\"5\"]", "{}"]),
        ("ID", "5", &["5.5", "true", "[5]", "{}"]),
        ("[Int!]", "[1, 2]", &["[1, 1.5]", "[[1]]", "{}", "1.5"]),
        ("[Boolean]", "true", &["[true, null, 0]"]),
        // Types that only the schema knows are for it to judge.
        ("Decimal", "{}", &[]),
        ("[_Any!]!", "[{}, 1]", &[]),
    ] {
        let given = |value: &str| {
            let value: serde_json::Value = serde_json::from_str(value).unwrap();
            let query = format!("query($v: {ty}) {{ a(x: $v) }}");
            texts_with(query, serde_json::json!({ "v": value }))
        };
        check_with(given(fits), "");
        check_with(
            given("null"),
            if ty.ends_with('!') {
                "BAD_USER_INPUT"
            } else {
                ""
            },
        );
        others
            .iter()
            .for_each(|other| check_with(given(other), invalid));
    }
    // Before it is read and copied where it is used.
    let skips = "...@skip(if: $v) { a } ".repeat(100);
    let query = format!("query($v: Boolean!) {{ {skips} }}");
    let variables = serde_json::json!({ "v": vec![object; 20_000] });
    let inspected = examine(&texts_with(query, variables)).unwrap();
    let reason = inspected.uncoerced.unwrap();
    insta::assert_snapshot!(reason.message, @"the variable `$v` of type `Boolean!` has another value: true or false is expected");
    assert_eq!(reason.locations, [Pos { line: 1, column: 7 }]);
    assert!(inspected.request.variables.is_empty());
}
