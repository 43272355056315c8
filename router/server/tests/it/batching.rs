//! Several requests in one.

use serde_json::{Value, json};
use tokio::sync::watch;

use crate::identify::issuer::{Issuer, Signer, claims};
use crate::kit::{Answer, Reply, Running, Subgraph, until};

const SDL: &str = "type Query { dog: String cat: String } type Mutation { adopt: String } type Subscription { barks: String }";

async fn pets() -> Subgraph {
    Subgraph::with_data(SDL, json!({ "dog": "Rex", "cat": "Tom", "adopt": "Rex" })).await
}

async fn ask(router: &Running, batch: &Value) -> Answer {
    let accept = ("accept", "application/graphql-response+json");
    router.ask_with(&[accept], batch.to_string()).await
}

#[tokio::test]
async fn each_entry_is_answered_in_its_place() {
    let a = pets().await;
    let router = Running::start(&[("pets", &a)], "batching: { max: 5 }").await;
    let batch = json!([
        { "query": "{ dog }" },
        { "query": "{ mouse }" },
        { "query": "mutation { adopt }" },
        { "query": "subscription { barks }" },
        { "invalid": true },
    ]);
    let answer = ask(&router, &batch).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(
        answer.header("content-type"),
        "application/graphql-response+json; charset=utf-8"
    );
    let json = answer.json();
    assert_eq!(json[0], json!({ "data": { "dog": "Rex" } }));
    assert_eq!(json[2], json!({ "data": { "adopt": "Rex" } }));
    for (index, code) in [
        (1, "GRAPHQL_VALIDATION_FAILED"),
        (3, "SUBSCRIPTION_NOT_SUPPORTED"),
        (4, "BAD_REQUEST"),
    ] {
        assert_eq!(
            json[index]["errors"][0]["extensions"]["code"], code,
            "{json}"
        );
    }
    assert_eq!(json.as_array().map(Vec::len), Some(5));
    let answer = ask(&router, &json!({ "query": "{ cat }" })).await;
    assert_eq!(answer.text(), r#"{"data":{"cat":"Tom"}}"#);
}

#[tokio::test]
async fn entries_are_executed_at_the_same_time() {
    let (open, gate) = watch::channel(false);
    let data = json!({ "dog": "Rex", "cat": "Tom" });
    let a = Subgraph::start(SDL, move |_| Reply::Gated(gate.clone(), data.clone())).await;
    let router = Running::start(&[("pets", &a)], "batching: { max: 2 }").await;
    let batch = json!([{ "query": "{ dog }" }, { "query": "{ cat }" }]);
    let asking = ask(&router, &batch);
    let opening = async {
        let both = async || (a.requests().len() == 2).then_some(());
        until(both)
            .await
            .expect("both are there before one is answered");
        open.send(true).expect("the subgraph waits");
    };
    let (answer, ()) = tokio::join!(asking, opening);
    let expected = r#"[{"data":{"dog":"Rex"}},{"data":{"cat":"Tom"}}]"#;
    assert_eq!(answer.text(), expected);
}

#[tokio::test]
async fn batches_are_off_by_default_bounded_and_hold_no_others() {
    let a = pets().await;
    let entry = json!({ "query": "{ dog }" });
    let off = Running::start(&[("pets", &a)], "").await;
    let answer = ask(&off, &json!([entry])).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (400, "BATCH_NOT_SUPPORTED".into())
    );
    let on = Running::start(&[("pets", &a)], "batching: { max: 2 }").await;
    let many: Vec<&Value> = std::iter::repeat_n(&entry, 10_000).collect();
    for (batch, status, code) in [
        (json!([entry, entry, entry]), 422, "BATCH_LIMIT_EXCEEDED"),
        (json!(many), 422, "BATCH_LIMIT_EXCEEDED"),
        (json!([]), 400, "BAD_REQUEST"),
        (json!([[entry], entry]), 400, "BAD_REQUEST"),
        (json!([1]), 400, "BAD_REQUEST"),
    ] {
        let answer = ask(&on, &batch).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (status, code)
        );
    }
    let unfinished = on.ask_with(&[], "[{}".to_owned()).await;
    assert_eq!(
        (unfinished.status.as_u16(), unfinished.code()),
        (400, "BAD_REQUEST".into())
    );
    assert!(a.requests().is_empty());
}

#[tokio::test]
async fn a_batch_has_one_answer_which_is_no_event_and_tells_what_all_entries_left() {
    let a = pets().await;
    let config = "batching: { max: 10 }\nrate_limit: { requests: 100/m }";
    let router = Running::start(&[("pets", &a)], config).await;
    let batch = json!([{ "query": "{ __typename }" }, { "query": "{ __typename }" }]).to_string();
    let accept = [("accept", "text/event-stream")];
    let answer = router.ask_with(&accept, batch.clone()).await;
    assert_eq!(answer.status, 406, "{}", answer.text());
    let answer = router.ask_with(&[], batch).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let left = answer.header("ratelimit");
    assert!(left.contains("r=97"), "{left}");
}

