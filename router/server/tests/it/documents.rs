//! Documents that clients name by an id, and those that they make known.

mod scanned;
mod shared;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::kit::{Answer, Running, Subgraph, get};

const SDL: &str = r#"
    type Query { dog: Dog wolf: Dog }
    type Mutation { adopt: String }
    type Dog { name: String! }
"#;

const QUERY: &str = "query Dog { dog { name } }";
const DATA: &str = r#"{"data":{"dog":{"name":"Rex"}}}"#;

const NEWER: (&str, &str) = ("accept", "application/graphql-response+json");

async fn dogs() -> Subgraph {
    Subgraph::with_data(
        SDL,
        json!({ "dog": { "name": "Rex" }, "wolf": null, "adopt": "Rex" }),
    )
    .await
}

fn sha256(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn by_hash(hash: &str) -> Value {
    json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": hash } } })
}

#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str) {
    let found = (answer.status.as_u16(), answer.code());
    assert_eq!(found, (status, code.to_owned()), "{}", answer.text());
    assert!(answer.json().get("data").is_none(), "{}", answer.text());
}

struct Files(tempfile::TempDir);

impl Files {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let all = Self(folder);
        files.iter().for_each(|(name, text)| all.write(name, text));
        all
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.path().join(name), text).expect("it can be written");
    }

    fn config(&self, more: &str) -> String {
        let path = self.0.path().display();
        format!(
            "persisted_documents: {{ files: '{path}', {more} }}\npolling: {{ interval: 200ms }}"
        )
    }
}

#[tokio::test]
async fn a_persisted_document_is_named_in_every_way() {
    let files = Files::new(&[
        ("dog.graphql", &format!("{QUERY}\n")),
        ("relay.json", &json!({ "1": QUERY }).to_string()),
    ]);
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], &files.config("required: false")).await;
    let hash = sha256(QUERY);
    for request in [
        json!({ "documentId": format!("sha256:{hash}") }),
        json!({ "documentId": hash }),
        json!({ "documentId": "1", "operationName": "Dog", "variables": {} }),
        json!({ "doc_id": "1" }),
        by_hash(&hash),
    ] {
        assert_eq!(router.ask(&request).await.text(), DATA, "{request}");
    }
    for parameters in [
        format!("documentId=sha256:{hash}"),
        "doc_id=1&variables=%7B%7D".to_owned(),
        format!(
            "extensions=%7B%22persistedQuery%22%3A%7B%22version%22%3A1%2C%22sha256Hash%22%3A%22{hash}%22%7D%7D"
        ),
    ] {
        let answer = get(&format!("{}?{parameters}", router.url()), &[]).await;
        assert_eq!(answer.text(), DATA, "{parameters}");
    }
    for id in [
        "2",
        "dog.graphql",
        "../dog.graphql",
        "/etc/passwd",
        &"x".repeat(10_000),
    ] {
        let answer = router.ask(&json!({ "documentId": id })).await;
        refused(&answer, 200, "PERSISTED_DOCUMENT_NOT_FOUND");
        assert!(answer.text().len() < 400, "{}", answer.text());
        let body = json!({ "documentId": id }).to_string();
        let answer = router.ask_with(&[NEWER], body).await;
        refused(&answer, 404, "PERSISTED_DOCUMENT_NOT_FOUND");
    }
    let series = |outcome| format!("router_persisted_documents_total{{outcome=\"{outcome}\"}}");
    assert_eq!(router.metric(&series("hit")).await, 8.0);
    assert_eq!(router.metric(&series("unknown")).await, 10.0);
    // They were prepared before anybody asked.
    assert_eq!(router.metric("router_plan_cache_misses_total").await, 0.0);
}

