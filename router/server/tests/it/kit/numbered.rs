//! A subgraph that numbers its events and keeps them. Over WebSockets it does neither: that protocol has no numbers.

mod web_socket;

use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use bytes::Bytes;
use futures_util::stream;
use http::HeaderMap;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::client::Streaming;
use super::served::Served;

/// The length of the field `pad`: some events that nobody reads fill all that is between.
const PADDING: usize = 64 * 1024;
/// The length of the field `crumbs`: such an event comes in one piece and counts little, and completing it takes more.
const CRUMBS: usize = 12 * 1024;

/// The events so far are 1 to this number; subgraphs may share them.
#[derive(Clone)]
pub(crate) struct Ticks {
    last: watch::Sender<u64>,
    lost: Arc<Mutex<BTreeSet<u64>>>,
}

impl Ticks {
    pub(crate) fn new() -> Self {
        Self {
            last: watch::Sender::new(0),
            lost: Arc::default(),
        }
    }

    /// One more event: its number.
    pub(crate) fn tick(&self) -> u64 {
        self.last.send_modify(|last| *last += 1);
        *self.last.borrow()
    }

    /// This many more events.
    pub(crate) fn flood(&self, count: u64) {
        self.last.send_modify(|last| *last += count);
    }

    /// One more event, which is not kept: nobody hears of it.
    pub(crate) fn lose(&self) {
        let next = *self.last.borrow() + 1;
        self.lost.lock().expect("no panic").insert(next);
        self.tick();
    }

    /// The number of the next event after this one, of those that are kept.
    fn after(&self, number: u64) -> u64 {
        let lost = self.lost.lock().expect("no panic");
        let mut later = number + 1..;
        later
            .find(|later| !lost.contains(later))
            .expect("there are more numbers than lost ones")
    }
}

/// What becomes of subscriptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    /// They are opened, and bring their events.
    Events,
    /// They are opened, and bring nothing.
    Silence,
    /// They are not opened, until that is over.
    Held,
    /// They are opened, and bring three events again, the last of which is the one that others are asked for after.
    Again,
    /// They are answered with 204, and no stream.
    Over,
    /// They are answered with a GraphQL error, and no stream.
    Refused,
    /// The same by a stream, which then ends.
    RefusedByStream,
    /// They are answered with 503 and this JSON.
    Unready(&'static str),
}

struct Shared {
    sdl: Mutex<String>,
    ticks: Ticks,
    /// Whether it numbers its events, and can continue after one.
    numbered: bool,
    /// Subscriptions that were asked for.
    opened: watch::Sender<usize>,
    /// The `authorization` of each request for entities.
    entities: Mutex<Vec<String>>,
    /// Counts its restarts, after which streams break.
    broken: watch::Sender<usize>,
    flow: watch::Sender<Flow>,
}

/// It has the subscription `tick: Tick`, with the fields `n`, `label`, `pad` and `crumbs`, and answers entities with `{ label: its name }`.
pub(crate) struct Numbered {
    served: Served,
    shared: Arc<Shared>,
}

impl Numbered {
    pub(crate) async fn start(sdl: &str, ticks: &Ticks, numbered: bool) -> Self {
        let shared = Shared {
            sdl: Mutex::new(sdl.to_owned()),
            ticks: ticks.clone(),
            numbered,
            opened: watch::Sender::new(0),
            entities: Mutex::default(),
            broken: watch::Sender::new(0),
            flow: watch::Sender::new(Flow::Events),
        };
        let shared = Arc::new(shared);
        let app = Router::new()
            .route("/graphql", post(answer).get(web_socket::upgrade))
            .with_state(Arc::clone(&shared));
        Self {
            served: Served::start(app).await,
            shared,
        }
    }

    pub(crate) fn url(&self) -> String {
        self.served.url()
    }

    pub(crate) fn set_sdl(&self, sdl: &str) {
        sdl.clone_into(&mut self.shared.sdl.lock().expect("no panic"));
    }

