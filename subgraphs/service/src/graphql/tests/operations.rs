//! Documents and variables: what is executed of them, and what is rejected.

use super::*;

#[tokio::test]
async fn what_does_not_parse_or_validate_is_rejected() {
    let none = json!({});
    check_rejected("{ hello", none.clone(), "GRAPHQL_PARSE_FAILED").await;
    check_rejected("{ nothing }", none.clone(), "GRAPHQL_VALIDATION_FAILED").await;
    check_rejected(
        "{ hello { more } }",
        none.clone(),
        "GRAPHQL_VALIDATION_FAILED",
    )
    .await;
    check_rejected("{ thing }", none.clone(), "GRAPHQL_VALIDATION_FAILED").await;
    check_rejected("{ double }", none.clone(), "GRAPHQL_VALIDATION_FAILED").await;
    check_rejected(
        "{ double(n: \"a\") }",
        none.clone(),
        "GRAPHQL_VALIDATION_FAILED",
    )
    .await;
    check_rejected(
        "{ double(n: $n) }",
        none.clone(),
        "GRAPHQL_VALIDATION_FAILED",
    )
    .await;
    check_rejected("{ hello ...F }", none.clone(), "GRAPHQL_VALIDATION_FAILED").await;
    check_rejected(
        "subscription { counts }",
        none.clone(),
        "SUBSCRIPTIONS_NOT_SUPPORTED",
    )
    .await;
    check_rejected(
        "query A { hello } query B { hello }",
        none,
        "OPERATION_RESOLUTION_FAILURE",
    )
    .await;
}

#[tokio::test]
async fn variables_that_do_not_fit_are_rejected() {
    let query = "query($n: Int!) { double(n: $n) }";
    check_rejected(query, json!({}), "BAD_USER_INPUT").await;
    check_rejected(query, json!({ "n": null }), "BAD_USER_INPUT").await;
    check_rejected(query, json!({ "n": "a" }), "GRAPHQL_VALIDATION_FAILED").await;
    check_rejected(query, json!({ "n": 1.5 }), "GRAPHQL_VALIDATION_FAILED").await;
    let query = "query($n: Numbers!) { sum(numbers: $n) }";
    check_rejected(query, json!({ "n": {} }), "GRAPHQL_VALIDATION_FAILED").await;
    check_rejected(
        query,
        json!({ "n": { "values": ["a"] } }),
        "GRAPHQL_VALIDATION_FAILED",
    )
    .await;
}

#[tokio::test]
async fn a_document_is_validated_before_its_variables_are_coerced() {
    let fixture = Fixture::new();
    let events = "text/event-stream";
    for (query, valid, message, status) in [
        (
            "query($n: Int!) { hello }",
            false,
            "Variable \"$n\" is not used",
            400,
        ),
        (
            "query Q($n: Int!) { double(n: $n) nothing }",
            false,
            "Unknown field \"nothing\" on type \"Query\".",
            422,
        ),
        (
            "query($n: String!) { double(n: $n) }",
            false,
            "Variable \"$n\" of type \"String!\" used in position expecting type \"Int!\"",
            422,
        ),
        (
            "subscription($n: Int!) { counts(to: $n, nothing: 1) }",
            false,
            "Unknown argument \"nothing\" on field \"counts\" of type \"Events\".",
            422,
        ),
        (
            "query Q($n: Int!) { double(n: $n) }",
            true,
            "the variable `$n` of type `Int!`",
            422,
        ),
        (
            "subscription($n: Int!) { counts(to: $n) }",
            true,
            "the variable `$n` of type `Int!`",
            422,
        ),
    ] {
        for variables in [json!({}), json!({ "n": null }), json!({ "n": [true] })] {
            for accept in [GRAPHQL, events] {
                if accept == GRAPHQL && query.starts_with("subscription") {
                    continue;
                }
                let body = json!({ "query": query, "variables": variables }).to_string();
                let answer = fixture.post(JSON, accept, body).await;
                let told = answer.json()["errors"][0]["message"].to_string();
                let told = told.replace('\\', "");
                assert!(told.contains(message), "{query} {variables}: {answer:?}");
                assert_eq!(answer.status.as_u16(), status, "{query} {answer:?}");
                assert_eq!(answer.codes().len(), 1, "{query} {answer:?}");
                let is_invalid = answer.codes() == ["GRAPHQL_VALIDATION_FAILED"];
                assert!(is_invalid || valid, "{query} {answer:?}");
            }
        }
    }
    // One that is known to be valid, too.
    let query = "query($n: Int!) { double(n: $n) }";
    for (n, code) in [(json!(1), None), (json!(null), Some("BAD_USER_INPUT"))] {
        let body = json!({ "query": query, "variables": { "n": n } }).to_string();
        let answer = fixture.post(JSON, GRAPHQL, body).await;
        assert_eq!(answer.codes().first().map(String::as_str), code);
    }
}

