//! A scanner at a router that executes persisted documents only: every door, and every way of saying one thing and meaning another.

use tokio_tungstenite::tungstenite::Message;

use super::*;
use crate::kit::{Socket, post};

/// What is not persisted, and would be answered.
const OTHER: &str = "{ wolf { name } }";

/// The rest of the section, and everything that may have a door of its own; the last brace is closed by the files' own configuration.
const CONFIG: &str = "required: true }\n\
    uploads: { max_files: 1, max_file_size: 1 KiB, max_size: 1 KiB }\n\
    subscriptions: { websocket: true }\n\
    batching: { max: 3";

async fn guarded() -> (Subgraph, Running, Files) {
    let files = Files::new(&[
        ("dog.graphql", QUERY),
        ("relay.json", &json!({ "1": QUERY }).to_string()),
    ]);
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], &files.config(CONFIG)).await;
    (a, router, files)
}

/// What is no id, and could be taken for one of a document, or of its file.
const IDS: [&str; 22] = [
    " 1",
    "1 ",
    "01",
    "+1",
    "1.0",
    "%31",
    "１",
    "1\\u0000",
    "\\u00001",
    "1\\n",
    "relay.json",
    "relay.json#1",
    "dog.graphql",
    "./dog.graphql",
    "../../etc/passwd",
    "file:///etc/passwd",
    "sha256:",
    "sha256:1",
    "sha512:1",
    "__proto__",
    "*",
    "",
];

