//! Formats of traces beside that of W3C.

use super::*;

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

/// What is sent on of these headers, in the same format: those of the names.
fn passed_on(
    format: Format,
    pairs: &[(&'static str, &str)],
    names: &[&str],
) -> Vec<Option<String>> {
    let trace = TraceContext::of(Formats::of([format]), &told(pairs), |_| false);
    let mut outgoing = told(&[("x-b3-flags", "0"), ("x-datadog-origin", "client")]);
    trace.inject(&mut outgoing, None);
    let value = |name: &&str| {
        let value = outgoing.get(*name)?;
        Some(value.to_str().expect("text").to_owned())
    };
    names.iter().map(value).collect()
}

#[test]
fn those_who_debug_a_trace_are_told_of_further_on() {
    let single = |text: &str| {
        let sent = passed_on(Format::B3, &[("b3", text)], &["b3"]);
        let sent = sent[0].clone().expect("it is sent");
        sent.rsplit('-').next().map(str::to_owned)
    };
    assert_eq!(single(&format!("{TRACE}-{SPAN}-d")).as_deref(), Some("d"));
    assert_eq!(single("d").as_deref(), Some("d"));
    assert_eq!(single(&format!("{TRACE}-{SPAN}-1")).as_deref(), Some("1"));
    let ids = [("x-b3-traceid", TRACE), ("x-b3-spanid", SPAN)];
    let several = |more: &[(&'static str, &str)]| {
        let names = ["x-b3-flags", "x-b3-sampled"];
        passed_on(Format::B3Multi, &[&ids[..], more].concat(), &names)
    };
    assert_eq!(
        several(&[("x-b3-flags", "1")]),
        [Some("1".to_owned()), None]
    );
    assert_eq!(
        several(&[("x-b3-sampled", "1")]),
        [None, Some("1".to_owned())]
    );
}

#[test]
fn what_datadog_tells_beside_the_trace_is_told_on() {
    let ids = [
        ("x-datadog-trace-id", "9532127138774266268"),
        ("x-datadog-parent-id", "13235353014750950193"),
    ];
    let sent = |priority: &str, origin: &str, tags: &str| {
        let more = [
            ("x-datadog-sampling-priority", priority),
            ("x-datadog-origin", origin),
            ("x-datadog-tags", tags),
        ];
        let names = more.map(|(name, _)| name);
        let sent = passed_on(Format::Datadog, &[&ids[..], &more].concat(), &names);
        let sent: Vec<String> = sent.into_iter().map(Option::unwrap_or_default).collect();
        sent.join(" ")
    };
    let upper = "_dd.p.tid=0af7651916cd43dd";
    assert_eq!(
        sent(
            "2",
            "rum",
            &format!("_dd.p.dm=-4,{upper},_dd.p.usr.id=YQ==,other=1,_dd.p.x=")
        ),
        format!("2 rum {upper},_dd.p.dm=-4,_dd.p.usr.id=YQ==")
    );
    assert_eq!(sent("-1", "", upper), format!("-1  {upper}"));
    assert_eq!(sent("1", "", upper), format!("1  {upper}"));
    assert_eq!(sent("0", "", upper), format!("0  {upper}"));
    // Only what is decided by those who know the numbers.
    assert_eq!(sent("99", "", upper), format!("1  {upper}"));
    let long = format!("{upper},_dd.p.a={}", "x".repeat(512));
    assert_eq!(sent("1", &"x".repeat(129), &long), format!("1  {upper}"));
}

#[test]
fn a_decision_that_is_left_open_goes_on_left_open_where_nothing_is_exported() {
    let ids = [("x-b3-traceid", TRACE), ("x-b3-spanid", SPAN)];
    let single = format!("{TRACE}-{SPAN}");
    let datadog = [
        ("x-datadog-trace-id", "9532127138774266268"),
        ("x-datadog-parent-id", "13235353014750950193"),
    ];
    for (format, pairs) in [
        (Format::B3, &[("b3", &*single)][..]),
        (Format::B3Multi, &ids),
        (Format::Datadog, &datadog),
    ] {
        let trace = TraceContext::passed_on(Formats::of([format]), &told(pairs));
        let mut outgoing = told(&[("x-b3-sampled", "1"), ("x-datadog-sampling-priority", "1")]);
        trace.inject(&mut outgoing, None);
        for (name, value) in pairs {
            assert_eq!(outgoing[*name], value);
        }
        let received = TraceContext::told(Formats::of([format]), &outgoing);
        assert_eq!(received.decided.sampled, None, "{outgoing:?}");
    }
}
