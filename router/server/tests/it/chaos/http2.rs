//! HTTP/2 that ends requests or connections: what was surely not looked at is sent again, if it is a query.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::kit::{Answer, PATIENCE, Running};

/// Frames by their type (<https://www.rfc-editor.org/rfc/rfc9113#section-6>).
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const ACK: u8 = 1;
/// Error codes.
const NO_ERROR: u8 = 0;
const INTERNAL_ERROR: u8 = 2;
const REFUSED_STREAM: u8 = 7;

/// What becomes of a request.
#[derive(Clone, Copy, Debug)]
enum Act {
    /// Its stream is reset with this code.
    Reset(u8),
    /// The connection ends with this code, and no request on it was looked at.
    GoAway(u8),
    /// It is answered, and the connection takes no more.
    AnswerAndGoAway,
}

/// A server of HTTP/2 that does what its test says for one request after the other, and answers those that follow.
struct Server {
    url: String,
    asked: Arc<AtomicUsize>,
    accepting: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Server {
    async fn start(acts: &[Act]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let asked = Arc::new(AtomicUsize::new(0));
        let acts = Arc::new(Mutex::new(VecDeque::from(acts.to_vec())));
        let counted = Arc::clone(&asked);
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&acts), Arc::clone(&counted)));
            }
        });
        Self {
            url: format!("http://{address}/graphql"),
            asked,
            accepting,
        }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("short").to_be_bytes();
    let mut frame = vec![length[1], length[2], length[3], kind, flags];
    frame.extend_from_slice(&stream.to_be_bytes());
    frame.extend_from_slice(payload);
    frame
}

fn go_away(last_stream: u32, code: u8) -> Vec<u8> {
    let mut payload = last_stream.to_be_bytes().to_vec();
    payload.extend_from_slice(&[0, 0, 0, code]);
    frame(GOAWAY, 0, 0, &payload)
}

/// 200 with data for whatever was asked.
fn answered(stream: u32) -> Vec<u8> {
    let media = b"application/json";
    // `:status: 200` is number 8 of the static table, `content-type` is number 31.
    let mut block = vec![0x88, 0x40 | 31, u8::try_from(media.len()).expect("short")];
    block.extend_from_slice(media);
    let body = json!({ "data": { "cat": "Mimi", "adopt": "Mimi" } }).to_string();
    let mut frames = frame(HEADERS, END_HEADERS, stream, &block);
    frames.extend(frame(DATA, END_STREAM, stream, body.as_bytes()));
    frames
}

async fn serve(
    mut stream: TcpStream,
    acts: Arc<Mutex<VecDeque<Act>>>,
    asked: Arc<AtomicUsize>,
) -> Option<()> {
    stream.read_exact(&mut [0; 24]).await.ok()?;
    stream.write_all(&frame(SETTINGS, 0, 0, &[])).await.ok()?;
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await.ok()?;
        let [l0, l1, l2, kind, flags, s0, s1, s2, s3] = head;
        let length = u32::from_be_bytes([0, l0, l1, l2]);
        let mut payload = vec![0; usize::try_from(length).ok()?];
        stream.read_exact(&mut payload).await.ok()?;
        if kind == SETTINGS && flags & ACK == 0 {
            stream.write_all(&frame(SETTINGS, ACK, 0, &[])).await.ok()?;
        }
        let is_end = matches!(kind, DATA | HEADERS) && flags & END_STREAM != 0;
        if !is_end {
            continue;
        }
        let id = u32::from_be_bytes([s0, s1, s2, s3]);
        asked.fetch_add(1, Ordering::SeqCst);
        let act = acts.lock().expect("no panic").pop_front();
        let (frames, ends) = match act {
            None => (answered(id), false),
            Some(Act::Reset(code)) => (frame(RST_STREAM, 0, id, &[0, 0, 0, code]), false),
            Some(Act::GoAway(code)) => (go_away(0, code), true),
            Some(Act::AnswerAndGoAway) => {
                let mut frames = answered(id);
                frames.extend(go_away(id, NO_ERROR));
                (frames, true)
            }
        };
        stream.write_all(&frames).await.ok()?;
        if ends {
            stream.shutdown().await.ok()?;
            return Some(());
        }
    }
}

