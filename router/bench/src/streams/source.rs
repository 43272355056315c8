//! Two subgraphs over one series of numbered events. Either may have the subscription; the second has the label of an event, and answers for it as an entity.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet, spawn_local};

const LINK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@override"])"#;
/// Between attempts to listen again where it listened before.
const AGAIN: Duration = Duration::from_millis(20);

type Body = UnsyncBoxBody<Bytes, Infallible>;

/// The events so far, which both subgraphs share.
pub(super) struct Events {
    last: watch::Sender<u64>,
    /// Those that were not kept.
    lost: RefCell<BTreeSet<u64>>,
}

impl Events {
    pub(super) fn new() -> Rc<Self> {
        Rc::new(Self {
            last: watch::Sender::new(0),
            lost: RefCell::default(),
        })
    }

    /// One more; its number.
    pub(super) fn tick(&self) -> u64 {
        self.last.send_modify(|last| *last += 1);
        self.last()
    }

    pub(super) fn last(&self) -> u64 {
        *self.last.borrow()
    }

    /// One more, of which nobody will ever hear.
    pub(super) fn lose(&self) -> u64 {
        self.lost.borrow_mut().insert(self.last() + 1);
        self.tick()
    }

    /// The first after this one that was kept, if it has come or not.
    pub(super) fn after(&self, number: u64) -> u64 {
        let lost = self.lost.borrow();
        (number + 1..)
            .find(|next| !lost.contains(next))
            .unwrap_or(u64::MAX)
    }
}

/// One of the subgraphs.
pub(super) struct Source {
    pub(super) address: SocketAddr,
    shared: Rc<Shared>,
    serving: Option<AbortHandle>,
}

struct Shared {
    events: Rc<Events>,
    sdl: RefCell<String>,
    opened: Cell<u64>,
    entities: Cell<u64>,
}

impl Source {
    pub(super) async fn start(sdl: String, events: &Rc<Events>) -> io::Result<Self> {
        let shared = Rc::new(Shared {
            events: Rc::clone(events),
            sdl: RefCell::new(sdl),
            opened: Cell::new(0),
            entities: Cell::new(0),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let mut source = Self {
            address,
            shared,
            serving: None,
        };
        source.serve(listener);
        Ok(source)
    }

    fn serve(&mut self, listener: TcpListener) {
        let shared = Rc::clone(&self.shared);
        // With the task its connections are gone.
        let serving = spawn_local(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).ok();
                let shared = Rc::clone(&shared);
                let service = service_fn(move |request| respond(Rc::clone(&shared), request));
                let connection =
                    http1::Builder::new().serve_connection(TokioIo::new(stream), service);
                while connections.try_join_next().is_some() {}
                // A client that leaves is no failure.
                connections.spawn_local(async move { connection.await.ok() });
            }
        });
        self.serving = Some(serving.abort_handle());
    }

    /// Cuts all connections, and listens no more.
    pub(super) fn stop(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.abort();
        }
    }

    /// Listens again where it did.
    pub(super) async fn start_again(&mut self) -> io::Result<()> {
        let mut attempts = 0;
        let listener = loop {
            match TcpListener::bind(self.address).await {
                Ok(listener) => break listener,
                Err(error) if attempts == 100 => return Err(error),
                Err(_) => attempts += 1,
            }
            tokio::time::sleep(AGAIN).await;
        };
        self.serve(listener);
        Ok(())
    }

    pub(super) fn set_sdl(&self, sdl: String) {
        *self.shared.sdl.borrow_mut() = sdl;
    }

    /// How many subscriptions have been opened in all.
    pub(super) fn opened(&self) -> u64 {
        self.shared.opened.get()
    }

    /// How many entities it has been asked for.
    pub(super) fn entities(&self) -> u64 {
        self.shared.entities.get()
    }
}

/// The first subgraph, with the subscription unless another one takes it over.
pub(super) fn ticks(version: usize) -> String {
    format!(
        r#"{LINK} type Query {{ a{version}: Int }} type Subscription {{ tick(group: Int): Tick }} type Tick @key(fields: "n") {{ n: Int! }}"#
    )
}

/// The second one, which may take the subscription over.
pub(super) fn labels(version: usize, has_subscription: bool) -> String {
    let subscription = match has_subscription {
        true => r#"type Subscription { tick(group: Int): Tick @override(from: "ticks") }"#,
        false => "",
    };
    format!(
        r#"{LINK} type Query {{ b{version}: Int }} type Tick @key(fields: "n") {{ n: Int! label: String }} {subscription}"#
    )
}

async fn respond(
    shared: Rc<Shared>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let after = request.headers().get("last-event-id");
    let after = after.and_then(|id| id.to_str().ok()?.parse().ok());
    let body = request.into_body().collect().await;
    let body = body.map(|body| body.to_bytes()).unwrap_or_default();
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let query = request["query"].as_str().unwrap_or_default();
    if query.contains("subscription") {
        return Ok(subscription(&shared, after, query.contains("label")));
    }
    let data = match query.contains("_service") {
        true => json!({ "_service": { "sdl": *shared.sdl.borrow() } }),
        false => {
            let mut lists = request["variables"].as_object().into_iter().flatten();
            let list = lists.next().and_then(|(_, list)| list.as_array());
            let list = list.map(Vec::as_slice).unwrap_or_default();
            shared
                .entities
                .set(shared.entities.get() + list.len() as u64);
            let label = |tick: &Value| json!({ "label": format!("tick {}", tick["n"]) });
            json!({ "_entities": list.iter().map(label).collect::<Vec<_>>() })
        }
    };
    let answer = json!({ "data": data }).to_string();
    Ok(typed("application/json", Full::from(answer).boxed_unsync()))
}

/// The events from now on, or after one that the client has had.
fn subscription(shared: &Shared, after: Option<u64>, labelled: bool) -> Response<Body> {
    shared.opened.set(shared.opened.get() + 1);
    let events = Rc::clone(&shared.events);
    let mut last = events.last.subscribe();
    let after = after.unwrap_or_else(|| events.last());
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    // The body goes from thread to thread, as far as its type tells; the events stay here.
    spawn_local(async move {
        let mut next = events.after(after);
        loop {
            tokio::select! {
                () = sender.closed() => return,
                there = last.wait_for(|last| *last >= next) => if there.is_err() { return },
            }
            // It may have been lost since it was thought to come.
            if events.after(next - 1) == next {
                let text = event(next, labelled);
                if sender.send(Bytes::from(text)).await.is_err() {
                    return;
                }
                next += 1;
            }
            next = events.after(next - 1);
        }
    });
    // The head goes with the first bytes.
    let opening = stream::iter([Bytes::from_static(b":\n\n")]);
    let events = stream::unfold(receiver, async |mut receiver| {
        let event = receiver.recv().await?;
        Some((event, receiver))
    });
    let frames = opening
        .chain(events)
        .map(|text| Ok::<_, Infallible>(Frame::data(text)));
    typed("text/event-stream", StreamBody::new(frames).boxed_unsync())
}

fn event(number: u64, labelled: bool) -> String {
    let mut tick = json!({ "__typename": "Tick", "n": number });
    if labelled {
        tick["label"] = format!("tick {number}").into();
    }
    let data = json!({ "data": { "tick": tick } });
    format!("id: {number}\nevent: next\ndata: {data}\n\n")
}

fn typed(content_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
