//! Cases of the W3C Trace Context specification.

use super::w3c::{TRACEPARENT, TRACESTATE};
use super::*;

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const SPAN: &str = "b7ad6b7169203331";

fn headers(parents: &[&str], states: &[&str]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for parent in parents {
        headers.append(TRACEPARENT, HeaderValue::from_str(parent).unwrap());
    }
    for state in states {
        headers.append(TRACESTATE, HeaderValue::from_str(state).unwrap());
    }
    headers
}

/// What a request that is sent on tells.
fn child(trace: &TraceContext) -> HeaderValue {
    let mut outgoing = HeaderMap::new();
    trace.inject(&mut outgoing, None);
    outgoing.remove(TRACEPARENT).unwrap()
}

#[track_caller]
fn check_continued(parent: &str, sampled: bool) {
    let trace = TraceContext::receive(&headers(&[parent], &[]));
    assert_eq!(trace.trace_id().to_string(), TRACE, "{parent}");
    assert_eq!(trace.parent_id().unwrap().to_string(), SPAN, "{parent}");
    assert_eq!(trace.sampled(), sampled, "{parent}");
}

#[track_caller]
fn check_restarted(parents: &[&str]) {
    let trace = TraceContext::receive(&headers(parents, &["vendor=value"]));
    assert_ne!(trace.trace_id().to_string(), TRACE, "{parents:?}");
    assert_eq!(trace.parent_id(), None, "{parents:?}");
    assert_eq!(
        trace.state(),
        None,
        "the state of an invalid parent is passed on: {parents:?}"
    );
}

#[track_caller]
fn check_state(states: &[&str], expected: Option<&str>) {
    let parent = format!("00-{TRACE}-{SPAN}-01");
    let trace = TraceContext::receive(&headers(&[&parent], states));
    assert_eq!(
        trace.trace_id().to_string(),
        TRACE,
        "the parent is lost with {states:?}"
    );
    assert_eq!(
        trace.state().map(|state| state.to_str().unwrap()),
        expected,
        "{states:?}"
    );
}

#[test]
fn a_valid_parent_is_continued() {
    check_continued(&format!("00-{TRACE}-{SPAN}-01"), true);
    check_continued(&format!("00-{TRACE}-{SPAN}-00"), false);
    check_continued(&format!("00-{TRACE}-{SPAN}-03"), true);
    check_continued(&format!("00-{TRACE}-{SPAN}-fe"), false);
}

#[test]
fn later_versions_are_read_as_far_as_they_are_known() {
    check_continued(&format!("01-{TRACE}-{SPAN}-01"), true);
    check_continued(
        &format!("cc-{TRACE}-{SPAN}-01-what-the-future-brings"),
        true,
    );
    check_restarted(&[&format!("cc-{TRACE}-{SPAN}-01.what-the-future-brings")]);
    check_restarted(&[&format!("ff-{TRACE}-{SPAN}-01")]);
}

#[test]
fn an_invalid_parent_starts_a_new_trace() {
    check_restarted(&[]);
    check_restarted(&[""]);
    check_restarted(&["00"]);
    check_restarted(&[&format!("00-{TRACE}-{SPAN}-01-")]);
    check_restarted(&[&format!("00-{TRACE}-{SPAN}-01-extra")]);
    check_restarted(&[&format!("00-{TRACE}-{SPAN}-1")]);
    check_restarted(&[&format!("00-{TRACE}-{SPAN}-0G")]);
    check_restarted(&[&format!("0.-{TRACE}-{SPAN}-01")]);
    check_restarted(&[&format!("00_{TRACE}-{SPAN}-01")]);
    check_restarted(&[&format!("00-{TRACE}_{SPAN}-01")]);
    check_restarted(&[&format!("00-{TRACE}-{SPAN}_01")]);
    check_restarted(&[&format!("00-{}-{SPAN}-01", TRACE.to_uppercase())]);
    check_restarted(&[&format!("00-{TRACE}-{}-01", SPAN.to_uppercase())]);
    check_restarted(&[&format!("00-{:032}-{SPAN}-01", 0)]);
    check_restarted(&[&format!("00-{TRACE}-{:016}-01", 0)]);
}