/// What comes of a request to a server that does this, and how often it is asked.
async fn ask(acts: &[Act], query: &str, terms: &str) -> (Answer, usize) {
    let server = Server::start(acts).await;
    let folder = tempfile::tempdir().expect("a folder");
    let sdl = folder.path().join("cats.graphql");
    std::fs::write(
        &sdl,
        "type Query { cat: String } type Mutation { adopt: String }",
    )
    .expect("written");
    let router = Running::configured(&format!(
        "subgraphs: {{ cats: {{ url: \"{}\", http2: true, sdl: '{}', {terms} }} }}",
        server.url,
        sdl.display()
    ))
    .await;
    router.until_ready().await;
    let answer = tokio::time::timeout(PATIENCE, router.query(query)).await;
    (answer.expect("no request hangs"), server.asked())
}

const CAT: &str = r#"{"data":{"cat":"Mimi"}}"#;

#[tokio::test]
async fn a_query_that_was_not_looked_at_is_sent_again() {
    for act in [Act::Reset(REFUSED_STREAM), Act::GoAway(NO_ERROR)] {
        let (answer, asked) = ask(&[act], "{ cat }", "").await;
        assert_eq!(answer.text(), CAT, "{act:?}");
        assert_eq!(asked, 2, "{act:?}");
        // Once, unless more is configured.
        let (answer, asked) = ask(&[act; 2], "{ cat }", "").await;
        assert_eq!(answer.code(), "SUBREQUEST_CONNECTION_ERROR", "{act:?}");
        assert_eq!(asked, 2, "{act:?}");
    }
}

#[tokio::test]
async fn a_query_that_may_have_been_looked_at_is_sent_again_where_that_is_configured() {
    let act = Act::Reset(INTERNAL_ERROR);
    let (answer, asked) = ask(&[act], "{ cat }", "").await;
    assert_eq!(answer.code(), "SUBREQUEST_CONNECTION_ERROR");
    assert_eq!(asked, 1);
    let (answer, asked) = ask(&[act], "{ cat }", "retry: { budget: 100% }").await;
    assert_eq!(answer.text(), CAT);
    assert_eq!(asked, 2);
}

#[tokio::test]
async fn a_mutation_is_sent_once() {
    let retry = "retry: { attempts: 3, budget: 100% }";
    for act in [
        Act::Reset(REFUSED_STREAM),
        Act::Reset(INTERNAL_ERROR),
        Act::GoAway(NO_ERROR),
        Act::GoAway(INTERNAL_ERROR),
    ] {
        let (answer, asked) = ask(&[act], "mutation { adopt }", retry).await;
        assert_eq!(answer.code(), "SUBREQUEST_CONNECTION_ERROR", "{act:?}");
        assert_eq!(asked, 1, "{act:?}");
    }
}

#[tokio::test]
async fn a_connection_that_takes_no_more_is_replaced() {
    let server = Server::start(&[Act::AnswerAndGoAway; 3]).await;
    let folder = tempfile::tempdir().expect("a folder");
    let sdl = folder.path().join("cats.graphql");
    std::fs::write(&sdl, "type Query { cat: String }").expect("written");
    let router = Running::configured(&format!(
        "subgraphs: {{ cats: {{ url: \"{}\", http2: true, sdl: '{}' }} }}",
        server.url,
        sdl.display()
    ))
    .await;
    router.until_ready().await;
    for _ in 0..5 {
        assert_eq!(router.query("{ cat }").await.text(), CAT);
    }
    assert_eq!(server.asked(), 5);
}
