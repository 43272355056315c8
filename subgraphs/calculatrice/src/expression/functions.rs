//! The functions of expressions: names, arguments, meaning.

use valeurs::{Computed, Decimal, Erreur, Number, Precision, Rounding, Stop};

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
    apply: fn(&[Number], Precision) -> Computed,
    /// Whether it takes long: it is computed in digits, rather than in fractions.
    pub(super) is_long: bool,
    /// Whether it is a product of many factors.
    pub(super) has_factors: bool,
    /// The same function of an angle in degrees.
    pub(super) in_degrees: Option<fn(&Number, Precision) -> Computed>,
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
    apply: fn(&[Number], Precision) -> Computed,
) -> Function {
    Function {
        names,
        arity,
        description,
        apply,
        is_long: false,
        has_factors: false,
        in_degrees: None,
    }
}

/// A product of many factors.
const fn factors(
    names: &'static [&'static str],
    description: &'static str,
    apply: fn(&[Number], Precision) -> Computed,
) -> Function {
    Function {
        has_factors: true,
        ..function(names, (1, 1), description, apply)
    }
}

/// A function that takes long.
const fn long(
    names: &'static [&'static str],
    arity: (usize, usize),
    description: &'static str,
    apply: fn(&[Number], Precision) -> Computed,
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
    apply: fn(&[Number], Precision) -> Computed,
    in_degrees: fn(&Number, Precision) -> Computed,
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
/// Of [`operations::factors`] and [`Number::descending_product`].
pub(super) fn factorial(n: &Number, at: Precision) -> Computed {
    descending_product(n, 1, at)
}

/// n!! of a number, in the same way.
///
/// # Errors
/// As [`factorial`].
pub(super) fn double_factorial(n: &Number, at: Precision) -> Computed {
    descending_product(n, 2, at)
}

fn descending_product(n: &Number, step: usize, at: Precision) -> Computed {
    let first = operations::factors(decimal(n, "n", at)?)?;
    Number::descending_product(first, step, at)
}

/// The root of `x` of degree `n`.
fn root(x: &Number, n: &Number, at: Precision) -> Computed {
    match operations::degree(decimal(n, "n", at)?)? {
        2 => x.try_sqrt(at),
        n => x.try_root(n, at),
    }
}

/// `x` with this many decimals.
fn round(x: &Number, decimals: &Number, rounding: Rounding, at: Precision) -> Computed {
    let scale = operations::scale(decimal(decimals, "decimales", at)?)?;
    x.try_round(scale, rounding, at)
}

fn gcd(a: &Number, b: &Number, at: Precision) -> Computed {
    if let Some(divisor) = a.gcd(b, at)? {
        return Ok(divisor);
    }
    let (argument, x) = match a.to_whole(at)? {
        None => ("a", a),
        Some(_) => ("b", b),
    };
    Err(not_whole(argument, x, at))
}

fn lcm(a: &Number, b: &Number, at: Precision) -> Computed {
    let divisor = gcd(a, b, at)?;
    if divisor == Decimal::ZERO.into() {
        return Ok(divisor);
    }
    Ok(a.try_div(&divisor, at)?.try_mul(b, at)?.abs())
}

/// The decimal that `x` is: the operations that ask for a small whole number take no other.
fn decimal(x: &Number, argument: &'static str, at: Precision) -> Result<Decimal, Stop> {
    x.to_decimal(at)?.ok_or_else(|| not_whole(argument, x, at))
}

fn not_whole(argument: &'static str, x: &Number, at: Precision) -> Stop {
    match x.told(at) {
        Ok(told) => {
            let reason = format!("a whole number is expected, got {told}");
            Erreur::invalid(argument, reason).into()
        }
        Err(stop) => stop,
    }
}

/// All arguments in one, from the first.
fn folded(
    arguments: &[Number],
    at: Precision,
    fold: fn(&Number, &Number, Precision) -> Computed,
) -> Computed {
    let [first, middle @ .., last] = arguments else {
        return Ok(arguments[0].clone());
    };
    let before = middle.iter().try_fold(first.clone(), |all, x| {
        fold(&all, x, at).map_err(Stop::on_the_way)
    })?;
    fold(&before, last, at)
}

