//! What a client may not see costs it nothing, and it need not say how long a list is that nobody is asked for.

use super::*;

const PRICED: &str = r#"
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@authenticated", "@listSize"])
    type Query {
        open: Int
        locked: [Thing] @authenticated
        secret(first: Int): [Thing] @authenticated @listSize(slicingArguments: ["first"])
        things(first: Int): [Thing] @listSize(slicingArguments: ["first"])
    }
    type Thing { name: String owner: Owner @authenticated }
    type Owner { name: String }
"#;

struct Shop {
    signer: Signer,
    router: Running,
    _subgraph: Subgraph,
}

impl Shop {
    async fn start(config: &str) -> Self {
        let signer = Signer::es256("a");
        let issuer = Issuer::start(&[&signer]).await;
        let data = json!({ "open": 1, "locked": [], "secret": [], "things": [{ "name": "a" }] });
        let subgraph = Subgraph::with_data(PRICED, data).await;
        let url = issuer.url();
        let config = format!(
            "authentication: {{ jwt: [{{ jwks: \"{url}\" }}] }}\nexpose_plan: true\n{config}"
        );
        let router = Running::start(&[("shop", &subgraph)], &config).await;
        Self {
            signer,
            router,
            _subgraph: subgraph,
        }
    }

    async fn ask(&self, is_known: bool, query: &str) -> Answer {
        let token = format!("Bearer {}", self.signer.sign(&claims()));
        let mut headers = vec![("abaque-expose-plan", "true")];
        if is_known {
            headers.push(("authorization", &token));
        }
        let body = json!({ "query": query }).to_string();
        self.router.ask_with(&headers, body).await
    }
}

#[tokio::test]
async fn what_a_client_may_not_see_is_neither_estimated_nor_refused_for_its_size() {
    let shop = Shop::start("cost: { max: 5000 }").await;
    let unauthorized = |answer: &Answer| {
        let errors = answer.json()["errors"].clone();
        let codes = errors.as_array().expect("errors").iter();
        codes.for_each(|error| {
            assert_eq!(error["extensions"]["code"], "UNAUTHORIZED_FIELD_OR_TYPE");
        });
    };
    for (query, data, cost) in [
        (
            "{ open secret(first: 3) { name } }",
            json!({ "open": 1, "secret": null }),
            [0, 0],
        ),
        (
            "{ open secret { name } }",
            json!({ "open": 1, "secret": null }),
            [0, 0],
        ),
        (
            "{ open locked { name } }",
            json!({ "open": 1, "locked": null }),
            [0, 0],
        ),
        (
            "{ things(first: 2) { name owner { name } } }",
            json!({ "things": [{ "name": "a", "owner": null }] }),
            [2, 1],
        ),
    ] {
        let answer = shop.ask(false, query).await;
        assert_eq!(answer.json()["data"], data, "{query}: {}", answer.text());
        unauthorized(&answer);
        let found = &answer.json()["extensions"]["cost"];
        let expected = json!({ "estimated": cost[0], "actual": cost[1] });
        assert_eq!(*found, expected, "{query}");
    }
    let known = shop
        .ask(true, "{ secret(first: 3) { owner { name } } }")
        .await;
    assert_eq!(known.json()["extensions"]["cost"]["estimated"], 6);
    let silent = shop.ask(true, "{ secret { name } }").await;
    assert_eq!(silent.code(), "SLICING_ARGUMENT_REQUIRED");
}

#[tokio::test]
async fn what_a_client_may_not_see_is_not_taken_from_what_it_has_left() {
    let shop = Shop::start("rate_limit: { cost: 15/h }").await;
    for _ in 0..3 {
        assert_eq!(
            shop.ask(false, "{ open locked { name } }").await.status,
            200
        );
    }
    assert_eq!(shop.ask(true, "{ open locked { name } }").await.status, 200);
    assert_eq!(shop.ask(true, "{ open locked { name } }").await.status, 429);
}
