//! The steps by which an expression is reduced.

use std::time::{Duration, Instant};

use valeurs::Code;
use valeurs::budget::{Allowance, Budget};

use super::*;

#[test]
fn steps_reduce_the_expression_from_the_left_and_from_inside() {
    check_steps(
        "2*(3+4)^2/7",
        &[
            "addition: 3 + 4 = 7 | 2 * 7 ^ 2 / 7",
            "puissance: 7 ^ 2 = 49 | 2 * 49 / 7",
            "multiplication: 2 * 49 = 98 | 98 / 7",
            "division: 98 / 7 = 14 | 14",
        ],
    );
    check_steps("42", &[]);
    check_steps("-pi", &[]);
    check_steps("-2^2", &["puissance: 2 ^ 2 = 4 | -4"]);
    check_steps(
        "-(1+2)*2",
        &[
            "addition: 1 + 2 = 3 | -3 * 2",
            "multiplication: -3 * 2 = -6 | -6",
        ],
    );
    check_steps(
        "(1-3)^2",
        &[
            "soustraction: 1 - 3 = -2 | (-2) ^ 2",
            "puissance: (-2) ^ 2 = 4 | 4",
        ],
    );
    check_steps(
        "max(1+1, 3!)",
        &[
            "addition: 1 + 1 = 2 | max(2, 3!)",
            "factorielle: 3! = 6 | max(2, 6)",
            "max: max(2, 6) = 6 | 6",
        ],
    );
}

#[test]
fn a_step_beyond_the_decimals_is_shown_by_its_digits_and_a_power_of_ten() {
    check_steps(
        "30!/28!",
        &[
            "factorielle: 30! = none | 2.6525285981219105863630848e32 / 28!",
            "factorielle: 28! = none | 2.6525285981219105863630848e32 / 3.04888344611713860501504e29",
            "division: 2.6525285981219105863630848e32 / 3.04888344611713860501504e29 = 870 | 870",
        ],
    );
    check_steps(
        "1/(-1e28*10)^3*1e28^3",
        &[
            "multiplication: -10000000000000000000000000000 * 10 = none | 1 / (-1e29) ^ 3 * 10000000000000000000000000000 ^ 3",
            "puissance: (-1e29) ^ 3 = none | 1 / -1e87 * 10000000000000000000000000000 ^ 3",
            "division: 1 / -1e87 = 0 | -1e-87 * 10000000000000000000000000000 ^ 3",
            "puissance: 10000000000000000000000000000 ^ 3 = none | -1e-87 * 1e84",
            "multiplication: -1e-87 * 1e84 = -0.001 | -0.001",
        ],
    );
    // As the value of an expression too, which is the nearest decimal.
    check_steps(
        "(-2)^-95",
        &["puissance: (-2) ^ -95 = 0 | -2.524354896707237777317531409e-29"],
    );
    let steps = super::steps(&parse("40!/39!").unwrap()).unwrap();
    let operands: Vec<Vec<Option<Decimal>>> = steps.into_iter().map(|step| step.operands).collect();
    let whole = |number: u32| Some(Decimal::from(number));
    assert_eq!(
        operands,
        [vec![whole(40)], vec![whole(39)], vec![None, None]]
    );
}

#[test]
fn what_is_not_known_to_that_many_digits_is_not_shown_to_them() {
    check_steps("sin(pi)", &["sin: sin(pi) = 0 | 0"]);
    check_steps(
        "-sin(pi)*2",
        &["sin: sin(pi) = 0 | 0 * 2", "multiplication: 0 * 2 = 0 | 0"],
    );
}

#[test]
fn steps_are_kept_within_a_bound_whatever_is_asked_of_them() {
    let count = |angles: usize, kept: u64| {
        let budget = Budget::new(Allowance {
            work: u64::MAX,
            answer: u64::MAX,
            kept,
            deadline: Instant::now() + Duration::from_secs(3600),
        });
        let text = format!("max({}1)", "1.234567891°,".repeat(angles));
        let steps = || steps(&Expression::canonical(&text)?);
        let steps = budget.sync_scope(steps);
        steps
            .map(|steps| steps.len())
            .map_err(|erreur| erreur.code())
    };
    // What is left after a step is as long as the expression.
    assert_eq!(count(10, 10_000), Ok(11));
    assert_eq!(count(100, 200_000), Err(Code::LimitExceeded));
    assert_eq!(count(100, 1_000_000), Ok(101));
}