#[test]
fn several_parents_are_as_bad_as_none() {
    let parent = format!("00-{TRACE}-{SPAN}-01");
    check_restarted(&[&parent, &parent]);
}

#[test]
fn the_state_is_passed_on_as_one_list() {
    check_state(&[], None);
    check_state(&["rojo=00f067aa0ba902b7"], Some("rojo=00f067aa0ba902b7"));
    check_state(&["a=1,b=2", "c=3"], Some("a=1,b=2,c=3"));
    check_state(&["a=1 ,\tb=2"], Some("a=1,b=2"));
    check_state(&["a=1,,b=2,", ""], Some("a=1,b=2"));
    check_state(
        &["tenant@system=1,0k_-*/=v"],
        Some("tenant@system=1,0k_-*/=v"),
    );
}

#[test]
fn a_state_that_breaks_the_grammar_is_dropped() {
    check_state(&["a"], None);
    check_state(&["=1"], None);
    check_state(&["a="], None);
    check_state(&["a=1=2"], None);
    check_state(&["A=1"], None);
    check_state(&["a b=1"], None);
    check_state(&["a@b@c=1"], None);
    check_state(&["a@=1"], None);
    check_state(&["@b=1"], None);
    check_state(&[&format!("{}=1", "k".repeat(257))], None);
    check_state(&[&format!("a@{}=1", "k".repeat(15))], None);
    check_state(&[&format!("a={}", "v".repeat(257))], None);
}

#[test]
fn a_state_of_more_than_32_members_is_dropped() {
    let members = |count| {
        (0..count)
            .map(|n| format!("k{n}=v"))
            .collect::<Vec<_>>()
            .join(",")
    };
    check_state(&[&members(32)], Some(&members(32)));
    check_state(&[&members(33)], None);
}

#[test]
fn a_long_state_loses_long_members_first_then_its_end() {
    let long = format!("long={}", "v".repeat(200));
    let short: Vec<_> = (0..20)
        .map(|n| format!("key{n:02}={}", "v".repeat(20)))
        .collect();
    let all = format!("{long},{},{long}", short.join(","));
    // 20 members of 26 and a comma each are 539 characters: one goes from the end.
    check_state(&[&all], Some(&short[..19].join(",")));
}

#[test]
fn each_child_has_a_span_of_its_own() {
    let parent = format!("00-{TRACE}-{SPAN}-01");
    let trace = TraceContext::receive(&headers(&[&parent], &["a=1"]));
    let children: Vec<_> = (0..2)
        .map(|_| child(&trace).to_str().unwrap().to_owned())
        .collect();
    for child in &children {
        assert!(child.starts_with(&format!("00-{TRACE}-")), "{child}");
        assert!(child.ends_with("-01"), "{child}");
        assert!(!child.contains(SPAN), "{child}");
        let received = TraceContext::receive(&headers(&[child], &[]));
        assert_eq!(received.trace_id(), trace.trace_id());
    }
    assert_ne!(children[0], children[1]);
}

#[test]
fn only_known_flags_are_passed_on() {
    let parent = format!("00-{TRACE}-{SPAN}-fe");
    let child = child(&TraceContext::receive(&headers(&[&parent], &[])));
    assert!(child.to_str().unwrap().ends_with("-02"), "{child:?}");
}

#[test]
fn a_trace_that_starts_here_is_sampled_and_random() {
    let [one, other] = [(); 2].map(|()| TraceContext::receive(&HeaderMap::new()));
    assert_ne!(one.trace_id(), other.trace_id());
    assert!(one.sampled());
    assert!(child(&one).to_str().unwrap().ends_with("-03"));
}

#[test]
fn what_the_outgoing_headers_said_is_replaced() {
    let mut outgoing = headers(&["stale", "stale"], &["stale=1", "stale=2"]);
    let parent = format!("00-{TRACE}-{SPAN}-01");
    TraceContext::receive(&headers(&[&parent], &["a=1"])).inject(&mut outgoing, None);
    assert_eq!(outgoing.get_all(TRACEPARENT).iter().count(), 1);
    assert_eq!(
        outgoing.get_all(TRACESTATE).iter().collect::<Vec<_>>(),
        ["a=1"]
    );

    TraceContext::receive(&HeaderMap::new()).inject(&mut outgoing, None);
    assert_eq!(outgoing.get_all(TRACEPARENT).iter().count(), 1);
    assert_eq!(outgoing.get(TRACESTATE), None);
}

