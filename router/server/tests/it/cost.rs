//! What an operation may cost.

use serde_json::{Value, json};

use crate::kit::{Answer, Reply, Running, Subgraph};

const SDL: &str = r#"
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@cost", "@listSize"])
    type Query {
        dogs(first: Int): [Dog!]! @listSize(slicingArguments: ["first"])
        report: Int @cost(weight: 40)
        cats: [Dog!]!
        search(where: Where): Int
    }
    input Where { and: [Where!] name: String }
    type Dog { name: String! }
"#;

async fn dogs() -> Subgraph {
    Subgraph::start(SDL, |_: &Value| {
        Reply::Data(
            json!({ "dogs": [], "report": 1, "cats": [{ "name": "Tom" }, { "name": "Tim" }] }),
        )
    })
    .await
}

async fn ask(router: &Running, query: &str, variables: Value) -> Answer {
    let body = json!({ "query": query, "variables": variables }).to_string();
    router
        .ask_with(&[("abaque-expose-plan", "true")], body)
        .await
}

const FIRST: &str = "query ($n: Int) { dogs(first: $n) { name } }";

#[tokio::test]
async fn what_costs_more_than_it_may_is_refused_before_a_subgraph_is_asked() {
    let subgraph = dogs().await;
    let router = Running::start(
        &[("dogs", &subgraph)],
        "cost: { max: 50 }\nexpose_plan: true\n",
    )
    .await;
    let asked = subgraph.requests().len();
    let answer = ask(&router, FIRST, json!({ "n": 50 })).await;
    assert_eq!(
        answer.json()["extensions"]["cost"],
        json!({ "estimated": 50, "actual": 0 }),
        "{}",
        answer.text()
    );
    assert_eq!(subgraph.requests().len(), asked + 1);
    let refused = ask(&router, FIRST, json!({ "n": 51 })).await;
    assert_eq!(refused.code(), "COST_ESTIMATED_TOO_EXPENSIVE");
    assert_eq!(
        refused.json()["errors"][0]["message"],
        "the estimated cost of the operation is 51; the maximum is 50"
    );
    // A list of which nothing is said counts ten items.
    let both = ask(&router, "{ report cats { name } }", Value::Null).await;
    assert_eq!(
        both.json()["extensions"]["cost"],
        json!({ "estimated": 50, "actual": 42 }),
        "{}",
        both.text()
    );
    let silent = ask(&router, FIRST, json!({})).await;
    assert_eq!(silent.code(), "SLICING_ARGUMENT_REQUIRED");
    assert_eq!(subgraph.requests().len(), asked + 2);
    assert_eq!(router.metric("graphql_operation_cost_count").await, 3.0);
    assert_eq!(
        router.metric("graphql_operation_actual_cost_sum").await,
        42.0
    );
}

#[tokio::test]
async fn measuring_refuses_nothing_and_the_size_of_lists_is_configured() {
    let subgraph = dogs().await;
    let router = Running::start(
        &[("dogs", &subgraph)],
        "cost: { max: 1, list_size: 3, mode: measure }\nexpose_plan: true\n",
    )
    .await;
    let answer = ask(&router, "{ cats { name } report }", Value::Null).await;
    assert_eq!(
        answer.json()["extensions"]["cost"],
        json!({ "estimated": 43, "actual": 42 }),
        "{}",
        answer.text()
    );
    assert_eq!(
        ask(&router, FIRST, json!({})).await.json()["errors"],
        Value::Null
    );
}

#[tokio::test]
async fn without_the_section_nothing_is_estimated() {
    let subgraph = dogs().await;
    let router = Running::start(&[("dogs", &subgraph)], "expose_plan: true\n").await;
    let answer = ask(&router, "{ report }", Value::Null).await;
    assert_eq!(
        answer.json()["extensions"]["cost"],
        Value::Null,
        "{}",
        answer.text()
    );
    assert!(answer.json()["extensions"]["plan"].is_object());
}

/// A variable that nests deeper than some readers of JSON follow costs what it costs.
#[tokio::test]
async fn a_deep_variable_costs_as_much_as_what_is_in_it() {
    let subgraph = dogs().await;
    let router = Running::start(&[("dogs", &subgraph)], "cost: { max: 50 }").await;
    let search = async |depth: usize| {
        let nested = format!("{}{{}}{}", r#"{"and":["#.repeat(depth), "]}".repeat(depth));
        let body = format!(
            r#"{{"query":"query ($w: Where) {{ search(where: $w) }}","variables":{{"w":{nested}}}}}"#
        );
        router.ask_with(&[], body).await
    };
    assert_eq!(search(49).await.status, 200);
    for depth in [50, 63, 64, 100, 120] {
        let refused = search(depth).await;
        assert_eq!(refused.code(), "COST_ESTIMATED_TOO_EXPENSIVE", "{depth}");
    }
}
