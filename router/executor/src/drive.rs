//! The loop of every execution: sends what is ready, and takes in what comes.

use std::future::Future;
use std::sync::OnceLock;

use apollo_compiler::ast::OperationType;
use bytes::Bytes;
use federation::SubgraphId;
use futures_util::stream::{FuturesUnordered, StreamExt};
use planner::{FetchId, QueryPlan};

use crate::client::{FetchError, FetchProblem, SubgraphClient, SubgraphRequest, SubgraphResponse};
use crate::fault::Fault;
use crate::memory::{self, Grants};
use crate::request::ExecutionRequest;
use crate::run::{Ready, Run};

/// What a subgraph sent for a fetch.
pub(crate) type Answer = (FetchId, Result<SubgraphResponse, FetchError>);

/// One slot a fetch: what is parsed borrows from the bytes received, which stay where they are.
pub(crate) fn slots(plan: &QueryPlan) -> Vec<OnceLock<Bytes>> {
    plan.fetches.iter().map(|_| OnceLock::new()).collect()
}

/// An execution with its requests.
pub(crate) struct Drive<'a, C, F> {
    pub(crate) run: Run<'a>,
    plan: &'a QueryPlan,
    client: &'a C,
    slots: &'a [OnceLock<Bytes>],
    /// How a request is sent.
    send: fn(&'a QueryPlan, Ready, &'a C) -> F,
    /// What is to be sent.
    ready: Vec<Ready>,
    /// Made for several at once: most operations are one request.
    in_flight: Option<FuturesUnordered<F>>,
}

impl<'a, C: SubgraphClient, F: Future<Output = Answer>> Drive<'a, C, F> {
    /// An execution of which nothing is sent; what depends on nothing is ready.
    pub(crate) fn new(
        request: &ExecutionRequest<'a, C>,
        slots: &'a [OnceLock<Bytes>],
        send: fn(&'a QueryPlan, Ready, &'a C) -> F,
    ) -> Self {
        let mut run = Run::new(
            request.plan,
            request.operation_name,
            request.variables,
            request.options,
            Grants::of(request.client),
        );
        Self {
            ready: run.start(),
            run,
            plan: request.plan,
            client: request.client,
            slots,
            send,
            in_flight: None,
        }
    }

    /// The fetch of a subscription's root field, which is not sent again for an event.
    pub(crate) fn take_source(&mut self) -> Option<FetchId> {
        let plan = self.plan;
        let source = self.ready.iter().position(|ready| is_source(plan, ready))?;
        Some(self.ready.swap_remove(source).fetch)
    }

    /// Sends what is ready.
    pub(crate) fn send(&mut self) {
        let Self {
            plan, client, send, ..
        } = *self;
        if self.ready.is_empty() {
            return;
        }
        let sent = self.ready.drain(..).map(|one| send(plan, one, client));
        self.in_flight.get_or_insert_default().extend(sent);
    }

    /// The next answer to a request that was sent; `None` when none is outstanding.
    pub(crate) async fn answer(&mut self) -> Option<Answer> {
        self.in_flight.as_mut()?.next().await
    }

    /// Whether nothing is under way.
    pub(crate) fn is_idle(&self) -> bool {
        self.in_flight
            .as_ref()
            .is_none_or(FuturesUnordered::is_empty)
    }

    /// Sends what is ready; then the same. A request alone needs no queue: it is lost when this future is dropped.
    pub(crate) async fn next(&mut self) -> Option<Answer> {
        if self.ready.len() == 1 && self.is_idle() {
            let one = self.ready.pop()?;
            return Some((self.send)(self.plan, one, self.client).await);
        }
        self.send();
        self.answer().await
    }

    /// Takes an answer in, which makes further fetches ready, and reports to the client what is wrong with it.
    pub(crate) fn take(&mut self, (id, result): Answer) {
        let (slots, run, ready) = (self.slots, &mut self.run, &mut self.ready);
        let bytes = result.as_ref().map_or(0, |answer| answer.body.len());
        let reason = result.as_ref().err().and_then(FetchError::reason);
        let reason = reason.map(str::to_owned);
        let known = run.faults().len();
        let is_response = memory::work(self.client, run.text_parsed() + bytes, || {
            // Each fetch is answered once, so its slot is free.
            let is_response = run.receive(id, result, |body| {
                let slot = slots.get(id.0 as usize);
                slot.map(|slot| slot.get_or_init(|| body))
            });
            run.finish(id, ready);
            is_response
        });
        let subgraph = self.plan.fetches[id.0 as usize].subgraph;
        if !is_response {
            self.client.malformed(subgraph);
        }
        let faults = &self.run.faults()[known..];
        report(self.client, subgraph, reason.as_deref(), faults);
    }
}

/// Tells the client what went wrong with the answer to a request: once for each code. The reason is that for which there is none.
fn report<C: SubgraphClient>(
    client: &C,
    subgraph: SubgraphId,
    reason: Option<&str>,
    faults: &[Fault<'_>],
) {
    for (index, fault) in faults.iter().enumerate() {
        let same = |other: &&Fault<'_>| other.code == fault.code;
        if faults[..index].iter().any(|earlier| same(&earlier)) {
            continue;
        }
        client.report(&FetchProblem {
            subgraph,
            code: &fault.code,
            message: &fault.message,
            errors: faults.iter().filter(same).count(),
            reason,
        });
    }
}

/// Whether a fetch opens the event stream of a subscription.
pub(crate) fn is_source(plan: &QueryPlan, ready: &Ready) -> bool {
    let fetch = &plan.fetches[ready.fetch.0 as usize];
    fetch.operation_type == OperationType::Subscription
}

/// Asks the client.
pub(crate) async fn send<C: SubgraphClient>(plan: &QueryPlan, ready: Ready, client: &C) -> Answer {
    let id = ready.fetch;
    (id, client.fetch(subgraph_request(plan, ready)).await)
}

/// What the client is asked for.
pub(crate) fn subgraph_request(plan: &QueryPlan, ready: Ready) -> SubgraphRequest<'_> {
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
