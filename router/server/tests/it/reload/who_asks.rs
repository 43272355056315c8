//! Who asks is found out again where the configuration, or the keys of an issuer, change while a subscription is open.

use serde_json::json;

use super::Reloaded;
use crate::identify::issuer::{Issuer, Signer, claims};
use crate::kit::numbered::{event, expect};
use crate::kit::{Numbered, Streaming, Ticks, stream};

const LINK: &str =
    r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])"#;

/// A source of events, and the subgraph that completes them.
struct Graph {
    ticks: Ticks,
    source: Numbered,
    labels: Numbered,
}

impl Graph {
    async fn start() -> Self {
        let ticks = Ticks::new();
        let source = format!(
            r#"{LINK} type Query {{ a: Int }} type Subscription {{ tick: Tick }} type Tick @key(fields: "n") {{ n: Int! }}"#
        );
        let labels = format!(
            r#"{LINK} type Query {{ b: Int }} type Tick @key(fields: "n") {{ n: Int! label: String }}"#
        );
        Self {
            source: Numbered::start(&source, &ticks, true).await,
            labels: Numbered::start(&labels, &ticks, true).await,
            ticks,
        }
    }

    fn yaml(&self, more: &str) -> String {
        format!(
            "subgraphs:\n  source: {{ url: \"{}\" }}\n  labels: {{ url: \"{}\" }}\n{more}\n",
            self.source.url(),
            self.labels.url()
        )
    }
}

async fn subscribe(router: &Reloaded, headers: &[(&str, &str)]) -> Streaming {
    let mut all = vec![
        ("content-type", "application/json"),
        ("accept", "text/event-stream"),
    ];
    all.extend_from_slice(headers);
    let body = json!({ "query": "subscription { tick { n label } }" }).to_string();
    let mut answer = stream(&router.router.url(), &all, body).await;
    answer.until(":\n\n").await;
    answer
}

/// The subscription has had one event, and ends with an error of that code.
async fn expect_end(answer: Streaming, code: &str, not: &str) {
    let said = answer.rest().await;
    assert!(said.contains(code), "{code}: {said}");
    assert!(!said.contains(not), "{code}: {said}");
    assert!(said.ends_with("event: complete\ndata: \n\n"), "{said}");
}

fn jwt(issuers: &[&Issuer]) -> String {
    let each = issuers.iter().map(|issuer| {
        let url = issuer.url();
        format!("{{ jwks: \"{url}\", algorithms: [ES256], refresh: 1s }}")
    });
    let each: Vec<String> = each.collect();
    format!("jwt: [{}]", each.join(", "))
}

/// Clients can send the likely names, and wait.
#[tokio::test]
async fn a_header_that_becomes_a_claim_is_never_what_a_client_made_up() {
    let graph = Graph::start().await;
    let signer = Signer::es256("a");
    let issuer = Issuer::start(&[&signer]).await;
    let of = |more: &str| {
        let authentication = jwt(&[&issuer]);
        graph.yaml(&format!(
            "authentication: {{ {authentication}, sources: [{{ header: x-token }}] }}\n{more}"
        ))
    };
    let router = Reloaded::start(&of("")).await;
    let token = signer.sign(&claims());
    let forged = ("authorization", "admin");
    let mut nobody = subscribe(&router, &[forged]).await;
    let mut ada = subscribe(&router, &[forged, ("x-token", &token)]).await;
    graph.source.opened(1).await;
    let first = graph.ticks.tick();
    expect(&mut nobody, [first]).await;
    expect(&mut ada, [first]).await;
    let claim = "headers: { claims: { authorization: sub } }";
    router.take_over(&of(claim)).await;
    for _ in 0..2 {
        let n = graph.ticks.tick();
        expect(&mut nobody, [n]).await;
        expect(&mut ada, [n]).await;
    }
    // To another claim, and to none.
    router.take_over(&of(&claim.replace("sub", "iss"))).await;
    let n = graph.ticks.tick();
    expect(&mut nobody, [n]).await;
    expect(&mut ada, [n]).await;
    let told = graph.labels.entities();
    for expected in ["", "ada", "me"] {
        assert!(
            told.iter().any(|who| who == expected),
            "{expected}: {told:?}"
        );
    }
    assert!(!told.iter().any(|who| who == "admin"), "{told:?}");
    // What the client sends is passed on where it is asked for, as it was before there was a claim.
    router
        .take_over(&of("headers: { propagate: [authorization] }"))
        .await;
    let n = graph.ticks.tick();
    expect(&mut nobody, [n]).await;
    expect(&mut ada, [n]).await;
    let told = graph.labels.entities();
    assert_eq!(told.last().map(String::as_str), Some("admin"), "{told:?}");
}

