//! What was recorded, taken in batches to the collector.

use std::time::Duration;

use abaque_edge::Recorder;
use abaque_edge::trace::{DROPPED, Trace, Traces};
use metrics::Counter;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::collector::{Collector, Refused, Signal};
use crate::config::Otlp;
use crate::encode::{self, Resource};

pub(crate) const EXPORTED: &str = "telemetry_spans_exported_total";

/// Spans that are sent at once, except for the rest of the last request among them.
const BATCH: usize = 512;
/// How often a batch is sent in all.
const ATTEMPTS: u32 = 4;
/// Before the second attempt at most, and twice as long before each that follows.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// What is left at the end is given this much time.
const LAST: Duration = Duration::from_secs(5);

struct Counts {
    exported: Counter,
    failed: Counter,
    rejected: Counter,
}

/// Takes what comes to the collector, until it has `ended`, and what is left then, within a time that counts from there.
pub(crate) async fn run(
    mut traces: Traces,
    collector: &Collector,
    resource: &Resource,
    otlp: &Otlp,
    recorder: &Recorder,
    ended: CancellationToken,
) {
    let dropped = |reason| recorder.counter(DROPPED.name, &[("reason", reason)]);
    let counts = Counts {
        exported: recorder.counter(EXPORTED, &[]),
        failed: dropped("export"),
        rejected: dropped("rejected"),
    };
    let exporting = async {
        while let Some(batch) = gather(&mut traces, otlp.delay, &ended).await {
            let spans = count(&batch);
            let message = encode::spans(batch, resource).encode_to_vec();
            let sent = deliver(collector, &message, &ended).await;
            counts.note(spans, &sent);
        }
        loop {
            let batch = take(&mut traces, Vec::new());
            if batch.is_empty() {
                return;
            }
            let spans = count(&batch);
            let message = encode::spans(batch, resource).encode_to_vec();
            let sent = collector.send(Signal::Traces, &message).await;
            counts.note(spans, &sent);
        }
    };
    let late = async {
        ended.cancelled().await;
        sleep(LAST).await;
    };
    tokio::select! {
        () = exporting => {}
        () = late => {
            tracing::warn!("not all spans are exported: the collector takes too long");
        }
    }
}

fn count(batch: &[Trace]) -> usize {
    batch.iter().map(|trace| trace.spans.len()).sum()
}

/// The first trace that comes, with those that come soon after it; `None` at the end.
async fn gather(
    traces: &mut Traces,
    delay: Duration,
    ended: &CancellationToken,
) -> Option<Vec<Trace>> {
    let first = tokio::select! {
        biased;
        () = ended.cancelled() => return None,
        trace = traces.next() => trace?,
    };
    let mut batch = vec![first];
    let mut spans = count(&batch);
    let until = tokio::time::Instant::now() + delay;
    while spans < BATCH {
        tokio::select! {
            biased;
            () = ended.cancelled() => break,
            trace = traces.next() => match trace {
                Some(trace) => {
                    spans += trace.spans.len();
                    batch.push(trace);
                }
                None => break,
            },
            () = tokio::time::sleep_until(until) => break,
        }
    }
    Some(batch)
}

/// What waits, up to a batch.
fn take(traces: &mut Traces, mut batch: Vec<Trace>) -> Vec<Trace> {
    let mut spans = count(&batch);
    while spans < BATCH
        && let Some(trace) = traces.now()
    {
        spans += trace.spans.len();
        batch.push(trace);
    }
    batch
}

/// Sends a batch, and again where that may help and there is time.
async fn deliver(
    collector: &Collector,
    message: &[u8],
    ended: &CancellationToken,
) -> Result<bytes::Bytes, Refused> {
    let mut attempt = 1;
    loop {
        let refused = match collector.send(Signal::Traces, message).await {
            Err(refused) if refused.is_passing && attempt < ATTEMPTS => refused,
            result => return result,
        };
        let longest = FIRST_PAUSE * 2_u32.pow(attempt - 1);
        let pause = longest.mul_f64(fastrand::f64());
        let pause = pause.max(refused.after.unwrap_or_default());
        tokio::select! {
            () = sleep(pause.min(LONGEST_PAUSE)) => attempt += 1,
            () = ended.cancelled() => attempt = ATTEMPTS,
        }
    }
}

impl Counts {
    /// The collector may take a part of a batch: <https://opentelemetry.io/docs/specs/otlp/#partial-success>.
    fn note(&self, spans: usize, sent: &Result<bytes::Bytes, Refused>) {
        let Ok(answer) = sent else {
            self.failed.increment(spans as u64);
            return;
        };
        let answer = ExportTraceServiceResponse::decode(answer.clone()).unwrap_or_default();
        let partial = answer.partial_success.unwrap_or_default();
        let rejected = u64::try_from(partial.rejected_spans).unwrap_or(0);
        let rejected = rejected.min(spans as u64);
        self.rejected.increment(rejected);
        self.exported.increment(spans as u64 - rejected);
        if rejected > 0 {
            let reason: String = partial.error_message.chars().take(200).collect();
            tracing::debug!(rejected, reason, "the collector rejected spans");
        }
    }
}
