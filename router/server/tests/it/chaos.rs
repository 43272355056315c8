//! What subgraphs and networks do: no request hangs, each has the right code, and what others answered is kept.

mod entities;
mod given_up;
mod http2;
mod odd;
mod program;
mod replicas;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::kit::{Answer, PATIENCE, Running, Subgraph, until};

const CATS: &str = "type Query { cat: String }";
/// What is written at once of a flood, in bytes.
const FLOOD: usize = 64 * 1024;

/// What happens to a request.
#[derive(Clone, Debug)]
enum Act {
    /// It is answered with a cat.
    Answer,
    /// It is answered with these bytes, and the connection is closed.
    Say(String),
    /// It is answered with these bytes, and the connection is kept.
    Bytes(Vec<u8>),
    /// It is answered with the first bytes and then, over and over, with the second.
    Flood(&'static str, &'static str),
    /// The connection is reset after these bytes.
    Reset(&'static str),
    /// Nothing is said.
    Nothing,
    /// A whole answer, one byte now and then.
    Drip,
}

/// A server of cats whose connections a test disturbs.
struct Disturbed {
    url: String,
    act: watch::Sender<Act>,
    asked: Arc<AtomicUsize>,
    accepting: JoinHandle<()>,
}

impl Drop for Disturbed {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Disturbed {
    async fn start() -> Self {
        Self::at("127.0.0.1:0").await
    }

    async fn at(address: &str) -> Self {
        let listener = TcpListener::bind(address).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (act, acts) = watch::channel(Act::Answer);
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, acts.clone(), Arc::clone(&counted)));
            }
        });
        Self {
            url: format!("http://{address}/graphql"),
            act,
            asked,
            accepting,
        }
    }

    /// From now on this happens to requests.
    fn act(&self, act: Act) {
        self.act.send(act).expect("it serves");
    }

    /// Requests so far, except for those of the SDL.
    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn answer(status: &str, more: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{more}content-length: {length}\r\n\r\n{body}"
    )
}

async fn serve(mut stream: TcpStream, acts: watch::Receiver<Act>, asked: Arc<AtomicUsize>) {
    while let Some(request) = read_request(&mut stream).await {
        if request.contains("_service") {
            let body = json!({ "data": { "_service": { "sdl": CATS } } }).to_string();
            let sdl = answer("200 OK", "", &body);
            if stream.write_all(sdl.as_bytes()).await.is_err() {
                return;
            }
            continue;
        }
        asked.fetch_add(1, Ordering::SeqCst);
        let act = acts.borrow().clone();
        let cat = answer("200 OK", "", r#"{"data":{"cat":"Mimi"}}"#);
        match act {
            Act::Answer => {
                if stream.write_all(cat.as_bytes()).await.is_err() {
                    return;
                }
            }
            Act::Say(bytes) => {
                stream.write_all(bytes.as_bytes()).await.ok();
                return;
            }
            Act::Bytes(bytes) => {
                if stream.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            Act::Flood(first, more) => {
                stream.write_all(first.as_bytes()).await.ok();
                let more = more.repeat(FLOOD / more.len() + 1);
                // Until the router has enough.
                while stream.write_all(more.as_bytes()).await.is_ok() {}
                return;
            }
            Act::Reset(bytes) => {
                stream.write_all(bytes.as_bytes()).await.ok();
                stream.set_zero_linger().ok();
                return;
            }
            Act::Nothing => {
                // Until the router gives up.
                stream.read_exact(&mut [0; 1]).await.ok();
                return;
            }
            Act::Drip => {
                for byte in cat.as_bytes() {
                    if stream.write_all(&[*byte]).await.is_err() {
                        return;
                    }
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                }
            }
        }
    }
}

/// The head and the body of one request; `None` at the end of the connection.
async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut text = Vec::new();
    loop {
        if stream.read_buf(&mut text).await.ok()? == 0 {
            return None;
        }
        let seen = String::from_utf8_lossy(&text).into_owned();
        let Some((head, body)) = seen.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            let is_length = name.eq_ignore_ascii_case("content-length");
            is_length.then(|| value.trim().parse::<usize>().ok())?
        });
        if body.len() >= length.unwrap_or(0) {
            return Some(seen);
        }
    }
}

/// A router over dogs, which are always there, and cats, which are on these terms.
struct Scene {
    cats: Disturbed,
    _dogs: Subgraph,
    router: Running,
}

impl Scene {
    async fn new(terms: &str) -> Self {
        Self::with(terms, "").await
    }

    async fn with(terms: &str, more: &str) -> Self {
        let dogs = Subgraph::with_data("type Query { dog: String }", json!({ "dog": "Rex" })).await;
        let cats = Disturbed::start().await;
        let router = Running::configured(&format!(
            "subgraphs:\n  dogs: {{ url: \"{}\" }}\n  cats: {{ url: \"{}\", {terms} }}\n{more}\n",
            dogs.url(),
            cats.url
        ))
        .await;
        router.until_ready().await;
        Self {
            cats,
            _dogs: dogs,
            router,
        }
    }

    async fn ask(&self) -> Answer {
        let asking = self.router.query("{ dog cat }");
        let answer = tokio::time::timeout(PATIENCE, asking).await;
        answer.expect("no request hangs")
    }

    /// The code of what comes of the cats; what the dogs answer is there.
    async fn code(&self) -> String {
        let answer = self.ask().await;
        assert_eq!(answer.json()["data"], json!({ "dog": "Rex", "cat": null }));
        answer.code()
    }

