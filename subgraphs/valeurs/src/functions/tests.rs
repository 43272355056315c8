use dashu_int::IBig;
use proptest::prelude::*;

use super::*;
use crate::decimal::tests::any_decimal;

fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[track_caller]
fn check(result: Resultat<Decimal>, expected: &str) {
    let printed = match result {
        Ok(value) => value.to_string(),
        Err(erreur) => erreur.to_string(),
    };
    assert_eq!(printed, expected);
}

#[test]
fn exact_results_are_exact() {
    check(d("9").try_sqrt(), "3");
    check(d("0").try_sqrt(), "0");
    check(
        d("0.0000000000000000000000000001").try_sqrt(),
        "0.00000000000001",
    );
    check(d("1.21").try_sqrt(), "1.1");
    check(d("27").try_nth_root(3), "3");
    check(d("-27").try_nth_root(3), "-3");
    check(d("0").try_nth_root(4), "0");
    check(d("-5.5").try_nth_root(1), "-5.5");
    check(d("2").try_pow(d("95")), "39614081257132168796771975168");
    check(d("-2").try_pow(d("95")), "-39614081257132168796771975168");
    check(d("-2").try_pow(d("2")), "4");
    check(d("2").try_pow(d("-2")), "0.25");
    check(d("-2").try_pow(d("-3")), "-0.125");
    check(d("10").try_pow(d("-28")), "0.0000000000000000000000000001");
    check(d("10").try_pow(d("28")), "10000000000000000000000000000");
    check(d("0.1").try_pow(d("-28")), "10000000000000000000000000000");
    check(d("1.1").try_pow(d("10")), "2.5937424601");
    check(d("4").try_pow(d("0.5")), "2");
    check(d("32").try_pow(d("0.2")), "2");
    check(d("0").try_pow(d("0")), "1");
    check(d("0").try_pow(d("2.5")), "0");
    check(d("1").try_pow(d("-79228162514264337593543950335")), "1");
    check(d("-1").try_pow(d("79228162514264337593543950335")), "-1");
    check(d("-1").try_pow(d("79228162514264337593543950334")), "1");
    check(d("0").try_exp(), "1");
    check(d("1").try_ln(), "0");
    check(d("1000").try_log(d("10")), "3");
    check(d("0.0001").try_log(d("10")), "-4");
    check(d("8").try_log(d("2")), "3");
    check(d("2").try_log(d("4")), "0.5");
    check(d("0").try_sin(), "0");
    check(d("0").try_cos(), "1");
    check(d("0").try_tan(), "0");
    check(d("0").try_atan(), "0");
}

#[test]
fn constants_agree_with_the_functions() {
    assert_eq!(Decimal::ONE.try_exp().unwrap(), Decimal::E);
    assert_eq!(
        d("1").try_atan().unwrap().try_mul(d("4")).unwrap(),
        d("3.1415926535897932384626433832")
    );
    assert_eq!(Decimal::PI, d("3.1415926535897932384626433833"));
    assert_eq!(Decimal::PI.try_sin().unwrap(), Decimal::ZERO);
    assert_eq!(Decimal::PI.try_cos().unwrap(), d("-1"));
}

#[test]
fn results_too_near_to_zero_are_zero() {
    check(d("-66").try_exp(), "0");
    check(d("-79228162514264337593543950335").try_exp(), "0");
    check(d("10").try_pow(d("-29")), "0");
    check(d("0.5").try_pow(d("79228162514264337593543950335")), "0");
}

#[test]
fn powers_of_tiny_bases_are_the_nearest_decimals() {
    check(d("1e-17").try_pow(d("1")), "0.00000000000000001");
    check(
        d("1e-17").try_pow(d("0.5")),
        "0.000000003162277660168379332",
    );
    check(d("1e-17").try_pow(d("-1")), "100000000000000000");
    check(d("1e-28").try_pow(d("-1")), "10000000000000000000000000000");
    check(
        d("1e-28").try_pow(d("0.01")),
        "0.524807460249772597364312157",
    );
    check(
        d("-3e-28").try_pow(d("-1")),
        "-3333333333333333333333333333.3",
    );
}

