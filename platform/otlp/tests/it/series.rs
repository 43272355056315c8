//! Metrics.

use std::time::Duration;

use abaque_edge::Recorder;
use abaque_edge::metrics::{DURATION_BUCKETS, Kind, Label, Metric, Unit, Values};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value;
use opentelemetry_proto::tonic::metrics::v1::{AggregationTemporality, Metric as Exported};
use otlp::{Config, Otlp, Program, Protocol};

use crate::collector::{Behaviour, Collector, Received, text};

const CATALOG: &[Metric] = &[
    Metric {
        name: "things_total",
        kind: Kind::Counter,
        unit: None,
        help: "Things with \"quotes\".",
        labels: &[Label {
            name: "path",
            values: Values::Bounded("the paths of the test"),
        }],
    },
    Metric {
        name: "held_bytes",
        kind: Kind::Gauge,
        unit: Some(Unit::Bytes),
        help: "What is held.",
        labels: &[],
    },
    Metric {
        name: "took_seconds",
        kind: Kind::Histogram(DURATION_BUCKETS),
        unit: Some(Unit::Seconds),
        help: "How long it took.",
        labels: &[],
    },
];

fn find(received: &Received, name: &str) -> Option<Exported> {
    let found = received.metrics.iter().find(|metric| metric.name == name);
    found.cloned()
}

/// Those of the process are there too, as in `/metrics`.
#[tokio::test]
async fn what_prometheus_reads_is_exported_with_its_labels_and_buckets() {
    for protocol in [Protocol::Http, Protocol::Grpc] {
        let collector = Collector::start(Behaviour::Take).await;
        let recorder = Recorder::new(CATALOG.iter().chain(otlp::METRICS), &[("service", "x")]);
        recorder
            .counter("things_total", &[("path", "/{a}\"b\"")])
            .increment(3);
        recorder.gauge("held_bytes", &[]).set(12.5);
        let took = recorder.histogram("took_seconds", &[]);
        took.record(0.003);
        took.record(0.003);
        took.record(100.0);
        let config = Config {
            otlp: Some(Otlp {
                protocol,
                traces: false,
                metrics: Some(Duration::from_millis(20)),
                ..Otlp::at(collector.endpoint().parse().expect("a URL"))
            }),
            ..Config::default()
        };
        let program = Program {
            name: "example",
            version: "1",
        };
        let (_, exporter) = otlp::start(&config, program, None, &recorder);
        let running = tokio::spawn(exporter.expect("it exports").run(std::future::pending()));

        let things = collector
            .until(|received| find(received, "things_total"))
            .await;
        assert_eq!(things.description, "Things with \"quotes\".");
        let Some(Data::Sum(sum)) = things.data else {
            panic!("{things:?}");
        };
        assert!(sum.is_monotonic);
        assert_eq!(
            sum.aggregation_temporality(),
            AggregationTemporality::Cumulative
        );
        let point = &sum.data_points[0];
        assert_eq!(point.value, Some(Value::AsDouble(3.0)));
        assert_eq!(
            text(&point.attributes, "path").as_deref(),
            Some("/{a}\"b\"")
        );
        assert_eq!(text(&point.attributes, "service").as_deref(), Some("x"));

        let held = collector
            .until(|received| find(received, "held_bytes"))
            .await;
        assert_eq!(held.unit, "By");
        let Some(Data::Gauge(gauge)) = held.data else {
            panic!("{held:?}");
        };
        assert_eq!(gauge.data_points[0].value, Some(Value::AsDouble(12.5)));

        let took = collector
            .until(|received| find(received, "took_seconds"))
            .await;
        assert_eq!(took.unit, "s");
        let Some(Data::Histogram(histogram)) = took.data else {
            panic!("{took:?}");
        };
        let point = &histogram.data_points[0];
        assert_eq!(point.explicit_bounds, DURATION_BUCKETS);
        assert_eq!(point.count, 3);
        assert_eq!(point.sum, Some(100.006));
        assert_eq!(point.bucket_counts.iter().sum::<u64>(), 3);
        assert_eq!(point.bucket_counts[4], 2, "up to 5 ms");
        assert_eq!(point.bucket_counts[DURATION_BUCKETS.len()], 1, "beyond all");

        let runtime = collector.until(|received| find(received, "tokio_runtime_workers"));
        assert!(matches!(runtime.await.data, Some(Data::Gauge(_))));
        running.abort();
    }
}
