//! Results are the decimals nearest to the true ones.

use super::*;

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
