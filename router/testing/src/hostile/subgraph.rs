//! A subgraph over real HTTP, written as bytes, that answers as it is instructed.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::oneshot;

/// What the one that behaves publishes.
pub(super) const GOOD_SDL: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
type Query { innocent: String catalogue: [Item!] }
type Item @key(fields: "id") { id: ID! name: String }
"#;

/// What the other one does.
pub(super) fn bad_sdl() -> String {
    let mut sdl = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@authenticated", "@cost", "@context", "@fromContext"])
directive @mark(text: String) repeatable on FIELD | QUERY | FRAGMENT_SPREAD | INLINE_FRAGMENT
type Query {
  text: String
  number: Float
  node: Node
  items: [Item!]
  numbers: [Float]
  nested: [[[[[[[[Int]]]]]]]]
  any: [Any]
  search(filter: Filter, ids: [[[ID]]]): String
  f(a: A40): Int
  parts: [Part]
  weighed(input: [Weighed!]): Guarded
  shelves: [Shelf!]
}
type Mutation { change: String }
type Subscription { ticks: Item }
type Item @key(fields: "id") { id: ID! price: Float kind: Kind }
enum Kind { SMALL LARGE }
type Shelf @context(name: "shelf") { label: String book: Book }
type Book @key(fields: "id") { id: ID! placed(on: String @fromContext(field: "$shelf { label }")): Int }
type Node { id: ID self: Node other(a: Int): Node named(text: String): Int a: Int b: Int c: Int items: [Item!] }
input Filter { and: [Filter!] or: [Filter!] not: Filter text: String }
interface Part { id: ID! part: Part }
type Guarded { open: Int shut: Int @authenticated self: Guarded }
input Weighed { a: Int! @cost(weight: 2) b: Int! c: Int! more: [Weighed!] }
input A0 { x: Int = 1 }
"#
    .to_owned();
    for i in 1..=40 {
        let before = i - 1;
        sdl.push_str(&format!(
            "input A{i} {{ a: A{before} = {{}} b: A{before} = {{}} }}\n"
        ));
    }
    let members: Vec<String> = (0..40).map(|i| format!("U{i}")).collect();
    sdl.push_str(&format!("union Any = {}\n", members.join(" | ")));
    for member in &members {
        sdl.push_str(&format!(
            "type {member} {{ a: Int b(x: Int): Node any: Any }}\n"
        ));
    }
    for i in 0..20 {
        sdl.push_str(&format!(
            "type Part{i} implements Part {{ id: ID! part: Part }}\n"
        ));
    }
    sdl
}

/// How it answers whatever does not ask for its SDL: bytes on the wire, and then the connection is closed.
#[derive(Clone, Debug, Default)]
pub(super) struct Script {
    pub(super) head: Vec<u8>,
    /// Written again and again.
    pub(super) chunk: Vec<u8>,
    pub(super) times: usize,
    /// Before each chunk.
    pub(super) pause: Duration,
    pub(super) tail: Vec<u8>,
}

impl Script {
    /// 200 with a JSON body, which ends with the connection.
    pub(super) fn json(body: impl Into<Vec<u8>>) -> Self {
        Self::with("200 OK", "content-type: application/json\r\n", body)
    }

    /// A status, header lines, and a body.
    pub(super) fn with(status: &str, headers: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            head: format!("HTTP/1.1 {status}\r\n{headers}connection: close\r\n\r\n").into_bytes(),
            tail: body.into(),
            ..Self::default()
        }
    }

    /// 200 with a JSON body of a beginning, something repeated, and an end.
    pub(super) fn repeated(begin: &str, chunk: String, times: usize, end: &str) -> Self {
        let mut script = Self::json(end);
        script.head.extend_from_slice(begin.as_bytes());
        Self {
            chunk: chunk.into_bytes(),
            times,
            ..script
        }
    }
}

struct Shared {
    /// The answer to who asks for the SDL. It is encoded once: it may be large, and is asked for again and again.
    published: Arc<[u8]>,
    script: Option<Script>,
}

