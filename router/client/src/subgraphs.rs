//! All subgraphs of a schema, as the executor's client.

use std::pin::pin;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use abaque_edge::{Recorder, TraceContext, long_work};
use apollo_compiler::ast::OperationType;
use executor::{
    FetchError, FetchProblem, RequestBody, SubgraphClient, SubgraphRequest, SubgraphResponse,
};
use federation::{SubgraphId, Supergraph};
use futures_util::future::BoxFuture;
use memory::{Account, Exhausted};
use serde::Deserialize;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use upload::{Place, Upload};

use crate::config::{Config, SubgraphConfig};
use crate::failure::Failure;
use crate::gathered::Gathered;
use crate::header_rules::ClientRequest;
use crate::observed::{Observations, Timing};
use crate::payload::Payload;
use crate::spent::Spent;
use crate::subgraph::{Call, Subgraph};
use crate::transport::Transport;

/// Where each subgraph of a schema answers.
#[derive(Debug)]
pub struct Subgraphs {
    /// By [`federation::SubgraphId`].
    subgraphs: Vec<Arc<Subgraph>>,
    /// Who does work that takes long for little that was asked for.
    turns: Semaphore,
}

impl Subgraphs {
    /// The subgraphs of a supergraph, each on the terms that `own` has for its name. Those that `previous` has under the same name and URL
    /// are taken over, with what is in flight, where `keeps` says for the name that the terms are the same.
    pub fn new(
        supergraph: &Supergraph,
        config: &Config,
        own: impl Fn(&str) -> SubgraphConfig,
        transport: &Transport,
        recorder: &Recorder,
        previous: Option<&Subgraphs>,
        keeps: impl Fn(&str) -> bool,
    ) -> Self {
        let known = previous.map_or(&[][..], |previous| &previous.subgraphs);
        let subgraph = |graph: &federation::JoinGraph| {
            let own = own(&graph.name);
            let place = Subgraph::place_of(&own, &graph.url);
            let same = |known: &&Arc<Subgraph>| known.is_at(&graph.name, place.as_ref());
            let same = known.iter().find(same).filter(|_| keeps(&graph.name));
            // None is made beside one that goes on: what it begins with would be exported as the state of that.
            same.cloned().unwrap_or_else(|| {
                let (name, url) = (&graph.name, &graph.url);
                Arc::new(Subgraph::new(name, url, &own, config, transport, recorder))
            })
        };
        // Others are served beside it.
        let turns = available_parallelism().map_or(1, |cores| cores.get().div_ceil(2));
        Self {
            subgraphs: supergraph.subgraphs().iter().map(subgraph).collect(),
            turns: Semaphore::new(turns),
        }
    }

    /// The subgraph of that name.
    pub fn named(&self, name: &str) -> Option<&Arc<Subgraph>> {
        self.subgraphs
            .iter()
            .find(|subgraph| subgraph.name() == name)
    }

    /// A subgraph of the schema.
    pub fn get(&self, subgraph: SubgraphId) -> Option<&Arc<Subgraph>> {
        self.subgraphs.get(usize::from(subgraph.0))
    }
}

/// The client of one execution: the subgraphs, on behalf of one request.
#[derive(Debug)]
pub struct RequestClient<'r> {
    /// Those of the schema.
    pub subgraphs: &'r Subgraphs,
    /// The type of the client's operation.
    pub operation_type: OperationType,
    /// What is passed on of the request.
    pub client: &'r ClientRequest,
    /// In which trace its requests are: that of the client's request, or one of its own.
    pub trace: Option<&'r TraceContext>,
    /// When its answer must be there.
    pub deadline: Instant,
    /// By [`federation::SubgraphId`], whether clients see the subgraph's errors.
    pub revealed: &'r [bool],
    /// What the execution holds.
    pub account: &'r Account,
    /// What the client is sent of the answers' headers.
    pub gathered: &'r Gathered,
    /// The files that came with the request.
    pub upload: Option<&'r Arc<Upload>>,
    /// What its requests took so far.
    pub spent: &'r Arc<Spent>,
    /// Where what happens is recorded, for clients that want to see it and for spans.
    pub observations: Option<&'r Observations>,
}

/// Requests to subgraphs end at the deadline by themselves, so that what is there by then is answered. This is for writing it.
pub const GRACE: Duration = Duration::from_secs(5);

/// Errors of one answer that go to the log at most.
const MAX_LOGGED: usize = 10;

/// What clients do not see of a subgraph's errors, operators may want to.
fn log_masked(subgraph: &str, response: &SubgraphResponse) {
    #[derive(Deserialize)]
    struct Errors {
        #[serde(default)]
        errors: Vec<Error>,
    }
    #[derive(Deserialize)]
    struct Error {
        message: Option<String>,
    }
    if !tracing::enabled!(tracing::Level::DEBUG) {
        return;
    }
    let Ok(Errors { errors }) = serde_json::from_slice(&response.body) else {
        return;
    };
    for message in errors
        .into_iter()
        .take(MAX_LOGGED)
        .filter_map(|error| error.message)
    {
        tracing::debug!(subgraph, error = message, "the subgraph reported an error");
    }
}