const OTHER_FORMATS: [Format; 3] = [Format::B3, Format::B3Multi, Format::Datadog];

/// What the headers of a request are, with other names for the sake of the test's readers.
fn told(pairs: &[(&'static str, &str)]) -> HeaderMap {
    let pair = |(name, value): &(&'static str, &str)| {
        let name = http::HeaderName::from_static(name);
        (name, HeaderValue::from_str(value).unwrap())
    };
    pairs.iter().map(pair).collect()
}

/// Trace, parent and decision that a format reads of these headers; all that is sampled by itself is not.
fn read(format: Format, pairs: &[(&'static str, &str)]) -> Option<(String, String, bool)> {
    let trace = TraceContext::of(Formats::of([format]), &told(pairs), |_| false);
    let parent = trace.parent_id()?.to_string();
    Some((trace.trace_id().to_string(), parent, trace.sampled()))
}

#[test]
fn b3_is_read_from_one_header() {
    let found = |sampled| Some((TRACE.to_owned(), SPAN.to_owned(), sampled));
    let read = |text: &str| read(Format::B3, &[("b3", text)]);
    assert_eq!(read(&format!("{TRACE}-{SPAN}-1")), found(true));
    assert_eq!(read(&format!("{TRACE}-{SPAN}-d-{SPAN}")), found(true));
    assert_eq!(read(&format!("{TRACE}-{SPAN}-0")), found(false));
    // Left open: the sampler of the test says no.
    assert_eq!(read(&format!("{TRACE}-{SPAN}")), found(false));
    let short = format!("{:0>32}", &TRACE[16..]);
    assert_eq!(
        read(&format!("{}-{SPAN}-1", &TRACE[16..])),
        Some((short, SPAN.to_owned(), true))
    );
    for wrong in [
        "",
        "x",
        "1-2-1",
        &format!("{TRACE}-{SPAN}-2"),
        &format!("{TRACE}-{SPAN}-1-{SPAN}-x"),
        &format!("{:032}-{SPAN}-1", 0),
    ] {
        assert_eq!(read(wrong), None, "{wrong}");
    }
}

#[test]
fn a_decision_alone_is_kept_for_the_trace_that_starts_here() {
    let sampled = |format, pairs: &[(&'static str, &str)]| {
        TraceContext::of(Formats::of([format]), &told(pairs), |_| true).sampled()
    };
    assert!(!sampled(Format::B3, &[("b3", "0")]));
    assert!(sampled(Format::B3, &[("b3", "1")]));
    assert!(!sampled(Format::B3Multi, &[("x-b3-sampled", "0")]));
    assert!(sampled(Format::B3Multi, &[("x-b3-flags", "1")]));
}

#[test]
fn b3_is_read_from_several_headers() {
    let ids = [("x-b3-traceid", TRACE), ("x-b3-spanid", SPAN)];
    let with = |more: &[(&'static str, &str)]| read(Format::B3Multi, &[&ids[..], more].concat());
    let found = |sampled| Some((TRACE.to_owned(), SPAN.to_owned(), sampled));
    assert_eq!(with(&[("x-b3-sampled", "1")]), found(true));
    assert_eq!(with(&[("x-b3-sampled", "true")]), found(true));
    assert_eq!(with(&[("x-b3-sampled", "0")]), found(false));
    assert_eq!(with(&[("x-b3-flags", "1")]), found(true));
    assert_eq!(with(&[]), found(false));
    assert_eq!(read(Format::B3Multi, &ids[..1]), None);
}

#[test]
fn datadog_is_read_with_the_upper_half_of_the_trace_where_it_is_told() {
    let ids = [
        ("x-datadog-trace-id", "9532127138774266268"),
        ("x-datadog-parent-id", "13235353014750950193"),
    ];
    let with = |more: &[(&'static str, &str)]| read(Format::Datadog, &[&ids[..], more].concat());
    let lower = format!("{:0>32}", &TRACE[16..]);
    assert_eq!(
        with(&[("x-datadog-sampling-priority", "2")]),
        Some((lower.clone(), SPAN.to_owned(), true))
    );
    assert_eq!(
        with(&[
            ("x-datadog-sampling-priority", "-1"),
            ("x-datadog-tags", "_dd.p.dm=-1,_dd.p.tid=0af7651916cd43dd")
        ]),
        Some((TRACE.to_owned(), SPAN.to_owned(), false))
    );
    assert_eq!(
        with(&[("x-datadog-tags", "_dd.p.tid=xyz")]),
        Some((lower, SPAN.to_owned(), false))
    );
    for wrong in ["+1", "0", "", "0af7", "99999999999999999999999"] {
        let headers = [("x-datadog-trace-id", wrong), ids[1]];
        assert_eq!(read(Format::Datadog, &headers), None, "{wrong}");
    }
}

#[test]
fn each_format_reads_what_it_writes() {
    for format in OTHER_FORMATS.into_iter().chain([Format::TraceContext]) {
        for sampled in [true, false] {
            let formats = Formats::of([format]);
            let trace = TraceContext::of(formats, &HeaderMap::new(), |_| sampled);
            let mut outgoing = HeaderMap::new();
            trace.inject(&mut outgoing, Some(trace.span_id()));
            let received = TraceContext::of(formats, &outgoing, |_| !sampled);
            assert_eq!(received.trace_id(), trace.trace_id(), "{outgoing:?}");
            assert_eq!(received.parent_id(), Some(trace.span_id()), "{outgoing:?}");
            assert_eq!(received.sampled(), sampled, "{outgoing:?}");
        }
    }
}

#[test]
fn the_first_format_that_tells_something_counts_and_all_are_told() {
    let formats = Formats::of([
        Format::B3,
        Format::Datadog,
        Format::B3,
        Format::TraceContext,
    ]);
    let parent = format!("00-{:032x}-{:016x}-01", 1, 2);
    let both = told(&[
        ("traceparent", &parent),
        ("b3", &format!("{TRACE}-{SPAN}-1")),
    ]);
    let trace = TraceContext::of(formats, &both, |_| false);
    assert_eq!(trace.trace_id().to_string(), TRACE);
    let mut outgoing = HeaderMap::new();
    trace.inject(&mut outgoing, None);
    let mut names: Vec<_> = outgoing.keys().map(http::HeaderName::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "b3",
            "traceparent",
            "x-datadog-parent-id",
            "x-datadog-sampling-priority",
            "x-datadog-tags",
            "x-datadog-trace-id"
        ]
    );
}

/// A tracer that exports, and what it gives.
fn exporting(sampler: Sampler, sample_errors: bool) -> (Tracer, Traces, Recorder) {
    let recorder = Recorder::new([&DROPPED], &[]);
    let terms = Terms {
        sampler,
        sample_errors,
        max_spans: 3,
        max_waiting: 5,
    };
    let (tracer, traces) = Tracer::exporting(Formats::W3C, terms, &recorder);
    (tracer, traces, recorder)
}

fn dropped(recorder: &Recorder, reason: &str) -> String {
    let line = format!("telemetry_spans_dropped_total{{reason=\"{reason}\"}} ");
    let text = recorder.render();
    let value = text.lines().find_map(|text| text.strip_prefix(&line));
    value.unwrap().to_owned()
}

#[test]
fn the_callers_decision_is_kept() {
    let (all, _traces, _) = exporting(Sampler::share(1.0), false);
    let (none, _none_traces, _) = exporting(Sampler::share(0.0), false);
    let parent = |flags| headers(&[&format!("00-{TRACE}-{SPAN}-{flags}")], &[]);
    assert!(all.receive(&parent("00")).recording().is_none());
    assert!(none.receive(&parent("01")).recording().is_some());
    assert!(all.receive(&HeaderMap::new()).recording().is_some());
    let unsampled = none.receive(&HeaderMap::new());
    assert!(unsampled.recording().is_none());
    assert!(child(&unsampled).to_str().unwrap().ends_with("-02"));
}

#[test]
fn what_follows_is_a_trace_of_its_own_that_says_what_it_comes_from() {
    let (all, mut traces, _) = exporting(Sampler::share(1.0), false);
    let earlier = all.receive(&HeaderMap::new());
    let event = all.follow(&earlier).expect("it exports");
    assert_ne!(event.trace_id(), earlier.trace_id());
    assert_eq!(event.parent_id(), None);
    let recording = event.recording().expect("all are");
    recording.end(|| "event".to_owned(), SpanKind::Internal);
    drop(event);
    let link = Link {
        trace: earlier.trace_id(),
        span: earlier.span_id(),
    };
    assert_eq!(traces.now().unwrap().follows, Some(link));

    // It is decided anew where no caller has decided.
    let (none, _traces, _) = exporting(Sampler::share(0.0), false);
    let follows = |tracer: &Tracer, headers| {
        let event = tracer.follow(&tracer.receive(&headers));
        event.expect("it exports").recording().is_some()
    };
    let parent = |flags| headers(&[&format!("00-{TRACE}-{SPAN}-{flags}")], &[]);
    assert!(follows(&none, parent("01")));
    assert!(!follows(&none, HeaderMap::new()));
    assert!(!follows(&all, parent("00")));
    let (errors, _traces, _) = exporting(Sampler::share(0.0), true);
    assert!(follows(&errors, HeaderMap::new()));
    assert!(Tracer::passing_on(Formats::W3C).follow(&earlier).is_none());
}

#[test]
fn a_request_with_an_error_is_exported_though_it_was_not_sampled() {
    let (tracer, mut traces, _) = exporting(Sampler::share(0.0), true);
    let end = |fails: bool| {
        let trace = tracer.receive(&HeaderMap::new());
        let recording = trace.recording().unwrap();
        if fails {
            recording.has_error();
        }
        recording.end(|| "request".to_owned(), SpanKind::Server);
    };
    end(false);
    assert!(traces.now().is_none());
    end(true);
    let trace = traces.now().unwrap();
    assert!(!trace.is_sampled);
    assert_eq!(trace.spans.len(), 1);
}

#[test]
fn a_request_has_so_many_spans_and_says_how_many_were_left_out() {
    let (tracer, mut traces, recorder) = exporting(Sampler::share(1.0), false);
    let trace = tracer.receive(&HeaderMap::new());
    let recording = trace.recording().unwrap();
    let opened: Vec<_> = (0..5)
        .map(|_| recording.open("part", SpanKind::Internal).is_some())
        .collect();
    assert_eq!(opened, [true, true, false, false, false]);
    recording.end(|| "request".to_owned(), SpanKind::Server);
    drop(trace);
    let spans = traces.now().unwrap().spans;
    assert_eq!(spans.len(), 3);
    let left_out = Attribute::number("abaque.spans.left_out", 3);
    assert_eq!(spans[2].attributes, [left_out]);
    assert_eq!(dropped(&recorder, "budget"), "3");
}

#[test]
fn a_request_is_exported_when_nothing_can_be_added_to_it() {
    let (tracer, mut traces, _) = exporting(Sampler::share(1.0), false);
    let trace = tracer.receive(&HeaderMap::new());
    let recording = trace.recording().unwrap();
    let part = recording.open("part", SpanKind::Internal).unwrap();
    recording.end(|| "request".to_owned(), SpanKind::Server);
    let root = trace.span_id();
    drop(trace);
    assert!(traces.now().is_none(), "a part of it is under way");
    drop(part);
    let spans = traces.now().unwrap().spans;
    assert_eq!(spans[0].id, root);
    assert_eq!(spans[1].parent, Some(root));
}

#[test]
fn what_does_not_fit_into_the_queue_is_dropped_and_counted() {
    let (tracer, mut traces, recorder) = exporting(Sampler::share(1.0), false);
    let request = || {
        let trace = tracer.receive(&HeaderMap::new());
        let recording = trace.recording().unwrap();
        drop(recording.open("part", SpanKind::Internal));
        recording.end(|| "request".to_owned(), SpanKind::Server);
    };
    // Two spans each, and five may wait.
    for _ in 0..4 {
        request();
    }
    assert_eq!(dropped(&recorder, "queue"), "4");
    assert!(traces.now().is_some());
    request();
    assert_eq!(dropped(&recorder, "queue"), "4");
    drop(traces);
    request();
    assert_eq!(dropped(&recorder, "queue"), "6");
}
