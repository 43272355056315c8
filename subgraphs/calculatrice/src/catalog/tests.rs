//! Tests of [`super`].

use std::cell::Cell;
use std::time::{Duration, Instant};

use valeurs::budget::{Allowance, Budget};

use super::*;

#[test]
fn equal_computations_of_a_request_are_done_once() {
    let computed = Cell::new(0);
    let ask = |function, arguments: &[i32]| {
        let mut key = Vec::new();
        arguments.iter().for_each(|one| one.add_to(&mut key));
        let result = once(function, &key, || {
            computed.set(computed.get() + 1);
            Ok(Decimal::from(arguments.iter().sum::<i32>()))
        });
        result.unwrap()
    };
    let all = || {
        assert_eq!(ask("puissance", &[2, 3]), Decimal::from(5));
        assert_eq!(ask("puissance", &[3, 4]), Decimal::from(7));
        assert_eq!(ask("logarithme", &[2, 3]), Decimal::from(5));
        assert_eq!(ask("logarithme", &[2]), Decimal::from(2));
    };
    let budget = Budget::new(Allowance {
        work: u64::MAX,
        answer: u64::MAX,
        kept: u64::MAX,
        deadline: Instant::now() + Duration::from_secs(3600),
    });
    budget.sync_scope(|| (0..10).for_each(|_| all()));
    assert_eq!(computed.replace(0), 4);
    // Without a request, nothing is shared.
    (0..10).for_each(|_| all());
    assert_eq!(computed.get(), 40);
}
