//! Cases of the W3C Trace Context specification.

mod exported;
mod formats;

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

/// The headers of a request that is forwarded.
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
fn a_context_goes_on_as_it_came_where_nothing_is_exported() {
    for flags in ["00", "01", "02", "03"] {
        let parent = format!("00-{TRACE}-{SPAN}-{flags}");
        let trace = TraceContext::receive(&headers(&[&parent], &["a=1"]));
        assert_ne!(
            trace.span_id().to_string(),
            SPAN,
            "it has a span for the log"
        );
        assert_eq!(child(&trace).to_str().unwrap(), parent);
        assert_eq!(child(&trace).to_str().unwrap(), parent);
    }
}

#[test]
fn only_known_flags_are_passed_on() {
    let parent = format!("00-{TRACE}-{SPAN}-fe");
    let child = child(&TraceContext::receive(&headers(&[&parent], &[])));
    assert!(child.to_str().unwrap().ends_with("-02"), "{child:?}");
}

#[test]
fn a_trace_that_starts_here_is_random_and_not_sampled() {
    let [one, other] = [(); 2].map(|()| TraceContext::receive(&HeaderMap::new()));
    assert_ne!(one.trace_id(), other.trace_id());
    assert!(!one.sampled());
    let told = format!("00-{}-{}-02", one.trace_id(), one.span_id());
    assert_eq!(child(&one).to_str().unwrap(), told);
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