/// Every function, in the order of their canonical names.
///
/// `apply` is called with as many arguments as `arity` allows: indexing below the least is safe.
pub(crate) static FUNCTIONS: &[Function] = &[
    function(&["abs"], (1, 1), "magnitude of x", |a, _| Ok(a[0].abs())),
    function(
        &["arrondi", "round"],
        (1, 2),
        "x to n decimals, 0 by default, ties to even",
        |a, at| round(&a[0], &or(a, 1, Decimal::ZERO), Rounding::HalfEven, at),
    ),
    long(
        &["atan", "arctan"],
        (1, 1),
        "angle in radians with the tangent x",
        |a, at| a[0].try_atan(at),
    ),
    of_angle(
        &["cos"],
        "cosine of x radians, or of degrees: `cos(30°)`",
        |a, at| a[0].try_cos(at),
        Number::try_cos_degrees,
    ),
    long(
        &["degres", "degrees"],
        (1, 1),
        "x radians in degrees, as in `degres(atan(1))`",
        |a, at| a[0].try_degrees(at),
    ),
    factors(
        &["doubleFactorielle", "fact2"],
        "n!! = n × (n - 2) × …",
        |a, at| double_factorial(&a[0], at),
    ),
    long(&["exp"], (1, 1), "e to the power of x", |a, at| {
        a[0].try_exp(at)
    }),
    factors(&["factorielle", "fact"], "n!", |a, at| factorial(&a[0], at)),
    long(&["ln"], (1, 1), "natural logarithm of x", |a, at| {
        a[0].try_ln(at)
    }),
    long(
        &["log", "logarithme"],
        (1, 2),
        "logarithm of x to a base, natural without one, as `ln`",
        |a, at| match a {
            [x, base, ..] => x.try_log(base, at),
            _ => a[0].try_ln(at),
        },
    ),
    long(
        &["log10"],
        (1, 1),
        "logarithm of x to the base 10",
        |a, at| a[0].try_log(&Decimal::TEN.into(), at),
    ),
    long(
        &["log2"],
        (1, 1),
        "logarithm of x to the base 2",
        |a, at| a[0].try_log(&Decimal::TWO.into(), at),
    ),
    function(&["max"], (1, ANY), "largest argument", |a, at| {
        folded(a, at, |best, x, at| Ok(best.max(x, at)))
    }),
    function(&["min"], (1, ANY), "smallest argument", |a, at| {
        folded(a, at, |best, x, at| Ok(best.min(x, at)))
    }),
    function(
        &["pgcd", "gcd"],
        (2, ANY),
        "greatest common divisor of whole numbers",
        |a, at| folded(a, at, gcd),
    ),
    function(
        &["plafond", "ceil"],
        (1, 1),
        "smallest whole number not below x",
        |a, at| a[0].try_round(0, Rounding::Ceiling, at),
    ),
    function(
        &["plancher", "floor"],
        (1, 1),
        "largest whole number not above x",
        |a, at| a[0].try_round(0, Rounding::Floor, at),
    ),
    function(
        &["ppcm", "lcm"],
        (2, ANY),
        "least common multiple of whole numbers",
        |a, at| folded(a, at, lcm),
    ),
    function(
        &["produit", "product"],
        (1, ANY),
        "product of the arguments",
        |a, at| folded(a, at, Number::try_mul),
    ),
    long(
        &["racine", "sqrt"],
        (1, 2),
        "root of x of degree n, 2 by default",
        |a, at| root(&a[0], &or(a, 1, Decimal::TWO), at),
    ),
    function(
        &["signe", "sign"],
        (1, 1),
        "-1, 0 or 1, as x is below, at or above 0",
        |a, at| a[0].signum(at),
    ),
    of_angle(
        &["sin"],
        "sine of x radians, or of degrees: `sin(30°)`",
        |a, at| a[0].try_sin(at),
        Number::try_sin_degrees,
    ),
    function(
        &["somme", "sum"],
        (1, ANY),
        "sum of the arguments",
        |a, at| folded(a, at, Number::try_add),
    ),
    of_angle(
        &["tan"],
        "tangent of x radians, or of degrees: `tan(30°)`",
        |a, at| a[0].try_tan(at),
        Number::try_tan_degrees,
    ),
    function(
        &["tronque", "trunc"],
        (1, 2),
        "x cut to n decimals, 0 by default",
        |a, at| round(&a[0], &or(a, 1, Decimal::ZERO), Rounding::Truncate, at),
    ),
];

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
    pub(super) fn call(&self, arguments: &[Number], at: Precision) -> Computed {
        (self.apply)(arguments, at)
    }
}