    async fn succeeds(&self) {
        let text = self.ask().await.text();
        assert_eq!(text, r#"{"data":{"dog":"Rex","cat":"Mimi"}}"#);
    }

    async fn metric(&self, name: &str) -> f64 {
        let series = format!("{name}{{subgraph=\"cats\"}}");
        self.router.metric(&series).await
    }

    async fn breaker(&self) -> String {
        let status = self.router.status().await;
        let subgraphs = status["subgraphs"].as_array().expect("a list");
        let cats = subgraphs.iter().find(|subgraph| subgraph["name"] == "cats");
        let breaker = cats.and_then(|cats| cats["breaker"].as_str());
        breaker.unwrap_or_default().to_owned()
    }
}

const RETRY: &str = "retry: { attempts: 3, budget: 100% }";

#[tokio::test]
async fn an_answer_that_breaks_off_is_an_error_and_no_other_field_is_lost() {
    let half = r#"{"data":{"cat":"#;
    let head =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"da";
    let connection = "SUBREQUEST_CONNECTION_ERROR";
    for (act, code) in [
        (Act::Reset(""), connection),
        (Act::Reset(head), connection),
        (Act::Say(head.to_owned()), connection),
        (Act::Say(String::new()), connection),
        (Act::Say("no HTTP\r\n\r\n".to_owned()), connection),
        (
            Act::Say(answer("200 OK", "", half)),
            "SUBREQUEST_MALFORMED_RESPONSE",
        ),
        (
            Act::Say(answer("503 No", "", "{}")),
            "SUBREQUEST_HTTP_ERROR",
        ),
    ] {
        let scene = Scene::new("").await;
        scene.cats.act(act.clone());
        assert_eq!(scene.code().await, code, "{act:?}");
        scene.cats.act(Act::Answer);
        scene.succeeds().await;
    }
}

#[tokio::test]
async fn a_subgraph_that_says_nothing_or_hardly_anything_is_given_up() {
    for (act, more) in [
        (Act::Nothing, "timeouts: { subgraph_head: 50ms }"),
        (Act::Nothing, "timeouts: { subgraph: 50ms }"),
        (Act::Drip, "timeouts: { subgraph: 50ms }"),
        (Act::Drip, "timeouts: { subgraph_head: 50ms }"),
    ] {
        let scene = Scene::with("", more).await;
        scene.cats.act(act.clone());
        assert_eq!(scene.code().await, "SUBREQUEST_TIMEOUT", "{act:?} {more}");
    }
}

#[tokio::test]
async fn a_body_that_does_not_end_has_a_time_of_its_own() {
    let scene = Scene::with("", "timeouts: { subgraph_body: 50ms }").await;
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
    scene.cats.act(Act::Say(head.to_owned()));
    assert_eq!(scene.code().await, "SUBREQUEST_CONNECTION_ERROR");
    scene.cats.act(Act::Drip);
    // The head alone takes longer than that, which is allowed; the body does too, which is not.
    assert_eq!(scene.code().await, "SUBREQUEST_TIMEOUT");
}

#[tokio::test]
async fn a_query_is_sent_again_until_it_is_answered() {
    let scene = Scene::new(RETRY).await;
    scene
        .cats
        .act(Act::Say(answer("503 No", "retry-after: 0\r\n", "{}")));
    assert_eq!(scene.code().await, "SUBREQUEST_HTTP_ERROR");
    assert_eq!(scene.cats.asked(), 3);
    assert_eq!(scene.metric("graphql_subgraph_retries_total").await, 2.0);

    let flapping = async {
        until(async || (scene.cats.asked() > 3).then_some(())).await;
        scene.cats.act(Act::Answer);
    };
    tokio::join!(scene.succeeds(), flapping);
}

#[tokio::test]
async fn a_subgraph_that_asks_for_more_time_than_there_is_is_not_asked_again() {
    let scene = Scene::new(RETRY).await;
    scene
        .cats
        .act(Act::Say(answer("503 No", "retry-after: 3600\r\n", "{}")));
    assert_eq!(scene.code().await, "SUBREQUEST_HTTP_ERROR");
    assert_eq!(scene.cats.asked(), 1);
}

#[tokio::test]
async fn a_subgraph_that_fails_too_often_is_left_alone_until_it_answers_again() {
    let breaker = "breaker: { errors: 50%, of: 4, within: 1h, open: 50ms }";
    let scene = Scene::new(breaker).await;
    assert_eq!(scene.breaker().await, "closed");
    scene.cats.act(Act::Reset(""));
    let opened = async || (scene.code().await == "SUBREQUEST_CIRCUIT_OPEN").then_some(());
    until(opened).await.expect("it opens");
    assert!(scene.cats.asked() >= 4);
    assert!(scene.metric("graphql_subgraph_breaker_refused_total").await >= 1.0);
    assert_ne!(scene.breaker().await, "closed");

    scene.cats.act(Act::Answer);
    let closed = async || (scene.ask().await.json()["data"]["cat"] == "Mimi").then_some(());
    until(closed).await.expect("it closes");
    assert_eq!(scene.breaker().await, "closed");
    assert_eq!(scene.metric("graphql_subgraph_breaker_state").await, 0.0);
    scene.succeeds().await;
}

#[tokio::test]
async fn an_open_breaker_spares_the_subgraph() {
    let scene = Scene::new("breaker: { errors: 1%, of: 1, open: 1h }").await;
    scene.cats.act(Act::Say(answer("500 No", "", "{}")));
    assert_eq!(scene.code().await, "SUBREQUEST_HTTP_ERROR");
    for _ in 0..10 {
        assert_eq!(scene.code().await, "SUBREQUEST_CIRCUIT_OPEN");
    }
    assert_eq!(scene.cats.asked(), 1);
    assert_eq!(scene.breaker().await, "open");
}
