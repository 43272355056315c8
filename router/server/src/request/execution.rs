//! Executing a prepared operation.

use std::time::{Duration, Instant as Clock};

use apollo_compiler::ast::OperationType;
use executor::{ExecutionRequest, Options, RequestError, Variables, coerce_variables};
use http::HeaderMap;
use tokio::time::Instant;

use super::Pipeline;
use super::parameters::Parameters;
use crate::http::respond::Answer;
use crate::prepare::Prepared;
use crate::refusal::{DocumentLocation, LocatedMessage, Refusal};
use crate::schema::Serving;
use abaque_edge::long_work;
use client::{ClientRequest, RequestClient};
use memory::{Account, Exhausted};

/// Fetches end at the deadline by themselves, so that what is there by then is answered. This is for writing it.
pub(crate) const GRACE: Duration = Duration::from_secs(5);

impl Pipeline {
    pub(crate) async fn execute(
        &self,
        serving: &Serving,
        prepared: &Prepared,
        parameters: &Parameters<'_>,
        client: &ClientRequest,
        deadline: Instant,
        account: &Account,
    ) -> Result<Answer, Refusal> {
        let begun = Clock::now();
        let variables = self.coerce(serving, prepared, parameters, account)?;
        let client = RequestClient {
            operation_type: prepared.operation_type(),
            subgraphs: &serving.subgraphs,
            client,
            deadline,
            revealed: &serving.options.reveal_errors,
            account,
        };
        let executing = executor::execute(ExecutionRequest {
            plan: &prepared.plan,
            supergraph: &serving.supergraph,
            variables: &variables,
            client: &client,
            options: &serving.options,
        });
        let response = tokio::time::timeout_at(deadline + GRACE, executing)
            .await
            .map_err(|_| Refusal::Timeout)?;
        if response.exhausted {
            return Err(Refusal::Memory(account.refusal().unwrap_or(Exhausted::All)));
        }
        let duration = match prepared.operation_type() {
            OperationType::Mutation => &self.metrics.mutation_duration,
            _ => &self.metrics.query_duration,
        };
        duration.record(begun.elapsed());
        self.metrics.fetches.record(response.stats.fetches as f64);
        let mut answer = Answer::executed(response);
        if self.config.expose_plan && asks_for_plan(&client.client.headers) {
            answer.add_plan(&prepared.plan);
        }
        Ok(answer)
    }

    pub(crate) fn coerce(
        &self,
        serving: &Serving,
        prepared: &Prepared,
        parameters: &Parameters<'_>,
        account: &Account,
    ) -> Result<Variables, Refusal> {
        let schema = serving.supergraph.api_schema();
        let text = parameters.variables.as_deref();
        // The text bounds the work; an object of it costs more than the reading of as many bytes.
        let work = text.map_or(0, str::len).saturating_mul(4);
        // As much again is what comes of it.
        account.grow(work * 2).map_err(Refusal::Memory)?;
        long_work::on(work, || coerce_variables(schema, &prepared.operation, text))
            .map_err(|errors| Refusal::Variables(errors.into_iter().map(located).collect()))
    }
}

/// The header by which a client asks for the plan of its operation.
const EXPOSE_PLAN: &str = "abaque-expose-plan";

fn asks_for_plan(headers: &HeaderMap) -> bool {
    headers
        .get(EXPOSE_PLAN)
        .is_some_and(|value| value == "true")
}

impl Serving {
    /// What the executor is allowed, by the configuration and the subgraphs of this schema.
    pub(crate) fn options(
        config: &crate::config::Config,
        supergraph: &federation::Supergraph,
    ) -> Options {
        Options {
            introspection: config.introspection,
            reveal_errors: supergraph
                .subgraphs()
                .iter()
                .map(|subgraph| config.errors.includes(&subgraph.name))
                .collect(),
            ..Options::default()
        }
    }
}

fn located(error: RequestError) -> LocatedMessage {
    let place = |place: executor::SourceLocation| DocumentLocation {
        line: place.line,
        column: place.column,
    };
    LocatedMessage {
        message: error.message,
        locations: error.locations.into_iter().map(place).collect(),
    }
}
