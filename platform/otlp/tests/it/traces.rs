//! Spans.

use std::time::Duration;

use abaque_edge::Recorder;
use abaque_edge::trace::{Attribute, SpanKind, Tracer};
use http::{HeaderMap, HeaderValue};
use opentelemetry_proto::tonic::trace::v1::span::SpanKind as ProtoKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use otlp::{Config, Otlp, Program, Protocol, Sample};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::collector::{Behaviour, Collector, text};

/// A program that exports.
struct Exporting {
    tracer: Tracer,
    recorder: Recorder,
    end: oneshot::Sender<()>,
    running: JoinHandle<()>,
}

impl Exporting {
    fn start(endpoint: &str, change: impl FnOnce(&mut Otlp)) -> Self {
        let mut otlp = Otlp {
            sample: Sample::Share(1.0),
            delay: Duration::from_millis(1),
            ..Otlp::at(endpoint.parse().expect("a URL"))
        };
        change(&mut otlp);
        let config = Config {
            otlp: Some(otlp),
            ..Config::default()
        };
        let program = Program {
            name: "example",
            version: "1.2.3",
        };
        let recorder = Recorder::new(otlp::METRICS, &[]);
        let (tracer, exporter) = otlp::start(&config, program, None, &recorder);
        let (end, ended) = oneshot::channel();
        let exporter = exporter.expect("an endpoint is configured");
        Self {
            tracer: tracer.expect("an endpoint is configured"),
            recorder,
            end,
            running: tokio::spawn(exporter.run(async { drop(ended.await) })),
        }
    }

    /// A request of two spans.
    fn request(&self) {
        let mut headers = HeaderMap::new();
        let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        headers.insert("traceparent", HeaderValue::from_static(parent));
        headers.insert("tracestate", HeaderValue::from_static("a=1"));
        let trace = self.tracer.receive(&headers);
        let recording = trace.recording().expect("it is sampled");
        let mut part = recording.open("part", SpanKind::Client).expect("room");
        part.describe([
            Attribute::number("number", 7_u32),
            Attribute::flag("flag", true),
        ]);
        part.fail("it broke");
        drop(part);
        recording.describe([Attribute::text("text", "a"), Attribute::text("text", "b")]);
        recording.end(|| "request".to_owned(), SpanKind::Server);
    }

    fn count(&self, series: &str) -> u64 {
        let text = self.recorder.render();
        let line = text.lines().find_map(|line| line.strip_prefix(series));
        let value = line.unwrap_or_else(|| panic!("no {series} in\n{text}"));
        value.trim().parse().expect("a count")
    }

    async fn end(self) -> Recorder {
        self.end.send(()).expect("it runs");
        self.running.await.expect("no panic");
        self.recorder
    }
}

fn dropped(reason: &str) -> String {
    format!("telemetry_spans_dropped_total{{reason=\"{reason}\"}}")
}

const PROTOCOLS: [Protocol; 2] = [Protocol::Http, Protocol::Grpc];

#[tokio::test]
async fn spans_come_with_their_parents_attributes_and_resource_by_either_protocol() {
    for protocol in PROTOCOLS {
        let collector = Collector::start(Behaviour::Take).await;
        let exporting = Exporting::start(&collector.endpoint(), |otlp| {
            otlp.protocol = protocol;
            let key = HeaderValue::from_static("secret");
            otlp.headers.insert("x-api-key", key);
        });
        exporting.request();
        let spans = collector.spans(2).await;
        let [(program, part), (_, root)] = spans.as_slice() else {
            panic!("{spans:?}");
        };
        assert_eq!(program, "example");
        assert_eq!(root.name, "request");
        assert_eq!(root.kind(), ProtoKind::Server);
        assert_eq!(root.trace_state, "a=1");
        assert_eq!(
            root.trace_id,
            0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c_u128.to_be_bytes()
        );
        assert_eq!(root.parent_span_id, 0xb7ad_6b71_6920_3331_u64.to_be_bytes());
        assert_eq!(text(&root.attributes, "text").as_deref(), Some("a"));
        assert_eq!(root.attributes.len(), 1);
        assert_eq!(root.status, None);
        assert_eq!(part.name, "part");
        assert_eq!(part.kind(), ProtoKind::Client);
        assert_eq!(part.trace_id, root.trace_id);
        assert_eq!(part.parent_span_id, root.span_id);
        assert_eq!(text(&part.attributes, "number").as_deref(), Some("7"));
        assert_eq!(text(&part.attributes, "flag").as_deref(), Some("true"));
        assert_eq!(
            text(&part.attributes, "error.type").as_deref(),
            Some("it broke")
        );
        assert_eq!(
            part.status.as_ref().map(|status| status.code()),
            Some(StatusCode::Error)
        );
        assert!(root.start_time_unix_nano <= part.start_time_unix_nano);
        assert!(part.end_time_unix_nano <= root.end_time_unix_nano);
        let key = collector.until(|received| received.headers.get("x-api-key").cloned());
        assert_eq!(key.await, "secret");
        let recorder = exporting.end().await;
        assert!(
            recorder
                .render()
                .contains("telemetry_spans_exported_total 2\n")
        );
    }
}

