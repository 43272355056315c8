//! What tools ask to learn the schema, and `@oneOf`, which they learn of.

use serde_json::{Value, json};

use crate::kit::{Reply, Running, Subgraph};

const SDL: &str = r#"
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
    input By @oneOf { id: ID sku: String @deprecated(reason: "use id") box: Box }
    input Box { all: [By!]! }
    scalar Url @specifiedBy(url: "https://url.spec.whatwg.org")
    type Query { find(by: By, size: Int @deprecated): Url again: Query }
"#;

async fn shop() -> Subgraph {
    Subgraph::start(SDL, |_| Reply::Data(json!({ "find": "a" }))).await
}

/// What graphql-js asks with every option; GraphiQL, urql, Relay and Rover ask for parts of it.
fn everything() -> String {
    let mut reference = "kind name".to_owned();
    for _ in 0..9 {
        reference = format!("kind name ofType {{ {reference} }}");
    }
    format!(
        r#"query IntrospectionQuery {{
          __schema {{
            description queryType {{ name kind }} mutationType {{ name kind }} subscriptionType {{ name kind }}
            types {{ ...FullType }}
            directives(includeDeprecated: true) {{
              name description isRepeatable isDeprecated deprecationReason locations
              args(includeDeprecated: true) {{ ...InputValue }}
            }}
          }}
        }}
        fragment FullType on __Type {{
          kind name description specifiedByURL isOneOf
          fields(includeDeprecated: true) {{
            name description args(includeDeprecated: true) {{ ...InputValue }} type {{ ...TypeRef }} isDeprecated deprecationReason
          }}
          inputFields(includeDeprecated: true) {{ ...InputValue }}
          interfaces {{ ...TypeRef }}
          enumValues(includeDeprecated: true) {{ name description isDeprecated deprecationReason }}
          possibleTypes {{ ...TypeRef }}
        }}
        fragment InputValue on __InputValue {{
          name description type {{ ...TypeRef }} defaultValue isDeprecated deprecationReason
        }}
        fragment TypeRef on __Type {{ {reference} }}"#
    )
}

fn named<'j>(list: &'j Value, name: &str) -> &'j Value {
    let mut items = list.as_array().expect("a list").iter();
    items
        .find(|item| item["name"] == name)
        .unwrap_or_else(|| panic!("no {name} in {list}"))
}

#[tokio::test]
async fn every_variant_of_the_introspection_query_is_answered() {
    let a = shop().await;
    let router = Running::start(&[("shop", &a)], "").await;
    let without = |words: &[&str]| {
        let mut query = everything();
        for word in words {
            query = query.replace(word, "");
        }
        query
    };
    for query in [
        everything(),
        without(&["description "]),
        without(&[
            "(includeDeprecated: true)",
            "isDeprecated deprecationReason",
        ]),
        without(&["specifiedByURL ", "isOneOf", "isRepeatable "]),
    ] {
        let json = router.query(&query).await.json();
        assert!(json.get("errors").is_none(), "{query}: {json}");
        assert!(json["data"]["__schema"]["types"].is_array(), "{json}");
    }
    let json = router.query(&everything()).await.json();
    let types = &json["data"]["__schema"]["types"];
    let by = named(types, "By");
    assert_eq!(by["isOneOf"], true);
    assert_eq!(
        named(&by["inputFields"], "sku")["deprecationReason"],
        "use id"
    );
    assert_eq!(named(types, "Box")["isOneOf"], false);
    assert_eq!(
        named(types, "Url")["specifiedByURL"],
        "https://url.spec.whatwg.org"
    );
    let find = named(&named(types, "Query")["fields"], "find");
    assert_eq!(named(&find["args"], "size")["isDeprecated"], true);
    assert_eq!(
        named(&json["data"]["__schema"]["directives"], "oneOf")["locations"],
        json!(["INPUT_OBJECT"])
    );
    assert!(a.requests().is_empty());
}

#[tokio::test]
async fn introspection_below_a_field_is_refused_where_it_is_switched_off() {
    let a = shop().await;
    let off = Running::start(&[("shop", &a)], "introspection: false").await;
    let answer = off.query("{ again { __schema { description } } }").await;
    assert_eq!(answer.code(), "INTROSPECTION_DISABLED");
    assert!(a.requests().is_empty());
}

#[tokio::test]
async fn of_a_one_of_type_exactly_one_field_is_given() {
    let a = shop().await;
    let router = Running::start(&[("shop", &a)], "").await;
    for query in [
        "{ find(by: {}) }",
        "{ find(by: { id: 1, sku: null }) }",
        "{ find(by: { box: { all: [{ id: null }] } }) }",
        "query($id: ID) { find(by: { id: $id }) }",
        "query($by: By = {}) { find(by: $by) }",
    ] {
        let answer = router.query(query).await;
        assert_eq!(answer.code(), "GRAPHQL_VALIDATION_FAILED", "{query}");
        let json = answer.json();
        let place = &json["errors"][0]["locations"][0]["column"];
        assert!(place.is_u64(), "{json}");
    }
    let query = "query($by: By) { find(by: $by) }";
    for by in [
        json!({}),
        json!({ "id": null }),
        json!({ "id": 1, "sku": "x" }),
        json!({ "id": 1, "sku": null }),
        json!({ "box": { "all": [{}] } }),
    ] {
        let request = json!({ "query": query, "variables": { "by": by } });
        let answer = router.ask(&request).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{request}");
    }
    for by in [
        json!(null),
        json!({ "id": 1 }),
        json!({ "box": { "all": [{ "sku": "x" }] } }),
    ] {
        let request = json!({ "query": query, "variables": { "by": by } });
        let answer = router.ask(&request).await;
        assert_eq!(
            answer.json(),
            json!({ "data": { "find": "a" } }),
            "{request}"
        );
    }
}

#[tokio::test]
async fn descriptions_of_operations_and_fragments_say_nothing_to_the_router() {
    let a = shop().await;
    let router = Running::start(&[("shop", &a)], "").await;
    let query = r#"
        "Finds." query Q("By what." $by: By) { ...F }
        """How.""" fragment F on Query { find(by: $by) }
    "#;
    assert_eq!(
        router.query(query).await.json(),
        json!({ "data": { "find": "a" } })
    );
}
