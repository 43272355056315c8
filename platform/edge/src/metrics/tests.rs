//! Tests of [`super`].

use super::*;

const CATALOG: &[Metric] = &[
    Metric {
        name: "test_events_total",
        kind: Kind::Counter,
        unit: Some(Unit::Count),
        help: "Events.",
        labels: &[],
    },
    Metric {
        name: "test_calls_total",
        kind: Kind::Counter,
        unit: Some(Unit::Count),
        help: "Calls, by \"outcome\" \\ and\nsubgraph.",
        labels: &[
            Label {
                name: "outcome",
                values: Values::OneOf(&["ok", "failed"]),
            },
            Label {
                name: "subgraph",
                values: Values::Bounded("the subgraphs of the configuration"),
            },
        ],
    },
    Metric {
        name: "test_level",
        kind: Kind::Gauge,
        unit: None,
        help: "A level.",
        labels: &[Label {
            name: "side",
            values: Values::OneOf(&["left", "right"]),
        }],
    },
    Metric {
        name: "test_duration_seconds",
        kind: Kind::Histogram(&[0.1, 1.0]),
        unit: Some(Unit::Seconds),
        help: "Durations.",
        labels: &[Label {
            name: "route",
            values: Values::Bounded("the routes"),
        }],
    },
];

fn recorder() -> Recorder {
    Recorder::new(CATALOG, &[("service", "te\"st")])
}

/// What the catalog says, without what the process and the runtime add.
fn own(recorder: &Recorder) -> String {
    let text = recorder.render();
    let lines = text.lines().filter(|line| line.contains("test_"));
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn families_are_told_before_their_first_series() {
    insta::assert_snapshot!(own(&recorder()), @r#"
    # HELP test_calls_total Calls, by "outcome" \\ and\nsubgraph.
    # TYPE test_calls_total counter
    # HELP test_duration_seconds Durations.
    # TYPE test_duration_seconds histogram
    # HELP test_events_total Events.
    # TYPE test_events_total counter
    test_events_total{service="te\"st"} 0
    # HELP test_level A level.
    # TYPE test_level gauge
    test_level{service="te\"st",side="left"} 0
    test_level{service="te\"st",side="right"} 0
    "#);
}

#[test]
fn series_come_in_order_with_the_constant_labels() {
    let recorder = recorder();
    let calls = |outcome, subgraph| {
        recorder.counter(
            "test_calls_total",
            &[("outcome", outcome), ("subgraph", subgraph)],
        )
    };
    recorder.counter("test_events_total", &[]).increment(2);
    calls("ok", "b").increment(1);
    calls("ok", "a").increment(3);
    calls("failed", "a\n").increment(1);
    recorder.gauge("test_level", &[("side", "left")]).set(1.5);
    let durations = |route| recorder.histogram("test_duration_seconds", &[("route", route)]);
    durations("/b").record(0.5);
    durations("/a").record(0.05);
    durations("/a").record(5.0);
    insta::assert_snapshot!(own(&recorder), @r#"
    # HELP test_calls_total Calls, by "outcome" \\ and\nsubgraph.
    # TYPE test_calls_total counter
    test_calls_total{service="te\"st",outcome="failed",subgraph="a\n"} 1
    test_calls_total{service="te\"st",outcome="ok",subgraph="a"} 3
    test_calls_total{service="te\"st",outcome="ok",subgraph="b"} 1
    # HELP test_duration_seconds Durations.
    # TYPE test_duration_seconds histogram
    test_duration_seconds_bucket{service="te\"st",route="/a",le="0.1"} 1
    test_duration_seconds_bucket{service="te\"st",route="/a",le="1"} 1
    test_duration_seconds_bucket{service="te\"st",route="/a",le="+Inf"} 2
    test_duration_seconds_sum{service="te\"st",route="/a"} 5.05
    test_duration_seconds_count{service="te\"st",route="/a"} 2
    test_duration_seconds_bucket{service="te\"st",route="/b",le="0.1"} 0
    test_duration_seconds_bucket{service="te\"st",route="/b",le="1"} 1
    test_duration_seconds_bucket{service="te\"st",route="/b",le="+Inf"} 1
    test_duration_seconds_sum{service="te\"st",route="/b"} 0.5
    test_duration_seconds_count{service="te\"st",route="/b"} 1
    # HELP test_events_total Events.
    # TYPE test_events_total counter
    test_events_total{service="te\"st"} 2
    # HELP test_level A level.
    # TYPE test_level gauge
    test_level{service="te\"st",side="left"} 1.5
    test_level{service="te\"st",side="right"} 0
    "#);
}

#[test]
fn handles_to_the_same_series_count_together() {
    let recorder = recorder();
    recorder
        .clone()
        .counter("test_events_total", &[])
        .increment(1);
    recorder.counter("test_events_total", &[]).increment(1);
    assert!(own(&recorder).contains("test_events_total{service=\"te\\\"st\"} 2\n"));
}

#[test]
fn two_recorders_of_a_process_know_nothing_of_each_other() {
    let (one, other) = (recorder(), recorder());
    one.counter("test_events_total", &[]).increment(1);
    assert!(own(&other).contains("test_events_total{service=\"te\\\"st\"} 0\n"));
}

#[test]
fn a_bound_belongs_to_its_bucket() {
    let recorder = recorder();
    let histogram = recorder.histogram("test_duration_seconds", &[("route", "/")]);
    for value in [0.0, 0.1, 1.0, f64::INFINITY] {
        histogram.record(value);
    }
    let text = own(&recorder);
    for (bound, count) in [("0.1", 2), ("1", 3), ("+Inf", 4)] {
        let line = format!("route=\"/\",le=\"{bound}\"}} {count}\n");
        assert!(text.contains(&line), "{text}");
    }
}

#[test]
fn observations_of_several_threads_are_all_counted() {
    let recorder = recorder();
    let histogram = recorder.histogram("test_duration_seconds", &[("route", "/")]);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..1000).for_each(|_| histogram.record(0.5)));
        }
    });
    let text = own(&recorder);
    for (suffix, value) in [("sum", 2000), ("count", 4000)] {
        let labels = r#"{service="te\"st",route="/"}"#;
        let line = format!("test_duration_seconds_{suffix}{labels} {value}\n");
        assert!(text.contains(&line), "{text}");
    }
}

