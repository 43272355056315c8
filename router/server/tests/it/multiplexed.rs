//! Subgraphs that are asked by HTTP/2: those that take few requests at once over a connection, and those whose connections die without a word.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use futures_util::{StreamExt, stream};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use serde_json::json;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::encrypted::{acceptor, file};
use crate::kit::{Running, Streaming, stream as subscribe, until};

const SDL: &str = "type Query { dog: String gated: String } type Subscription { barks: String }";
const REX: &str = r#"{"data":{"dog":"Rex"}}"#;

/// How HTTP/2 is come by.
#[derive(Clone, Copy, Debug)]
enum By {
    Tls,
    PriorKnowledge,
}

/// What the tests know of a subgraph.
struct Shared {
    gate: watch::Receiver<bool>,
    /// Requests that have come to the gate.
    gated: AtomicUsize,
}

struct Server {
    by: By,
    port: u16,
    shared: Arc<Shared>,
    gate: watch::Sender<bool>,
    connections: Arc<AtomicUsize>,
    serving: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Server {
    /// One that takes so many requests at once over a connection, and speaks nothing but HTTP/2.
    async fn start(by: By, streams: u32) -> Self {
        let (gate, gated) = watch::channel(false);
        let shared = Arc::new(Shared {
            gate: gated,
            gated: AtomicUsize::new(0),
        });
        let app = Router::new()
            .route("/graphql", post(answer))
            .with_state(Arc::clone(&shared));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let connections = Arc::new(AtomicUsize::new(0));
        let accepted = Arc::clone(&connections);
        let tls = acceptor(&[b"h2"], None);
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                accepted.fetch_add(1, Ordering::SeqCst);
                let (tls, app) = (tls.clone(), app.clone());
                tokio::spawn(async move {
                    match by {
                        By::Tls => serve_encrypted(&tls, stream, app, streams).await,
                        By::PriorKnowledge => serve(stream, app, streams).await,
                    }
                });
            }
        });
        Self {
            by,
            port,
            shared,
            gate,
            connections,
            serving,
        }
    }

    fn url(&self, port: u16) -> String {
        match self.by {
            By::Tls => format!("https://localhost:{port}/graphql"),
            By::PriorKnowledge => format!("http://127.0.0.1:{port}/graphql"),
        }
    }

    /// A router that asks it at that port.
    async fn router(&self, port: u16, more: &str) -> Running {
        let folder = tempfile::tempdir().expect("a folder");
        let sdl = folder.path().join("dogs.graphql");
        std::fs::write(&sdl, SDL).expect("written");
        let http2 = matches!(self.by, By::PriorKnowledge);
        let router = Running::configured(&format!(
            "tls: {{ ca: '{}' }}\nsubgraphs: {{ dogs: {{ url: \"{}\", sdl: '{}', http2: {http2} }} }}\nsubscriptions: {{ share: false }}\n{more}",
            file("ca.pem").display(),
            self.url(port),
            sdl.display()
        ))
        .await;
        router.until_ready().await;
        router
    }
}

async fn serve_encrypted(tls: &TlsAcceptor, stream: TcpStream, app: Router, streams: u32) {
    if let Ok(stream) = tls.accept(stream).await {
        serve(stream, app, streams).await;
    }
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    app: Router,
    streams: u32,
) {
    let mut builder = Builder::new(TokioExecutor::new()).http2_only();
    builder.http2().max_concurrent_streams(streams);
    let service = TowerToHyperService::new(app);
    let served = builder.serve_connection(TokioIo::new(stream), service);
    served.await.ok();
}

async fn answer(State(shared): State<Arc<Shared>>, body: String) -> Response {
    if body.contains("subscription") {
        let event = "event: next\ndata: {\"data\":{\"barks\":\"wuff\"}}\n\n";
        let events = stream::iter([Ok::<_, Infallible>(event)]).chain(stream::pending());
        let response = Response::builder().header("content-type", "text/event-stream");
        let body = Body::from_stream(events);
        return response.body(body).expect("a response");
    }
    if body.contains("gated") {
        shared.gated.fetch_add(1, Ordering::SeqCst);
        let mut gate = shared.gate.clone();
        gate.wait_for(|open| *open).await.ok();
    }
    let response = Response::builder().header("content-type", "application/json");
    let body = json!({ "data": { "dog": "Rex", "gated": "Rex" } }).to_string();
    response.body(Body::from(body)).expect("a response")
}

