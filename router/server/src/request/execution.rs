//! One run of a prepared operation.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant as Clock};

use abaque_edge::request::in_current;
use apollo_compiler::ast::OperationType;
use client::{GRACE, Keeper, RequestClient};
use executor::{ExecutionRequest, Variables};
use memory::{Account, Exhausted};
use tokio::time::Instant;
use tracing::Instrument;
use upload::Upload;

use super::Pipeline;
use super::context::RequestContext;
use super::expose::trace::Stage;
use super::mutations::{Running, Waiting};
use super::reply::{Answer, outcome};
use super::uploads;
use crate::prepare::Prepared;
use crate::refusal::{Internal, Refusal};
use crate::schema::Serving;

/// All that a run needs: the only maker of the executor's request.
pub(super) struct Execution {
    pub(super) pipeline: Arc<Pipeline>,
    pub(super) serving: Arc<Serving>,
    pub(super) prepared: Arc<Prepared>,
    pub(super) variables: Variables,
    pub(super) context: Arc<RequestContext>,
    /// The files that came with the request.
    pub(super) upload: Option<Arc<Upload>>,
}

impl Execution {
    /// How subgraphs are asked for this run.
    pub(super) fn client<'e>(
        &'e self,
        account: &'e Account,
        deadline: Instant,
    ) -> RequestClient<'e> {
        RequestClient {
            operation_type: self.prepared.operation_type(),
            subgraphs: &self.serving.subgraphs,
            client: &self.context.client,
            trace: self.context.client.trace.as_ref(),
            deadline,
            revealed: &self.serving.options.reveal_errors,
            account,
            gathered: &self.context.gathered,
            upload: self.upload.as_ref(),
            spent: &self.context.spent,
            observations: None,
        }
    }

    /// The same for an answer that its own request waits for: what happens is recorded where somebody wants to see it.
    pub(super) fn observed_client(&self) -> RequestClient<'_> {
        let context = &self.context;
        RequestClient {
            observations: context.fetches.as_deref(),
            ..self.client(&context.account, context.deadline)
        }
    }

    /// The executor's request.
    pub(super) fn request<'e>(
        &'e self,
        client: &'e RequestClient<'e>,
    ) -> ExecutionRequest<'e, RequestClient<'e>> {
        ExecutionRequest {
            plan: &self.prepared.plan,
            operation_name: self.operation_name(),
            supergraph: &self.serving.supergraph,
            variables: &self.variables,
            client,
            options: &self.serving.options,
        }
    }

    /// What requests to subgraphs are named after.
    fn operation_name(&self) -> Option<&str> {
        let name = self.prepared.operation.name.as_ref()?;
        let forwarded = self.pipeline.config.client.operation_names;
        forwarded.then_some(name.as_str())
    }

    /// The whole answer. A mutation runs to its end even when its client disconnects: what it has begun at one subgraph would otherwise lack what
    /// follows at the others.
    pub(super) async fn whole(self) -> Result<Answer, Refusal> {
        if self.prepared.operation_type() != OperationType::Mutation {
            // In a box: the stages before it, which are over, and the ways that end before it need no room for it.
            return Box::pin(self.run()).await;
        }
        let (waiting, running) = self.mutation()?;
        let running = async move {
            let ran = self.run().await;
            drop(running);
            ran
        };
        let ran = tokio::spawn(in_current(running).in_current_span()).await;
        drop(waiting);
        match ran {
            Ok(answer) => answer,
            Err(failed) => Err(Internal::Execution(failed.to_string()).into()),
        }
    }

    /// Begins a mutation, where as many may go on without their clients.
    pub(super) fn mutation(&self) -> Result<(Waiting, Running), Refusal> {
        let pipeline = &self.pipeline;
        let most = pipeline.config.limits.connections;
        pipeline.mutations.begin(&self.context, most)
    }

    async fn run(&self) -> Result<Answer, Refusal> {
        let begun = Clock::now();
        let context = &self.context;
        let client = self.observed_client();
        // Pinned first: handed on as it is, it would be moved, and there would be room for it twice.
        let executing = pin!(executor::execute(self.request(&client)));
        let response = tokio::time::timeout_at(context.deadline + GRACE, executing)
            .await
            .map_err(|_| Refusal::Timeout)?;
        context.summary.fetched(response.stats.fetches);
        uploads::came(&client)?;
        if response.exhausted {
            let why = context.account.refusal().unwrap_or(Exhausted::All);
            return Err(self.out_of_memory(why));
        }
        self.took(begun.elapsed());
        let overhead = context.answering().saturating_sub(context.spent.waited());
        self.pipeline.metrics.overhead.record(overhead);
        let came_to = outcome(
            &response.body,
            response.error_codes.len(),
            response.executed,
        );
        let mut answer = Answer::new(&response, self.keeper(response.error_codes.is_empty()));
        let codes = response.error_codes;
        let actual = self.prepared.measure(&answer.body, &self.variables);
        if let Some(actual) = actual {
            self.pipeline.metrics.actual_cost.record(actual as f64);
        }
        if context.exposed.plan {
            answer.add_plan(&self.prepared.plan, context.summary.cost(), actual);
        }
        if let Some(trace) = &context.trace {
            trace.ended(Stage::Execute);
            let told = trace.to_json(context.fetches.as_deref()).to_string();
            answer.extend(&[b"\"trace\":", told.as_bytes()]);
        }
        let reserved = answer.reserve(&context.account);
        reserved.map_err(|why| self.out_of_memory(why))?;
        context.summary.errors(&codes);
        context.summary.came_to(came_to);
        context.summary.settle();
        Ok(answer)
    }

    /// Who may keep an answer, as far as subgraphs do not know it: what the access rules of the schema decide, and what nobody gets without a token, is for one client.
    fn keeper(&self, succeeded: bool) -> Keeper {
        let is_query = self.prepared.operation_type() == OperationType::Query;
        // What is asked for by headers of its own.
        let exposed = self.context.exposed.plan || self.context.trace.is_some();
        if !is_query || !succeeded || exposed {
            return Keeper::None;
        }
        match self.prepared.guarded || self.pipeline.config.authentication.required {
            true => Keeper::Client,
            false => Keeper::Anyone,
        }
    }

    /// How long executing took.
    pub(super) fn took(&self, duration: Duration) {
        let metrics = &self.pipeline.metrics;
        let histogram = match self.prepared.operation_type() {
            OperationType::Mutation => &metrics.mutation_duration,
            _ => &metrics.query_duration,
        };
        histogram.record(duration);
        self.context.summary.took(duration);
    }

    fn out_of_memory(&self, why: Exhausted) -> Refusal {
        match self.prepared.operation_type() {
            OperationType::Mutation => Refusal::MutationOutOfMemory(why),
            _ => Refusal::Memory(why),
        }
    }
}
