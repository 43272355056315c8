//! The steps by which an expression is reduced.

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
