//! Real functions: every digit is right whatever their arguments, and what no number of digits tells has a documented outcome.

use super::*;

// The expected digits of the following were computed with mpmath at 12,000 digits.

#[test]
fn arguments_have_all_their_digits() {
    check("sin(100!)", "-0.1716064334924255453227192967");
    check("cos(3^300)", "-0.7599378548988186665588385405");
    check("tan(100!)", "0.1741904466804844950945322563");
    check("sin(2^430)", "-0.6045898310764906916669047307");
    check("sin(1700!)", "0.8433331679167368927766827812");
    check("sin(1/3*10^130)", "0.3006123078306969147649451263");
    check("sin(2^400/3)", "0.8438805777677069640290955189");
    check("cos(1700!/7)", "0.8297427014561574990098937396");
    check("ln(1+10^-130)*10^130", "1");
    check("(1+10^-140)^(10^140)", "2.7182818284590452353602874714");
    check("(1+1/3*10^-130)^(10^130)", "1.3956124250860895286281253196");
    check(
        "ln(1+1/(3*10^100))*10^100",
        "0.3333333333333333333333333333",
    );
    check("ln(1-10^-2000)*10^2000", "-1");
    check("log(1+10^-50,1+10^-51)", "10");
    check("atan(10^-300)*10^300", "1");
    check("sin(1/3*10^-300)*10^300", "0.3333333333333333333333333333");
}

#[test]
fn what_cancels_is_computed_with_more_digits() {
    check("exp(100)-exp(50)^2", "0");
    check("(10^40*racine(2))^2-2*10^80", "0");
    check("sin(30°*10^100)", "0.8660254037844386467637231708");
    check("exp(1000)-exp(500)^2", "0");
    check("(exp(10^-200)-1)*10^200", "1");
    check("(racine(10^200+1)-10^100)*10^100", "0.5");
    check("exp(-3000)*exp(3001)", "2.7182818284590452353602874714");
    check("exp(10000)/exp(9999)", "2.7182818284590452353602874714");
    check(
        "racine(1700!,97)/racine(1699!,97)",
        "1.0797012324978596418312639193",
    );
    check("ln(1700!)", "10949.890180393156766295212955");
    check("(pi-22/7)*10^20", "-126448926734961868.02137595776");
    check("tan(90°-10^-20)", "100000000000000000000");
    check("cos(10^-20)-1", "0");
    check("(1-cos(10^-100))*10^200", "0.5");
    check("min(racine(2)^2, 2)", "2");
    check("7*pi % pi*10^30", "0");
    check("(10^30*pi) % 1", "0.5028841971693993751058209749");
    check("max(exp(50)^2, exp(100)) - exp(100)", "0");
    // Multiples of π are exact, however large.
    check("sin(pi * 10^1500)", "0");
    check("sin(pi * 10^900 / 7)", "-0.4338837391175581204757683328");
    check("cos(30° * 10^4000)", "-0.5");
}

#[test]
fn what_cannot_be_told_from_a_step_is_taken_for_it() {
    check("plancher(racine(2)^2)", "2");
    check("plafond(exp(ln(5)))", "5");
    check("tronque(-racine(3)^2 * 100, 1)", "-300");
    // Half way between two whole numbers, and between two decimals.
    check("arrondi(racine(2)^2 * 5 / 4)", "2");
    check("arrondi(racine(2)^2 * 7 / 4)", "4");
    check("racine(2)^2 / 4 / 10^28", "0");
    check(
        "racine(2)^2 * 3 / 4 / 10^28",
        "0.0000000000000000000000000002",
    );
    check("signe(exp(100) - exp(50)^2)", "0");
    check("racine(exp(100) - exp(50)^2)", "0");
    check("exp(ln(3))!", "6");
    check("pgcd(exp(ln(12)), 18)", "6");
    check("10 % racine(2)^2", "0");
    check("(-8)^(racine(2)^2)", "64");
    check("(exp(100) - exp(50)^2)^0.5", "0");
    check_refused("1 / (exp(100) - exp(50)^2)", 3, "division by zero");
    check_refused(
        "2 * ln(exp(100) - exp(50)^2)",
        5,
        "only numbers above 0 have a real logarithm, got 0",
    );
    check_refused(
        "log(5, racine(2)^2 / 2)",
        1,
        "there is no logarithm to base 1",
    );
    check_refused(
        "tan((racine(2)^2 * 45)°)",
        1,
        "an odd multiple of 90 degrees has no tangent, got 90",
    );
}

#[test]
fn what_takes_too_many_digits_is_refused() {
    let reason = "significant digits that determine the result: 617 is over the limit of 616";
    // No digit of these angles within their turn is known.
    check_refused("1 + sin(exp(5000))", 3, reason);
    check_refused("plancher(exp(3000)) % 2", 1, reason);
    // What it is multiplied by is not 0 but for the first 1,000 digits.
    check_refused("(exp(10^-1000) - 1) * 10^1000", 21, reason);
    check_refused(
        "exp(12000) * 0",
        1,
        "the result of `exp` is beyond ±79228162514264337593543950335",
    );
}

