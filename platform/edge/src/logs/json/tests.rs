//! What a line holds.

use std::sync::{Arc, Mutex};

use futures_util::FutureExt;
use serde_json::{Value, json};
use tracing_subscriber::layer::SubscriberExt;

use super::*;

/// The lines that are written while `log` runs, without their time.
fn lines(log: impl FnOnce()) -> Vec<Value> {
    let written = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&written);
    let layer = JsonLines::new(move |line: &[u8]| sink.lock().unwrap().push(line.to_vec()));
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), log);
    let written = written.lock().unwrap();
    let parse = |line: &Vec<u8>| {
        assert_eq!(
            line.iter().position(|byte| *byte == b'\n'),
            Some(line.len() - 1)
        );
        let mut value: Value = serde_json::from_slice(line).unwrap();
        let time = value.as_object_mut().unwrap().remove("timestamp").unwrap();
        // 2025-01-31T12:00:00.123456Z
        assert_eq!(time.as_str().unwrap().len(), 27, "{time}");
        value
    };
    written.iter().map(parse).collect()
}

#[test]
fn fields_keep_their_types() {
    let written = lines(|| {
        tracing::info!(
            target: "there",
            text = "a \"b\"\n",
            shown = %'c',
            debugged = ?Some(1),
            whole = -3,
            large = u64::MAX,
            half = 0.5,
            none = f64::NAN,
            yes = true,
            r#type = "keyword",
            "it happened"
        );
    });
    let expected = json!({
        "level": "INFO", "target": "there", "message": "it happened",
        "text": "a \"b\"\n", "shown": "c", "debugged": "Some(1)", "whole": -3, "large": u64::MAX,
        "half": 0.5, "none": null, "yes": true, "type": "keyword",
    });
    assert_eq!(written, [expected]);
}

#[test]
fn an_event_tells_its_innermost_span_with_all_that_was_recorded() {
    let written = lines(|| {
        let _outer = tracing::info_span!("outer", id = 1).entered();
        tracing::warn!(target: "t", "first");
        let inner = tracing::info_span!("inner", id = 2, late = tracing::field::Empty);
        inner.record("late", "but there");
        inner.in_scope(|| tracing::warn!(target: "t", "second"));
        tracing::warn!(target: "t", "third");
    });
    let event = |message: &str, span: Value| json!({ "level": "WARN", "target": "t", "message": message, "span": span });
    let outer = json!({ "name": "outer", "id": 1 });
    let inner = json!({ "name": "inner", "id": 2, "late": "but there" });
    let expected = [
        event("first", outer.clone()),
        event("second", inner),
        event("third", outer),
    ];
    assert_eq!(written, expected);
}

#[test]
fn an_event_outside_of_spans_has_none() {
    let written = lines(|| tracing::error!(target: "t", "alone"));
    assert_eq!(
        written,
        [json!({ "level": "ERROR", "target": "t", "message": "alone" })]
    );
}

#[test]
fn an_event_tells_the_request_that_is_answered_and_what_was_spawned_for_it_does_too() {
    let mut headers = http::HeaderMap::new();
    headers.insert("x-request-id", "abc".parse().unwrap());
    let said = Arc::new(Said {
        program: "test",
        id: crate::RequestId::receive(&headers),
        trace: crate::TraceContext::receive(&headers),
        log: Default::default(),
    });
    let written = lines(|| {
        let entered = current::enter(&said);
        tracing::warn!(target: "t", "first");
        tracing::info_span!("inner").in_scope(|| tracing::warn!(target: "t", "second"));
        let spawned = current::in_current(async { tracing::warn!(target: "t", "fourth") });
        drop(entered);
        tracing::warn!(target: "t", "third");
        spawned.now_or_never().unwrap();
        tracing::warn!(target: "t", "fifth");
    });
    let trace = said.trace.trace_id().to_string();
    let request =
        json!({ "name": "request", "program": "test", "request_id": "abc", "trace_id": trace });
    let event = |message: &str, span: Option<Value>| {
        let mut event = json!({ "level": "WARN", "target": "t", "message": message });
        if let Some(span) = span {
            event["span"] = span;
        }
        event
    };
    let expected = [
        event("first", Some(request.clone())),
        event("second", Some(json!({ "name": "inner" }))),
        event("third", None),
        event("fourth", Some(request)),
        event("fifth", None),
    ];
    assert_eq!(written, expected);
}
