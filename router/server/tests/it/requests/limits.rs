//! Operations that are larger than they may be.

use super::*;

#[tokio::test]
async fn introspection_can_be_switched_off() {
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], "").await;
    let json = router
        .query("{ __schema { queryType { name } } __typename }")
        .await
        .json();
    assert_eq!(
        json,
        json!({ "data": { "__schema": { "queryType": { "name": "Query" } }, "__typename": "Query" } })
    );
    let off = Running::start(&[("dogs", &a)], "introspection: false").await;
    refused(
        &off.query("{ __schema { queryType { name } } }").await,
        200,
        "INTROSPECTION_DISABLED",
    );
    assert_eq!(
        off.query("{ __typename }").await.text(),
        r#"{"data":{"__typename":"Query"}}"#
    );
    assert!(a.requests().is_empty());
}

#[tokio::test]
async fn operations_beyond_a_limit_are_refused() {
    let a = dogs().await;
    let more = "limits: { depth: 3, tokens: 60, aliases: 2, root_fields: 2 }";
    let router = Running::start(&[("dogs", &a)], more).await;
    let name = "a".repeat(1_025);
    for query in [
        &format!("{{ dog {{ {name}: name }} }}"),
        &format!("query {name} {{ dog {{ name }} }}"),
        "{ dog { friend { friend { name } } } }",
        "{ a: dog { name } b: dog { name } c: dog { name } }",
        "{ dog { a: name b: name c: name } }",
        &format!("{{ dog {{ name {} }} }}", "name ".repeat(100)),
    ] {
        refused(&router.query(query).await, 200, "OPERATION_TOO_LARGE");
    }
    assert_eq!(
        router.query("{ dog { friend { name } } }").await.status,
        200
    );
}

#[tokio::test]
async fn planning_is_refused_beyond_its_budget_of_work() {
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], "limits: { planning_work: 1000 }").await;
    let aliases: String = (0..200).map(|n| format!("a{n}: name ")).collect();
    let answer = router.query(&format!("{{ dog {{ {aliases} }} }}")).await;
    refused(&answer, 200, "PLANNING_FAILED");
    assert!(answer.text().contains("units of work"), "{}", answer.text());
    assert_eq!(router.query("{ dog { name } }").await.status, 200);
}

#[tokio::test]
async fn deep_documents_do_no_harm() {
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], "limits: { tokens: 1000000 }").await;
    let deep = format!(
        "{}name{}",
        "{ dog { friend".repeat(20_000),
        "}".repeat(40_000)
    );
    let answer = router.query(&deep).await;
    assert!(["GRAPHQL_PARSE_FAILED", "OPERATION_TOO_LARGE"].contains(&answer.code().as_str()));
    let list = format!(
        "{{ dog(weight: {}1{}) {{ name }} }}",
        "[".repeat(50_000),
        "]".repeat(50_000)
    );
    assert!(
        ["GRAPHQL_PARSE_FAILED", "OPERATION_TOO_LARGE"]
            .contains(&router.query(&list).await.code().as_str())
    );
    let nested = format!(
        r#"{{"query":"query($w: Decimal) {{ dog(weight: $w) {{ name }} }}","variables":{{"w":{}1{}}}}}"#,
        "[".repeat(50_000),
        "]".repeat(50_000)
    );
    refused(&router.ask_with(&[], nested).await, 200, "BAD_USER_INPUT");
    assert_eq!(router.query("{ dog { name } }").await.status, 200);
}

#[tokio::test]
async fn nesting_within_the_widest_limits_does_not_exhaust_a_stack() {
    let widest = "limits: { depth: 200, tokens: 1000000, fields: 1000000, aliases: 100000, directives: 100000 }";
    let data = (0..100).fold(
        json!({ "name": "Rex" }),
        |below, _| json!({ "name": "Rex", "friend": below }),
    );
    let a = Subgraph::start(SDL, move |_| Reply::Data(json!({ "dog": data }))).await;
    let router = Running::start(&[("dogs", &a)], widest).await;
    let nested = |before: &str, after: &str, times: usize| {
        format!(
            "{{ dog {{ {} name {} }} }}",
            before.repeat(times),
            after.repeat(times)
        )
    };
    for times in [100, 199, 250, 450, 900, 5000] {
        for (before, after) in [
            ("friend {", "}"),
            ("... on Dog {", "}"),
            ("friend { ... on Dog {", "} }"),
            ("... @include(if: true) { friend {", "} }"),
        ] {
            router.query(&nested(before, after, times)).await.json();
        }
        let chain: String = (0..times)
            .map(|i| format!("fragment F{i} on Dog {{ friend {{ ...F{} }} }} ", i + 1))
            .collect();
        let chain = format!("{{ dog {{ ...F0 }} }} {chain} fragment F{times} on Dog {{ name }}");
        router.query(&chain).await.json();
    }
    assert_eq!(router.query("{ dog { name } }").await.status, 200);
}

#[tokio::test]
async fn defaults_that_take_each_other_without_end_are_refused() {
    let levels: String = (1..=40)
        .map(|n| {
            let below = n - 1;
            format!("input A{n} {{ a: A{below} = {{}} b: A{below} = {{}} }}\n")
        })
        .collect();
    let sdl = format!("type Query {{ f(a: A40): Int }} input A0 {{ x: Int = 1 }}\n{levels}");
    let subgraph = Subgraph::start(&sdl, |_| Reply::Data(json!({ "f": 1 }))).await;
    let router = Running::start(&[("a", &subgraph)], "").await;
    let body = json!({ "query": "query($a: A40) { f(a: $a) }", "variables": { "a": {} } });
    let answer = post(&router.url(), &[JSON, NEWER], body.to_string()).await;
    refused(&answer, 422, "BAD_USER_INPUT");
    assert!(answer.text().contains("$a"), "{}", answer.text());
}
