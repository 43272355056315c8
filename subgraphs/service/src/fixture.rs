//! A small program for tests: a schema that greets, fails, panics and waits, and a REST API.

mod document;
pub(crate) mod running;

use std::sync::Arc;
use std::time::Duration;

use async_graphql::futures_util::stream::{self, BoxStream, StreamExt};
use async_graphql::{
    Context, Error, ErrorExtensions, ID, InputObject, Object, Schema, SimpleObject, Subscription,
};
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tower::ServiceExt;
use valeurs::{Erreur, budget};

use crate::rest::table::{Operation, Parameter, Table, parameter};
use crate::{Apps, Config, Descriptions, Limits, Pace, Ports, Program, Subgraph, apps};

/// Lets `wait` fields answer, one for each permit. None is there at first.
pub(crate) type Gate = Arc<Semaphore>;

struct Query;

#[derive(SimpleObject)]
#[graphql(complex)]
struct Thing {
    id: ID,
}

#[async_graphql::ComplexObject]
impl Thing {
    async fn thread(&self) -> String {
        thread()
    }

    async fn within(&self) -> Thing {
        Thing {
            id: self.id.clone(),
        }
    }
}

#[derive(InputObject)]
struct Numbers {
    values: Vec<i32>,
}

#[Object]
impl Query {
    /// Greets.
    async fn hello(
        &self,
        #[graphql(default_with = "\"world\".to_owned()")] name: String,
    ) -> String {
        format!("hello {name}")
    }

    async fn double(&self, n: i32) -> i32 {
        n.wrapping_mul(2)
    }

    async fn sum(&self, numbers: Numbers) -> i32 {
        numbers.values.iter().sum()
    }

    async fn thing(&self) -> Thing {
        Thing { id: ID::from("1") }
    }

    #[graphql(entity)]
    async fn find_thing(&self, id: ID) -> Thing {
        Thing { id }
    }

    async fn longest_series(&self, ctx: &Context<'_>) -> usize {
        ctx.data_unchecked::<Limits>().series_length
    }

    async fn fails(&self) -> Result<Option<i32>, Error> {
        Err(Error::new("no number").extend_with(|_, e| e.set("code", "NO_NUMBER")))
    }

    async fn fails_without_code(&self) -> Result<Option<i32>, Error> {
        Err(Error::new("something broke"))
    }

    async fn fails_whole(&self) -> Result<i32, Error> {
        Err(Error::new("no number").extend_with(|_, e| e.set("code", "NO_NUMBER")))
    }

    async fn panics(&self) -> i32 {
        // A panic that the compiler does not foresee.
        vec![0][usize::from(true)]
    }

    async fn slowly(&self) -> String {
        thread()
    }

    /// Computes as long as it may.
    async fn computes(&self, ctx: &Context<'_>) -> bool {
        compute_without_end(ctx.data_unchecked::<Gate>());
        false
    }

    async fn waits(&self, ctx: &Context<'_>) -> bool {
        let permit = ctx.data_unchecked::<Gate>().acquire().await;
        permit.map(|permit| permit.forget()).is_ok()
    }

    /// Shares what says at the gate that it is gone.
    async fn shares(&self, ctx: &Context<'_>) -> bool {
        share(ctx.data_unchecked::<Gate>())
    }
}

/// What lets one pass the gate when it is gone.
struct Passing(Gate);

impl Drop for Passing {
    fn drop(&mut self) {
        self.0.add_permits(1);
    }
}

fn share(gate: &Gate) -> bool {
    let passing = || Ok(Passing(Arc::clone(gate)));
    budget::shared("passing", b"", passing).is_ok()
}

struct Mutation;

#[Object]
impl Mutation {
    async fn set(&self, n: i32) -> i32 {
        n
    }
}

struct Events;

#[Subscription]
impl Events {
    /// Counts, an event at each permit of the gate when it is gated.
    async fn counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 3)] to: i32,
        #[graphql(default)] gated: bool,
        #[graphql(default)] interval: i32,
    ) -> Result<BoxStream<'static, i32>, Error> {
        if to < 0 {
            return Err(Error::new("no count").extend_with(|_, e| e.set("code", "NO_COUNT")));
        }
        let pace = ctx.data_unchecked::<Pace>();
        pace.set(Duration::from_millis(interval.unsigned_abs().into()));
        let gate = Arc::clone(ctx.data_unchecked::<Gate>());
        let event = move |n| {
            let gate = Arc::clone(&gate);
            async move {
                if gated {
                    gate.acquire().await.expect("the gate stays open").forget();
                }
                n
            }
        };
        Ok(stream::iter(1..=to).then(event).boxed())
    }

    /// The threads on which its events are computed, which cost so many units each.
    async fn threads(&self, cost: i32) -> BoxStream<'static, String> {
        let event = move |_| {
            let _ = budget::charge(cost.unsigned_abs().into());
            thread()
        };
        stream::iter(0..3).map(event).boxed()
    }

    /// An event that costs something, and one that is computed as long as it may.
    async fn computes(&self, ctx: &Context<'_>) -> BoxStream<'static, i32> {
        let gate = Arc::clone(ctx.data_unchecked::<Gate>());
        let event = move |n| {
            if n > 0 {
                compute_without_end(&gate);
            }
            let _ = budget::charge(100_000);
            n
        };
        stream::iter(0..2).map(event).boxed()
    }

    /// Two events that share something.
    async fn shares(&self, ctx: &Context<'_>) -> BoxStream<'static, bool> {
        let gate = Arc::clone(ctx.data_unchecked::<Gate>());
        stream::iter(0..2).map(move |_| share(&gate)).boxed()
    }

    /// Costs all that there is with the second event.
    async fn costs(&self) -> BoxStream<'static, i32> {
        let cost = |n: i32| {
            if n > 1 {
                let _ = valeurs::budget::charge(u64::MAX / 4);
            }
            n
        };
        stream::iter(1..).map(cost).boxed()
    }
}

