//! Runs the fetches of a plan, each as soon as what it depends on is there, and merges what they bring.

use planner::QueryPlan;

use crate::client::{FetchError, SubgraphClient, SubgraphRequest, SubgraphResponse};
use crate::drive::{self, Drive};
use crate::introspect;
use crate::memory::{self, Grants};
use crate::request::{ExecutionRequest, Options};
use crate::response::{Response, ended, refuse};
use crate::run::Run;
use crate::variables::Variables;

/// Executes a plan. Whatever subgraphs send or fail to send, there is an answer.
pub fn execute<C: SubgraphClient>(
    request: ExecutionRequest<'_, C>,
) -> impl Future<Output = Response> {
    run(request, None)
}

/// Executes what completes one event of a subscription
/// (<https://spec.graphql.org/September2025/#ExecuteSubscriptionEvent()>): the event is what the subgraph of the root field sent.
pub fn execute_event<C: SubgraphClient>(
    request: ExecutionRequest<'_, C>,
    event: Result<SubgraphResponse, FetchError>,
) -> impl Future<Output = Response> {
    run(request, Some(event))
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
        if let Some(end) = drive.run.ended() {
            return ended(end, drive.run.stats());
        }
    }
    let _turn = introspect::turn(client, introspection.is_some()).await;
    let mut run = drive.run;
    // How much introspection writes is only known once it is done; and what several places have in common is written for each.
    let may_be_brief = introspection.is_none() && run.is_small();
    let response = memory::work_at_length(client, may_be_brief, |pace| {
        run.complete(introspection, request.root_type(), pace)
    });
    response.expect("only what must be brief is given up")
}
