use std::sync::Arc;

use memory::{Config, Memory};

use super::*;
use crate::refusal::Code;

const KIB: usize = 1024;

fn memory(total: usize) -> Arc<Memory> {
    Memory::new(&Config {
        total,
        request: total,
    })
}

/// As much as is said about a document, in characters that are longest when they are written.
fn long() -> Refusal {
    let mistake = LocatedMessage {
        message: "\u{1}".repeat(100_000),
        locations: Vec::new(),
    };
    Refusal::Invalid(vec![mistake; 20])
}

#[test]
fn what_a_refusal_quotes_is_cut() {
    let memory = memory(1024 * KIB);
    let quoted = "\u{1}".repeat(1_000_000);
    for (refusal, most) in [
        (Refusal::malformed(&quoted), 7 * KIB),
        (Refusal::Operation(quoted.clone()), 7 * KIB),
        (Refusal::Unauthorized(quoted), 7 * KIB),
        (long(), 130 * KIB),
    ] {
        let code = refusal.code();
        let account = memory.request();
        let refused = Refused::within(refusal, &account);
        assert_eq!(refused.refusal.code(), code);
        assert!(refused.body.len() < most, "{}", refused.body.len());
    }
}

/// A client that does not read its error holds memory like any other.
#[test]
fn a_long_refusal_is_reserved_and_a_short_one_is_said_where_there_is_no_room() {
    let memory = memory(512 * KIB);
    let mut holders = Vec::new();
    let mut last = Code::ValidationFailed;
    while last == Code::ValidationFailed && holders.len() < 10 {
        let account = memory.request();
        let refused = Refused::within(long(), &account);
        last = refused.refusal.code();
        holders.push(account);
        if last == Code::MemoryExhausted {
            assert!(refused.body.len() < KIB);
        }
    }
    // Responses have half of it.
    assert_eq!((last, holders.len()), (Code::MemoryExhausted, 3));
}
