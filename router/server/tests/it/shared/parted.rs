//! A new schema tells clients apart who were alike.

use super::*;
use crate::identify::issuer::{Issuer, Signer, claims};
use crate::kit::Subgraph;
use crate::kit::numbered::next;

/// Who vouches for the scopes of clients.
struct Guard {
    signer: Signer,
    issuer: Issuer,
}

impl Guard {
    async fn start() -> Self {
        let signer = Signer::es256("a");
        let issuer = Issuer::start(&[&signer]).await;
        Self { signer, issuer }
    }

    /// The section that has its tokens verified.
    fn authentication(&self) -> String {
        let url = self.issuer.url();
        format!("authentication: {{ jwt: [{{ jwks: \"{url}\" }}] }}")
    }

    /// A subscription of a client that has these scopes.
    async fn subscribe(&self, router: &Running, scopes: &[&str], query: &str) -> Streaming {
        let mut claims = claims();
        claims["scope"] = json!(scopes.join(" "));
        let bearer = format!("Bearer {}", self.signer.sign(&claims));
        let headers = [
            ("content-type", "application/json"),
            ("accept", SSE),
            ("authorization", &*bearer),
        ];
        let body = json!({ "query": query }).to_string();
        stream(&router.url(), &headers, body).await
    }
}

/// The next event of a client.
async fn tick(client: &mut Streaming) -> Value {
    let said = next(client).await;
    let event = said.trim_end().strip_prefix("event: next\ndata: ");
    let event = event.unwrap_or_else(|| panic!("no event: {said}"));
    let event: Value = serde_json::from_str(event).expect("JSON");
    let tick = event["data"]["tick"].clone();
    assert!(tick["n"].is_number(), "{said}");
    tick
}

/// The SDL with a rule, or without.
fn guarded(sdl: &str, is_guarded: bool) -> String {
    let link = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@requiresScopes"])"#;
    let fields = ["a", "b", "c", "d"].map(|name| match is_guarded {
        true => format!("{name}: String @requiresScopes(scopes: [[\"{name}\"]])"),
        false => format!("{name}: String"),
    });
    let label = fields[0].replacen("a:", "label:", 1);
    let sdl = sdl.replace("FIELDS", &fields.join(" "));
    format!("{link} {}", sdl.replace("LABEL", &label))
}

#[tokio::test]
async fn the_event_that_comes_first_after_the_change_is_not_lost() {
    let guard = Guard::start().await;
    let sdl = r#"type Query { a: Int } type Subscription { tick: Tick } type Tick @key(fields: "n") { n: Int! LABEL }"#;
    let ticks = Ticks::new();
    let source = Numbered::start(&guarded(sdl, false), &ticks, true).await;
    let router = Running::configured(&format!(
        "subgraphs: {{ source: {{ url: \"{}\" }} }}\n{}\n",
        source.url(),
        guard.authentication()
    ))
    .await;
    router.until_ready().await;
    let mut may = guard.subscribe(&router, &["a"], TICKS).await;
    let mut may_not = guard.subscribe(&router, &[], TICKS).await;
    assert_eq!(source.opened_so_far(), 1);
    ticks.tick();
    for client in [&mut may, &mut may_not] {
        assert_eq!(tick(client).await, json!({ "n": 1, "label": "tick 1" }));
    }
    let change = || source.set_sdl(&guarded(sdl, true));
    router.changes(change).await;
    for n in 2..=3 {
        ticks.tick();
        let all = json!({ "n": n, "label": format!("tick {n}") });
        assert_eq!(tick(&mut may).await, all);
        assert_eq!(tick(&mut may_not).await, json!({ "n": n, "label": null }));
    }
}