#[tokio::test]
async fn a_batch_is_sent_again_when_the_collector_is_not_ready() {
    for protocol in PROTOCOLS {
        let collector = Collector::start(Behaviour::Later).await;
        let exporting = Exporting::start(&collector.endpoint(), |otlp| otlp.protocol = protocol);
        exporting.request();
        assert_eq!(collector.spans(2).await.len(), 2);
        assert_eq!(collector.until(|received| Some(received.messages)).await, 2);
        assert_eq!(exporting.count(&dropped("export")), 0);
    }
}

#[tokio::test]
async fn what_the_collector_refuses_for_good_is_dropped_and_counted() {
    for protocol in PROTOCOLS {
        let collector = Collector::start(Behaviour::Refuse).await;
        let exporting = Exporting::start(&collector.endpoint(), |otlp| otlp.protocol = protocol);
        exporting.request();
        let sent = collector.until(|received| Some(received.messages).filter(|sent| *sent > 0));
        sent.await;
        let text = exporting.end().await.render();
        assert!(
            text.contains(&format!("{} 2\n", dropped("export"))),
            "{text}"
        );
        let failed = "telemetry_exports_total{signal=\"traces\",outcome=\"failed\"} 1\n";
        assert!(text.contains(failed), "{text}");
        assert_eq!(collector.until(|received| Some(received.messages)).await, 1);
    }
}

#[tokio::test]
async fn spans_of_a_batch_that_are_rejected_are_counted() {
    for protocol in PROTOCOLS {
        let collector = Collector::start(Behaviour::Reject(1)).await;
        let exporting = Exporting::start(&collector.endpoint(), |otlp| otlp.protocol = protocol);
        exporting.request();
        collector.spans(2).await;
        let text = exporting.end().await.render();
        assert!(
            text.contains(&format!("{} 1\n", dropped("rejected"))),
            "{text}"
        );
        assert!(
            text.contains("telemetry_spans_exported_total 1\n"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn nobody_waits_for_a_collector_that_is_away_and_what_was_for_it_is_counted() {
    // Bound, so that nobody else gets the port, and not accepted from.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let exporting = Exporting::start(&endpoint, |_| {});
    exporting.request();
    let text = exporting.end().await.render();
    assert!(
        text.contains(&format!("{} 2\n", dropped("export"))),
        "{text}"
    );
}

#[tokio::test]
async fn what_waits_for_a_silent_collector_is_bounded_and_the_program_ends_all_the_same() {
    let collector = Collector::start(Behaviour::Silent).await;
    let exporting = Exporting::start(&collector.endpoint(), |otlp| {
        otlp.max_waiting = 10;
        otlp.timeout = Duration::from_millis(50);
    });
    exporting.request();
    let sent = collector.until(|received| Some(received.messages).filter(|sent| *sent > 0));
    sent.await;
    for _ in 0..100 {
        exporting.request();
    }
    assert!(exporting.count(&dropped("queue")) >= 100);
    let text = exporting.end().await.render();
    let exported = "telemetry_spans_exported_total 0\n";
    assert!(text.contains(exported), "{text}");
}

#[tokio::test]
async fn a_program_does_not_end_later_than_it_may_for_a_collector_that_takes_its_time() {
    let collector = Collector::start(Behaviour::Silent).await;
    let exporting = Exporting::start(&collector.endpoint(), |otlp| {
        otlp.timeout = Duration::from_secs(60);
        otlp.metrics = Some(Duration::from_millis(10));
    });
    exporting.request();
    let sent = collector.until(|received| Some(received.messages).filter(|sent| *sent > 0));
    sent.await;
    let ended = tokio::time::timeout(Duration::from_secs(30), exporting.end());
    ended.await.expect("it ends without an answer");
}

#[tokio::test]
async fn what_is_left_at_the_end_is_exported() {
    let collector = Collector::start(Behaviour::Take).await;
    let exporting = Exporting::start(&collector.endpoint(), |otlp| {
        otlp.delay = Duration::from_secs(60);
    });
    for _ in 0..300 {
        exporting.request();
    }
    exporting.end().await;
    assert_eq!(collector.spans(600).await.len(), 600);
}
