//! Every operation of the calculator, once: what is written here is its GraphQL field, its REST route, and the
//! documentation of both.

use async_graphql::{Object, ScalarType as _};
use service::RootField;
use service::rest::table::{Operation, parameter};
use valeurs::{Decimal, Resultat, budget};

use crate::angle::UniteAngle;
use crate::operations;
use crate::rounding::ModeArrondi;

/// Defines operations. Each has its documentation, its arguments (`name: Type = "documentation", "example"` and, when it
/// may be left out, its default between brackets; `in` says which whole numbers it takes), and the expression that computes it, with `@digits` before it where that
/// takes long.
macro_rules! operations {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident(
            $($argument:ident: $type:ty = $about:literal, $example:literal $([$($default:tt)+])? $(in $least:literal..=$most:literal)?;)+
        ) => $(@$digits:ident)? $result:expr
    )+) => {
        /// The operations as root fields.
        #[derive(Debug, Default)]
        pub(crate) struct Arithmetique;

        #[Object]
        impl Arithmetique {$(
            $(#[doc = $doc])+
            async fn $name(
                &self,
                $(#[graphql(desc = $about $(, $($default)+)?)] $argument: $type,)+
            ) -> Option<Resultat<Decimal>> {
                Some(operations!(@resolved $($digits)?, $name($($argument),+), $result))
            }
        )+}

        /// The fast paths to the root fields.
        pub(crate) fn shortcuts() -> Vec<RootField> {
            vec![$(RootField::new(
                camel_case(stringify!($name)),
                vec![$(camel_case(stringify!($argument)).into()),+],
                |mut given| {
                    $(let $argument: $type = given.read(operations!(@default $type $(, $($default)+)?))?;)+
                    called(stringify!($name), $result).ok().map(|result| result.to_value())
                },
            )),+]
        }

        /// The operations of the REST API.
        pub(crate) fn operations() -> Vec<Operation> {
            vec![$(Operation::new(
                camel_case(stringify!($name)),
                [$($doc),+].map(str::trim).join("\n"),
                ($(
                    parameter::<$type>(camel_case(stringify!($argument)), $about, $example)
                        $(.or(operations!(@value $type, $($default)+)))?
                        $(.between($least, $most))?,
                )+),
                |($($argument,)+), _| called(stringify!($name), $result),
            )),+]
        }
    };
    (@resolved, $name:ident($($argument:ident),+), $result:expr) => { called(stringify!($name), $result) };
    (@resolved digits, $name:ident($($argument:ident),+), $result:expr) => {{
        let mut key = Vec::new();
        $($argument.add_to(&mut key);)+
        once(stringify!($name), &key, || called(stringify!($name), $result))
    }};
    (@default $type:ty) => { None };
    (@default $type:ty, $($default:tt)+) => { Some(|| operations!(@value $type, $($default)+)) };
    (@value $type:ty, default) => { <$type>::default() };
    (@value $type:ty, default = $value:literal) => { $value };
}

operations! {
    /// The sum a + b.
    addition(
        a: Decimal = "The first term.", "0.1";
        b: Decimal = "The second term.", "0.2";
    ) => a.try_add(b)

    /// The difference a - b.
    soustraction(
        a: Decimal = "What is subtracted from.", "10";
        b: Decimal = "What is subtracted.", "2.5";
    ) => a.try_sub(b)

    /// The product a × b.
    multiplication(
        a: Decimal = "The first factor.", "1.5";
        b: Decimal = "The second factor.", "-4";
    ) => a.try_mul(b)

    /// The quotient a / b, rounded once where it has no end.
    division(
        a: Decimal = "The dividend.", "1";
        b: Decimal = "The divisor, not 0.", "3";
    ) => a.try_div(b)

    /// The quotient a / b truncated to a whole number, towards zero. Together with `modulo`: a = b × quotient + remainder.
    division_entiere(
        a: Decimal = "The dividend.", "-7";
        b: Decimal = "The divisor, not 0.", "2";
    ) => a.try_div_whole(b)

    /// The remainder of the division of a by b with a whole quotient. Exact, with the sign of a: -7 modulo 3 is -1.
    modulo(
        a: Decimal = "The dividend.", "7.5";
        b: Decimal = "The divisor, not 0.", "2";
    ) => a.try_rem(b)

    /// The power of a base. Exact where a decimal equals it, else rounded once; 0 to the power of 0 is 1.
    puissance(
        base: Decimal = "The base. Below 0 only with a whole exponent; not 0 with an exponent below 0.", "2";
        exposant: Decimal = "The exponent, whole or not.", "10";
    ) => @digits base.try_pow(exposant)

    /// The square root. Exact for perfect squares, else rounded once.
    racine_carree(
        x: Decimal = "A number not below 0.", "2";
    ) => @digits x.try_sqrt()

    /// The root of degree n. Exact where a decimal equals it, else rounded once.
    racine_nieme(
        x: Decimal = "A number, not below 0 when n is even.", "27";
        n: i32 = "The degree, from 1 to 100.", "3" in 1..=100;
    ) => @digits operations::root(x, n.into())

    /// e to the power of x.
    exponentielle(
        x: Decimal = "The exponent.", "1";
    ) => @digits x.try_exp()

    /// The logarithm of x to a base: natural without one. The same as `log` in an expression.
    logarithme(
        x: Decimal = "A number above 0.", "1000";
        base: Option<Decimal> = "The base, above 0 and not 1. Without one, the logarithm is natural, to the base e.", "10";
    ) => @digits base.map_or_else(|| x.try_ln(), |base| x.try_log(base))

    /// The sine of an angle.
    sinus(
        x: Decimal = "The angle.", "30";
        unite: UniteAngle = "The unit of the angle.", "DEGRE" [default];
    ) => @digits unite.sine(x)

    /// The cosine of an angle.
    cosinus(
        x: Decimal = "The angle.", "30";
        unite: UniteAngle = "The unit of the angle.", "DEGRE" [default];
    ) => @digits unite.cosine(x)

    /// The tangent of an angle.
    tangente(
        x: Decimal = "The angle.", "30";
        unite: UniteAngle = "The unit of the angle.", "DEGRE" [default];
    ) => @digits unite.tangent(x)

    /// The angle whose tangent is x: from -π/2 to π/2, or from -90 to 90 degrees.
    arctangente(
        x: Decimal = "The tangent.", "1";
        unite: UniteAngle = "The unit of the result.", "DEGRE" [default];
    ) => @digits unite.arc_tangent(x)

    /// The factorial n! = 1 × 2 × … × n, exact.
    factorielle(
        n: i32 = "A whole number from 0. Beyond 27 the factorial overflows.", "20";
    ) => operations::factorial(n.into())

    /// The double factorial n!! = n × (n - 2) × (n - 4) × …, down to 1 or 2, exact.
    double_factorielle(
        n: i32 = "A whole number from 0. Beyond 45 the double factorial overflows.", "9";
    ) => operations::double_factorial(n.into())

    /// The absolute value, the magnitude of x.
    valeur_absolue(
        x: Decimal = "Any number.", "-12.5";
    ) => Ok(x.abs())

    /// The opposite -x.
    oppose(
        x: Decimal = "Any number.", "12.5";
    ) => Ok(x.opposite())

    /// The inverse 1 / x.
    inverse(
        x: Decimal = "A number, not 0.", "8";
    ) => Decimal::ONE.try_div(x).map_err(|erreur| erreur.renamed("b", "x"))

    /// x with at most the given number of digits after the point.
    arrondi(
        x: Decimal = "The number to round.", "2.345";
        decimales: i32 = "How many digits stay after the point, from 0 to 28.", "2" [default = 0] in 0..=28;
        mode: ModeArrondi = "What to do with the others.", "DEMI_SUPERIEUR" [default];
    ) => operations::round(x, decimales.into(), mode.into())

    /// The greatest common divisor, not below 0. That of 0 and 0 is 0.
    pgcd(
        a: Decimal = "A whole number.", "12";
        b: Decimal = "A whole number.", "18";
    ) => operations::gcd(a, b)

    /// The least common multiple, not below 0. It is 0 when one of the numbers is.
    ppcm(
        a: Decimal = "A whole number.", "4";
        b: Decimal = "A whole number.", "6";
    ) => operations::lcm(a, b)

    /// The smaller of two numbers.
    plus_petit(
        a: Decimal = "A number.", "2";
        b: Decimal = "Another number.", "10";
    ) => Ok(a.min(b))

    /// The larger of two numbers.
    plus_grand(
        a: Decimal = "A number.", "2";
        b: Decimal = "Another number.", "10";
    ) => Ok(a.max(b))

    /// So many per cent of a value: taux × valeur / 100.
    pourcentage(
        taux: Decimal = "The rate in per cent.", "20";
        valeur: Decimal = "What the rate is of.", "80";
    ) => operations::percentage(taux, valeur)

    /// The change between two values in per cent of the first: 100 × (arrivee - depart) / |depart|.
    evolution(
        depart: Decimal = "The value before, not 0.", "80";
        arrivee: Decimal = "The value after.", "100";
    ) => operations::change(depart, arrivee)
}

/// An argument, as a part of what results are known by.
trait Known {
    fn add_to(&self, key: &mut Vec<u8>);
}

impl Known for Decimal {
    fn add_to(&self, key: &mut Vec<u8>) {
        key.extend_from_slice(&self.pack());
    }
}

impl Known for Option<Decimal> {
    fn add_to(&self, key: &mut Vec<u8>) {
        self.iter().for_each(|one| one.add_to(key));
    }
}

impl Known for i32 {
    fn add_to(&self, key: &mut Vec<u8>) {
        key.extend_from_slice(&self.to_ne_bytes());
    }
}

impl Known for UniteAngle {
    fn add_to(&self, key: &mut Vec<u8>) {
        key.push(*self as u8);
    }
}

/// The result of a field that takes long: computed once in a request for the same arguments.
fn once(
    field: &'static str,
    arguments: &[u8],
    compute: impl FnOnce() -> Resultat<Decimal>,
) -> Resultat<Decimal> {
    budget::shared(field, arguments, compute).map(|result| *result)
}

/// The result of an operation, whose failure is said of its name.
fn called(name: &str, result: Resultat<Decimal>) -> Resultat<Decimal> {
    result.map_err(|erreur| erreur.during(camel_case(name)))
}

/// The name that GraphQL and REST give to a Rust name.
fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut name, word| {
        let (head, tail) = word.split_at(word.len().min(1));
        name.push_str(&head.to_ascii_uppercase());
        name.push_str(tail);
        name
    })
}

#[cfg(test)]
mod tests;
