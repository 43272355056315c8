//! What `/metrics` has, exported at intervals: the same names, labels and buckets.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use abaque_edge::Recorder;
use abaque_edge::metrics::{Family, Measured, Series, Unit};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value;
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint,
    ResourceMetrics, ScopeMetrics, Sum,
};
use prost::Message;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

use crate::collector::{Collector, Signal};
use crate::encode::{Resource, key_value, scope, unix_nanoseconds};

/// The last values, when the program ends, are given this much time.
const LAST: Duration = Duration::from_secs(5);

/// Since when the process counts, whichever exporter reports it.
pub(crate) fn process_began() -> u64 {
    static BEGAN: OnceLock<u64> = OnceLock::new();
    *BEGAN.get_or_init(|| unix_nanoseconds(SystemTime::now()))
}

/// Exports at each interval, and once more when it has `ended`.
pub(crate) async fn run(
    recorder: &Recorder,
    collector: &Collector,
    resource: &Resource,
    every: Duration,
    ended: CancellationToken,
) {
    let began = process_began();
    let export = async || {
        let families = recorder.families();
        let message = encoded(families, resource, began).encode_to_vec();
        // What was not taken is in the next ones, too: they count from the beginning.
        let _ = collector.send(Signal::Metrics, &message).await;
    };
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.tick().await;
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = ended.cancelled() => break,
        }
        tokio::select! {
            () = export() => {}
            // The last values take the place of those.
            () = ended.cancelled() => break,
        }
    }
    let _ = timeout(LAST, export()).await;
}

fn encoded(families: Vec<Family>, resource: &Resource, began: u64) -> ExportMetricsServiceRequest {
    let now = unix_nanoseconds(SystemTime::now());
    let metrics = families
        .into_iter()
        .map(|family| metric(family, began, now));
    ExportMetricsServiceRequest {
        resource_metrics: vec![ResourceMetrics {
            resource: Some(resource.to_proto()),
            scope_metrics: vec![ScopeMetrics {
                scope: Some(scope()),
                metrics: metrics.collect(),
                ..ScopeMetrics::default()
            }],
            ..ResourceMetrics::default()
        }],
    }
}

fn metric(family: Family, began: u64, now: u64) -> Metric {
    let temporality = AggregationTemporality::Cumulative.into();
    let numbers = || {
        let points = family.series.iter().filter_map(|series| {
            let Measured::Number(value) = series.value else {
                return None;
            };
            Some(NumberDataPoint {
                attributes: attributes(series),
                start_time_unix_nano: began,
                time_unix_nano: now,
                value: Some(Value::AsDouble(value)),
                ..NumberDataPoint::default()
            })
        });
        points.collect()
    };
    let data = match family.kind {
        "counter" => Data::Sum(Sum {
            data_points: numbers(),
            aggregation_temporality: temporality,
            is_monotonic: true,
        }),
        "histogram" => Data::Histogram(Histogram {
            data_points: family
                .series
                .iter()
                .filter_map(|series| histogram(series, began, now))
                .collect(),
            aggregation_temporality: temporality,
        }),
        _ => Data::Gauge(Gauge {
            data_points: numbers(),
        }),
    };
    Metric {
        unit: unit(family.unit).to_owned(),
        name: family.name.to_owned(),
        description: family.help.to_owned(),
        data: Some(data),
        ..Metric::default()
    }
}

fn histogram(series: &Series, began: u64, now: u64) -> Option<HistogramDataPoint> {
    let Measured::Buckets {
        bounds,
        counts,
        sum,
    } = &series.value
    else {
        return None;
    };
    Some(HistogramDataPoint {
        attributes: attributes(series),
        start_time_unix_nano: began,
        time_unix_nano: now,
        count: counts.iter().sum(),
        sum: Some(*sum),
        bucket_counts: counts.clone(),
        explicit_bounds: bounds.to_vec(),
        ..HistogramDataPoint::default()
    })
}

fn attributes(series: &Series) -> Vec<KeyValue> {
    let labels = series.labels.iter();
    labels.map(|(name, value)| key_value(name, value)).collect()
}

/// In [UCUM](https://ucum.org/ucum); nothing for a number of things, since receivers make a ratio of a gauge whose unit is `1`.
fn unit(unit: Option<Unit>) -> &'static str {
    match unit {
        Some(Unit::Seconds) => "s",
        Some(Unit::Bytes) => "By",
        Some(_) | None => "",
    }
}
