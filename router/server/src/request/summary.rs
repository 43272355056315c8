//! The outcome of a request, filled in by the stages and reported once: when the last byte of the answer has been sent, or the client has disconnected.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use abaque_edge::request::access::{ACCESS_LOG, AccessLine, AccessWriter};
use http::{HeaderMap, HeaderName};

use super::Pipeline;
use super::context::RequestContext;
use super::root_span::{self, Finished};
use crate::config::LogSample;
use crate::prepare::Prepared;
use crate::record::Sighting;
use crate::refusal::{Code, Codes, Refusal};
use crate::telemetry::{Clients, Metrics, Outcome};

/// Characters of a name that a client chose which go to the log.
const MAX_NAME: usize = 64;

/// The outcome of a request so far.
pub(crate) struct Summary {
    metrics: Arc<Metrics>,
    clients: Arc<Clients>,
    client_name: Option<Box<str>>,
    client_version: Option<Box<str>>,
    log_sample: LogSample,
    facts: Mutex<Facts>,
}

#[derive(Default)]
struct Facts {
    operation: Option<Arc<Prepared>>,
    outcome: Option<Outcome>,
    /// Whether the outcome stays as it is if the client disconnects now.
    is_settled: bool,
    codes: Codes,
    fetches: usize,
    cost: Option<u64>,
    /// How long executing took.
    duration: Option<Duration>,
    /// Whether the recording has it already.
    is_recorded: bool,
    /// Which part of the request named the operation.
    named_by: usize,
}

impl Summary {
    pub(super) fn new(pipeline: &Pipeline, headers: &HeaderMap) -> Self {
        let (metrics, client) = (&pipeline.metrics, &pipeline.config.telemetry.client);
        let named = |name: &HeaderName| {
            let text = headers.get(name)?.to_str().ok()?;
            Some(shortened(text).into())
        };
        Self {
            metrics: Arc::clone(metrics),
            clients: Arc::clone(&pipeline.clients),
            client_name: named(&client.name),
            client_version: named(&client.version),
            log_sample: pipeline.config.log.sample,
            facts: Mutex::default(),
        }
    }

    /// Who the client says it is.
    pub(super) fn client_name(&self) -> Option<&str> {
        self.client_name.as_deref()
    }

    /// Which release of it.
    pub(super) fn client_version(&self) -> Option<&str> {
        self.client_version.as_deref()
    }

    fn facts(&self) -> MutexGuard<'_, Facts> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The request is for this operation.
    pub(super) fn operation(&self, prepared: &Arc<Prepared>) {
        self.facts().operation = Some(Arc::clone(prepared));
    }

    /// Subgraphs were asked this many times.
    pub(super) fn fetched(&self, fetches: usize) {
        self.facts().fetches += fetches;
    }

    /// Executing took this long.
    pub(super) fn took(&self, duration: Duration) {
        self.facts().duration = Some(duration);
    }

    /// The operation is estimated to cost this much.
    pub(super) fn costs(&self, cost: u64) {
        self.facts().cost = Some(cost);
    }

    /// What the operation is estimated to cost, where that is known.
    pub(super) fn cost(&self) -> Option<u64> {
        self.facts().cost
    }

    /// The client gets these errors, by their codes as they are in the response.
    pub(crate) fn errors(&self, codes: &[String]) {
        let mut facts = self.facts();
        for code in codes {
            let code = Code::of(code);
            self.metrics.error(code);
            facts.codes.insert(code, code.is_fault());
        }
    }

    /// An answer, a part or an event came to this; the worst counts.
    pub(super) fn came_to(&self, outcome: Outcome) {
        let mut facts = self.facts();
        facts.outcome = facts.outcome.max(Some(outcome));
    }

    /// From now on a client that disconnects misses nothing that would be reported here.
    pub(super) fn settle(&self) {
        self.facts().is_settled = true;
    }

    /// The operation goes on for as long as its client likes, and is recorded now; whether it has begun well.
    pub(super) fn is_begun(&self, well: bool) {
        let outcome = if well { Outcome::Ok } else { Outcome::Failed };
        self.record(&mut self.facts(), outcome);
    }

    /// The operation is still in use.
    pub(super) fn goes_on(&self) {
        let facts = self.facts();
        let operation = facts.operation.as_ref();
        if let Some(recorded) = operation.and_then(|operation| operation.recorded.as_ref()) {
            recorded.touch();
        }
    }

