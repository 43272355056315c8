//! Which spans are recorded, and what is exported of them.

use super::*;

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
    let told = format!("00-{}-{}-02", unsampled.trace_id(), unsampled.span_id());
    assert_eq!(child(&unsampled).to_str().unwrap(), told);
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
