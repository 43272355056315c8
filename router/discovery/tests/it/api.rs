//! An API server that has Services only: lists them by page, and watches with bookmarks, as chunked JSON.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The server, which can be stopped and started again where it was.
pub(crate) struct Api {
    address: SocketAddr,
    state: Arc<Mutex<Store>>,
    changed: watch::Sender<()>,
    running: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Store {
    version: u64,
    services: BTreeMap<String, Value>,
    /// Version, namespace and event; the index is what watchers follow.
    log: Vec<(u64, String, Value)>,
    /// Watches from before this version have expired.
    oldest: u64,
    /// Counts what ends all watches.
    ended: u64,
    /// What every request is answered with, and its message.
    refusal: Option<(u16, String)>,
    requests: Vec<Asked>,
}

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) namespace: String,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) authorization: String,
}

type Shared = (Arc<Mutex<Store>>, watch::Sender<()>);

impl Api {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let mut api = Self {
            address: listener.local_addr().expect("an address"),
            state: Arc::default(),
            changed: watch::Sender::new(()),
            running: None,
        };
        api.serve(listener);
        api
    }

    fn serve(&mut self, listener: TcpListener) {
        let shared: Shared = (Arc::clone(&self.state), self.changed.clone());
        let app = Router::new()
            .route("/api/v1/services", get(everywhere))
            .route("/api/v1/namespaces/{namespace}/services", get(in_namespace))
            .with_state(shared);
        self.running = Some(tokio::spawn(async move {
            axum::serve(listener, app).await.expect("it serves");
        }));
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.state.lock().expect("no panic")
    }

    fn tell(&self) {
        self.changed.send_replace(());
    }

    /// Makes a Service or changes it: `namespace/name`, its subgraph and port, and when it was made.
    pub(crate) fn put(&self, id: &str, subgraph: &str, port: u16, created: &str) {
        let (namespace, name) = id.split_once('/').expect("a slash");
        let mut store = self.store();
        store.version += 1;
        let service = json!({
            "kind": "Service",
            "metadata": {
                "name": name, "namespace": namespace, "creationTimestamp": created,
                "resourceVersion": store.version.to_string(), "labels": { "abaque.dev/subgraph": subgraph },
            },
            "spec": { "clusterIP": "10.0.0.1", "ports": [{ "port": port, "protocol": "TCP" }] },
        });
        let known = store.services.insert(id.to_owned(), service.clone());
        let kind = if known.is_some() { "MODIFIED" } else { "ADDED" };
        store.event(namespace, json!({ "type": kind, "object": service }));
        drop(store);
        self.tell();
    }

    /// Takes a Service away.
    pub(crate) fn remove(&self, id: &str) {
        let mut store = self.store();
        store.version += 1;
        let mut service = store.services.remove(id).expect("it was there");
        service["metadata"]["resourceVersion"] = json!(store.version.to_string());
        let namespace = id.split('/').next().expect("a namespace").to_owned();
        store.event(&namespace, json!({ "type": "DELETED", "object": service }));
        drop(store);
        self.tell();
    }

    /// Tells watchers that nothing changed up to now.
    pub(crate) fn bookmark(&self) {
        let mut store = self.store();
        store.version += 1;
        let version = store.version.to_string();
        let bookmark = json!({ "kind": "Service", "metadata": { "resourceVersion": version } });
        store.event("*", json!({ "type": "BOOKMARK", "object": bookmark }));
        drop(store);
        self.tell();
    }

    /// Sends watchers a line of their own.
    pub(crate) fn send(&self, line: Value) {
        let mut store = self.store();
        store.version += 1;
        store.event("*", line);
        drop(store);
        self.tell();
    }

    /// Forgets all events, so that watchers have to list again.
    pub(crate) fn expire(&self) {
        let mut store = self.store();
        store.version += 1;
        store.oldest = store.version;
        let status =
            json!({ "kind": "Status", "code": 410, "message": "too old resource version" });
        store.event("*", json!({ "type": "ERROR", "object": status }));
        store.ended += 1;
        drop(store);
        self.tell();
    }

    /// Ends all watches, as an API server does from time to time.
    pub(crate) fn end_watches(&self) {
        self.store().ended += 1;
        self.tell();
    }

    /// Refuses every request, and ends all watches.
    pub(crate) fn refuse(&self, status: u16, message: &str) {
        self.store().refusal = Some((status, message.to_owned()));
        self.end_watches();
    }

    pub(crate) fn allow(&self) {
        self.store().refusal = None;
    }

    pub(crate) fn requests(&self) -> Vec<Asked> {
        self.store().requests.clone()
    }

    pub(crate) async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.abort();
            drop(running.await);
        }
        // Connections outlive who accepted them.
        self.end_watches();
    }

    pub(crate) async fn start_again(&mut self) {
        let listener = TcpListener::bind(self.address).await.expect("its port");
        self.serve(listener);
    }
}

