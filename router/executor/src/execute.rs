//! Runs the fetches of a plan, each as soon as what it depends on is there, and merges what they bring.

use std::sync::OnceLock;

use apollo_compiler::ast::OperationType;
use bytes::Bytes;
use federation::Supergraph;
use futures_util::stream::{FuturesUnordered, StreamExt};
use planner::{FetchId, QueryPlan};

use crate::client::{
    EXHAUSTED, FetchError, FetchProblem, SubgraphClient, SubgraphRequest, SubgraphResponse,
};
use crate::error::{RequestError, request_error_body};
use crate::fault::Fault;
use crate::introspect;
use crate::memory::{self, Grants};
use crate::run::{Ready, Run};
use crate::variables::Variables;

/// What one execution needs.
pub struct ExecutionRequest<'r, C> {
    /// How the operation is answered.
    pub plan: &'r QueryPlan,
    /// The supergraph that the plan was made for.
    pub supergraph: &'r Supergraph,
    /// The name of the client's operation, from which those of requests are made: `Client__subgraph__0`. Without it they have none.
    pub operation_name: Option<&'r str>,
    /// The coerced variables.
    pub variables: &'r Variables,
    /// How subgraphs are asked.
    pub client: &'r C,
    /// What is allowed.
    pub options: &'r Options,
}

impl<'r, C> ExecutionRequest<'r, C> {
    /// The name of the type of the root object.
    pub(crate) fn root_type(&self) -> &'r str {
        let schema = self.supergraph.schema();
        let root_type = schema.root_operation(self.plan.operation_type);
        root_type.map_or("Query", |name| name.as_str())
    }
}

/// What an execution is allowed.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whether `__schema` and `__type` are answered.
    pub introspection: bool,
    /// For each subgraph, by its id, whether clients see its errors as it words them; `false` where the list is too short.
    pub reveal_errors: Vec<bool>,
    /// No more errors than this are in a response.
    pub max_errors: usize,
}

impl Default for Options {
    /// Introspection, masked errors, a hundred of them.
    fn default() -> Self {
        Self {
            introspection: true,
            reveal_errors: Vec::new(),
            max_errors: 100,
        }
    }
}

/// The response to the client, and what happened.
#[derive(Debug)]
pub struct Response {
    /// `{"data":…,"errors":[…]}`
    pub body: Bytes,
    /// The code of each error. Those of subgraphs are theirs: not bounded, not for metric labels.
    pub error_codes: Vec<String>,
    /// Whether the operation was executed: the body has `data`.
    pub executed: bool,
    /// The body ends with a member `extensions`.
    pub has_extensions: bool,
    /// There was no memory to execute it to its end ([`SubgraphClient::grant`]); nothing of it is answered.
    pub exhausted: bool,
    /// How much was asked.
    pub stats: Stats,
}

/// How much was asked of subgraphs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Requests sent.
    pub fetches: usize,
}

/// Executes a plan. Whatever subgraphs send or fail to send, there is an answer.
pub async fn execute<C: SubgraphClient>(request: ExecutionRequest<'_, C>) -> Response {
    run(request, None).await
}

/// Executes what completes one event of a subscription
/// (<https://spec.graphql.org/September2025/#ExecuteSubscriptionEvent()>): the event is what the subgraph of the root field sent.
pub async fn execute_event<C: SubgraphClient>(
    request: ExecutionRequest<'_, C>,
    event: Result<SubgraphResponse, FetchError>,
) -> Response {
    run(request, Some(event)).await
}

/// The request that opens the event stream of a subscription
/// (<https://spec.graphql.org/September2025/#CreateSourceEventStream()>); `None` when the variables leave its root field out.
pub fn source_request<'p>(
    plan: &'p QueryPlan,
    variables: &Variables,
    options: &Options,
) -> Option<SubgraphRequest<'p>> {
    let ready = Run::new(plan, None, variables, options, Grants::any()).start();
    let root = ready.into_iter().find(|ready| is_source(plan, ready))?;
    Some(subgraph_request(plan, root))
}

fn is_source(plan: &QueryPlan, ready: &Ready) -> bool {
    let fetch = &plan.fetches[ready.fetch.0 as usize];
    fetch.operation_type == OperationType::Subscription
}