    /// From now on subscriptions are treated so, those that are open included.
    pub(crate) fn set_flow(&self, flow: Flow) {
        self.shared.flow.send_replace(flow);
    }

    /// Waits until this many subscriptions have been asked for in all.
    pub(crate) async fn opened(&self, count: usize) {
        let mut opened = self.shared.opened.subscribe();
        let waiting = opened.wait_for(|opened| *opened >= count);
        let waited = tokio::time::timeout(super::PATIENCE, waiting).await;
        waited.expect("so many are opened").expect("it is there");
    }

    /// How many subscriptions have been asked for in all.
    pub(crate) fn opened_so_far(&self) -> usize {
        *self.shared.opened.borrow()
    }

    /// The `authorization` of each request for entities so far; empty where there was none.
    pub(crate) fn entities(&self) -> Vec<String> {
        self.shared.entities.lock().expect("no panic").clone()
    }

    /// Breaks its streams and listens no more.
    pub(crate) async fn stop(&mut self) {
        self.served.stop().await;
        self.break_streams();
    }

    /// Breaks its streams, and goes on to listen. What is held is not opened.
    pub(crate) fn break_streams(&self) {
        self.shared.broken.send_modify(|count| *count += 1);
    }

    /// Starts it again where it was.
    pub(crate) async fn start_again(&mut self) {
        self.served.start_again().await;
    }
}

async fn answer(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let request: Value = serde_json::from_slice(&body).expect("the router sends JSON");
    let query = request["query"].as_str().expect("a query");
    if query.contains("subscription") {
        shared.opened.send_modify(|opened| *opened += 1);
        return match opening(&shared).await {
            Ok(()) => events(&shared, &headers, query),
            Err(response) => response,
        };
    }
    let data = match query.contains("_service") {
        true => json!({ "_service": { "sdl": *shared.sdl.lock().expect("no panic") } }),
        false => {
            let who = headers.get("authorization").map(|who| who.to_str());
            let who = who.transpose().expect("text").unwrap_or_default();
            shared
                .entities
                .lock()
                .expect("no panic")
                .push(who.to_owned());
            let lists = request["variables"].as_object().expect("representations");
            let list = lists
                .values()
                .next()
                .and_then(Value::as_array)
                .expect("a list");
            let label = |tick: &Value| json!({ "label": format!("tick {}", tick["n"]) });
            json!({ "_entities": list.iter().map(label).collect::<Vec<_>>() })
        }
    };
    whole(&json!({ "data": data }))
}

fn whole(response: &Value) -> Response {
    Response::builder()
        .header("content-type", "application/json")
        .body(Body::from(response.to_string()))
        .expect("a response")
}

fn refused() -> Value {
    json!({ "errors": [{ "message": "no such field" }] })
}

/// Waits until a subscription may be opened; or what is answered in its place.
async fn opening(shared: &Shared) -> Result<(), Response> {
    let mut broken = shared.broken.subscribe();
    let mut flow = shared.flow.subscribe();
    let flow = tokio::select! {
        biased;
        _ = broken.changed() => None,
        flow = flow.wait_for(|flow| *flow != Flow::Held) => flow.ok().map(|flow| *flow),
    };
    match flow {
        Some(Flow::Refused) => Err(whole(&refused())),
        Some(Flow::RefusedByStream) => {
            let response = Response::builder().header("content-type", "text/event-stream");
            let all = format!(
                "event: next\ndata: {}\n\nevent: complete\ndata: \n\n",
                refused()
            );
            Err(response.body(Body::from(all)).expect("a response"))
        }
        Some(Flow::Unready(body)) => {
            let response = Response::builder()
                .status(503)
                .header("content-type", "application/json");
            Err(response.body(Body::from(body)).expect("a response"))
        }
        Some(Flow::Over) => {
            let response = Response::builder().status(204);
            Err(response.body(Body::empty()).expect("a response"))
        }
        Some(_) => Ok(()),
        None => {
            let response = Response::builder().status(503);
            Err(response.body(Body::empty()).expect("a response"))
        }
    }
}

