//! Files that come with a request: <https://github.com/jaydenseric/graphql-multipart-request-spec>.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post as posts;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::kit::{Answer, Running, Served, body_of, post, post_stream};

const FILES: &str = "
    scalar Upload
    input Picture { file: Upload! caption: String }
    type Query { hello: String }
    type Mutation { one(file: Upload!): String many(files: [Upload!]!): String put(picture: Picture!): String both(a: Upload, b: Upload): String }
    type Product @key(fields: \"id\") { id: ID! similar(to: Upload): String }
";
const OTHERS: &str = "
    scalar Upload
    type Mutation { other(file: Upload!): String add: Product }
    type Product @key(fields: \"id\") { id: ID! }
    type Query { other: String }
";
const LINK: &str = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\", import: [\"@key\", \"@shareable\"])";

/// What a subgraph sees of a request, as it comes.
#[derive(Debug, PartialEq)]
enum Seen {
    /// A part begins: its name, the name of its file, its type.
    Part(String, Option<String>, Option<String>),
    /// Bytes of it.
    Bytes(Bytes),
    /// Its end.
    End,
    /// The last part has ended.
    Complete,
    /// The request broke off.
    Broken,
}

/// How a subgraph deals with files.
#[derive(Clone, Copy)]
enum Manner {
    /// All of them are read.
    Reads,
    /// It answers before it reads any.
    AnswersFirst,
}

struct Files {
    sdl: String,
    manner: Manner,
    seen: mpsc::UnboundedSender<Seen>,
}

struct Subgraph {
    served: Served,
    seen: mpsc::UnboundedReceiver<Seen>,
}

impl Subgraph {
    async fn start(sdl: &str, manner: Manner) -> Self {
        let (sender, seen) = mpsc::unbounded_channel();
        let files = Files {
            sdl: format!("{LINK}\n{sdl}"),
            manner,
            seen: sender,
        };
        let app = Router::new()
            .route("/graphql", posts(answer))
            .with_state(Arc::new(files));
        Self {
            served: Served::start(app).await,
            seen,
        }
    }

    /// The parts of one request, each with all of its bytes.
    async fn request(&mut self) -> Vec<(String, Option<String>, Option<String>, String)> {
        let mut parts = Vec::new();
        loop {
            match self.seen.recv().await.expect("it is seen") {
                Seen::Part(name, file, ty) => parts.push((name, file, ty, String::new())),
                Seen::Bytes(bytes) => {
                    let text = String::from_utf8_lossy(&bytes);
                    parts.last_mut().expect("a part").3.push_str(&text);
                }
                Seen::End => {}
                Seen::Complete => return parts,
                Seen::Broken => panic!("it broke off after {parts:?}"),
            }
        }
    }

    /// Waits until a request breaks off.
    async fn breaks_off(&mut self) {
        loop {
            match self.seen.recv().await.expect("it is seen") {
                Seen::Broken => return,
                Seen::Complete => panic!("it came to its end"),
                _ => {}
            }
        }
    }
}

async fn answer(State(files): State<Arc<Files>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let content_type = head.headers["content-type"]
        .to_str()
        .expect("text")
        .to_owned();
    let data = json!({ "data": { "one": "done", "many": "done", "put": "done", "both": "done", "hello": "hi" } });
    let reply =
        |json: Value| ([("content-type", "application/json")], json.to_string()).into_response();
    if content_type == "application/json" {
        let body = body.collect().await.expect("a body").to_bytes();
        let text = String::from_utf8_lossy(&body);
        return match text.contains("_service") {
            true => reply(json!({ "data": { "_service": { "sdl": files.sdl } } })),
            false => reply(data),
        };
    }
    assert_eq!(head.headers["apollo-require-preflight"], "true");
    if matches!(files.manner, Manner::AnswersFirst) {
        return reply(data);
    }
    let boundary = multer::parse_boundary(content_type).expect("a boundary");
    let mut parts = multer::Multipart::new(body.into_data_stream(), boundary);
    let see = |seen| files.seen.send(seen).expect("the test listens");
    loop {
        match parts.next_field().await {
            Ok(None) => break,
            Err(_) => {
                see(Seen::Broken);
                return reply(data);
            }
            Ok(Some(mut part)) => {
                let text = |text: Option<&str>| text.map(str::to_owned);
                let ty = part.content_type().map(ToString::to_string);
                see(Seen::Part(
                    text(part.name()).unwrap_or_default(),
                    text(part.file_name()),
                    ty,
                ));
                loop {
                    match part.chunk().await {
                        Ok(Some(bytes)) => see(Seen::Bytes(bytes)),
                        Ok(None) => break see(Seen::End),
                        Err(_) => {
                            see(Seen::Broken);
                            return reply(data);
                        }
                    }
                }
            }
        }
    }
    see(Seen::Complete);
    reply(data)
}

/// One subgraph that takes files.
async fn one(more: &str) -> (Subgraph, Running) {
    one_that(Manner::Reads, more).await
}

async fn one_that(manner: Manner, more: &str) -> (Subgraph, Running) {
    let files = Subgraph::start(FILES, manner).await;
    let router = router(&[("files", &files)], more).await;
    (files, router)
}

async fn router(subgraphs: &[(&str, &Subgraph)], more: &str) -> Running {
    let each: String = subgraphs
        .iter()
        .map(|(name, subgraph)| format!("  {name}: {{ url: \"{}\" }}\n", subgraph.served.url()))
        .collect();
    let running = Running::configured(&format!("subgraphs:\n{each}{more}\n")).await;
    running.until_ready().await;
    running
}

const ON: &str = "uploads: { max_files: 3, max_file_size: 1 KiB, max_size: 2 KiB }";
const TYPE: (&str, &str) = ("content-type", "multipart/form-data; boundary=xx");
const ASKED: (&str, &str) = ("graphql-require-preflight", "1");
const ACCEPT: (&str, &str) = ("accept", "application/graphql-response+json");

/// One part of a form.
fn part(name: &str, content: &str) -> String {
    format!("--xx\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{content}\r\n")
}

fn file(name: &str, file: &str, content: &str) -> String {
    format!(
        "--xx\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\n{content}\r\n"
    )
}

fn form(parts: &[String]) -> String {
    format!("{}--xx--\r\n", parts.concat())
}

fn operations(query: &str, variables: &Value) -> String {
    let json = json!({ "query": query, "variables": variables });
    part("operations", &json.to_string())
}

const ONE: &str = "mutation ($f: Upload!) { one(file: $f) }";

/// The operations and the map of a request with the file `0` in the variable `f`.
fn one_file() -> [String; 2] {
    let map = part("map", r#"{"0":["variables.f"]}"#);
    [operations(ONE, &json!({ "f": null })), map]
}

async fn send(router: &Running, body: impl Into<Bytes>) -> Answer {
    post(&router.url(), &[TYPE, ASKED, ACCEPT], body).await
}

#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str, message: &str) {
    let text = answer.text();
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (status, code),
        "{text}"
    );
    assert!(text.contains(message), "{text}");
}

#[tokio::test]
async fn a_file_reaches_its_subgraph_with_its_name_and_type_and_nothing_else_of_its_head() {
    let (mut files, router) = one(ON).await;
    let [operations, map] = one_file();
    let body = form(&[operations, map, file("0", "a \\\"b.txt", "Alpha\r\n--x")]);
    let answer = send(&router, body).await;
    assert_eq!(answer.text(), r#"{"data":{"one":"done"}}"#);
    let text = |text: &str| Some(text.to_owned());
    let parts = files.request().await;
    let [operations, map, sent] = &*parts else {
        panic!("{parts:?}")
    };
    let request: Value = serde_json::from_str(&operations.3).expect("JSON");
    assert_eq!(request["variables"], json!({ "f": null }));
    assert_eq!(
        (map.0.as_str(), map.3.as_str()),
        ("map", r#"{"0":["variables.f"]}"#)
    );
    let name = text("a %22b.txt");
    let expected = (
        "0".to_owned(),
        name,
        text("text/plain"),
        "Alpha\r\n--x".to_owned(),
    );
    assert_eq!(*sent, expected);
}

#[tokio::test]
async fn files_stand_in_lists_and_inputs_and_come_in_any_order_after_the_map() {
    let (mut files, router) = one(ON).await;
    let query = "mutation ($p: Picture!) { put(picture: $p) }";
    let variables = json!({ "p": { "caption": "x", "file": null } });
    let map = part("map", r#"{"picture":["variables.p.file"]}"#);
    let body = form(&[
        operations(query, &variables),
        map,
        file("picture", "p", "P"),
    ]);
    assert_eq!(
        send(&router, body).await.text(),
        r#"{"data":{"put":"done"}}"#
    );
    assert_eq!(files.request().await[1].3, r#"{"0":["variables.p.file"]}"#);

    let query = "mutation ($l: [Upload!]!) { many(files: $l) }";
    let map = part("map", r#"{"x":["variables.l.0"],"y":["variables.l.1"]}"#);
    let list = operations(query, &json!({ "l": [null, null] }));
    let body = form(&[list, map, file("y", "y", "Y"), file("x", "x", "X")]);
    assert_eq!(
        send(&router, body).await.text(),
        r#"{"data":{"many":"done"}}"#
    );
    let parts = files.request().await;
    assert_eq!(
        parts[1].3,
        r#"{"0":["variables.l.0"],"1":["variables.l.1"]}"#
    );
    let sent: Vec<_> = parts[2..].iter().map(|part| (&*part.0, &*part.3)).collect();
    assert_eq!(sent, [("1", "Y"), ("0", "X")]);

    // One where a list is expected is a list of one.
    let map = part("map", r#"{"x":["variables.l"]}"#);
    let single = operations(query, &json!({ "l": null }));
    send(&router, form(&[single, map, file("x", "x", "X")])).await;
    let parts = files.request().await;
    assert!(
        parts[0].3.contains(r#""variables":{"l":[null]}"#),
        "{parts:?}"
    );
    assert_eq!(parts[1].3, r#"{"0":["variables.l.0"]}"#);
}

#[tokio::test]
async fn a_file_is_passed_on_while_the_client_still_sends_it_and_is_never_held() {
    let memory = "limits: { memory: 1 MiB }\nuploads: { max_files: 1 }";
    let (mut files, router) = one(memory).await;
    let (pieces, receiver) = mpsc::channel::<Bytes>(1);
    let body = stream::unfold(receiver, |mut receiver| async move {
        let piece = receiver.recv().await?;
        Some((Ok::<_, Infallible>(piece), receiver))
    });
    let url = router.url();
    let asking = post_stream(&url, &[TYPE, ASKED], body_of(body));
    let sending = async {
        let [operations, map] = one_file();
        let begin = file("0", "large", "");
        let begin = [&operations, &map, begin.trim_end_matches("\r\n")].concat();
        pieces
            .send(format!("{begin}\r\n\r\n").into())
            .await
            .expect("it is read");
        // Eight times the memory that there is for all requests, each piece after the one before has arrived.
        let piece = Bytes::from(vec![b'x'; 64 * 1024]);
        for _ in 0..128 {
            pieces.send(piece.clone()).await.expect("it is read");
            let mut arrived = 0;
            while arrived < piece.len() / 2 {
                match files.seen.recv().await.expect("it arrives") {
                    Seen::Bytes(bytes) => arrived += bytes.len(),
                    Seen::Broken => panic!("it broke off"),
                    _ => {}
                }
            }
        }
        pieces
            .send("\r\n--xx--\r\n".into())
            .await
            .expect("it is read");
        drop(pieces);
    };
    let (answer, ()) = tokio::join!(asking, sending);
    assert_eq!(
        answer.expect("an answer").text(),
        r#"{"data":{"one":"done"}}"#
    );
}

#[tokio::test]
async fn files_are_off_by_default_and_need_a_header_that_a_page_cannot_send_unasked() {
    let [operations, map] = one_file();
    let body = form(&[operations, map, file("0", "a", "A")]);
    let (_files, off) = one("").await;
    refused(
        &send(&off, body.clone()).await,
        415,
        "UNSUPPORTED_MEDIA_TYPE",
        "",
    );
    let (_files, on) = one(ON).await;
    let unasked = post(&on.url(), &[TYPE, ACCEPT], body.clone()).await;
    refused(&unasked, 403, "CSRF_PREVENTED", "graphql-require-preflight");
    let (_files, open) = one(&format!("csrf_prevention: false\n{ON}")).await;
    let unasked = post(&open.url(), &[TYPE, ACCEPT], body).await;
    assert_eq!(unasked.text(), r#"{"data":{"one":"done"}}"#);
}

#[tokio::test]
async fn what_is_no_multipart_request_is_refused_before_a_subgraph_is_asked() {
    let (mut files, router) = one(ON).await;
    let [operations, map] = one_file();
    let sent = file("0", "a", "A");
    let with_map = |map: &str| form(&[one_file()[0].clone(), part("map", map), sent.clone()]);
    let with = |query: &str, variables: &Value, map: &str| {
        form(&[
            self::operations(query, variables),
            part("map", map),
            sent.clone(),
        ])
    };
    let batch = part(
        "operations",
        &json!([{ "query": ONE, "variables": { "f": null } }]).to_string(),
    );
    let deep = "x".repeat(70_000);
    let f = json!({ "f": null });
    let maps = [
        (r#"{"0":["variables.f"],"1":["variables.f"]}"#, "twice"),
        (r#"{"0":["query"]}"#, "begins with"),
        ("[]", "must be a JSON object"),
    ];
    for (map, message) in maps {
        refused(
            &send(&router, with_map(map)).await,
            400,
            "BAD_REQUEST",
            message,
        );
    }
    let variables = [
        (
            ONE,
            &f,
            r#"{"0":["variables.g"]}"#,
            "expected the place of a null",
        ),
        (
            ONE,
            &f,
            r#"{"0":["variables.f.0"]}"#,
            "expected the place of a null",
        ),
        (
            "mutation ($f: String) { one(file: \"x\") hello: __typename @skip(if: false) s: one(file: $f) }",
            &f,
            "{}",
            "",
        ),
        (
            "query ($f: String) { hello @skip(if: $f) }",
            &f,
            r#"{"0":["variables.f"]}"#,
            "",
        ),
    ];
    for (query, variables, map, message) in variables {
        let answer = send(&router, with(query, variables, map)).await;
        assert_eq!(answer.status, 422, "{query} {map}: {}", answer.text());
        assert!(answer.text().contains(message), "{}", answer.text());
    }
    let text = json!({ "f": "text" });
    let taken = with(ONE, &text, r#"{"0":["variables.f"]}"#);
    refused(
        &send(&router, taken).await,
        422,
        "BAD_USER_INPUT",
        "the place of a null",
    );
    for (body, status, code, message) in [
        (
            form(&[map.clone(), operations.clone(), sent.clone()]),
            400,
            "BAD_REQUEST",
            "\\\"operations\\\" is missing",
        ),
        (
            form(&[operations.clone(), sent.clone(), map.clone()]),
            400,
            "BAD_REQUEST",
            "\\\"map\\\" is missing",
        ),
        (
            form(&[batch, map.clone(), sent.clone()]),
            400,
            "BATCH_NOT_SUPPORTED",
            "",
        ),
        (
            operations.clone(),
            400,
            "BAD_REQUEST",
            "ends before its last boundary",
        ),
        (
            "no form".to_owned(),
            400,
            "BAD_REQUEST",
            "ends before its last boundary",
        ),
        (
            String::new(),
            400,
            "BAD_REQUEST",
            "ends before its last boundary",
        ),
        (
            with_map(&deep),
            413,
            "PAYLOAD_TOO_LARGE",
            "\\\"map\\\" has more than",
        ),
        (
            format!("--xx\r\nx: {}", "y".repeat(200_000)),
            413,
            "PAYLOAD_TOO_LARGE",
            "before the content of a part",
        ),
        (
            with_map(
                r#"{"0":["variables.f"],"1":["variables.a"],"2":["variables.b"],"3":["variables.c"]}"#,
            ),
            413,
            "PAYLOAD_TOO_LARGE",
            "more than 3 files",
        ),
    ] {
        refused(&send(&router, body).await, status, code, message);
    }
    let unbounded = post(
        &router.url(),
        &[("content-type", "multipart/form-data"), ASKED],
        "",
    )
    .await;
    assert_eq!(unbounded.code(), "BAD_REQUEST");
    assert!(files.seen.try_recv().is_err(), "the subgraph was asked");
    // Methods that are safe have no files.
    let get = crate::kit::get(&router.url(), &[TYPE, ASKED]).await;
    assert_eq!(get.code(), "BAD_REQUEST");
}

#[tokio::test]
async fn what_is_wrong_with_a_file_on_its_way_is_the_clients_and_breaks_the_request_off() {
    let (mut files, router) = one(ON).await;
    let [operations, map] = one_file();
    let large = "x".repeat(2_000);
    let query = "mutation ($l: [Upload!]!) { many(files: $l) }";
    let list = self::operations(query, &json!({ "l": [null, null, null] }));
    let three = part(
        "map",
        r#"{"0":["variables.l.0"],"1":["variables.l.1"],"2":["variables.l.2"]}"#,
    );
    let each = |n: &str| file(n, n, &large[..900]);
    for (body, status, code, message) in [
        (
            form(&[operations.clone(), map.clone(), file("0", "a", &large)]),
            413,
            "PAYLOAD_TOO_LARGE",
            "the file \\\"0\\\" has more than 1024 bytes",
        ),
        (
            form(&[list, three, each("0"), each("1"), each("2")]),
            413,
            "PAYLOAD_TOO_LARGE",
            "the sum of all files has more than 2048 bytes",
        ),
        (
            form(&[operations.clone(), map.clone()]),
            400,
            "BAD_REQUEST",
            "the file \\\"0\\\", which the map names, was not sent",
        ),
        (
            form(&[
                operations.clone(),
                map.clone(),
                file("1", "b", "B"),
                file("0", "a", "A"),
            ]),
            400,
            "BAD_REQUEST",
            "the part \\\"1\\\" is none of the files",
        ),
        (
            [operations.clone(), map.clone(), file("0", "a", "A")].concat(),
            400,
            "BAD_REQUEST",
            "ends before its last boundary",
        ),
    ] {
        refused(&send(&router, body).await, status, code, message);
    }
    // None of these came to its end; this one does.
    send(&router, form(&[operations, map, file("0", "a", "A")])).await;
    let mut complete = 0;
    while let Ok(seen) = files.seen.try_recv() {
        complete += usize::from(seen == Seen::Complete);
    }
    assert_eq!(complete, 1);
    // None of it is held against the subgraph.
    let metrics = router.metrics().await;
    let broken = "http_client_request_duration_seconds_count{subgraph=\"files\",status=\"broken\"}";
    assert!(!metrics.contains(broken), "{metrics}");
}

#[tokio::test]
async fn a_client_that_stops_half_way_ends_the_request_of_the_subgraph() {
    let (mut files, router) = one(ON).await;
    let [operations, map] = one_file();
    let half = [&operations, &map, file("0", "a", "half").trim_end()].concat();
    let (fail, failing) = tokio::sync::oneshot::channel::<()>();
    let end = stream::once(async move {
        failing.await.expect("the test fails it");
        Err(std::io::Error::other("gone"))
    });
    let body = stream::iter([Ok(Bytes::from(half))]).chain(end);
    let url = router.url();
    let asking = post_stream(&url, &[TYPE, ASKED], body_of(body));
    let failing = async {
        while !matches!(
            files.seen.recv().await.expect("it is seen"),
            Seen::Part(_, Some(_), _)
        ) {}
        fail.send(()).expect("the client waits");
    };
    let (answer, ()) = tokio::join!(asking, failing);
    assert!(answer.is_none(), "{answer:?}");
    files.breaks_off().await;
    // The router goes on.
    let query = router.query("{ hello }").await;
    assert_eq!(query.text(), r#"{"data":{"hello":"hi"}}"#);
}

#[tokio::test]
async fn a_subgraph_that_answers_first_is_heard_and_the_rest_of_the_file_is_not_waited_for() {
    let (_files, router) = one_that(Manner::AnswersFirst, ON).await;
    let [operations, map] = one_file();
    let begun = [&operations, &map, file("0", "a", "half").trim_end()].concat();
    let begun = stream::iter([Ok::<_, Infallible>(Bytes::from(begun))]);
    let body = body_of(begun.chain(stream::pending()));
    let answer = post_stream(&router.url(), &[TYPE, ASKED], body).await;
    assert_eq!(
        answer.expect("an answer").text(),
        r#"{"data":{"one":"done"}}"#
    );
}

#[tokio::test]
async fn files_for_two_subgraphs_or_for_an_entity_are_refused_and_nothing_is_sent() {
    let mut files = Subgraph::start(FILES, Manner::Reads).await;
    let mut others = Subgraph::start(OTHERS, Manner::Reads).await;
    let router = router(&[("files", &files), ("others", &others)], ON).await;
    let map = part("map", r#"{"0":["variables.f"]}"#);
    let several = "mutation ($f: Upload!) { one(file: $f) other(file: $f) }";
    let entity = "mutation ($f: Upload) { add { similar(to: $f) } }";
    for (query, message) in [
        (several, "one request to one subgraph"),
        (entity, "another subgraph's answer first"),
    ] {
        let operations = operations(query, &json!({ "f": null }));
        let answer = send(
            &router,
            form(&[operations, map.clone(), file("0", "a", "A")]),
        )
        .await;
        refused(&answer, 422, "UPLOAD_NOT_SUPPORTED", message);
    }
    // Where the field is left out, its file goes nowhere.
    let skipped = "mutation ($f: Upload!, $no: Boolean! = true) { one(file: $f) other(file: $f) @skip(if: $no) }";
    let operations = operations(skipped, &json!({ "f": null }));
    let answer = send(&router, form(&[operations, map, file("0", "a", "A")])).await;
    assert_eq!(answer.text(), r#"{"data":{"one":"done"}}"#);
    assert_eq!(files.request().await.len(), 3);
    assert!(others.seen.try_recv().is_err());
}
