//! Spans and metrics, exported to an OpenTelemetry collector by [OTLP](https://opentelemetry.io/docs/specs/otlp/), over gRPC or HTTP.
//!
//! [`start`] makes of a [`Config`] what records, a [`Tracer`], and what exports, an [`Exporter`] that [`run`](Exporter::run)s beside the program.
//!
//! - `config`: the keys;
//! - `collector`: one message there and its answer back, `grpc` or plain HTTP;
//! - `traces`: what was recorded, in batches; `encode`: as the protocol has it;
//! - `series`: what `/metrics` has, at intervals.
//!
//! The messages are those that OpenTelemetry publishes for Rust. Neither its recorder nor its batches are used: whether a request with an error is exported is
//! known when it has ended, what is dropped is counted here, and histograms come from the registry that Prometheus reads, with its buckets.
//!
//! **Invariants**
//!
//! - Nothing that serves waits for the collector. What waits for it is bounded, and what is dropped is counted.
//! - An answer of the collector is read up to a bound, within a time.

mod collector;
mod config;
mod encode;
mod grpc;
mod series;
mod traces;

use std::pin::pin;
use std::sync::Arc;

use abaque_edge::Recorder;
use abaque_edge::metrics::{Kind, Label, Metric, Values};
use abaque_edge::trace::{DROPPED, Terms, Tracer, Traces};
use tokio_util::sync::CancellationToken;

use self::collector::Collector;
use self::encode::Resource;

pub use self::config::{Config, Otlp, Protocol, Sample};

/// What is exported of exporting.
pub const METRICS: &[Metric] = &[
    DROPPED,
    Metric {
        name: traces::EXPORTED,
        kind: Kind::Counter,
        unit: None,
        help: "Spans that the collector has taken.",
        labels: &[],
    },
    Metric {
        name: collector::EXPORTS,
        kind: Kind::Counter,
        unit: None,
        help: "Messages to the collector, by what they have and what became of them; one that is sent again counts again.",
        labels: &[
            Label {
                name: "signal",
                values: Values::OneOf(&["traces", "metrics"]),
            },
            Label {
                name: "outcome",
                values: Values::OneOf(&["taken", "failed"]),
            },
        ],
    },
];

/// Which program exports.
#[derive(Clone, Copy, Debug)]
pub struct Program<'p> {
    /// `service.name`.
    pub name: &'p str,
    /// `service.version`.
    pub version: &'p str,
}

/// What records, and what exports; neither where nothing is configured, and then nothing is done.
pub fn start(
    config: &Config,
    program: Program<'_>,
    tls: Option<rustls::ClientConfig>,
    recorder: &Recorder,
) -> (Option<Tracer>, Option<Exporter>) {
    // Counters count from here on, though they may be exported later.
    series::process_began();
    let Some(otlp) = &config.otlp else {
        let passing_on = config.changes_formats();
        return (passing_on.then(|| Tracer::passing_on(config.formats)), None);
    };
    let traced = otlp.traces.then(|| {
        let terms = Terms {
            sampler: otlp.sample.sampler(),
            sample_errors: otlp.sample_errors,
            max_spans: otlp.max_spans,
            max_waiting: otlp.max_waiting,
        };
        Tracer::exporting(config.formats, terms, recorder)
    });
    let (tracer, traces) = traced.unzip();
    let ended = CancellationToken::new();
    let exporter = Exporter {
        metrics_ended: ended.child_token(),
        ended,
        collector: Arc::new(Collector::new(otlp, tls, recorder)),
        resource: Resource::of(program, &otlp.resource),
        otlp: otlp.clone(),
        traces,
        recorder: recorder.clone(),
    };
    let tracer = tracer.unwrap_or_else(|| Tracer::passing_on(config.formats));
    (Some(tracer), Some(exporter))
}

/// Exports until it is asked to end.
#[derive(Debug)]
pub struct Exporter {
    collector: Arc<Collector>,
    resource: Resource,
    otlp: Otlp,
    traces: Option<Traces>,
    recorder: Recorder,
    ended: CancellationToken,
    metrics_ended: CancellationToken,
}

impl Exporter {
    /// Ends the metrics, as soon as it is cancelled: for a program that goes on with another exporter.
    pub fn metrics(&self) -> CancellationToken {
        self.metrics_ended.clone()
    }

    /// Exports what comes until `end` resolves, then what is left, for a few seconds at most. It is done before that when its metrics have ended and nothing has its [`Tracer`],
    /// or records by it, any more.
    pub async fn run(self, end: impl Future<Output = ()>) {
        let Self {
            collector,
            resource,
            otlp,
            traces,
            recorder,
            ended,
            metrics_ended,
        } = self;
        let traces = async {
            if let Some(traces) = traces {
                let ended = ended.clone();
                traces::run(traces, &collector, &resource, &otlp, &recorder, ended).await;
            }
        };
        let metrics = async {
            if let Some(interval) = otlp.metrics {
                series::run(&recorder, &collector, &resource, interval, metrics_ended).await;
            }
        };
        let mut exporting = pin!(async { tokio::join!(traces, metrics) });
        tokio::select! {
            _ = &mut exporting => return,
            () = end => ended.cancel(),
        }
        exporting.await;
    }
}
