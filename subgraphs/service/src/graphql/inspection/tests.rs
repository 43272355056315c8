//! Tests of [`super`].

use super::*;
use crate::Limits;
use crate::graphql::document::types::Types;
use crate::graphql::variables::Given;

/// A request that takes so many units of work.
fn inspected(cost: u64) -> Inspected {
    let texts = Texts {
        query: "{ a }".into(),
        operation_name: None,
        variables: Given::default(),
    };
    let types = Types::default();
    let inspected = document::inspect(&texts, None, &Limits::default(), true, &types);
    Inspected {
        cost,
        ..inspected.ok().unwrap()
    }
}

#[tokio::test]
async fn what_waits_for_a_thread_is_not_kept_parsed() {
    let pool = Pool::new(1, 8);
    let cheap = Bound { bytes: 0, work: 10 };
    let turn = |cost| Turn::of(inspected(cost), cheap, &pool);
    let one = turn(11);
    assert!(matches!(one, Turn::OnPool(..)));
    assert!(matches!(turn(11), Turn::Later));
    assert!(matches!(turn(10), Turn::Now(_)));
    drop(one);
    assert!(matches!(turn(11), Turn::OnPool(..)));
}

#[test]
fn a_panic_while_a_request_is_inspected_is_its_error() {
    let refusal = caught(|| vec![0][usize::from(true)]).unwrap_err();
    assert_eq!(refusal.code(), "INTERNAL_SERVER_ERROR");
    assert_eq!(caught(|| 1).ok(), Some(1));
}