/// Clients that batch send everything so: what they ask for is known like what others do.
#[tokio::test]
async fn each_operation_of_a_batch_is_recorded_with_its_own_outcome() {
    let a = Subgraph::start(SDL, |request| {
        match request["query"]
            .as_str()
            .is_some_and(|text| text.contains("cat"))
        {
            true => Reply::Raw(500, "application/json", "{}".to_owned()),
            false => Reply::Data(json!({ "dog": "Rex" })),
        }
    })
    .await;
    let config = "batching: { max: 5 }\nrecord: {}";
    let router = Running::start(&[("pets", &a)], config).await;
    let batch = json!([
        { "query": "query One { dog }" },
        { "query": "query Two { cat }" },
        { "query": "query Wrong { mouse }" },
        { "query": "query Three { __typename }" },
    ]);
    for _ in 0..3 {
        ask(&router, &batch).await;
    }
    let all = async || {
        let document = router.admin("/operations").await.json();
        let mut found: Vec<String> = document["operations"]
            .as_array()?
            .iter()
            .map(|one| format!("{} {} {}", one["name"], one["count"], one["errors"]))
            .collect();
        found.sort();
        (found.len() == 3 && found.iter().all(|one| one.contains(" 3 "))).then_some(found)
    };
    let found = until(all).await.expect("each is recorded each time");
    assert_eq!(found, ["\"One\" 3 0", "\"Three\" 3 0", "\"Two\" 3 3"]);
}

/// A batch is no way around what is counted for each client.
#[tokio::test]
async fn each_entry_is_counted_and_charged_for_by_itself() {
    let sdl = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\", import: [\"@listSize\"])
        type Query { dog: String dogs(first: Int): [Dog] @listSize(slicingArguments: [\"first\"]) }
        type Dog { name: String }";
    let data = json!({ "dog": "Rex", "dogs": [], "a": [], "b": [] });
    let a = Subgraph::with_data(sdl, data).await;
    let signer = Signer::es256("a");
    let issuer = Issuer::start(&[&signer]).await;
    let config = format!(
        "batching: {{ max: 10 }}\ncost: {{ max: 100 }}\nrate_limit: {{ by: {{ claim: sub }}, requests: 7/h, cost: 150/h }}\n\
         authentication: {{ jwt: [{{ jwks: \"{}\" }}] }}",
        issuer.url()
    );
    let router = Running::start(&[("pets", &a)], &config).await;
    let sized = |size: u64| json!({ "query": "query ($n: Int) { dogs(first: $n) { name } }", "variables": { "n": size } });
    let batch = json!([
        sized(100),
        sized(101),
        { "query": "{ a: dogs(first: 50) { name } b: dogs(first: 51) { name } }" },
        { "query": "{ dogs(first: -1) { name } a: dogs(first: 99) { name } }" },
        { "query": "{ dogs { name } }" },
        sized(100),
        { "query": "{ dog }" },
        { "query": "{ dog }" },
        { "documentId": "../dog" },
    ]);
    let codes = async |name: &str| {
        let mut claims = claims();
        claims["sub"] = name.into();
        let token = format!("Bearer {}", signer.sign(&claims));
        let headers = [("authorization", token.as_str())];
        let answer = router.ask_with(&headers, batch.to_string()).await;
        let each = answer.json();
        let each = each.as_array().expect("an array").iter();
        let codes: Vec<String> = each
            .map(|one| {
                one["errors"][0]["extensions"]["code"]
                    .as_str()
                    .unwrap_or("")
                    .to_owned()
            })
            .collect();
        codes
    };
    let (dear, limited) = ("COST_ESTIMATED_TOO_EXPENSIVE", "REQUEST_RATE_LIMITED");
    let missing = "SLICING_ARGUMENT_REQUIRED";
    for name in ["ada", "bea"] {
        // Entries run at the same time: which of the two that fit alone is charged for first does not matter.
        let mut codes = codes(name).await;
        assert_eq!(codes[1..5], [dear, dear, dear, missing], "{codes:?}");
        assert_eq!(codes[7..], [limited, limited], "{codes:?}");
        assert_eq!(codes[6], "", "{codes:?}");
        let mut both = [codes.swap_remove(5), codes.swap_remove(0)];
        both.sort();
        assert_eq!(both, ["", limited]);
    }
}

#[tokio::test]
async fn headers_of_subgraphs_come_of_all_entries_in_their_order() {
    let (open, gate) = watch::channel(false);
    let dogs = Subgraph::start("type Query { dog: String }", move |_| {
        // After the cats, which are asked later.
        let headers: &[(&str, &str)] = &[
            ("set-cookie", "dog=1"),
            ("x-region", "dogs"),
            ("cache-control", "public, max-age=60"),
        ];
        Reply::GatedWith(gate.clone(), headers, json!({ "dog": "Rex" }))
    })
    .await;
    let cats = Subgraph::start("type Query { cat: String }", |_| {
        let headers: &[(&str, &str)] = &[("set-cookie", "cat=1"), ("x-region", "cats")];
        Reply::With(headers, json!({ "cat": "Tom" }))
    })
    .await;
    let rules = "batching: { max: 5 }\nheaders: { response: [{ name: set-cookie, merge: append }, { name: x-region, merge: first }] }";
    let router = Running::start(&[("dogs", &dogs), ("cats", &cats)], rules).await;
    let batch = json!([{ "query": "{ dog }" }, { "query": "{ mouse }" }, { "query": "{ cat }" }]);
    let opening = async {
        until(async || (!cats.requests().is_empty()).then_some(()))
            .await
            .expect("the cats are asked");
        open.send(true).expect("the dogs wait");
    };
    let (answer, ()) = tokio::join!(ask(&router, &batch), opening);
    let values = |name: &str| -> Vec<String> {
        let values = answer.headers.get_all(name).iter();
        let text = |value: &http::HeaderValue| value.to_str().expect("text").to_owned();
        values.map(text).collect()
    };
    assert_eq!(values("set-cookie"), ["dog=1", "cat=1"]);
    assert_eq!(values("x-region"), ["dogs"]);
    assert_eq!(values("cache-control"), ["no-store"]);
    assert_eq!(answer.json()[2], json!({ "data": { "cat": "Tom" } }));
}