async fn run<C: SubgraphClient>(
    request: ExecutionRequest<'_, C>,
    mut event: Option<Result<SubgraphResponse, FetchError>>,
) -> Response {
    let client = request.client;
    let introspection = match introspect::prepare(&request) {
        Ok(introspection) => introspection,
        Err(error) => return refuse(&[error]),
    };
    let plan = request.plan;
    // One slot a fetch: what is parsed borrows from the bytes received, which stay where they are.
    let slots: Vec<OnceLock<Bytes>> = plan.fetches.iter().map(|_| OnceLock::new()).collect();
    let grants = Grants::of(client);
    let name = request.operation_name;
    let mut run = Run::new(plan, name, request.variables, request.options, grants);
    let mut in_flight = FuturesUnordered::new();
    let mut ready = run.start();
    loop {
        // One fetch alone needs no queue.
        let (id, result) = match ready.pop() {
            Some(one) if event.is_some() && is_source(plan, &one) => {
                let Some(result) = event.take() else { continue };
                (one.fetch, result)
            }
            Some(one) if ready.is_empty() && in_flight.is_empty() => {
                send(plan, one, request.client).await
            }
            last => {
                let all = ready.drain(..).chain(last);
                in_flight.extend(all.map(|one| send(plan, one, request.client)));
                match in_flight.next().await {
                    Some(answer) => answer,
                    None => break,
                }
            }
        };
        let bytes = result.as_ref().map_or(0, |answer| answer.body.len());
        if introspection.is_none()
            && let Ok(answer) = &result
            && let Some(response) = memory::work(client, bytes, || run.pass(&answer.body))
        {
            return response;
        }
        let known = run.faults().len();
        memory::work(client, run.text_parsed() + bytes, || {
            // Each fetch is answered once, so its slot is free.
            run.receive(id, result, |body| {
                slots
                    .get(id.0 as usize)
                    .map(|slot| slot.get_or_init(|| body))
            });
            run.finish(id, &mut ready);
        });
        report(client, plan, id, &run.faults()[known..]);
        if run.is_exhausted() {
            return exhausted(run.stats());
        }
    }
    // How much introspection writes is only known once it is done.
    let introspected = if introspection.is_some() {
        usize::MAX
    } else {
        0
    };
    let bytes = run.text_parsed().saturating_add(introspected);
    memory::work(client, bytes, || {
        run.complete(introspection, request.root_type())
    })
}

/// Tells the client what went wrong with the answer to a request: once for each code.
pub(crate) fn report<C: SubgraphClient>(
    client: &C,
    plan: &QueryPlan,
    id: FetchId,
    faults: &[Fault<'_>],
) {
    for (index, fault) in faults.iter().enumerate() {
        let same = |other: &&Fault<'_>| other.code == fault.code;
        if faults[..index].iter().any(|earlier| same(&earlier)) {
            continue;
        }
        client.report(&FetchProblem {
            subgraph: plan.fetches[id.0 as usize].subgraph,
            code: &fault.code,
            message: &fault.message,
            errors: faults.iter().filter(same).count(),
        });
    }
}

/// The response of an execution that ended for lack of memory.
pub(crate) fn exhausted(stats: Stats) -> Response {
    let message = "the response takes more memory than there is for it";
    let response = refuse(&[RequestError::new(EXHAUSTED, message)]);
    Response {
        exhausted: true,
        stats,
        ..response
    }
}

pub(crate) fn refuse(errors: &[RequestError]) -> Response {
    Response {
        body: request_error_body(errors).into(),
        error_codes: errors.iter().map(|error| error.code.to_owned()).collect(),
        executed: false,
        has_extensions: false,
        exhausted: false,
        stats: Stats::default(),
    }
}

pub(crate) async fn send<C: SubgraphClient>(
    plan: &QueryPlan,
    ready: Ready,
    client: &C,
) -> (FetchId, Result<SubgraphResponse, FetchError>) {
    let id = ready.fetch;
    (id, client.fetch(subgraph_request(plan, ready)).await)
}

fn subgraph_request(plan: &QueryPlan, ready: Ready) -> SubgraphRequest<'_> {
    let fetch = &plan.fetches[ready.fetch.0 as usize];
    SubgraphRequest {
        subgraph: fetch.subgraph,
        subgraph_name: &fetch.subgraph_name,
        operation_type: fetch.operation_type,
        fetch: ready.fetch,
        body: ready.body,
        entities: ready.entities,
    }
}