#[tokio::test]
async fn nothing_but_persisted_documents_is_executed_where_they_are_required() {
    let files = Files::new(&[
        ("dog.graphql", &format!("{QUERY}\n")),
        ("adopt.graphql", "mutation { adopt }"),
    ]);
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], &files.config("required: true")).await;
    for query in [
        "{ dog { name } }",
        "{ __typename }",
        "{ __schema { types { name } } }",
        "{",
        "",
    ] {
        let answer = router.query(query).await;
        let (status, code) = match query.is_empty() {
            true => (400, "BAD_REQUEST"),
            false => (403, "PERSISTED_DOCUMENT_REQUIRED"),
        };
        refused(&answer, status, code);
    }
    let answer = get(&format!("{}?query=%7Bdog%7Bname%7D%7D", router.url()), &[]).await;
    refused(&answer, 403, "PERSISTED_DOCUMENT_REQUIRED");
    // Nor can one be made known.
    let other = "{ wolf { name } }";
    let mut registering = by_hash(&sha256(other));
    registering["query"] = other.into();
    refused(
        &router.ask(&registering).await,
        403,
        "PERSISTED_DOCUMENT_REQUIRED",
    );
    refused(
        &router.ask(&by_hash(&sha256(other))).await,
        200,
        "PERSISTED_DOCUMENT_NOT_FOUND",
    );
    // A document that is persisted may come with its text, but not with another.
    let mut both = by_hash(&sha256(QUERY));
    both["query"] = QUERY.into();
    assert_eq!(router.ask(&both).await.text(), DATA);
    both["query"] = other.into();
    refused(&router.ask(&both).await, 403, "PERSISTED_DOCUMENT_REQUIRED");
    // Nor does the final newline of its file make it another.
    let ended = format!("{QUERY}\n");
    let both = json!({ "documentId": format!("sha256:{}", sha256(&ended)), "query": ended });
    assert_eq!(router.ask(&both).await.text(), DATA);
    let id = sha256("mutation { adopt }");
    let answer = get(&format!("{}?documentId={id}", router.url()), &[]).await;
    refused(&answer, 405, "METHOD_NOT_ALLOWED");
    let answer = router.ask(&json!({ "documentId": id })).await;
    assert_eq!(answer.text(), r#"{"data":{"adopt":"Rex"}}"#);
}

#[tokio::test]
async fn documents_that_do_not_fit_are_told_before_they_are_asked_for() {
    let files = Files::new(&[("a.json", &json!({ "1": QUERY, "2": "{ cat }" }).to_string())]);
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], &files.config("required: true")).await;
    let status = router.status().await;
    let told = &status["persistedDocuments"];
    assert_eq!(told["documents"], 2, "{status}");
    assert_eq!(told["fit"]["schema"], status["schema"]["hash"]);
    let counts = ["fitting", "unfit", "unchecked"].map(|count| told["fit"][count].clone());
    assert_eq!(counts, [json!(1), json!(1), json!(0)], "{status}");
    assert_eq!(told["fit"]["documents"][0]["document"], "{ cat }");

    let without = SDL.replace("dog: Dog", "hound: Dog");
    a.set_sdl(&without);
    router.refresh().await;
    let hash = status["schema"]["hash"].clone();
    let status = router
        .until_status(|status| status["schema"]["hash"] != hash)
        .await;
    assert_eq!(status["persistedDocuments"]["fit"]["unfit"], 2, "{status}");
    assert_eq!(
        status["persistedDocuments"]["fit"]["schema"],
        status["schema"]["hash"]
    );
}

#[tokio::test]
async fn files_are_watched_and_the_last_good_ones_stay() {
    let files = Files::new(&[("a.json", r#"{"1":"{ wolf { name } }"}"#)]);
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], &files.config("required: true")).await;
    files.write("b.json", &json!({ "2": QUERY }).to_string());
    router.refresh().await;
    let has =
        |count: usize| move |status: &Value| status["persistedDocuments"]["documents"] == count;
    router.until_status(has(2)).await;
    assert_eq!(router.ask(&json!({ "documentId": "2" })).await.text(), DATA);
    files.write("b.json", "[");
    router.refresh().await;
    let failed = |status: &Value| status["persistedDocuments"]["failure"].is_string();
    let status = router.until_status(failed).await;
    assert!(status.to_string().contains("b.json"), "{status}");
    assert_eq!(router.ask(&json!({ "documentId": "2" })).await.text(), DATA);
    files.write("b.json", "{}");
    router.refresh().await;
    let mended = |status: &Value| status["persistedDocuments"]["failure"].is_null();
    router.until_status(mended).await;
    router.until_status(has(1)).await;
    refused(
        &router.ask(&json!({ "documentId": "2" })).await,
        200,
        "PERSISTED_DOCUMENT_NOT_FOUND",
    );
}

#[tokio::test]
async fn a_client_makes_its_document_known() {
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], "").await;
    let hash = sha256(QUERY);
    let answer = router.ask(&by_hash(&hash)).await;
    refused(&answer, 200, "PERSISTED_QUERY_NOT_FOUND");
    assert!(
        answer.text().contains("PersistedQueryNotFound"),
        "{}",
        answer.text()
    );
    let answer = router.ask_with(&[NEWER], by_hash(&hash).to_string()).await;
    refused(&answer, 404, "PERSISTED_QUERY_NOT_FOUND");
    let mut both = by_hash(&hash);
    both["query"] = QUERY.into();
    assert_eq!(router.ask(&both).await.text(), DATA);
    assert_eq!(router.ask(&by_hash(&hash)).await.text(), DATA);
    let other = "{ dog { name } }";
    let id = format!("sha256:{}", sha256(other));
    let answer = router.ask(&json!({ "documentId": id })).await;
    refused(&answer, 200, "PERSISTED_QUERY_NOT_FOUND");
    let both = json!({ "documentId": id, "query": other });
    assert_eq!(router.ask(&both).await.text(), DATA);
    let answer = router.ask(&json!({ "documentId": id })).await;
    assert_eq!(answer.text(), DATA);
    let extensions = format!(
        "%7B%22persistedQuery%22%3A%7B%22version%22%3A1%2C%22sha256Hash%22%3A%22{hash}%22%7D%7D"
    );
    let answer = get(&format!("{}?extensions={extensions}", router.url()), &[]).await;
    assert_eq!(answer.text(), DATA);
    let series = |outcome| format!("router_apq_total{{outcome=\"{outcome}\"}}");
    for (outcome, count) in [("hit", 3.0), ("miss", 3.0), ("registered", 2.0)] {
        assert_eq!(router.metric(&series(outcome)).await, count, "{outcome}");
    }
}