#[test]
fn a_power_half_way_between_two_decimals_goes_to_the_even_one() {
    // 2^-29 and 5^29 × 2^-29 end with a 5 at the 29th digit.
    check(d("0.5").try_pow(d("29")), "0.0000000018626451492309570312");
    check(
        d("0.25").try_pow(d("14.5")),
        "0.0000000018626451492309570312",
    );
    check(d("0.0001").try_pow(d("7.25")), "0");
    // With as many digits as were computed, 64, this one lies half way too: certifying them never ended.
    check(d("1.6").try_pow(d("-23")), "0.0000201948391736579022185403");
}

#[test]
fn results_beyond_the_largest_decimal_overflow() {
    let beyond = "is beyond ±79228162514264337593543950335";
    check(
        d("66.6").try_exp(),
        &format!("the result of `exponentielle` {beyond}"),
    );
    check(
        d("1e28").try_exp(),
        &format!("the result of `exponentielle` {beyond}"),
    );
    check(
        d("2").try_pow(d("96")),
        &format!("the result of `puissance` {beyond}"),
    );
    check(
        d("2").try_pow(d("96.5")),
        &format!("the result of `puissance` {beyond}"),
    );
    check(
        d("1e28").try_pow(d("1e28")),
        &format!("the result of `puissance` {beyond}"),
    );
    check(
        d("1e28").try_log(d("1.0000000000000000000000000001")),
        &format!("the result of `logarithme` {beyond}"),
    );
}

#[test]
fn arguments_without_a_real_result_are_named() {
    check(
        d("-4").try_sqrt(),
        "argument `x`: a negative number has no real square root, got -4",
    );
    check(
        d("-4").try_nth_root(2),
        "argument `x`: a negative number has no real root of even degree, got -4",
    );
    check(
        d("4").try_nth_root(0),
        "argument `n`: the degree of a root is between 1 and 100, got 0",
    );
    check(
        d("4").try_nth_root(101),
        "argument `n`: the degree of a root is between 1 and 100, got 101",
    );
    check(d("0").try_pow(d("-1")), "argument `base`: division by zero");
    check(
        d("-8").try_pow(d("0.5")),
        "argument `base`: a negative number has real powers only for whole exponents, got -8 to the power of 0.5",
    );
    check(
        d("0").try_ln(),
        "argument `x`: only numbers above 0 have a real logarithm, got 0",
    );
    check(
        d("-1").try_log(d("2")),
        "argument `x`: only numbers above 0 have a real logarithm, got -1",
    );
    check(
        d("1").try_log(d("-2")),
        "argument `base`: only numbers above 0 have a real logarithm, got -2",
    );
    check(
        d("2").try_log(d("1")),
        "argument `base`: there is no logarithm to base 1",
    );
}

// The expected digits of the following tables were computed with mpmath at 120 digits.

#[test]
fn square_roots_are_the_nearest_decimals() {
    check(d("2").try_sqrt(), "1.4142135623730950488016887242");
    check(d("3").try_sqrt(), "1.7320508075688772935274463415");
    check(d("0.5").try_sqrt(), "0.7071067811865475244008443621");
    check(d("10").try_sqrt(), "3.1622776601683793319988935444");
    check(d("1e-28").try_sqrt(), "0.00000000000001");
    check(
        d("79228162514264337593543950335").try_sqrt(),
        "281474976710656",
    );
    check(d("1.0000000000000000000000000001").try_sqrt(), "1");
    check(d("12345.6789").try_sqrt(), "111.11111060555555440541666143");
    check(
        d("0.000000000000000123").try_sqrt(),
        "0.0000000110905365064094171621",
    );
}

#[test]
fn natural_logarithms_are_the_nearest_decimals() {
    check(d("2").try_ln(), "0.6931471805599453094172321215");
    check(d("10").try_ln(), "2.3025850929940456840179914547");
    check(d("0.5").try_ln(), "-0.6931471805599453094172321215");
    check(d("1e-28").try_ln(), "-64.472382603833279152503760731");
    check(
        d("79228162514264337593543950335").try_ln(),
        "66.54212933375474970405428366",
    );
    check(
        d("1.0000000000000000000000000001").try_ln(),
        "0.0000000000000000000000000001",
    );
    check(d("0.9999999999").try_ln(), "-0.000000000100000000005");
    check(d("7.7").try_ln(), "2.0412203288596381651493048667");
}