fn events(shared: &Arc<Shared>, headers: &HeaderMap, query: &str) -> Response {
    let has = Fields::of(query);
    let last = headers.get("last-event-id").filter(|_| shared.numbered);
    let last = last.map(|id| id.to_str().expect("text").parse::<u64>().expect("a number"));
    let is_again = *shared.flow.borrow() == Flow::Again;
    let further_back = if is_again { 3 } else { 0 };
    let last = last.map(|last| last.saturating_sub(further_back));
    let all = shared.ticks.clone();
    let ticks = all.last.subscribe();
    let last = last.unwrap_or_else(|| *ticks.borrow());
    let broken = shared.broken.subscribe();
    let flow = shared.flow.subscribe();
    let numbered = shared.numbered;
    let events = stream::unfold(
        (last, ticks, broken, flow),
        move |(last, mut ticks, mut broken, mut flow)| {
            let all = all.clone();
            async move {
                let coming = async {
                    flow.wait_for(|flow| *flow != Flow::Silence).await.ok()?;
                    let there = ticks.wait_for(|there| *there >= all.after(last)).await;
                    there.ok().map(drop)
                };
                let came = tokio::select! {
                    biased;
                    _ = broken.changed() => false,
                    there = coming => there.is_some(),
                };
                if !came {
                    let broke = Err(io::Error::other("broken"));
                    return Some((broke, (last, ticks, broken, flow)));
                }
                let n = all.after(last);
                let id = if numbered {
                    format!("id: {n}\n")
                } else {
                    String::new()
                };
                let data = has.response(n);
                Some((
                    Ok(format!("{id}event: next\ndata: {data}\n\n")),
                    (n, ticks, broken, flow),
                ))
            }
        },
    );
    // The head goes with the first bytes.
    let opening = stream::iter([Ok::<_, io::Error>(":\n\n".to_owned())]);
    let body = Body::from_stream(futures_util::StreamExt::chain(opening, events));
    Response::builder()
        .header("content-type", "text/event-stream")
        .body(body)
        .expect("a response")
}

/// What a subscription asks of an event besides its number.
#[derive(Clone, Copy)]
struct Fields {
    label: bool,
    pad: bool,
    crumbs: bool,
}

impl Fields {
    fn of(query: &str) -> Self {
        Self {
            label: query.contains("label"),
            pad: query.contains("pad"),
            crumbs: query.contains("crumbs"),
        }
    }

    /// The event of a number, as the router is sent it.
    fn response(self, n: u64) -> Value {
        let mut tick = json!({ "__typename": "Tick", "n": n });
        if self.label {
            tick["label"] = format!("tick {n}").into();
        }
        if self.pad {
            tick["pad"] = " ".repeat(PADDING).into();
        }
        if self.crumbs {
            tick["crumbs"] = " ".repeat(CRUMBS).into();
        }
        json!({ "data": { "tick": tick } })
    }
}

/// The event of a number as it is written in any transport.
pub(crate) fn event(n: u64) -> String {
    format!(r#"{{"data":{{"tick":{{"n":{n},"label":"tick {n}"}}}}}}"#)
}

/// What comes next but for signs of life, of which there are many where the machine is slow.
pub(crate) async fn next(answer: &mut Streaming) -> String {
    let coming = async {
        loop {
            let said = answer.until("\n\n").await;
            if said != ":\n\n" {
                return said;
            }
        }
    };
    // Longer than all that the router waits for in these tests.
    let came = tokio::time::timeout(3 * super::PATIENCE, coming).await;
    came.expect("something comes")
}

/// The client gets these, in this order and nothing between but signs of life.
pub(crate) async fn expect(answer: &mut Streaming, numbers: impl IntoIterator<Item = u64>) {
    for n in numbers {
        let said = next(answer).await;
        assert_eq!(said, format!("event: next\ndata: {}\n\n", event(n)));
    }
}
