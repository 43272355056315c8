//! Runs the fetches of a plan, each as soon as what it depends on is there, and merges what they bring.

use bytes::Bytes;
use federation::Supergraph;
use planner::QueryPlan;

use crate::client::{EXHAUSTED, FetchError, SubgraphClient, SubgraphRequest, SubgraphResponse};
use crate::drive::{self, Drive};
use crate::error::{RequestError, request_error_body};
use crate::introspect;
use crate::memory::{self, Grants};
use crate::run::Run;
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
    let root = ready
        .into_iter()
        .find(|ready| drive::is_source(plan, ready))?;
    Some(drive::subgraph_request(plan, root))
}

async fn run<C: SubgraphClient>(
    request: ExecutionRequest<'_, C>,
    event: Option<Result<SubgraphResponse, FetchError>>,
) -> Response {
    let client = request.client;
    let introspection = match introspect::prepare(&request) {
        Ok(introspection) => introspection,
        Err(error) => return refuse(&[error]),
    };
    let slots = drive::slots(request.plan);
    let mut drive = Drive::new(&request, &slots, drive::send);
    let mut event = event.and_then(|event| Some((drive.take_source()?, event)));
    loop {
        let answer = match event.take() {
            Some(event) => event,
            None => match drive.next().await {
                Some(answer) => answer,
                None => break,
            },
        };
        if introspection.is_none()
            && let (_, Ok(answer)) = &answer
            && let body = &answer.body
            && let Some(response) = memory::work(client, body.len(), || drive.run.pass(body))
        {
            return response;
        }
        drive.take(answer);
        if drive.run.is_exhausted() {
            return exhausted(drive.run.stats());
        }
    }
    // How much introspection writes is only known once it is done.
    let introspected = if introspection.is_some() {
        usize::MAX
    } else {
        0
    };
    let run = drive.run;
    let bytes = run.text_parsed().saturating_add(introspected);
    memory::work(client, bytes, || {
        run.complete(introspection, request.root_type())
    })
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
