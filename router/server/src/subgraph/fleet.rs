//! All endpoints of a schema, as the executor's client.

use std::sync::Arc;

use apollo_compiler::ast::OperationType;
use executor::{FetchError, SubgraphClient, SubgraphRequest, SubgraphResponse};
use federation::Supergraph;
use serde::Deserialize;
use tokio::time::Instant;

use super::endpoint::{Call, Endpoint};
use super::failure::Failure;
use super::headers::ClientRequest;
use super::transport::Transport;
use crate::config::Config;
use crate::long_work;
use crate::memory::{Account, Exhausted};
use crate::metrics::{Metrics, SubgraphMetrics};

/// Where each subgraph of a schema answers.
#[derive(Debug)]
pub(crate) struct Fleet {
    /// By [`federation::SubgraphId`].
    endpoints: Vec<Arc<Endpoint>>,
}

impl Fleet {
    /// The endpoints of a supergraph. Those that `previous` has under the same name and URL are taken over, with what is in flight.
    pub(crate) fn new(
        supergraph: &Supergraph,
        config: &Config,
        transport: &Transport,
        metrics: &Metrics,
        previous: Option<&Fleet>,
    ) -> Self {
        let known = previous.map_or(&[][..], |fleet| &fleet.endpoints);
        let endpoint = |graph: &federation::JoinGraph| {
            let own = config.subgraph(&graph.name);
            let endpoint = Endpoint::new(
                &graph.name,
                &graph.url,
                &own,
                config,
                transport,
                SubgraphMetrics::new(&metrics.recorder, &graph.name),
            );
            let same = known.iter().find(|known| known.is_same_place(&endpoint));
            same.cloned().unwrap_or_else(|| Arc::new(endpoint))
        };
        Self {
            endpoints: supergraph.subgraphs().iter().map(endpoint).collect(),
        }
    }

    /// The endpoint of a subgraph of the schema.
    pub(crate) fn endpoint(&self, subgraph: federation::SubgraphId) -> Option<&Arc<Endpoint>> {
        self.endpoints.get(usize::from(subgraph.0))
    }
}

/// The client of one execution: the fleet, on behalf of one request.
pub(crate) struct RequestClient<'r> {
    pub(crate) fleet: &'r Fleet,
    /// Of the client's operation.
    pub(crate) operation_type: OperationType,
    pub(crate) client: &'r ClientRequest,
    pub(crate) deadline: Instant,
    /// By [`federation::SubgraphId`], whether clients see the subgraph's errors.
    pub(crate) revealed: &'r [bool],
    /// What the execution holds.
    pub(crate) account: &'r Account,
}

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
        tracing::debug!(subgraph, message, "the subgraph reported an error");
    }
}

impl SubgraphClient for RequestClient<'_> {
    fn grant(&self, bytes: usize) -> bool {
        self.account.grow(bytes).is_ok()
    }

    fn work_long(&self, work: &mut dyn FnMut()) {
        long_work::run(work);
    }

    async fn fetch(&self, request: SubgraphRequest<'_>) -> Result<SubgraphResponse, FetchError> {
        let Some(endpoint) = self.fleet.endpoint(request.subgraph) else {
            return Err(FetchError::Connect {
                reason: "the schema has no such subgraph".to_owned(),
            });
        };
        endpoint.asked_for(request.entities);
        let call = Call {
            body: request.body,
            idempotent: request.operation_type == OperationType::Query,
            client: self.client,
            deadline: Some(self.deadline),
            // What follows a mutation must not get an answer from before it.
            shared: self.operation_type == OperationType::Query,
        };
        let response = endpoint.call(call).await.map_err(|failure| {
            if failure == Failure::Memory {
                self.account.note(Exhausted::All);
            }
            failure.into_fetch_error()
        })?;
        let counted = self.account.count(response.body.len());
        counted.map_err(|_| FetchError::Exhausted)?;
        let index = usize::from(request.subgraph.0);
        if !self.revealed.get(index).copied().unwrap_or(false) {
            log_masked(request.subgraph_name, &response);
        }
        Ok(response)
    }
}