impl Store {
    fn event(&mut self, namespace: &str, event: Value) {
        self.log.push((self.version, namespace.to_owned(), event));
    }
}

async fn everywhere(
    shared: State<Shared>,
    query: Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    answer(shared, "*".to_owned(), query, &headers)
}

async fn in_namespace(
    shared: State<Shared>,
    Path(namespace): Path<String>,
    query: Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    answer(shared, namespace, query, &headers)
}

fn answer(
    State((state, changed)): State<Shared>,
    namespace: String,
    Query(query): Query<BTreeMap<String, String>>,
    headers: &HeaderMap,
) -> Response {
    let mut store = state.lock().expect("no panic");
    let authorization = headers
        .get("authorization")
        .and_then(|value| value.to_str().ok());
    store.requests.push(Asked {
        namespace: namespace.clone(),
        query: query.clone(),
        authorization: authorization.unwrap_or_default().to_owned(),
    });
    if let Some((status, message)) = &store.refusal {
        return refused(*status, message);
    }
    if !query.contains_key("watch") {
        return list(&store, &namespace, &query);
    }
    let version: u64 = query["resourceVersion"].parse().expect("a version");
    if version < store.oldest {
        return refused(410, "too old resource version");
    }
    let next = store.log.iter().position(|(at, ..)| *at > version);
    let next = next.unwrap_or(store.log.len());
    let ended = store.ended;
    drop(store);
    let events = (state, changed.subscribe(), next, ended, namespace);
    let events = stream::unfold(
        events,
        |(state, mut changes, next, ended, namespace)| async move {
            loop {
                let (event, over) = {
                    let store = state.lock().expect("no panic");
                    (store.log.get(next).cloned(), store.ended != ended)
                };
                match event {
                    Some((_, of, event)) => {
                        let seen = of == "*" || namespace == "*" || of == namespace;
                        let line = if seen {
                            format!("{event}\n")
                        } else {
                            "\n".to_owned()
                        };
                        return Some((
                            Ok::<_, Infallible>(line),
                            (state, changes, next + 1, ended, namespace),
                        ));
                    }
                    None if over => return None,
                    None => changes.changed().await.ok()?,
                }
            }
        },
    );
    Body::from_stream(events).into_response()
}

fn list(store: &Store, namespace: &str, query: &BTreeMap<String, String>) -> Response {
    let limit: usize = query["limit"].parse().expect("a number");
    let begin: usize = query
        .get("continue")
        .map_or(0, |at| at.parse().expect("a number"));
    let prefix = format!("{namespace}/");
    let matching: Vec<&Value> = store
        .services
        .iter()
        .filter(|(id, _)| namespace == "*" || id.starts_with(&prefix))
        .map(|(_, service)| service)
        .collect();
    let page: Vec<&&Value> = matching.iter().skip(begin).take(limit).collect();
    let next = match begin + limit < matching.len() {
        true => (begin + limit).to_string(),
        false => String::new(),
    };
    let body = json!({
        "kind": "ServiceList",
        "metadata": { "resourceVersion": store.version.to_string(), "continue": next },
        "items": page,
    });
    axum::Json(body).into_response()
}

fn refused(status: u16, message: &str) -> Response {
    let body = json!({ "kind": "Status", "code": status, "message": message });
    (
        StatusCode::from_u16(status).expect("a status"),
        axum::Json(body),
    )
        .into_response()
}
