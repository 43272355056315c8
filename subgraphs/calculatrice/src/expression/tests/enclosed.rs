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
}

/// What is refused on the way to a result, of a number that is too large or too near to 0.
const UNDECIDED: &str =
    "significant digits that determine the result: 617 is over the limit of 616";

#[test]
fn only_the_result_has_to_fit() {
    check("exp(20000)/exp(19999)", "2.7182818284590452353602874714");
    check(
        "exp(-2.9*10^9)*exp(2.9*10^9+1)",
        "2.7182818284590452353602874714",
    );
    check("exp(12000) * 0", "0");
    check("2^20000/2^19999", "2");
    check("(1/7)^7000*7^7000", "1");
    check("(0.1^28)^200 * 10^5600", "1");
    check("pi^20000/pi^19999", "3.1415926535897932384626433833");
    check("2000!/1999!", "2000");
    check("4000!/3998!", "15996000");
    check("3000!!/2996!!", "8994000");
    check("2000!/(3! * 1997!)", "1331334000");
    check("ln(2^20000)", "13862.943611198906188344642429");
    check("log(3^20000, 7)", "11291.500681071592276091003343");
    check("ln(4000!)", "29181.264544594699660061535308");
    check("racine(3^20001)/3^10000", "1.7320508075688772935274463415");
    check("atan(2^20000)", "1.5707963267948966192313216916");
    check(
        "(1/7^999 + 1/11^999 + 1/13^999 + 1/17^999) * 7^999 * 2 / 3",
        "0.6666666666666666666666666667",
    );
    check("somme(1/7^999, 1/11^999, 1/13^999, 1/17^999)", "0");
    check("1 + 10^-5000 * 10^-5000", "1");
}

#[test]
fn a_fraction_that_is_too_long_is_not_taken_for_a_step() {
    // It is next to 1, next to half way, next to 0, but not there.
    check_refused("plancher(1 - 0.1^6000)", 1, UNDECIDED);
    check_refused("signe(1 - (1 - 0.1^6000))", 1, UNDECIDED);
    check_refused("0.1^28/2 + 0.1^6000", 10, UNDECIDED);
    check_refused("1/(1 - (1 - 0.1^6000))", 2, UNDECIDED);
    check_refused("ln(1 - (1 - 0.1^6000))", 1, UNDECIDED);
    check_refused("racine(1 - (1 - 0.1^6000) - 0.1^5999)", 1, UNDECIDED);
    check_refused("plancher(sin(1 - 0.1^6000)/sin(1))", 1, UNDECIDED);
    check_refused("max(1, 1 - 0.1^6000, 0.5) % 1", 27, UNDECIDED);
    // Where it is far from one, no step is taken for it.
    check("plancher(1.5 - 0.1^6000)", "1");
    check("signe(0.1^6000)", "1");
    check("(2^20000 + 1) / 2^20000 % 2", "1");
}

#[test]
fn a_root_or_power_of_what_cannot_be_told_from_0_is_near_it_or_refused() {
    // e^-1, e^-4, 10^-7: what is left of each is up to 1.
    check_refused("exp(-10^10)^(10^-10)", 12, UNDECIDED);
    check_refused("exp(-4*10^9)^(10^-9)", 13, UNDECIDED);
    check_refused("racine(exp(10^-700) - 1, 100)", 1, UNDECIDED);
    check_refused("(exp(10^-700) - 1)^(1/100)", 19, UNDECIDED);
    check_refused("racine(exp(10^-1204) - 1) * 10^602", 27, UNDECIDED);
    check_refused("(exp(10^-1204) - 1)^0.5 * 10^602", 25, UNDECIDED);
    check_refused("(exp(10^-700) - 1)^(exp(10^-700) - 1)", 19, UNDECIDED);
    // Where all of what may be left is next to 0, it is 0.
    check("racine(exp(-10^10))", "0");
    check("exp(-10^10)^0.5", "0");
    check("exp(-10^10)^(10^-7) + 2", "2");
    check("racine(exp(10^-700) - 1, 3)", "0");
    check("racine(1 - exp(10^-700), 3)", "0");
    check("(exp(10^-700) - 1)^pi", "0");
    check("(exp(10^-700) - 1)^7", "0");
    check("signe(racine(exp(100) - exp(50)^2))", "0");
    // What is too near to 0 for its exponent is not 0.
    check_refused("signe(exp(-10^10))", 1, UNDECIDED);
    check_refused("ln(exp(-10^10))", 1, UNDECIDED);
    check_refused("1 / exp(-10^10)", 3, UNDECIDED);
    check_refused("exp(-10^10)^-1", 12, UNDECIDED);
    check_refused("racine(exp(-10^11) - exp(-10^10))", 1, UNDECIDED);
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
    check("0 * pi^20000 + 0 * (1 + pi)^(10^9)", "0");
    let beyond =
        |operation| format!("the result of `{operation}` is beyond ±79228162514264337593543950335");
    check_refused("2 + 1 / exp(-10^6)", 3, &beyond("addition"));
    check_refused("exp(10^28)", 1, &beyond("exp"));
    check_refused("(1 + pi)^(10^28)", 9, &beyond("puissance"));
    check_refused("5000!", 5, &beyond("factorielle"));
    // On the way to a result that may fit, these are limits.
    let digits =
        "binary digits before the point of a number: 4294967297 is over the limit of 4294967296";
    check_refused("exp(10^28) - exp(10^28)", 1, digits);
    check_refused("0 * (1 + pi)^(10^28)", 13, digits);
    check_refused(
        "produit(exp(2*10^9), exp(2.5*10^9), exp(-4.5*10^9))",
        1,
        digits,
    );
    check_refused("exp(2.5*10^9) % exp(-2.5*10^9)", 15, digits);
    let factors = "the first factor of a product: 5000 is over the limit of 4000";
    check_refused("5000!/4999!", 5, factors);
    check_refused("1 / exp(-10^28)", 3, UNDECIDED);
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
    check_steps(
        "exp(-10^6) * 2^20000",
        &[
            "puissance: 10 ^ 6 = 1000000 | exp(-1000000) * 2 ^ 20000",
            "exp: exp(-1000000) = 0 | 3.296831478088558578968907969e-434295 * 2 ^ 20000",
            "puissance: 2 ^ 20000 = none | 3.296831478088558578968907969e-434295 * 3.980276840337966592354307206e6020",
            "multiplication: 3.296831478088558578968907969e-434295 * 3.980276840337966592354307206e6020 = 0 | 1.312230197873307608106925944e-428274",
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