#[test]
fn exponentials_are_the_nearest_decimals() {
    check(d("1").try_exp(), "2.7182818284590452353602874714");
    check(d("-1").try_exp(), "0.3678794411714423215955237702");
    check(d("0.5").try_exp(), "1.6487212707001281468486507878");
    check(d("66.5").try_exp(), "75959666021073336334634473276");
    check(d("-60").try_exp(), "0.0000000000000000000000000088");
    check(d("-64.9").try_exp(), "0.0000000000000000000000000001");
    check(d("1e-28").try_exp(), "1.0000000000000000000000000001");
    check(d("10.5").try_exp(), "36315.502674246637738912026901");
    check(d("0.0003").try_exp(), "1.0003000450045003375202510125");
}

#[test]
fn powers_are_the_nearest_decimals() {
    check(d("2").try_pow(d("0.5")), "1.4142135623730950488016887242");
    check(d("2").try_pow(d("-3.5")), "0.0883883476483184405501055453");
    check(
        d("1.0000000001").try_pow(d("100000000000.5")),
        "22026.465784894806912204207236",
    );
    check(d("1.1").try_pow(d("500")), "496984196731226689628.69431655");
    check(
        d("0.999").try_pow(d("60000")),
        "0.0000000000000000000000000085",
    );
    check(
        d("0.999").try_pow(d("-60000")),
        "117681024627949205021287810.55",
    );
    check(d("3").try_pow(d("-28")), "0.0000000000000437124217465698");
    check(d("0.3").try_pow(d("28")), "0.0000000000000022876792454961");
    check(
        d("1.0000000000000000000000000001").try_pow(d("50000000000000000000000000000")),
        "148.41315910257660342111558",
    );
    check(
        d("79228162514264337593543950335").try_pow(d("0.0000000000000000000000000001")),
        "1.0000000000000000000000000067",
    );
    check(d("0.5").try_pow(d("94")), "0.0000000000000000000000000001");
    check(d("7").try_pow(d("33.9")), "44547522564047486682320315786");
    check(
        d("1.5").try_pow(d("0.3333")),
        "1.1446987712684128787820090313",
    );
}

#[test]
fn roots_are_the_nearest_decimals() {
    check(d("2").try_nth_root(3), "1.2599210498948731647672106073");
    check(d("10").try_nth_root(10), "1.2589254117941672104239541064");
    check(d("-2").try_nth_root(5), "-1.1486983549970350067986269468");
    check(
        d("79228162514264337593543950335").try_nth_root(100),
        "1.9453098948245710370454041895",
    );
    check(d("1e-28").try_nth_root(7), "0.0001");
}

#[test]
fn sines_are_the_nearest_decimals() {
    check(d("1").try_sin(), "0.8414709848078965066525023216");
    check(d("3").try_sin(), "0.1411200080598672221007448028");
    check(d("-2.5").try_sin(), "-0.5984721441039564940518547022");
    check(d("1000000").try_sin(), "-0.3499935021712929521176524868");
    check(
        d("79228162514264337593543950335").try_sin(),
        "0.8753832556517298517600511989",
    );
    check(d("1e-20").try_sin(), "0.00000000000000000001");
}

#[test]
fn cosines_are_the_nearest_decimals() {
    check(d("1").try_cos(), "0.5403023058681397174009366074");
    check(d("3").try_cos(), "-0.9899924966004454572715727947");
    check(d("-2.5").try_cos(), "-0.8011436155469337148335027905");
    check(d("1000000").try_cos(), "0.9367521275331447869385325351");
    check(
        d("79228162514264337593543950335").try_cos(),
        "-0.4834295767995356907034052511",
    );
    check(d("1e-20").try_cos(), "1");
}