#[track_caller]
fn check_mistake(name: &'static str, kind: Kind, labels: &[(&'static str, &str)], expected: &str) {
    assert_eq!(recorder().check(name, kind, labels).err(), Some(expected));
}

#[test]
fn what_the_catalog_does_not_say_is_not_recorded() {
    check_mistake("test_other_total", Kind::Counter, &[], "no such metric");
    check_mistake("test_events_total", Kind::Gauge, &[], "another kind");
    check_mistake(
        "test_events_total",
        Kind::Counter,
        &[("a", "b")],
        "other labels",
    );
    check_mistake("test_level", Kind::Gauge, &[], "other labels");
    check_mistake(
        "test_level",
        Kind::Gauge,
        &[("outcome", "left")],
        "other labels",
    );
    check_mistake(
        "test_level",
        Kind::Gauge,
        &[("side", "up")],
        "another label value",
    );
    assert!(
        recorder()
            .check("test_level", Kind::Gauge, &[("side", "left")])
            .is_ok()
    );
}

#[tokio::test]
async fn the_process_and_its_runtime_are_measured() {
    let text = recorder().render();
    let mut names: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE "))
        .filter(|line| line.starts_with("process_") || line.starts_with("tokio_"))
        .collect();
    if cfg!(not(target_os = "linux")) {
        names.retain(|line| line.starts_with("tokio_"));
        assert_eq!(names.len(), 3);
        return;
    }
    insta::assert_snapshot!(names.join("\n"), @r#"
    process_cpu_seconds_total counter
    process_max_fds gauge
    process_open_fds gauge
    process_resident_memory_bytes gauge
    process_start_time_seconds gauge
    process_threads gauge
    process_virtual_memory_bytes gauge
    tokio_runtime_alive_tasks gauge
    tokio_runtime_global_queue_depth gauge
    tokio_runtime_workers gauge
    "#);
    let value = |name: &str| -> f64 {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap();
        line.rsplit(' ').next().unwrap().parse().unwrap()
    };
    assert!(value("process_resident_memory_bytes") > 1e6);
    assert!(value("process_open_fds") >= 3.0);
    assert!(value("process_start_time_seconds") > 1.7e9);
    assert!(value("process_cpu_seconds_total") >= 0.0);
}
