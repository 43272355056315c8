//! The functions of expressions: names, arguments, meaning.

use valeurs::{Decimal, Erreur, Number, Resultat, Rounding};

use super::ast::Constant;
use crate::operations;

/// A function.
#[derive(Debug)]
pub(crate) struct Function {
    /// The first is the canonical one.
    names: &'static [&'static str],
    /// The least and the largest number of arguments.
    arity: (usize, usize),
    /// What it gives, for documentation.
    pub(crate) description: &'static str,
    apply: fn(&[Number]) -> Resultat<Number>,
    /// Whether it takes long: it is computed in digits, rather than in fractions, or has many factors.
    pub(super) is_long: bool,
    /// The same function of an angle in degrees.
    pub(super) in_degrees: Option<fn(&Number) -> Resultat<Number>>,
}

impl PartialEq for Function {
    fn eq(&self, other: &Function) -> bool {
        self.names == other.names
    }
}

/// As many arguments as fit into an expression.
const ANY: usize = usize::MAX;

const fn function(
    names: &'static [&'static str],
    arity: (usize, usize),
    description: &'static str,
    apply: fn(&[Number]) -> Resultat<Number>,
) -> Function {
    Function {
        names,
        arity,
        description,
        apply,
        is_long: false,
        in_degrees: None,
    }
}

/// A function that takes long.
const fn long(
    names: &'static [&'static str],
    arity: (usize, usize),
    description: &'static str,
    apply: fn(&[Number]) -> Resultat<Number>,
) -> Function {
    Function {
        is_long: true,
        ..function(names, arity, description, apply)
    }
}

/// A function of an angle, in radians and in degrees.
const fn of_angle(
    names: &'static [&'static str],
    description: &'static str,
    apply: fn(&[Number]) -> Resultat<Number>,
    in_degrees: fn(&Number) -> Resultat<Number>,
) -> Function {
    Function {
        in_degrees: Some(in_degrees),
        ..long(names, (1, 1), description, apply)
    }
}

/// The optional argument at `index`.
fn or(arguments: &[Number], index: usize, default: Decimal) -> Number {
    arguments
        .get(index)
        .cloned()
        .unwrap_or_else(|| default.into())
}

/// n! of a number: exact, also where a `Decimal` has no place for it, so that `30! / 28!` is 870.
///
/// # Errors
/// Of [`operations::factors`]; [`Overflow`](valeurs::Code::Overflow) where a fraction has no place for it either, above about 1,700.
pub(super) fn factorial(n: &Number) -> Resultat<Number> {
    descending_product(n, 1, "factorielle")
}

/// n!! of a number, in the same way.
///
/// # Errors
/// As [`factorial`].
pub(super) fn double_factorial(n: &Number) -> Resultat<Number> {
    descending_product(n, 2, "doubleFactorielle")
}

fn descending_product(n: &Number, step: usize, operation: &'static str) -> Resultat<Number> {
    let first = operations::factors(decimal(n, "n")?)?;
    Number::descending_product(first, step).ok_or_else(|| Erreur::overflow(operation))
}

/// The root of `x` of degree `n`.
fn root(x: &Number, n: &Number) -> Resultat<Number> {
    x.try_root(operations::degree(decimal(n, "n")?)?)
}

/// `x` with this many decimals.
fn round(x: &Number, decimals: &Number, rounding: Rounding) -> Resultat<Number> {
    let scale = operations::scale(decimal(decimals, "decimales")?)?;
    x.try_round(scale, rounding)
}

fn gcd(a: &Number, b: &Number) -> Resultat<Number> {
    a.gcd(b).ok_or_else(|| {
        let (argument, x) = if a.to_whole().is_none() {
            ("a", a)
        } else {
            ("b", b)
        };
        Erreur::invalid(argument, format!("a whole number is expected, got {x}"))
    })
}

fn lcm(a: &Number, b: &Number) -> Resultat<Number> {
    let divisor = gcd(a, b)?;
    if divisor == Decimal::ZERO.into() {
        return Ok(divisor);
    }
    Ok(a.try_div(&divisor)?.try_mul(b)?.abs())
}

/// The decimal that `x` is: the operations that ask for a small whole number take no other.
fn decimal(x: &Number, argument: &'static str) -> Resultat<Decimal> {
    x.to_decimal()
        .ok_or_else(|| Erreur::invalid(argument, format!("a whole number is expected, got {x}")))
}