/// It listens on loopback until it is dropped, on a thread of its own: what one is busy with holds up neither the other nor the attacker.
pub(super) struct Subgraph {
    address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
    _ended: oneshot::Sender<()>,
}

impl Subgraph {
    pub(super) fn start(sdl: &str) -> std::io::Result<Self> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Mutex::new(Shared {
            published: published(sdl),
            script: None,
        }));
        let served = Arc::clone(&shared);
        let (ended, end) = oneshot::channel::<()>();
        let runtime = Builder::new_current_thread().enable_all().build()?;
        std::thread::Builder::new()
            .name("subgraph".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    let listener = TcpListener::from_std(listener)?;
                    tokio::select! {
                        () = listen(listener, served) => {}
                        // An error says that nobody holds it any more.
                        _ = end => {}
                    }
                    std::io::Result::Ok(())
                })
            })?;
        Ok(Self {
            address,
            shared,
            _ended: ended,
        })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on it answers so.
    pub(super) fn answer(&self, script: Script) {
        lock(&self.shared).script = Some(script);
    }

    /// From now on it publishes that.
    pub(super) fn publish(&self, sdl: &str) {
        let published = published(sdl);
        lock(&self.shared).published = published;
    }
}

async fn listen(listener: TcpListener, shared: Arc<Mutex<Shared>>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::spawn(serve(stream, Arc::clone(&shared)))),
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One exchange after the other, as long as they are well behaved. What goes wrong is the other side's going away.
async fn serve(stream: TcpStream, shared: Arc<Mutex<Shared>>) {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read_request(&mut stream).await {
        let query = request["query"].as_str().unwrap_or_default();
        let answer = if query.contains("_service") {
            Arc::clone(&lock(&shared).published)
        } else {
            let script = lock(&shared).script.clone();
            if let Some(script) = script {
                perform(stream.get_mut(), &script).await.ok();
                return;
            }
            message(&good_answer(&request))
        };
        if stream.write_all(&answer).await.is_err() {
            return;
        }
    }
}

/// What is answered to who asks for this SDL.
fn published(sdl: &str) -> Arc<[u8]> {
    message(&json!({ "data": { "_service": { "sdl": sdl } } }))
}

/// 200 with a JSON body, and its length.
fn message(body: &Value) -> Arc<[u8]> {
    let body = body.to_string();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body.as_bytes()].concat().into()
}

async fn read_request(stream: &mut BufReader<TcpStream>) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok()?;
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    serde_json::from_slice(&body).ok()
}

async fn perform(stream: &mut TcpStream, script: &Script) -> std::io::Result<()> {
    stream.write_all(&script.head).await?;
    for _ in 0..script.times {
        if !script.pause.is_zero() {
            tokio::time::sleep(script.pause).await;
        }
        stream.write_all(&script.chunk).await?;
    }
    stream.write_all(&script.tail).await
}

/// What any of the queries that are asked here wants.
fn good_answer(request: &Value) -> Value {
    if request["query"]
        .as_str()
        .is_some_and(|query| query.contains("catalogue"))
    {
        let item = json!({ "__typename": "Item", "id": "1" });
        return json!({ "data": { "catalogue": vec![item; 3_000] } });
    }
    let count = request["variables"]
        .as_object()
        .and_then(|variables| variables.values().find_map(Value::as_array))
        .map_or(0, Vec::len);
    let entity = json!({ "__typename": "Item", "id": "1", "name": "one", "price": 1 });
    json!({ "data": {
        "innocent": "yes", "text": "text", "number": 1, "f": 1, "search": "found", "change": "done",
        "items": [{ "__typename": "Item", "id": "1", "price": 1 }],
        "node": { "id": "1", "a": 1, "b": 2, "c": 3, "self": null },
        "any": [], "numbers": [], "nested": [],
        "_entities": vec![entity; count],
    } })
}