impl SubgraphClient for RequestClient<'_> {
    fn grant(&self, bytes: usize) -> bool {
        self.account.grow(bytes).is_ok()
    }

    async fn turn(&self) -> impl Send {
        // It is never closed.
        self.subgraphs.turns.acquire().await.ok()
    }

    fn is_late(&self) -> bool {
        Instant::now() > self.deadline + GRACE
    }

    fn work_long(&self, work: &mut dyn FnMut()) {
        long_work::run(work);
    }

    fn report(&self, problem: &FetchProblem<'_>) {
        if let Some(subgraph) = self.subgraphs.get(problem.subgraph) {
            subgraph.log(problem, self.client.id.as_ref());
        }
    }

    fn malformed(&self, subgraph: SubgraphId) {
        if let Some(subgraph) = self.subgraphs.get(subgraph) {
            subgraph.malformed(self.client);
        }
    }

    async fn fetch(&self, request: SubgraphRequest<'_>) -> Result<SubgraphResponse, FetchError> {
        let _under_way = self.spent.begin();
        let Some(observations) = self.observations else {
            return self.ask(request, None).await;
        };
        let subgraph = self.subgraphs.get(request.subgraph);
        let url = subgraph.and_then(|subgraph| subgraph.place(self.client));
        let observing = observations.begin(&request, url);
        // In a box, so that the futures of all other requests are not larger by it.
        let asking = Box::pin(self.ask(request, observing.timing()));
        let result = asking.await;
        observing.end(&result);
        result
    }
}

impl RequestClient<'_> {
    async fn ask(
        &self,
        request: SubgraphRequest<'_>,
        timing: Option<Arc<Timing>>,
    ) -> Result<SubgraphResponse, FetchError> {
        let Some(subgraph) = self.subgraphs.get(request.subgraph) else {
            return Err(FetchError::Connect {
                reason: "the schema has no such subgraph".to_owned(),
            });
        };
        subgraph.asked_for(request.entities);
        let unnamed_from = request.body.unnamed_from();
        let (payload, writing) = self.payload(request.body, timing.as_deref());
        let call = Call {
            unnamed_from,
            payload,
            idempotent: request.operation_type == OperationType::Query && writing.is_none(),
            client: self.client,
            trace: self.trace,
            deadline: Some(self.deadline),
            // What follows a mutation must not get an answer from before it.
            shared: self.operation_type == OperationType::Query,
            timing,
            spent: Some(Arc::clone(self.spent)),
        };
        let calling = subgraph.call(call);
        let answered = match writing {
            // In a box: what all other requests have to carry along is smaller without it.
            Some(writing) => Box::pin(beside(calling, writing)).await,
            None => calling.await,
        };
        let response = answered.map_err(|failure| {
            self.gathered.failed();
            if failure == Failure::Memory {
                self.account.note(Exhausted::All);
            }
            failure.into_fetch_error()
        })?;
        self.gathered
            .add(request.fetch, &response.headers, subgraph.varying());
        let counted = self.account.count(response.body.len());
        counted.map_err(|_| FetchError::Exhausted)?;
        let index = usize::from(request.subgraph.0);
        if !self.revealed.get(index).copied().unwrap_or(false) {
            log_masked(request.subgraph_name, &response);
        }
        Ok(response)
    }

    /// What is sent, and what writes the files behind it as they come, where there are any.
    fn payload(
        &self,
        body: RequestBody,
        timing: Option<&Timing>,
    ) -> (Payload, Option<BoxFuture<'static, ()>>) {
        if let Some(timing) = timing {
            timing.body(body.as_bytes().len());
        }
        let Some(upload) = self.upload.filter(|_| !body.files().is_empty()) else {
            return (Payload::Json(body.write()), None);
        };
        let places = body.files().iter().map(|place| Place {
            file: place.file,
            path: format!("variables.{}", place.path),
        });
        let places: Vec<_> = places.collect();
        let (content_type, outgoing, writing) = upload.forward(body.as_bytes(), &places);
        let payload = Payload::files(Arc::clone(upload), content_type, outgoing);
        (payload, Some(Box::pin(writing)))
    }
}

/// What `calling` gives; `writing` goes on no longer than that.
async fn beside<T>(calling: impl Future<Output = T>, writing: impl Future<Output = ()>) -> T {
    let mut calling = pin!(calling);
    tokio::select! {
        biased;
        answer = &mut calling => answer,
        () = writing => calling.await,
    }
}