async fn barks(router: &Running) -> Streaming {
    let headers = [
        ("content-type", "application/json"),
        ("accept", "text/event-stream"),
    ];
    let body = json!({ "query": "subscription { barks }" }).to_string();
    let mut events = subscribe(&router.url(), &headers, body).await;
    events.until("wuff").await;
    events
}

#[tokio::test]
async fn subscriptions_leave_requests_their_streams() {
    for by in [By::Tls, By::PriorKnowledge] {
        let server = Server::start(by, 2).await;
        let router = server.router(server.port, "").await;
        let mut open = Vec::new();
        for _ in 0..5 {
            assert_eq!(router.query("{ dog }").await.text(), REX, "{by:?}");
            open.push(barks(&router).await);
        }
        drop(open);
    }
}

#[tokio::test]
async fn where_a_connection_takes_no_more_requests_another_one_is_opened() {
    for by in [By::Tls, By::PriorKnowledge] {
        let server = Server::start(by, 1).await;
        let router = server.router(server.port, "").await;
        // What the server allows is known after an answer.
        for _ in 0..2 {
            assert_eq!(router.query("{ dog }").await.text(), REX, "{by:?}");
        }
        let gated = router.query("{ gated }");
        let beside = async {
            let come = async || (server.shared.gated.load(Ordering::SeqCst) == 1).then_some(());
            until(come).await.expect("it is asked");
            for _ in 0..3 {
                assert_eq!(router.query("{ dog }").await.text(), REX, "{by:?}");
            }
            server.gate.send_replace(true);
        };
        let (gated, ()) = tokio::join!(gated, beside);
        assert_eq!(gated.text(), REX.replace("dog", "gated"), "{by:?}");
        let connections = server.connections.load(Ordering::SeqCst);
        assert!((2..=3).contains(&connections), "{by:?}: {connections}");
    }
}

#[tokio::test]
async fn where_there_is_much_to_do_several_connections_share_it() {
    for by in [By::Tls, By::PriorKnowledge] {
        let server = Server::start(by, 100).await;
        let router = server
            .router(server.port, "deduplicate_queries: false")
            .await;
        assert_eq!(router.query("{ dog }").await.text(), REX, "{by:?}");
        let few = server.connections.load(Ordering::SeqCst);
        let asking = (0..40).map(|_| router.query("{ gated }"));
        let asking = futures_util::future::join_all(asking);
        let beside = async {
            let come = async || (server.shared.gated.load(Ordering::SeqCst) == 40).then_some(());
            until(come).await.expect("they are asked");
            // One more beside them finds what was opened for it, or has it opened.
            let more = async || {
                assert_eq!(router.query("{ dog }").await.text(), REX, "{by:?}");
                (server.connections.load(Ordering::SeqCst) > few).then_some(())
            };
            until(more).await.expect("a further connection is opened");
            server.gate.send_replace(true);
        };
        let (answers, ()) = tokio::join!(asking, beside);
        let gated = REX.replace("dog", "gated");
        assert!(
            answers.iter().all(|answer| answer.text() == gated),
            "{by:?}"
        );
    }
}

/// A port that passes on what comes for another one. Each cut ends that without a word for the connections that there are.
async fn way_to(port: u16) -> (u16, watch::Sender<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let here = listener.local_addr().expect("an address").port();
    let (cut, cuts) = watch::channel(0);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut cuts = cuts.clone();
            let before = *cuts.borrow_and_update();
            tokio::spawn(async move {
                let other = TcpStream::connect(("127.0.0.1", port)).await;
                let mut other = other.expect("it listens");
                let cut = async { drop(cuts.wait_for(|cuts| *cuts > before).await) };
                tokio::select! {
                    _ = tokio::io::copy_bidirectional(&mut stream, &mut other) => {}
                    () = cut => std::future::pending().await,
                }
            });
        }
    });
    (here, cut)
}

#[tokio::test]
async fn a_connection_that_died_without_a_word_is_used_for_one_request_more() {
    for by in [By::Tls, By::PriorKnowledge] {
        let server = Server::start(by, 100).await;
        let (port, cut) = way_to(server.port).await;
        let router = server.router(port, "timeouts: { subgraph: 1s }").await;
        for _ in 0..3 {
            assert_eq!(router.query("{ dog }").await.text(), REX, "{by:?}");
        }
        cut.send_modify(|cuts| *cuts += 1);
        let answered = router.query("{ dog }").await;
        assert_eq!(answered.code(), "SUBREQUEST_TIMEOUT", "{by:?}");
        let again = async || (router.query("{ dog }").await.text() == REX).then_some(());
        until(again)
            .await
            .unwrap_or_else(|| panic!("{by:?}: the dead one is used on and on"));
    }
}