/// Bodies that mean something that is not persisted, or could be taken to.
fn bodies() -> Vec<String> {
    let (known, unknown) = (sha256(QUERY), sha256(OTHER));
    let apq = |hash: &str| format!(r#"{{"persistedQuery":{{"version":1,"sha256Hash":"{hash}"}}}}"#);
    let introspection = "{ __schema { types { name } } }";
    let mut bodies = vec![
        format!(r#"{{"query":"{OTHER}"}}"#),
        format!(r#"{{"\u0071uery":"{OTHER}"}}"#),
        format!(r#"{{"query":"{introspection}"}}"#),
        r#"{"query":"{ __typename }"}"#.into(),
        r#"{"query":"{ _service { sdl } }"}"#.into(),
        r#"{"query":"subscription { dog }"}"#.into(),
        r#"{"query":"{"}"#.into(),
        r#"{"query":""}"#.into(),
        r#"{"query":null}"#.into(),
        r#"{"query":["{ wolf { name } }"]}"#.into(),
        r#"{"query":{"query":"{ wolf { name } }"}}"#.into(),
        "{}".into(),
        // The text of one and the id of another.
        format!(r#"{{"documentId":"1","query":"{OTHER}"}}"#),
        format!(r#"{{"documentId":"2","query":"{OTHER}"}}"#),
        format!(r#"{{"documentId":"sha256:{known}","query":"{OTHER}"}}"#),
        format!(r#"{{"documentId":"sha256:{unknown}","query":"{OTHER}"}}"#),
        format!(r#"{{"documentId":"1","query":"{QUERY} {OTHER}"}}"#),
        format!(r#"{{"documentId":"1","query":"{QUERY} "}}"#),
        format!(r#"{{"doc_id":"1","query":"{OTHER}"}}"#),
        format!(r#"{{"id":"1","query":"{OTHER}"}}"#),
        // Made known, or not.
        format!(r#"{{"query":"{OTHER}","extensions":{}}}"#, apq(&unknown)),
        format!(r#"{{"query":"{OTHER}","extensions":{}}}"#, apq(&known)),
        format!(r#"{{"extensions":{}}}"#, apq(&unknown)),
        format!(r#"{{"documentId":"2","extensions":{}}}"#, apq(&known)),
        // Members that are there twice, of which one would be right.
        format!(r#"{{"query":"{QUERY}","query":"{OTHER}","documentId":"1"}}"#),
        format!(r#"{{"query":"{OTHER}","query":"{QUERY}","documentId":"1"}}"#),
        format!(r#"{{"query":"{QUERY}","\u0071uery":"{OTHER}","documentId":"1"}}"#),
        r#"{"documentId":"1","documentId":"2"}"#.into(),
        r#"{"documentId":"2","documentId":"1"}"#.into(),
        r#"{"documentId":"1","\u0064ocumentId":"2"}"#.into(),
        r#"{"documentId":"1","documentId":null}"#.into(),
        r#"{"doc_id":"2","doc_id":"1"}"#.into(),
        r#"{"doc_id":"1","d\u006fc_id":"2"}"#.into(),
        r#"{"doc_id":null,"doc_id":"1"}"#.into(),
        r#"{"documentId":"1","doc_id":"2"}"#.into(),
        r#"{"documentId":"2","doc_id":"1"}"#.into(),
        format!(r#"{{"extensions":{0},"extensions":{0}}}"#, apq(&known)),
        format!(
            r#"{{"extensions":{{"persistedQuery":{{"sha256Hash":"{known}"}},"persistedQuery":{{"sha256Hash":"{unknown}"}}}}}}"#
        ),
        format!(
            r#"{{"extensions":{{"persistedQuery":{{"sha256Hash":"{unknown}","sha256Hash":"{known}"}}}}}}"#
        ),
        // What is of another type.
        r#"{"documentId":1}"#.into(),
        r#"{"documentId":["1"]}"#.into(),
        format!(r#"{{"extensions":"{}"}}"#, apq(&known).replace('"', "\\\"")),
        format!(r#"{{"extensions":[{}]}}"#, apq(&known)),
        r#"{"extensions":{"persistedQuery":"1"}}"#.into(),
        format!(r#"{{"extensions":{{"persistedQuery":{{"sha256Hash":["{known}"]}}}}}}"#),
        format!(r#"{{"extensions":{{"persistedQuery":{{"version":2,"sha256Hash":"{known}"}}}}}}"#),
        // What comes before or after.
        format!("\u{feff}{{\"query\":\"{OTHER}\"}}"),
        format!(r#"{{"documentId":"1"}}{{"query":"{OTHER}"}}"#),
        format!(r#"query={OTHER}"#),
        OTHER.into(),
    ];
    bodies.extend(IDS.map(|id| format!(r#"{{"documentId":"{id}"}}"#)));
    bodies.push(format!(r#"{{"documentId":"sha256: {known}"}}"#));
    bodies.push(format!(r#"{{"documentId":"{}"}}"#, &known[..63]));
    bodies
}

/// Refused, and by no fault of the router.
#[track_caller]
fn refused(door: &str, what: &str, status: u16, text: &str) {
    assert!(status < 500, "{door} {what}: {status} {text}");
    assert!(!text.contains("\"data\""), "{door} {what}: {status} {text}");
    assert!(
        text.contains("\"code\":\""),
        "{door} {what}: {status} {text}"
    );
}

/// No subgraph was asked, and nothing was parsed.
async fn nothing_was_done(a: &Subgraph, router: &Running) {
    assert!(a.requests().is_empty(), "{:?}", a.requests());
    assert_eq!(router.metric("router_plan_cache_misses_total").await, 0.0);
    let registered = "router_apq_total{outcome=\"registered\"}";
    assert_eq!(router.metric(registered).await, 0.0);
}

#[tokio::test]
async fn no_body_gets_anything_else_executed() {
    let (a, router, _files) = guarded().await;
    let url = router.url();
    let json = ("content-type", "application/json");
    for body in bodies() {
        let answer = router.ask_with(&[], body.clone()).await;
        refused("post", &body, answer.status.as_u16(), &answer.text());
        let answer = router.ask_with(&[NEWER], body.clone()).await;
        assert!(answer.status.is_client_error(), "{body}: {}", answer.text());

        let events = ("accept", "text/event-stream");
        let answer = router.ask_with(&[events], body.clone()).await;
        refused("events", &body, answer.status.as_u16(), &answer.text());
        let parts = ("accept", "multipart/mixed;deferSpec=20220824");
        let answer = router.ask_with(&[parts], body.clone()).await;
        refused("parts", &body, answer.status.as_u16(), &answer.text());

        let batch = format!("[{body},{body}]");
        let answer = router.ask_with(&[], batch).await;
        refused("batch", &body, answer.status.as_u16(), &answer.text());
        let nested = format!("[[{body}]]");
        let answer = router.ask_with(&[], nested).await;
        refused(
            "batch in batch",
            &body,
            answer.status.as_u16(),
            &answer.text(),
        );

        let part = |name: &str, content: &str| {
            format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{content}\r\n")
        };
        let form = format!(
            "{}{}--x--\r\n",
            part("operations", &body),
            part("map", "{}")
        );
        let headers = [
            ("content-type", "multipart/form-data; boundary=x"),
            ("graphql-require-preflight", "1"),
        ];
        let answer = post(&url, &headers, form).await;
        refused("form", &body, answer.status.as_u16(), &answer.text());

        // What the address says beside the body counts for nothing.
        let beside = format!("{url}?query=%7Bwolf%7Bname%7D%7D&documentId=2");
        let answer = post(&beside, &[json], body.clone()).await;
        refused("address", &body, answer.status.as_u16(), &answer.text());
    }
    nothing_was_done(&a, &router).await;
    // All of that, and the router still does what it is there for.
    let answer = router.ask(&json!({ "documentId": "1" })).await;
    assert_eq!(answer.text(), DATA);
}

#[tokio::test]
async fn no_address_gets_anything_else_executed() {
    let (a, router, _files) = guarded().await;
    let (known, unknown) = (sha256(QUERY), sha256(OTHER));
    let apq = |hash: &str| {
        format!(
            "extensions=%7B%22persistedQuery%22%3A%7B%22version%22%3A1%2C%22sha256Hash%22%3A%22{hash}%22%7D%7D"
        )
    };
    let other = "query=%7Bwolf%7Bname%7D%7D";
    for parameters in [
        other.to_owned(),
        format!("documentId=1&{other}"),
        format!("{other}&doc_id=1"),
        "%71uery=%7Bwolf%7Bname%7D%7D".to_owned(),
        "documentId=1&documentId=2".to_owned(),
        "documentId=2&documentId=1".to_owned(),
        "documentId=1&doc_id=2".to_owned(),
        "documentId=1&document%49d=2".to_owned(),
        "documentId=%201".to_owned(),
        "documentId=1%00".to_owned(),
        "documentId=%2531".to_owned(),
        "documentId=%ff".to_owned(),
        "documentId=..%2f..%2fetc%2fpasswd".to_owned(),
        "documentId".to_owned(),
        "documentId=".to_owned(),
        format!("{}&{other}", apq(&known)),
        format!("{}&{other}", apq(&unknown)),
        apq(&unknown),
        format!("{}&{}", apq(&known), apq(&unknown)),
        "extensions=x".to_owned(),
        "extensions=%22x%22".to_owned(),
        "query=%7B__typename%7D".to_owned(),
        "query=".to_owned(),
        String::new(),
    ] {
        let url = format!("{}?{parameters}", router.url());
        for accept in ["application/json", "text/event-stream", "*/*"] {
            let answer = get(&url, &[("accept", accept)]).await;
            refused("get", &parameters, answer.status.as_u16(), &answer.text());
        }
    }
    nothing_was_done(&a, &router).await;
}

#[tokio::test]
async fn no_message_gets_anything_else_executed() {
    let (a, router, _files) = guarded().await;
    for body in bodies() {
        let mut socket = Socket::acknowledged(&router.url(), json!({})).await;
        let message = format!(r#"{{"id":"1","type":"subscribe","payload":{body}}}"#);
        socket.send(Message::text(message)).await;
        // An error of the operation, or of the message, which ends the connection.
        let heard = socket.anything().await;
        assert!(!heard.contains("\"data\""), "{body}: {heard}");
        assert!(
            heard.starts_with("44") || heard.contains("\"type\":\"error\""),
            "{body}: {heard}"
        );
    }
    // And two payloads in one message.
    let mut socket = Socket::acknowledged(&router.url(), json!({})).await;
    let message = format!(
        r#"{{"id":"1","type":"subscribe","payload":{{"documentId":"1"}},"payload":{{"query":"{OTHER}"}}}}"#
    );
    socket.send(Message::text(message)).await;
    assert!(socket.anything().await.starts_with("4400"));
    nothing_was_done(&a, &router).await;
}