#[tokio::test]
async fn those_whose_operation_cannot_be_prepared_now_go_on_a_little_later() {
    const FIELDS: [&str; 4] = ["a", "b", "c", "d"];
    let guard = Guard::start().await;
    let sdl = r#"type Query { b: Int } type Tick @key(fields: "n") { n: Int! FIELDS }"#;
    let ticks = Ticks::new();
    let source = Numbered::start(&source(""), &ticks, true).await;
    let fields = json!({ "a": "1", "b": "2", "c": "3", "d": "4" });
    let fields = json!({ "_entities": [fields] });
    let labels = Subgraph::with_data(&guarded(sdl, false), fields).await;
    let router = Running::configured(&format!(
        "subgraphs:\n  source: {{ url: \"{}\" }}\n  labels: {{ url: \"{}\" }}\n{}\n\
         limits: {{ preparations: 1, preparations_waiting: 0 }}\n",
        source.url(),
        labels.url(),
        guard.authentication(),
    ))
    .await;
    router.until_ready().await;

    // Each has other scopes than all the others.
    let mut clients = Vec::new();
    for number in 0..1 << FIELDS.len() {
        let fields = FIELDS.iter().enumerate();
        let scopes = fields.filter(|(index, _)| number >> index & 1 == 1);
        let scopes: Vec<_> = scopes.map(|(_, field)| *field).collect();
        let query = "subscription { tick { n a b c d } }";
        let client = guard.subscribe(&router, &scopes, query).await;
        clients.push((scopes, client));
    }
    assert_eq!(router.metric(STREAMS).await, 1.0);
    let change = || labels.set_sdl(&guarded(sdl, true));
    router.changes(change).await;
    // One goes on with the stream that there was.
    source.opened(clients.len()).await;
    ticks.tick();
    for (scopes, client) in &mut clients {
        let tick = tick(client).await;
        for field in FIELDS {
            let has = scopes.contains(&field);
            assert_eq!(tick[field].is_string(), has, "{field} of {tick}");
        }
    }
}

#[tokio::test]
async fn those_who_are_told_apart_alike_share_one_stream_again() {
    let guard = Guard::start().await;
    let sdl = r#"type Query { a: Int } type Subscription { tick: Tick } type Tick @key(fields: "n") { n: Int! LABEL }"#;
    let (some, all) = ([&["a"][..], &[], &["a", "c"], &["a"], &[]], [&["a"][..]; 5]);
    for (scopes, streams, numbered) in [(some, 2.0, true), (all, 1.0, true), (some, 2.0, false)] {
        let ticks = Ticks::new();
        let source = Numbered::start(&guarded(sdl, false), &ticks, numbered).await;
        let router = Running::configured(&format!(
            "subgraphs: {{ source: {{ url: \"{}\" }} }}\n{}\n",
            source.url(),
            guard.authentication()
        ))
        .await;
        router.until_ready().await;
        // The stream keeps the rights of who opened it, and leaves.
        let opener = guard.subscribe(&router, &["b"], TICKS).await;
        let mut clients = Vec::new();
        for scopes in scopes {
            clients.push((scopes, guard.subscribe(&router, scopes, TICKS).await));
        }
        drop(opener);
        assert_eq!(source.opened_so_far(), 1);
        ticks.tick();
        for (_, client) in &mut clients {
            let all = json!({ "n": 1, "label": "tick 1" });
            assert_eq!(tick(client).await, all);
        }
        router.changes(|| source.set_sdl(&guarded(sdl, true))).await;
        // One more for those with the scope. The other asks for less now, or ends as nobody is left of it.
        source.opened(1 + streams as usize).await;
        let parted = async || (router.metric(STREAMS).await == streams).then_some(());
        until(parted).await.expect("the others have left");
        for n in 2..=4 {
            ticks.tick();
            for (scopes, client) in &mut clients {
                let label = scopes.contains(&"a").then(|| format!("tick {n}"));
                assert_eq!(tick(client).await, json!({ "n": n, "label": label }));
            }
        }
        assert_eq!(router.metric(STREAMS).await, streams);
        assert!(source.opened_so_far() <= 3, "{}", source.opened_so_far());
    }
}