#[tokio::test]
async fn who_may_not_ask_any_more_is_sent_no_further_event() {
    let graph = Graph::start().await;
    let (old, new) = (Signer::es256("old"), Signer::es256("new"));
    let (left, kept) = (Issuer::start(&[&old]).await, Issuer::start(&[&new]).await);
    let of = |terms: &str| graph.yaml(&format!("authentication: {{ {terms} }}"));
    let router = Reloaded::start(&of(&jwt(&[&left, &kept]))).await;
    let bearer = |signer: &Signer| format!("Bearer {}", signer.sign(&claims()));
    let (of_old, of_new) = (bearer(&old), bearer(&new));
    let mut nobody = subscribe(&router, &[]).await;
    let mut ada = subscribe(&router, &[("authorization", &of_old)]).await;
    let mut bea = subscribe(&router, &[("authorization", &of_new)]).await;
    graph.source.opened(1).await;
    let first = graph.ticks.tick();
    for answer in [&mut nobody, &mut ada, &mut bea] {
        expect(answer, [first]).await;
    }
    let terms = format!("required: true, {}", jwt(&[&kept]));
    router.take_over(&of(&terms)).await;
    let second = graph.ticks.tick();
    let event = event(second);
    expect_end(nobody, "UNAUTHENTICATED", &event).await;
    expect_end(ada, "TOKEN_KEY_UNKNOWN", &event).await;
    expect(&mut bea, [second]).await;
    // They all had one stream, and who is left has it still.
    assert_eq!(graph.source.opened_so_far(), 1);
    let ended = "graphql_subscriptions_ended_total{reason=\"token\"}";
    assert_eq!(router.router.metric(ended).await, 2.0);
    // What it is for is found out anew, and it goes on.
    let sources = "sources: [{ header: authorization, scheme: Bearer }, { cookie: session }]";
    router.take_over(&of(&format!("{terms}, {sources}"))).await;
    expect(&mut bea, [graph.ticks.tick()]).await;
}

/// Without an event, and without another configuration.
#[tokio::test]
async fn a_key_that_its_issuer_takes_back_ends_the_subscriptions_of_its_tokens() {
    let graph = Graph::start().await;
    let (old, new) = (Signer::es256("old"), Signer::es256("new"));
    let issuer = Issuer::start(&[&old, &new]).await;
    let authentication = format!("authentication: {{ {} }}", jwt(&[&issuer]));
    let more = format!("{authentication}\nsubscriptions: {{ heartbeat: 50ms }}");
    let router = Reloaded::start(&graph.yaml(&more)).await;
    let bearer = |signer: &Signer| format!("Bearer {}", signer.sign(&claims()));
    let (of_old, of_new) = (bearer(&old), bearer(&new));
    let ada = subscribe(&router, &[("authorization", &of_old)]).await;
    let mut bea = subscribe(&router, &[("authorization", &of_new)]).await;
    issuer.publish(&[&new]);
    expect_end(ada, "TOKEN_KEY_UNKNOWN", "\"data\"").await;
    expect(&mut bea, [graph.ticks.tick()]).await;
}