#[tokio::test]
async fn what_is_not_valid_or_not_the_hashed_is_not_made_known() {
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], "").await;
    let mut wrong = by_hash(&sha256("{ cat }"));
    wrong["query"] = "{ cat }".into();
    refused(&router.ask(&wrong).await, 200, "GRAPHQL_VALIDATION_FAILED");
    refused(
        &router.ask(&by_hash(&sha256("{ cat }"))).await,
        200,
        "PERSISTED_QUERY_NOT_FOUND",
    );
    for hash in [
        sha256("{ cat }"),
        "x".to_owned(),
        "é".repeat(32),
        String::new(),
    ] {
        let mut lie = by_hash(&hash);
        lie["query"] = QUERY.into();
        refused(
            &router.ask(&lie).await,
            400,
            "PERSISTED_QUERY_HASH_MISMATCH",
        );
    }
    let off = Running::start(&[("dogs", &a)], "persisted_documents: { apq: false }").await;
    refused(
        &off.ask(&by_hash(&sha256(QUERY))).await,
        200,
        "PERSISTED_QUERY_NOT_SUPPORTED",
    );
}

#[tokio::test]
async fn a_request_that_names_two_documents_is_refused() {
    let files = Files::new(&[("dog.graphql", QUERY)]);
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], &files.config("required: false")).await;
    let (own, other) = (sha256(QUERY), sha256("{ wolf { name } }"));
    for id in [own.clone(), format!("sha256:{own}")] {
        let mut request = by_hash(&own);
        request["documentId"] = id.clone().into();
        assert_eq!(router.ask(&request).await.text(), DATA);
        let mut request = by_hash(&other);
        request["documentId"] = id.into();
        refused(&router.ask(&request).await, 400, "BAD_REQUEST");
    }
}

/// What is wrong with it is said in the words of the protocol.
#[tokio::test]
async fn a_persisted_query_that_is_none_is_explained() {
    let a = dogs().await;
    let router = Running::start(&[("dogs", &a)], "").await;
    let hash = sha256(QUERY);
    for (named, expected) in [
        (json!("x"), "an object with `version` and `sha256Hash`"),
        (
            json!({ "version": "1", "sha256Hash": hash }),
            "extensions.persistedQuery.version must be 1",
        ),
        (
            json!({ "version": 2, "sha256Hash": hash }),
            "extensions.persistedQuery.version must be 1",
        ),
        (
            json!({ "version": 1 }),
            "extensions.persistedQuery.sha256Hash must be a string",
        ),
        (
            json!({ "version": 1, "sha256Hash": 7 }),
            "extensions.persistedQuery.sha256Hash must be a string",
        ),
    ] {
        let request = json!({ "query": QUERY, "extensions": { "persistedQuery": named } });
        let answer = router.ask(&request).await;
        refused(&answer, 400, "BAD_REQUEST");
        assert!(
            answer.text().contains(expected),
            "{named}: {}",
            answer.text()
        );
    }
    // What is empty in an address was left out.
    let url = format!(
        "{}?query=%7Bdog%7Bname%7D%7D&variables=&extensions=&operationName=",
        router.url()
    );
    assert_eq!(get(&url, &[]).await.text(), DATA);
}