/// Every function, in the order of their canonical names.
///
/// `apply` is called with as many arguments as `arity` allows: indexing below the least is safe.
pub(crate) static FUNCTIONS: &[Function] = &[
    function(&["abs"], (1, 1), "magnitude of x", |a| Ok(a[0].abs())),
    function(
        &["arrondi", "round"],
        (1, 2),
        "x to n decimals, 0 by default, ties to even",
        |a| round(&a[0], &or(a, 1, Decimal::ZERO), Rounding::HalfEven),
    ),
    long(
        &["atan", "arctan"],
        (1, 1),
        "angle in radians with the tangent x",
        |a| a[0].try_atan(),
    ),
    of_angle(
        &["cos"],
        "cosine of x radians, or of degrees: `cos(30°)`",
        |a| a[0].try_cos(),
        Number::try_cos_degrees,
    ),
    long(
        &["degres", "degrees"],
        (1, 1),
        "x radians in degrees, as in `degres(atan(1))`",
        |a| a[0].try_degrees(),
    ),
    long(
        &["doubleFactorielle", "fact2"],
        (1, 1),
        "n!! = n × (n - 2) × …",
        |a| double_factorial(&a[0]),
    ),
    long(&["exp"], (1, 1), "e to the power of x", |a| a[0].try_exp()),
    long(&["factorielle", "fact"], (1, 1), "n!", |a| factorial(&a[0])),
    long(&["ln"], (1, 1), "natural logarithm of x", |a| a[0].try_ln()),
    long(
        &["log", "logarithme"],
        (1, 2),
        "logarithm of x to a base, natural without one, as `ln`",
        |a| match a {
            [x, base, ..] => x.try_log(base),
            _ => a[0].try_ln(),
        },
    ),
    long(&["log10"], (1, 1), "logarithm of x to the base 10", |a| {
        a[0].try_log(&Decimal::TEN.into())
    }),
    long(&["log2"], (1, 1), "logarithm of x to the base 2", |a| {
        a[0].try_log(&Decimal::TWO.into())
    }),
    function(&["max"], (1, ANY), "largest argument", |a| {
        Ok(best(a, |x, best| x > best))
    }),
    function(&["min"], (1, ANY), "smallest argument", |a| {
        Ok(best(a, |x, best| x < best))
    }),
    function(
        &["pgcd", "gcd"],
        (2, ANY),
        "greatest common divisor of whole numbers",
        |a| {
            a[1..]
                .iter()
                .try_fold(a[0].clone(), |divisor, n| gcd(&divisor, n))
        },
    ),
    function(
        &["plafond", "ceil"],
        (1, 1),
        "smallest whole number not below x",
        |a| a[0].try_round(0, Rounding::Ceiling),
    ),
    function(
        &["plancher", "floor"],
        (1, 1),
        "largest whole number not above x",
        |a| a[0].try_round(0, Rounding::Floor),
    ),
    function(
        &["ppcm", "lcm"],
        (2, ANY),
        "least common multiple of whole numbers",
        |a| {
            a[1..]
                .iter()
                .try_fold(a[0].clone(), |multiple, n| lcm(&multiple, n))
        },
    ),
    function(
        &["produit", "product"],
        (1, ANY),
        "product of the arguments",
        |a| {
            a[1..]
                .iter()
                .try_fold(a[0].clone(), |product, x| product.try_mul(x))
        },
    ),
    long(
        &["racine", "sqrt"],
        (1, 2),
        "root of x of degree n, 2 by default",
        |a| root(&a[0], &or(a, 1, Decimal::TWO)),
    ),
    function(
        &["signe", "sign"],
        (1, 1),
        "-1, 0 or 1, as x is below, at or above 0",
        |a| Ok(a[0].signum()),
    ),
    of_angle(
        &["sin"],
        "sine of x radians, or of degrees: `sin(30°)`",
        |a| a[0].try_sin(),
        Number::try_sin_degrees,
    ),
    function(&["somme", "sum"], (1, ANY), "sum of the arguments", |a| {
        a[1..]
            .iter()
            .try_fold(a[0].clone(), |sum, x| sum.try_add(x))
    }),
    of_angle(
        &["tan"],
        "tangent of x radians, or of degrees: `tan(30°)`",
        |a| a[0].try_tan(),
        Number::try_tan_degrees,
    ),
    function(
        &["tronque", "trunc"],
        (1, 2),
        "x cut to n decimals, 0 by default",
        |a| round(&a[0], &or(a, 1, Decimal::ZERO), Rounding::Truncate),
    ),
];

/// The argument that no other is better than.
fn best(arguments: &[Number], is_better: fn(&Number, &Number) -> bool) -> Number {
    let mut best = &arguments[0];
    for x in &arguments[1..] {
        if is_better(x, best) {
            best = x;
        }
    }
    best.clone()
}

/// The function of that name, in lower case.
pub(super) fn named(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| {
        let mut names = function.names.iter();
        names.any(|known| known.eq_ignore_ascii_case(name))
    })
}

/// Whether a function gives an angle.
pub(super) fn gives_an_angle(function: &Function) -> bool {
    function.name() == "atan"
}

/// The function that turns radians into degrees.
pub(super) fn degrees() -> &'static Function {
    named("degres").expect("it is in the table")
}

/// Whether a name means something by itself.
pub(super) fn is_taken(name: &str) -> bool {
    named(name).is_some() || Constant::ALL.iter().any(|constant| constant.name() == name)
}

/// The canonical names of all functions, and the constants, for messages.
pub(super) fn names() -> String {
    let names: Vec<&str> = FUNCTIONS.iter().map(Function::name).collect();
    format!("{}, pi and e", names.join(", "))
}

impl Function {
    /// The canonical name.
    pub(crate) fn name(&self) -> &'static str {
        self.names[0]
    }

    /// Every name.
    pub(crate) fn names(&self) -> &'static [&'static str] {
        self.names
    }

    /// Whether it may be called with this many arguments.
    pub(super) fn takes(&self, arguments: usize) -> bool {
        (self.arity.0..=self.arity.1).contains(&arguments)
    }

    /// The number of arguments in words.
    pub(crate) fn arity(&self) -> String {
        match self.arity {
            (1, 1) => "1 argument".to_owned(),
            (least, ANY) => format!(
                "at least {least} argument{}",
                if least > 1 { "s" } else { "" }
            ),
            (least, most) if least == most => format!("{least} arguments"),
            (least, most) => format!("{least} or {most} arguments"),
        }
    }

    /// The value for as many arguments as it takes.
    pub(super) fn call(&self, arguments: &[Number]) -> Resultat<Number> {
        (self.apply)(arguments)
    }
}
