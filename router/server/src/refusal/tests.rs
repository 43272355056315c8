//! How refusals are answered.

use super::*;

fn headers(refusal: &Refusal) -> Vec<String> {
    let each = refusal.headers();
    each.map(|(name, value)| format!("{name}: {}", value.to_str().expect("text")))
        .collect()
}

#[test]
fn to_try_again_is_said_only_where_nothing_was_done() {
    assert_eq!(
        headers(&Refusal::Memory(Exhausted::All)),
        ["retry-after: 1"]
    );
    assert_eq!(headers(&Refusal::NotReady), ["retry-after: 1"]);
    assert_eq!(
        headers(&Refusal::TooManyPreparations(1)),
        ["retry-after: 1"]
    );
    assert_eq!(headers(&Refusal::TooManyMutations(1)), ["retry-after: 1"]);
    let limited = Refusal::RateLimited {
        what: "requests",
        after: 17,
    };
    assert_eq!(headers(&limited), ["retry-after: 17"]);
    assert!(!limited.is_fault());
    let begun = Refusal::MutationOutOfMemory(Exhausted::All);
    assert_eq!(headers(&begun), [""; 0]);
    assert_eq!(begun.code(), Code::MemoryExhausted);
    assert_eq!(headers(&Refusal::Memory(Exhausted::Share)), [""; 0]);
}

#[test]
fn a_refused_method_comes_with_those_that_are_right() {
    assert_eq!(
        headers(&Refusal::Method),
        ["allow: GET, HEAD, POST, OPTIONS"]
    );
    assert_eq!(headers(&Refusal::MutationByGet), ["allow: POST"]);
    assert_eq!(
        headers(&Refusal::ContentEncoding("gzip")),
        ["accept-encoding: gzip"]
    );
}

#[test]
fn a_slow_body_is_the_clients_doing_and_a_timeout_is_not() {
    assert_eq!(Refusal::BodyLate.code(), Refusal::Timeout.code());
    assert!(!Refusal::BodyLate.is_fault());
    assert!(Refusal::Timeout.is_fault());
}

#[test]
fn codes_are_written_once_each() {
    let mut codes = Codes::default();
    assert!(codes.is_empty());
    codes.insert(Code::Other, false);
    codes.insert(Code::BadRequest, false);
    codes.insert(Code::Other, false);
    assert_eq!(codes.to_string(), "BAD_REQUEST,OTHER");
    assert!(!codes.has_fault());
}