#[test]
fn what_is_out_of_all_bounds_has_an_outcome() {
    check("((exp(-10^9)^60000)^60000)^60000", "0");
    check(
        "1 / exp(-11000) / exp(10999)",
        "2.7182818284590452353602874714",
    );
    check("exp(-10^28) + 0.5^(10^28) + 2^-(10^20)", "0");
    check("atan(exp(11000)) * 2 - pi + sin(exp(-10^9))", "0");
    let beyond =
        |operation| format!("the result of `{operation}` is beyond ±79228162514264337593543950335");
    check_refused("2 + 1 / exp(-10^6)", 7, &beyond("division"));
    check_refused("0 * (1 + pi)^(10^9)", 13, &beyond("puissance"));
    check_refused("0 * pi^20000", 7, &beyond("puissance"));
    check_refused("exp(10^28) - exp(10^28)", 1, &beyond("exp"));
    // 0, as far as it can be distinguished.
    check_refused("1 / exp(-10^28)", 3, "division by zero");
}

#[test]
fn steps_show_the_digits_of_their_numbers() {
    check_steps(
        "exp(-100) * 10^40 * racine(2)^2",
        &[
            "exp: exp(-100) = 0 | 3.720075976020835962959695804e-44 * 10 ^ 40 * racine(2) ^ 2",
            "puissance: 10 ^ 40 = none | 3.720075976020835962959695804e-44 * 1e40 * racine(2) ^ 2",
            "multiplication: 3.720075976020835962959695804e-44 * 1e40 = 0.0003720075976020835962959696 \
             | 0.0003720075976020835962959696 * racine(2) ^ 2",
            "racine: racine(2) = 1.4142135623730950488016887242 | 0.0003720075976020835962959696 * 1.4142135623730950488016887242 ^ 2",
            "puissance: 1.4142135623730950488016887242 ^ 2 = 2 | 0.0003720075976020835962959696 * 2",
            "multiplication: 0.0003720075976020835962959696 * 2 = 0.0007440151952041671925919392 | 0.0007440151952041671925919392",
        ],
    );
    // The value is settled before its steps are: they are computed with more bits.
    check_steps(
        "0 * (exp(100) - exp(50)^2)",
        &[
            "exp: exp(100) = none | 0 * (2.688117141816135448412625552e43 - exp(50) ^ 2)",
            "exp: exp(50) = 5184705528587072464087.4533229 | 0 * (2.688117141816135448412625552e43 - 5184705528587072464087.4533229 ^ 2)",
            "puissance: 5184705528587072464087.4533229 ^ 2 = none | 0 * (2.688117141816135448412625552e43 - 2.688117141816135448412625552e43)",
            "soustraction: 2.688117141816135448412625552e43 - 2.688117141816135448412625552e43 = 0 | 0 * 0",
            "multiplication: 0 * 0 = 0 | 0",
        ],
    );
}

/// A number in text from its units, at most a million, and a scale.
fn any_number() -> impl Strategy<Value = String> {
    (1..1_000_000_i128, 0..8_u32)
        .prop_map(|(units, scale)| Decimal::from_parts(units, scale).unwrap().to_string())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_equal_leaves_nothing(x in any_number(), y in any_number(), n in 2..30_u32, tens in 0..120_u32) {
        for (text, expected) in [
            (format!("(ln({x} * {y}) - ln({x}) - ln({y})) * 10^{tens}"), "0"),
            (format!("(exp({x} / 10^6) - exp({x} / 10^6 / {n})^{n}) * 10^{tens}"), "0"),
            (format!("(racine({x} + pi, {n})^{n} - {x} - pi) * 10^{tens}"), "0"),
            (format!("(sin({x})^2 + cos({x})^2 - 1) * 10^{tens}"), "0"),
            (format!("(tan(atan({x} * {y})) - {x} * {y}) * 10^{tens}"), "0"),
            (format!("sin({x}°) - sin(({x} + 360 * 10^{tens})°)"), "0"),
            (format!("sin({x}) - sin({x} + 2 * pi * 10^{tens})"), "0"),
            (format!("log({x} + 1, {y} + 1) * ln({y} + 1) / ln({x} + 1)"), "1"),
            (format!("({x} + 1)^({y} / 10^6) / exp({y} / 10^6 * ln({x} + 1))"), "1"),
        ] {
            check(&text, expected);
        }
    }

    #[test]
    fn next_to_1_the_first_term_is_the_value(x in any_number(), tens in 30..1_200_u32) {
        let scaled = format!("{x} / 10^{tens}");
        let back = format!("10^{tens} / {x}");
        for text in [
            format!("ln(1 + {scaled}) * {back}"),
            format!("sin({scaled}) * {back}"),
            format!("atan({scaled}) * {back}"),
            format!("log(1 + {scaled}, e) * {back}"),
        ] {
            check(&format!("arrondi({text}, 20)"), "1");
        }
        check(&format!("arrondi((1 + {scaled})^({back}), 20)"), "2.71828182845904523536");
    }
}
