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
        labels: &[
            Label {
                name: "route",
                values: Values::Bounded("the routes"),
            },
            Label {
                name: "place",
                values: Values::Optional("the places"),
            },
        ],
    },
];

fn recorder() -> Recorder {
    Recorder::new(CATALOG, &[("service", "te\"st")])
}

/// What the catalog says, without what the process and the runtime add, by the names of families and then by series.
fn own(recorder: &Recorder) -> String {
    let text = recorder.render();
    let mut families: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in text.lines().filter(|line| line.contains("test_")) {
        match families.last_mut() {
            Some((_, lines)) if !line.starts_with("# HELP") => lines.push(line),
            _ => families.push((line, Vec::new())),
        }
    }
    families.sort_unstable();
    let mut own = String::new();
    for (help, mut lines) in families {
        // The buckets of a histogram have an order of their own.
        if !lines.iter().any(|line| line.contains("_bucket{")) {
            lines.sort_unstable();
        }
        for line in [help].into_iter().chain(lines) {
            own.push_str(line);
            own.push('\n');
        }
    }
    own
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
fn series_come_with_the_constant_labels() {
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

/// Without the backslashes that the text format has.
#[test]
fn families_have_the_values_of_the_text_as_data() {
    let recorder = recorder();
    let labels = [("outcome", "ok"), ("subgraph", "a\n\"b\"")];
    recorder.counter("test_calls_total", &labels).increment(3);
    recorder.gauge("test_level", &[("side", "left")]).set(1.5);
    let histogram = recorder.histogram("test_duration_seconds", &[("route", "/{id}")]);
    histogram.record(0.5);
    let families = recorder.families();
    let names: Vec<_> = families.iter().map(|family| family.name).collect();
    let catalog: Vec<_> = CATALOG.iter().map(|metric| metric.name).collect();
    assert_eq!(names[..CATALOG.len()], catalog);
    let [events, calls, level, durations] = &families[..CATALOG.len()] else {
        panic!("{families:?}");
    };
    let series = |labels: &[(&str, &str)], value| {
        let labels = [("service", "te\"st")].iter().chain(labels);
        let labels = labels.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Series {
            labels: labels.collect(),
            value,
        }
    };
    assert_eq!(events.series, [series(&[], Measured::Number(0.0))]);
    assert_eq!(calls.help, CATALOG[1].help);
    assert_eq!(calls.series, [series(&labels, Measured::Number(3.0))]);
    assert_eq!(
        level.series,
        [
            series(&[("side", "left")], Measured::Number(1.5)),
            series(&[("side", "right")], Measured::Number(0.0))
        ]
    );
    assert_eq!(durations.unit, Some(Unit::Seconds));
    let counted = Measured::Buckets {
        bounds: &[0.1, 1.0],
        counts: vec![0, 1, 0],
        sum: 0.5,
    };
    assert_eq!(durations.series, [series(&[("route", "/{id}")], counted)]);
}

/// A value that is handed over late, or twice, is still the present one.
#[test]
fn each_rendering_has_the_present_values() {
    let recorder = recorder();
    let events = recorder.counter("test_events_total", &[]);
    let level = recorder.gauge("test_level", &[("side", "left")]);
    for (count, height) in [(1, 5), (2, 3), (3, 4)] {
        events.increment(1);
        level.set(f64::from(height));
        let text = own(&recorder);
        let expected = format!("test_events_total{{service=\"te\\\"st\"}} {count}\n");
        assert!(text.contains(&expected), "{text}");
        let expected = format!("side=\"left\"}} {height}\n");
        assert!(text.contains(&expected), "{text}");
    }
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
fn series_of_what_has_left_are_not_exported() {
    let recorder = recorder();
    let count = |of: &Recorder| {
        let labels = [("outcome", "ok"), ("subgraph", "dogs")];
        of.counter("test_calls_total", &labels).increment(1);
        let duration = of.histogram("test_duration_seconds", &[("route", "/dogs")]);
        duration.record(0.5);
    };
    let dogs = recorder.scope();
    count(&dogs);
    let again = recorder.scope();
    count(&again);
    count(&again);
    drop(dogs);
    let text = own(&recorder);
    assert!(text.contains("# HELP test_calls_total Calls"), "{text}");
    assert!(text.contains("subgraph=\"dogs\"} 3\n"), "{text}");
    assert!(
        text.contains("test_duration_seconds_count{service=\"te\\\"st\",route=\"/dogs\"} 3"),
        "{text}"
    );
    let series = |recorder: &Recorder| {
        let families = recorder.families();
        let own = families.iter().filter(|f| f.name.starts_with("test_"));
        own.map(|family| family.series.len()).sum::<usize>()
    };
    assert_eq!(series(&recorder), 5);
    drop(again);
    assert!(!own(&recorder).contains("dogs"));
    assert_eq!(series(&recorder), 3);
    // Who comes back begins anew, unless nobody has looked in between.
    for count_of_both in [1, 2] {
        let dogs = recorder.scope();
        count(&dogs);
        if count_of_both == 1 {
            let text = own(&recorder);
            assert!(text.contains("subgraph=\"dogs\"} 1\n"), "{text}");
        }
    }
    let dogs = recorder.scope();
    count(&dogs);
    let text = own(&recorder);
    assert!(text.contains("subgraph=\"dogs\"} 3\n"), "{text}");
    drop(dogs);
    assert!(!own(&recorder).contains("dogs"));
    // What nobody has seen is seen once at most, and told once.
    count(&recorder.scope());
    for _ in 0..2 {
        let text = own(&recorder);
        assert_eq!(text.matches("# HELP test_calls_total").count(), 1, "{text}");
    }
    assert!(!own(&recorder).contains("dogs"));
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
    let duration = ("test_duration_seconds", Kind::Histogram(&[]));
    check_mistake(duration.0, duration.1, &[("place", "here")], "other labels");
    let right: [(_, _, &[(&str, &str)]); 3] = [
        ("test_level", Kind::Gauge, &[("side", "left")]),
        (duration.0, duration.1, &[("route", "/")]),
        (duration.0, duration.1, &[("route", "/"), ("place", "here")]),
    ];
    for (name, kind, labels) in right {
        assert!(recorder().check(name, kind, labels).is_ok(), "{labels:?}");
    }
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
    names.sort_unstable();
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