#[tokio::test]
async fn numbers_in_variables_arrive_as_they_are_written_or_not_at_all() {
    let body = r#"{"query":"query($n: Float) { hello @skip(if: false) }","variables":{"n":0.12345678901234567891}}"#;
    check_refused(JSON, body, 400, "INVALID_DECIMAL").await;
    let path = "/graphql?query=%7Bhello%7D&variables=%7B%22n%22:0.12345678901234567891%7D";
    assert_eq!(
        Fixture::new().get(path, JSON).await.codes(),
        ["INVALID_DECIMAL"]
    );
}

#[tokio::test]
async fn limits_reject() {
    let none = json!({});
    let deep = format!(
        "{{ thing {} {{ id }} {} }}",
        "{ within".repeat(25),
        "}".repeat(25)
    );
    check_rejected(&deep, none.clone(), "QUERY_TOO_DEEP").await;
    let wide: String = (0..1001).map(|n| format!("a{n}: hello ")).collect();
    check_rejected(&format!("{{ {wide} }}"), none.clone(), "QUERY_TOO_COMPLEX").await;
    let directives = "@skip(if: false) ".repeat(17);
    check_rejected(
        &format!("{{ hello {directives} }}"),
        none,
        "GRAPHQL_VALIDATION_FAILED",
    )
    .await;
}

#[tokio::test]
async fn errors_of_fields_keep_the_data_of_the_others() {
    let fixture = Fixture::new();
    for (accept, status) in [(JSON, 200), (GRAPHQL, 294)] {
        let body = json!({ "query": "{ fails hello failsWithoutCode }" }).to_string();
        let answer = fixture.post(JSON, accept, body).await;
        assert_eq!(answer.status.as_u16(), status);
        assert_eq!(answer.codes(), ["NO_NUMBER", "INTERNAL_SERVER_ERROR"]);
        assert_eq!(answer.json()["data"]["hello"], "hello world");
        assert_eq!(answer.json()["data"]["fails"], Value::Null);
        assert_eq!(answer.json()["errors"][0]["path"], json!(["fails"]));
    }
    // The whole data is null, but it was executed.
    let answer = query(&fixture, "{ failsWhole }").await;
    assert_eq!(
        (answer.status.as_u16(), answer.codes()),
        (294, vec!["NO_NUMBER".to_owned()])
    );
    assert_eq!(answer.json()["data"], Value::Null);
    assert!(answer.json().get("data").is_some());
}

#[tokio::test]
async fn introspection_of_tools_fits_the_limits_unless_it_is_off() {
    // As GraphiQL asks it.
    let text = "query IntrospectionQuery { __schema { description queryType { name kind } mutationType { name kind } \
        subscriptionType { name kind } types { ...FullType } directives { name description isRepeatable locations \
        args(includeDeprecated: true) { ...InputValue } } } } \
        fragment FullType on __Type { kind name description specifiedByURL isOneOf \
        fields(includeDeprecated: true) { name description args(includeDeprecated: true) { ...InputValue } \
        type { ...TypeRef } isDeprecated deprecationReason } \
        inputFields(includeDeprecated: true) { ...InputValue } interfaces { ...TypeRef } \
        enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } \
        possibleTypes { ...TypeRef } } \
        fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason } \
        fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name \
        ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }";
    let answer = query(&Fixture::new(), text).await;
    assert_eq!(
        (answer.status, answer.codes()),
        (StatusCode::OK, vec![]),
        "{answer:?}"
    );

    let closed = Fixture::with(|config| config.introspection = false);
    let answer = query(&closed, text).await;
    assert_eq!(answer.codes(), ["INTROSPECTION_DISABLED"]);
    let answer = query(&closed, "{ __typename _service { sdl } }").await;
    assert_eq!(answer.codes(), Vec::<String>::new());
}