#[test]
fn tangents_are_the_nearest_decimals() {
    check(d("1").try_tan(), "1.5574077246549022305069748075");
    check(d("3").try_tan(), "-0.1425465430742778052956354105");
    check(d("-2.5").try_tan(), "0.7470222972386602793553526878");
    check(d("1000000").try_tan(), "-0.3736244539875990291734970886");
    check(
        d("79228162514264337593543950335").try_tan(),
        "-1.8107772003671303142498240912",
    );
    check(d("1e-20").try_tan(), "0.00000000000000000001");
}

#[test]
fn arctangents_are_the_nearest_decimals() {
    check(d("1").try_atan(), "0.7853981633974483096156608458");
    check(d("3").try_atan(), "1.2490457723982544258299170773");
    check(d("-2.5").try_atan(), "-1.1902899496825317329277337748");
    check(d("1000000").try_atan(), "1.570795326794896619564655025");
    check(
        d("79228162514264337593543950335").try_atan(),
        "1.5707963267948966192313216916",
    );
    check(d("1e-20").try_atan(), "0.00000000000000000001");
}

#[test]
fn logarithms_to_a_base_are_the_nearest_decimals() {
    check(d("100").try_log(d("7")), "2.3665893249098766536358571233");
    check(d("2").try_log(d("10")), "0.3010299956639811952137388947");
    check(d("0.1").try_log(d("3")), "-2.095903274289384604296567522");
    check(d("5").try_log(d("0.5")), "-2.3219280948873623478703194295");
}

/// The mantissa of `value` with the most digits after the point that a `Decimal` can hold, and their number.
fn last_digit(value: Decimal) -> (IBig, u32) {
    let (mut mantissa, mut scale) = (value.mantissa(), value.scale());
    while scale < Decimal::MAX_SCALE && Decimal::from_parts(mantissa * 10, scale).is_some() {
        mantissa *= 10;
        scale += 1;
    }
    (IBig::from(mantissa), scale)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_function_panics(x in any_decimal(), y in any_decimal(), n in 0..=101u32) {
        let _ = x.try_sqrt();
        let _ = x.try_nth_root(n);
        let _ = x.try_pow(y);
        let _ = x.try_exp();
        let _ = x.try_ln();
        let _ = x.try_log(y);
        let _ = x.try_sin();
        let _ = x.try_cos();
        let _ = x.try_tan();
        let _ = x.try_atan();
    }

    #[test]
    fn no_power_near_one_panics(noise in 1..1_000_000_000i128, scale in 9..=28u32, y in any_decimal()) {
        let near = Decimal::from_parts(noise, scale).unwrap();
        let _ = Decimal::ONE.try_add(near).unwrap().try_pow(y);
        let _ = Decimal::ONE.try_sub(near).unwrap().try_pow(y);
    }

    #[test]
    fn a_square_root_is_within_half_a_unit_of_its_last_digit(x in any_decimal()) {
        let x = x.abs();
        let (root, scale) = last_digit(x.try_sqrt().unwrap());
        // (root - 1/2)^2 <= x <= (root + 1/2)^2, times 4 to stay with whole numbers.
        let four_x = IBig::from(4) * x.mantissa() * IBig::from(10).pow((2 * scale + 28 - x.scale()) as usize);
        let square = |side: IBig| side.clone() * side * IBig::from(10).pow(28);
        let twice = root * IBig::from(2);
        prop_assert!(twice.is_zero() || square(twice.clone() - IBig::ONE) <= four_x);
        prop_assert!(square(twice + IBig::ONE) >= four_x);
    }

    #[test]
    fn whole_powers_agree_with_repeated_multiplication(x in -1000..1000i64, n in 0..9u32) {
        let product = (0..n).try_fold(Decimal::ONE, |product, _| product.try_mul(x.into()));
        prop_assert_eq!(Decimal::from(x).try_pow(n.into()).unwrap(), product.unwrap());
    }

    #[test]
    fn the_exponential_undoes_the_logarithm(x in 1..1_000_000_000u64) {
        let x = Decimal::from(x);
        let back = x.try_ln().unwrap().try_exp().unwrap();
        let error = back.try_sub(x).unwrap().abs();
        prop_assert!(error.try_div(x).unwrap() <= d("1e-26"), "{} {}", x, back);
    }
}
