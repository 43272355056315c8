use std::time::Duration;

use super::*;
use crate::Code;

fn budget(work: u64, answer: u64) -> Arc<Budget> {
    Budget::new(Allowance {
        work,
        answer,
        kept: 10,
        deadline: Instant::now() + Duration::from_secs(3600),
    })
}

#[test]
fn work_is_paid_by_all_that_is_computed_for_a_request() {
    let budget = budget(10, 0);
    let paid = Arc::clone(&budget).sync_scope(|| [charge(4), charge(6), charge(1), charge(0)]);
    let codes = paid.map(|paid| paid.map_err(|erreur| erreur.code()));
    let limit = Err(Code::LimitExceeded);
    assert_eq!(codes, [Ok(()), Ok(()), limit, limit]);
    let failure = budget.failure().unwrap();
    assert_eq!(
        failure.to_string(),
        "units of work in a request: 11 is over the limit of 10"
    );
}

#[test]
fn an_answer_is_paid_by_the_byte() {
    let budget = budget(0, 3);
    let paid = Arc::clone(&budget).sync_scope(|| (produce(3).is_ok(), produce(1).is_ok()));
    assert_eq!(paid, (true, false));
}

#[test]
fn what_is_lost_pays_for_nothing_any_more() {
    let budget = budget(10, 3);
    assert!(budget.pay_answer(4).is_err());
    let failure = budget.failure();
    // There is work left, and all of it would be for nothing.
    assert_eq!(budget.pay_work(1).err(), failure);
    assert_eq!(budget.work(), 0);
    let other = self::budget(0, 10);
    assert!(other.pay_work(1).is_err());
    assert_eq!(other.pay_answer(1).err(), other.failure());
}

#[test]
fn time_ends_work() {
    let allowance = Allowance {
        work: 10,
        answer: 10,
        kept: 10,
        deadline: Instant::now(),
    };
    let paid = Budget::new(allowance).sync_scope(|| charge(1));
    assert_eq!(paid.unwrap_err().code(), Code::Timeout);
}

#[test]
fn nothing_is_paid_outside_of_a_request() {
    assert_eq!(charge(u64::MAX), Ok(()));
    assert_eq!(produce(usize::MAX), Ok(()));
}

#[test]
fn what_is_made_from_the_same_source_is_made_once() {
    let mut made = 0;
    budget(0, 0).sync_scope(|| {
        for source in [b"a", b"b", b"a"] {
            let value = shared("text", source, || {
                made += 1;
                Ok(source[0])
            });
            assert_eq!(value.map(|value| *value), Ok(source[0]));
        }
        assert_eq!(
            shared("other", b"a", || Ok(1_i32)).map(|value| *value),
            Ok(1)
        );
    });
    assert_eq!(made, 2);
}

#[test]
fn what_is_kept_for_a_request_is_bounded() {
    let budget = budget(0, 0);
    Arc::clone(&budget).sync_scope(|| {
        for source in 0..=u8::MAX {
            shared("byte", &[source], || Ok(source)).unwrap();
        }
        let large = vec![0; MAX_SHARED_BYTES];
        shared("large", &large, || Ok(())).unwrap();
    });
    assert_eq!(budget.state().shared.len(), MAX_SHARED);
}

#[test]
fn time_that_is_given_anew_is_that_of_what_follows() {
    let budget = budget(10, 10);
    let now = Instant::now();
    assert!(budget.pay_work(1).is_ok());
    budget.renew(now);
    assert_eq!(budget.in_time().unwrap_err().code(), Code::Timeout);
    // One that is lost stays so.
    assert!(budget.failure().is_some());
}

#[test]
fn a_request_that_is_handed_on_is_not_given_up() {
    let budget = budget(10, 10);
    budget.abandoned_on_drop().release();
    assert!(budget.pay_work(1).is_ok());
    drop(budget.abandoned_on_drop());
    assert!(budget.pay_work(1).is_err());
}

#[test]
fn what_is_kept_is_paid_by_the_byte_until_it_is_forgotten() {
    let budget = budget(10, 10);
    let keep = |bytes| Arc::clone(&budget).sync_scope(|| keep(bytes));
    assert_eq!(keep(10), Ok(()));
    budget.forget();
    assert_eq!(keep(9), Ok(()));
    let lost = keep(2).unwrap_err();
    assert_eq!(
        lost.to_string(),
        "bytes kept for a request: 11 is over the limit of 10"
    );
    assert_eq!(budget.pay_work(1), Err(lost));
}

#[test]
fn what_is_forgotten_is_made_again() {
    let budget = budget(0, 0);
    let made = || {
        let made = Arc::clone(&budget).sync_scope(|| shared("text", b"a", || Ok(String::new())));
        Arc::downgrade(&made.unwrap())
    };
    let first = made();
    assert!(first.ptr_eq(&made()));
    budget.forget();
    assert_eq!(first.strong_count(), 0);
    assert!(!first.ptr_eq(&made()));
}