    /// Counts the operation in the recording, once.
    fn record(&self, facts: &mut Facts, outcome: Outcome) {
        if std::mem::replace(&mut facts.is_recorded, true) {
            return;
        }
        let operation = facts.operation.as_ref();
        if let Some(recorded) = operation.and_then(|operation| operation.recorded.as_ref()) {
            recorded.saw(&Sighting {
                is_error: !matches!(outcome, Outcome::Ok | Outcome::Canceled),
                duration: facts.duration,
                client_name: self.client_name.as_deref(),
                client_version: self.client_version.as_deref(),
            });
        }
    }

    /// Takes over the outcome of a part of the request, by its place there: the worst of all counts. Its operation is recorded with its own.
    pub(super) fn absorb(&self, index: usize, part: &Self) {
        let mut absorbed = std::mem::take(&mut *part.facts());
        let outcome = absorbed.outcome.unwrap_or(Outcome::Canceled);
        part.record(&mut absorbed, outcome);
        let part = absorbed;
        let mut facts = self.facts();
        facts.outcome = facts.outcome.max(part.outcome);
        facts.codes = facts.codes.with(part.codes);
        facts.fetches += part.fetches;
        facts.cost = match (facts.cost, part.cost) {
            (Some(one), Some(other)) => Some(one.saturating_add(other)),
            (one, other) => one.or(other),
        };
        facts.is_recorded = true;
        // The first of them names it, whichever ended first.
        if part.operation.is_some() && (facts.operation.is_none() || index < facts.named_by) {
            facts.operation = part.operation;
            facts.named_by = index;
        }
    }

    /// The request was refused, or what it asked for could not be answered.
    pub(crate) fn refused(&self, refusal: &Refusal) {
        if let Refusal::Internal(internal) = refusal {
            tracing::error!(error = %internal, "a request failed by a mistake of the router");
        }
        let code = refusal.code();
        self.metrics.error(code);
        self.metrics.refused(code);
        let mut facts = self.facts();
        facts.outcome = Some(Outcome::Refused);
        facts.is_settled = true;
        facts.codes.insert(code, refusal.is_fault());
    }
}

impl AccessWriter for RequestContext {
    /// The one place in which a request ends, however it was carried.
    fn write(&self, line: &AccessLine<'_>) {
        let summary = &self.summary;
        let mut facts = std::mem::take(&mut *summary.facts());
        let outcome = match facts.outcome {
            Some(outcome) if facts.is_settled || !line.canceled => outcome,
            _ => Outcome::Canceled,
        };
        summary.metrics.request(outcome);
        summary.clients.count(summary.client_name());
        if facts.codes.has_fault() {
            summary.metrics.faulted.increment(1);
        }
        if outcome != Outcome::Refused && facts.operation.is_some() {
            summary.metrics.fetches.record(facts.fetches as f64);
        }
        summary.record(&mut facts, outcome);
        let operation = facts.operation.as_deref();
        if let Some(recording) = line.trace.recording() {
            let finished = Finished {
                operation,
                outcome,
                codes: facts.codes,
                fetches: facts.fetches,
                cost: facts.cost,
            };
            root_span::describe(recording, self, &finished);
        }
        if is_plain(outcome, line) && !self.summary.log_sample.takes() {
            return;
        }
        tracing::info!(
            target: ACCESS_LOG,
            program = line.program,
            method = line.method,
            route = line.route,
            status = line.status,
            duration_ms = line.duration_ms(),
            bytes = line.bytes,
            canceled = line.canceled.then_some(true),
            operation_name = operation.and_then(|operation| operation.operation.name.as_deref()).map(shortened),
            operation_type = operation.map(|operation| operation.operation_type().name()),
            operation_hash = operation.map(|operation| tracing::field::display(operation.hash)),
            client_address = self.address.map(tracing::field::display),
            client_name = summary.client_name.as_deref(),
            client_version = summary.client_version.as_deref(),
            outcome = outcome.label(),
            error_codes = (!facts.codes.is_empty()).then(|| tracing::field::display(facts.codes)),
            // The plan was asked for, and nothing else.
            dry_run = self.exposed.dry_run.then_some(true),
            fetches = facts.fetches,
            retries = Some(self.spent.retries()).filter(|retries| *retries > 0),
            cost = facts.cost,
            request_id = line.request_id.as_str(),
            trace_id = %line.trace.trace_id(),
            "request"
        );
    }
}

/// Counts of things of which a single one says no more than the others.
fn is_plain(outcome: Outcome, line: &AccessLine<'_>) -> bool {
    outcome == Outcome::Ok && line.status == 200 && !line.canceled
}

fn shortened(text: &str) -> &str {
    let end = text.char_indices().nth(MAX_NAME);
    end.map_or(text, |(end, _)| &text[..end])
}