/// Computes until it may no longer, and says at the gate that it begins, and that it ends.
fn compute_without_end(gate: &Gate) {
    gate.add_permits(1);
    while budget::charge(0).is_ok() {
        std::thread::sleep(Duration::from_millis(1));
    }
    gate.add_permits(1);
}

/// The name of the thread that computes.
fn thread() -> String {
    let name = std::thread::current().name().map(str::to_owned);
    name.unwrap_or_default()
}

/// An API that adds, says its limits, says where it computes, and never answers.
fn table() -> Table {
    let number = |name| parameter::<i32>(name, "A number.", "1");
    let nothing: fn() -> Parameter<Option<i32>> = || parameter("nothing", "Nothing.", "1");
    let add = |(a, b): (i32, i32), _: &Limits| {
        let sum = a.checked_add(b);
        let sum = sum.ok_or_else(|| Erreur::overflow("add").on("b"))?;
        Ok(json!({ "result": sum }))
    };
    let never = |_, _: &Limits| -> valeurs::Resultat<()> {
        loop {
            budget::charge(0)?;
            std::thread::sleep(Duration::from_millis(1));
        }
    };
    let numbers = (number("a"), number("b"));
    let limits = |_, limits: &Limits| Ok(limits.series_length);
    let on = |_, _: &Limits| Ok(thread());
    Table {
        operations: vec![
            Operation::answering("add", "Adds.", numbers, json!({}), add),
            Operation::answering("limits", "A limit.", (nothing(),), json!({}), limits),
            Operation::answering("wait", "Nothing.", (nothing(),), json!({}), never),
            Operation::answering("thread", "Where.", (nothing(),), json!({}), on),
            Operation::answering("slowly", "Where.", (nothing(),), json!({}), on).slow(),
        ],
        ..Table::default()
    }
}

pub(crate) fn program(gate: &Gate) -> Program {
    let schema = Schema::build(Query, Mutation, Events).data(Arc::clone(gate));
    Program {
        name: "example",
        about: "Greets and adds",
        version: "1.2.3",
        ports: Ports {
            public: 4001,
            admin: 9091,
        },
        schema: Subgraph::new(schema)
            .described(Descriptions::new("> hello there\nbonjour\n"))
            .slow_entities(&["Thing"]),
        rest: table(),
        openapi: document::openapi(),
        default_query: "{ hello }",
    }
}

/// The public app of the program, asked without a socket.
pub(crate) struct Fixture {
    pub(crate) apps: Apps,
    pub(crate) gate: Gate,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut Config)) -> Self {
        let gate = Arc::new(Semaphore::new(0));
        let mut config = Config::default();
        change(&mut config);
        Self {
            apps: apps(program(&gate), &config),
            gate,
        }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        Answer::of(self.apps.public.clone().oneshot(request).await.unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str, accept: &str) -> Answer {
        let mut request = Request::get(path);
        if !accept.is_empty() {
            request = request.header("accept", accept);
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// POSTs a body to `/graphql`.
    pub(crate) async fn post(
        &self,
        content_type: &str,
        accept: &str,
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::post("/graphql");
        for (name, value) in [("content-type", content_type), ("accept", accept)] {
            if !value.is_empty() {
                request = request.header(name, value);
            }
        }
        self.send(request.body(body.into()).unwrap()).await
    }

    pub(crate) async fn metrics(&self) -> String {
        let request = Request::get("/metrics").body(Body::empty()).unwrap();
        Answer::of(self.apps.admin.clone().oneshot(request).await.unwrap())
            .await
            .body
    }
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    async fn of(response: axum::response::Response) -> Self {
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let body = String::from_utf8(body.to_vec()).unwrap();
        Self {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// The codes of the errors of a GraphQL response.
    pub(crate) fn codes(&self) -> Vec<String> {
        let errors = self.json()["errors"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        errors
            .iter()
            .map(|e| {
                e["extensions"]["code"]
                    .as_str()
                    .unwrap_or("none")
                    .to_owned()
            })
            .collect()
    }
}