#[tokio::test]
async fn the_served_sdl_is_the_printed_one() {
    let fixture = Fixture::new();
    let printed = crate::fixture::program(&fixture.gate).sdl();
    assert!(
        printed.contains("type Thing @key(fields: \"id\")"),
        "{printed}"
    );
    let answer = query(&fixture, "{ _service { sdl } }").await;
    assert_eq!(answer.json()["data"]["_service"]["sdl"], printed.as_str());
    let answer = query(
        &fixture,
        "{ s: _service { ...S } } fragment S on _Service { t: sdl }",
    )
    .await;
    assert_eq!(answer.json()["data"]["s"]["t"], printed.as_str());
}

#[tokio::test]
async fn entities_are_resolved_in_the_order_of_their_representations() {
    let fixture = Fixture::new();
    let body = json!({
        "query": "query($r: [_Any!]!) { _entities(representations: $r) { ... on Thing { id } } }",
        "variables": { "r": [{ "__typename": "Thing", "id": "b" }, { "__typename": "Thing", "id": "a" }] },
    });
    let answer = fixture.post(JSON, GRAPHQL, body.to_string()).await;
    assert_eq!(
        answer.body,
        r#"{"data":{"_entities":[{"id":"b"},{"id":"a"}]}}"#
    );
    let metrics = fixture.metrics().await;
    assert!(
        metrics.contains("graphql_server_entities_batch_size_sum{service=\"example\"} 2\n"),
        "{metrics}"
    );
}

#[tokio::test]
async fn data_is_not_translated_whatever_is_asked_beside_it() {
    let fixture = Fixture::new();
    for query in [
        "{ __typename hello(name: \"there\") }",
        "{ __schema { __typename } hello(name: \"there\") }",
    ] {
        let answer = super::query(&fixture, query).await;
        assert_eq!(answer.json()["data"]["hello"], "hello there", "{query}");
        let body = json!({ "query": query }).to_string();
        let event = fixture.post(JSON, "text/event-stream", body).await;
        assert!(event.body.contains("\"hello there\""), "{event:?}");
    }
    let directive = "{ s: __schema { directives { description } } }";
    let answer = super::query(&fixture, directive).await;
    assert!(answer.body.contains("*Directs the executor"), "{answer:?}");
}

#[tokio::test]
async fn what_is_slow_is_computed_on_the_pool_however_short_it_is() {
    let fixture = Fixture::new();
    let threads = async |query: &str, variables: Value| {
        let body = json!({ "query": query, "variables": variables });
        let answer = fixture.post(JSON, GRAPHQL, body.to_string()).await;
        assert_eq!(answer.codes(), Vec::<String>::new(), "{answer:?}");
        answer.body.contains("\"compute\"")
    };
    let none = json!({});
    assert!(threads("{ slowly }", none.clone()).await);
    assert!(!threads("{ thing { thread } }", none.clone()).await);
    let thing = json!({ "__typename": "Thing", "id": "1" });
    let query =
        "query($r: [_Any!]!) { _entities(representations: $r) { ... on Thing { thread } } }";
    assert!(threads(query, json!({ "r": [thing.clone()] })).await);
    assert!(threads(query, json!({ "r": thing })).await);
    let written = "{ _entities(representations: [{ __typename: \"\\u0054hing\", id: 1 }]) { ... on Thing { thread } } }";
    assert!(threads(written, none.clone()).await);
    let default = query.replacen("]!", "]! = [{ __typename: \"Thing\", id: 1 }]", 1);
    assert!(threads(&default, none).await);
}
