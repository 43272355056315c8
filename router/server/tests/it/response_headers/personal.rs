//! What depends on who asks is kept for nobody else, whatever the subgraph says, which may not know it.

use serde_json::{Value, json};

use super::values;
use crate::identify::issuer::{Issuer, Signer, claims};
use crate::kit::{Answer, Reply, Running, Subgraph};

const LINK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@authenticated", "@requiresScopes"])"#;
const SDL: &str = r#"
    type Query { open: String secret: String @authenticated dog: Dog }
    type Dog { name: String chip: String @requiresScopes(scopes: [["vet"]]) }
"#;

/// A subgraph that says that everybody may keep its answers, and what they depend on.
async fn public(headers: &'static [(&'static str, &'static str)]) -> Subgraph {
    Subgraph::start(&format!("{LINK} {SDL}"), move |_: &Value| {
        let dog = json!({ "name": "Rex", "chip": "1" });
        let data = json!({ "open": "a", "secret": "b", "dog": dog });
        Reply::With(headers, data)
    })
    .await
}

const KEPT: &[(&str, &str)] = &[("cache-control", "public, max-age=60")];
const BY_USER: &[(&str, &str)] = &[
    ("cache-control", "public, max-age=60"),
    ("vary", "x-user, x-org"),
];

/// Who may keep it, and what it depends on.
fn kept(answer: &Answer) -> (String, String) {
    let joined = |name| values(answer, name).join(", ");
    (joined("cache-control"), joined("vary"))
}

fn is(cache_control: &str, vary: &str) -> (String, String) {
    (cache_control.to_owned(), vary.to_owned())
}

/// In place of more configuration: a token is.
const REQUIRED: &str = "# required";

/// A router that knows who asks.
struct Scene {
    router: Running,
    token: String,
    _issuer: Issuer,
    _subgraph: Subgraph,
}

impl Scene {
    async fn new(headers: &'static [(&'static str, &'static str)], own: &str, more: &str) -> Self {
        let signer = Signer::es256("a");
        let issuer = Issuer::start(&[&signer]).await;
        let subgraph = public(headers).await;
        let required = more == REQUIRED;
        let router = Running::configured(&format!(
            "subgraphs: {{ dogs: {{ url: \"{}\", {own} }} }}\nauthentication: {{ jwt: [{{ jwks: \"{}\", issuer: me, audiences: [api] }}], required: {required} }}\n{more}",
            subgraph.url(),
            issuer.url()
        ))
        .await;
        router.until_ready().await;
        Self {
            router,
            token: format!("Bearer {}", signer.sign(&claims())),
            _issuer: issuer,
            _subgraph: subgraph,
        }
    }

    async fn ask(&self, query: &str) -> (String, String) {
        let body = json!({ "query": query }).to_string();
        let token = [("authorization", &*self.token)];
        let answer = self.router.ask_with(&token, body).await;
        assert_eq!(answer.json().get("errors"), None, "{}", answer.text());
        kept(&answer)
    }
}

#[tokio::test]
async fn what_access_rules_decide_is_for_one_client() {
    let scene = Scene::new(KEPT, "", "").await;
    for guarded in [
        "{ secret }",
        "{ open secret }",
        "{ s: secret @skip(if: true) open }",
    ] {
        assert_eq!(
            scene.ask(guarded).await,
            is("max-age=60, private", "accept, authorization"),
            "{guarded}"
        );
    }
    for open in ["{ open }", "{ dog { name } }"] {
        assert_eq!(scene.ask(open).await, is("max-age=60, public", "accept"));
    }
    // By a rule of the configuration for the header, too.
    let rule = "headers: { response: [{ name: cache-control, merge: last }] }";
    let scene = Scene::new(KEPT, "", rule).await;
    assert_eq!(
        scene.ask("{ secret }").await,
        is("max-age=60, private", "accept, authorization")
    );
    assert_eq!(
        scene.ask("{ open }").await,
        is("public, max-age=60", "accept")
    );
}

#[tokio::test]
async fn what_nobody_gets_without_a_token_is_for_one_client() {
    let scene = Scene::new(KEPT, "", REQUIRED).await;
    assert_eq!(
        scene.ask("{ open }").await,
        is("max-age=60, private", "accept, authorization")
    );
}

#[tokio::test]
async fn what_a_subgraph_makes_of_the_token_is_for_one_client() {
    let headers =
        "headers: { claims: { x-user: sub }, propagate: [{ name: x-tenant, rename: x-org }] }";
    let scene = Scene::new(BY_USER, "", headers).await;
    assert_eq!(
        scene.ask("{ open }").await,
        is("max-age=60, private", "accept, authorization, x-tenant")
    );
    let renamed =
        "headers: { propagate: [{ name: x-tenant, rename: x-org }], insert: { x-user: router } }";
    let scene = Scene::new(BY_USER, "", renamed).await;
    assert_eq!(
        scene.ask("{ open }").await,
        is("max-age=60, public", "accept, x-tenant")
    );
}

#[tokio::test]
async fn what_decides_where_a_subgraph_is_asked_tells_answers_apart() {
    let route = r#"routes: [{ when: { header: x-canary, is: "1" }, url: "http://127.0.0.1:9/" }]"#;
    let scene = Scene::new(KEPT, route, "").await;
    assert_eq!(
        scene.ask("{ open }").await,
        is("max-age=60, public", "accept, x-canary")
    );
    let route = r#"routes: [{ when: { claim: region, is: eu }, url: "http://127.0.0.1:9/" }]"#;
    let scene = Scene::new(KEPT, route, "").await;
    assert_eq!(
        scene.ask("{ open }").await,
        is("max-age=60, private", "accept, authorization")
    );
}

#[tokio::test]
async fn an_answer_that_shows_its_plan_is_kept_by_nobody() {
    let subgraph = public(KEPT).await;
    let router = Running::start(&[("dogs", &subgraph)], "expose_plan: true").await;
    for shown in ["abaque-expose-plan", "abaque-expose-trace"] {
        let body = json!({ "query": "{ open }" }).to_string();
        let answer = router.ask_with(&[(shown, "true")], body).await;
        assert_eq!(kept(&answer), is("no-store", "accept"), "{shown}");
    }
    let answer = router.query("{ open }").await;
    assert_eq!(kept(&answer), is("max-age=60, public", "accept"));
}
