//! What a trace says of requests to subgraphs that do not go as usual.

use serde_json::{Value, json};
use tokio::sync::watch;

use super::TRACE;
use crate::kit::{Reply, Running, Subgraph, stream, until};

const LINK: &str =
    r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])"#;

/// Owners of dogs, two of which are one dog, and the names of dogs.
async fn owners_and_dogs() -> (Subgraph, Subgraph) {
    let sdl = format!(
        r#"{LINK} type Query {{ owners: [Owner!] }} type Owner {{ dog: Dog }} type Dog @key(fields: "id") {{ id: ID! }}"#
    );
    let dog = |id: &str| json!({ "dog": { "__typename": "Dog", "id": id } });
    let data = json!({ "owners": [dog("1"), dog("2"), dog("1")] });
    let owners = Subgraph::with_data(&sdl, data).await;
    let sdl = format!(r#"{LINK} type Dog @key(fields: "id") {{ id: ID! name: String }}"#);
    let data = json!({ "_entities": [{ "name": "Rex" }, { "name": "Bello" }] });
    (owners, Subgraph::with_data(&sdl, data).await)
}

/// The one request of a traced query for a dog.
async fn fetch(router: &Running) -> Value {
    let body = json!({ "query": "{ dog }" }).to_string();
    let answer = router.ask_with(&[TRACE], body).await.json();
    let fetches = &answer["extensions"]["trace"]["fetches"];
    assert_eq!(fetches.as_array().map(Vec::len), Some(1), "{answer}");
    fetches[0].clone()
}

#[tokio::test]
async fn a_trace_tells_attempts_and_what_became_of_the_last() {
    let mut replies = vec![
        Reply::Raw(502, "text/html", "<html>".to_owned()),
        Reply::Raw(502, "text/html", "<html>".to_owned()),
        Reply::Data(json!({ "dog": "Rex" })),
        Reply::Raw(503, "text/plain", "not yet".to_owned()),
    ];
    let dogs = Subgraph::start("type Query { dog: String }", move |_| {
        replies.pop().expect("four are asked for")
    })
    .await;
    let router = Running::configured(&format!(
        "subgraphs: {{ dogs: {{ url: \"{}\", retry: {{ attempts: 2, budget: 100% }} }} }}\nexpose_plan: true",
        dogs.url()
    ))
    .await;
    router.until_ready().await;
    let answered = fetch(&router).await;
    assert_eq!(
        (
            &answered["attempts"],
            &answered["status"],
            &answered["error"]
        ),
        (&json!(2), &json!(200), &Value::Null)
    );
    let failed = fetch(&router).await;
    assert_eq!(
        (&failed["attempts"], &failed["error"]),
        (&json!(2), &json!("SUBREQUEST_HTTP_ERROR"))
    );
    assert_eq!(failed["responseBytes"], 0);
}

#[tokio::test]
async fn a_trace_tells_that_an_equal_request_was_waited_for() {
    let (open, gate) = watch::channel(false);
    let dogs = Subgraph::start("type Query { dog: String }", move |_| {
        Reply::Gated(gate.clone(), json!({ "dog": "Rex" }))
    })
    .await;
    let router = Running::start(&[("dogs", &dogs)], "expose_plan: true").await;
    let joined = r#"graphql_subgraph_requests_deduplicated_total{subgraph="dogs"}"#;
    let opening = async {
        until(async || (router.metric(joined).await == 1.0).then_some(()))
            .await
            .expect("one joins");
        open.send(true).expect("the subgraph waits");
    };
    let (one, other, ()) = tokio::join!(fetch(&router), fetch(&router), opening);
    let (first, second) = match one["joined"] == true {
        true => (other, one),
        false => (one, other),
    };
    assert_eq!(
        (&first["joined"], &first["attempts"]),
        (&json!(false), &json!(1))
    );
    assert!(
        first["sent"].is_u64() && first["firstByte"].is_u64(),
        "{first}"
    );
    assert_eq!(
        (&second["joined"], &second["attempts"]),
        (&json!(true), &json!(0))
    );
    assert!(
        second["sent"].is_null() && second["firstByte"].is_null(),
        "{second}"
    );
    assert_eq!(second["status"], 200);
}

#[tokio::test]
async fn a_trace_tells_entities_that_were_sent_and_places_that_share_one() {
    let (owners, dogs) = owners_and_dogs().await;
    let subgraphs = [("owners", &owners), ("dogs", &dogs)];
    let router = Running::start(&subgraphs, "expose_plan: true").await;
    let body = json!({ "query": "{ owners { dog { name } } }" }).to_string();
    let answer = router.ask_with(&[TRACE], body).await.json();
    assert_eq!(
        answer["data"]["owners"][2]["dog"]["name"], "Rex",
        "{answer}"
    );
    let fetches = &answer["extensions"]["trace"]["fetches"];
    assert_eq!(fetches[0]["entities"], json!({ "sent": 0, "shared": 0 }));
    assert_eq!(fetches[1]["subgraph"], "dogs");
    assert_eq!(fetches[1]["entities"], json!({ "sent": 2, "shared": 1 }));
}

#[tokio::test]
async fn the_last_part_of_a_deferred_answer_has_the_trace_of_all() {
    let (owners, dogs) = owners_and_dogs().await;
    let subgraphs = [("owners", &owners), ("dogs", &dogs)];
    let router = Running::start(&subgraphs, "expose_plan: true").await;
    let query = "{ owners { dog { id ... @defer { name } } } }";
    let headers = [
        ("content-type", "application/json"),
        ("accept", "multipart/mixed;deferSpec=20220824"),
        TRACE,
    ];
    let body = json!({ "query": query }).to_string();
    let text = stream(&router.url(), &headers, body).await.rest().await;
    let parts: Vec<Value> = text
        .split("\r\n\r\n")
        .filter_map(|piece| serde_json::from_str(piece.split("\r\n--").next()?).ok())
        .collect();
    let (last, others) = parts.split_last().expect("there are parts");
    assert!(!others.is_empty(), "{text}");
    for part in others {
        assert!(part["extensions"]["trace"].is_null(), "{text}");
    }
    assert_eq!(last["hasNext"], false, "{text}");
    let fetches = last["extensions"]["trace"]["fetches"].as_array();
    let asked = fetches
        .into_iter()
        .flatten()
        .map(|fetch| &fetch["subgraph"]);
    assert_eq!(asked.collect::<Vec<_>>(), ["owners", "dogs"], "{text}");
}
