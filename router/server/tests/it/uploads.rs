//! Files that come with a request: <https://github.com/jaydenseric/graphql-multipart-request-spec>.

mod refused;
mod streamed;

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
