//! The functions of expressions: names, arguments, meaning.

use valeurs::{Decimal, Resultat, Rounding};

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
    apply: fn(&[Decimal]) -> Resultat<Decimal>,
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
    apply: fn(&[Decimal]) -> Resultat<Decimal>,
) -> Function {
    Function {
        names,
        arity,
        description,
        apply,
    }
}

/// The optional argument at `index`.
fn or(arguments: &[Decimal], index: usize, default: Decimal) -> Decimal {
    arguments.get(index).copied().unwrap_or(default)
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
        |a| operations::round(a[0], or(a, 1, Decimal::ZERO), Rounding::HalfEven),
    ),
    function(
        &["atan", "arctan"],
        (1, 1),
        "angle in radians with the tangent x",
        |a| a[0].try_atan(),
    ),
    function(&["cos"], (1, 1), "cosine of x radians", |a| a[0].try_cos()),
    function(&["exp"], (1, 1), "e to the power of x", |a| a[0].try_exp()),
    function(&["factorielle", "fact"], (1, 1), "n!", |a| {
        operations::factorial(a[0])
    }),
    function(&["ln"], (1, 1), "natural logarithm of x", |a| a[0].try_ln()),
    function(
        &["log"],
        (1, 2),
        "logarithm of x to a base, 10 by default",
        |a| a[0].try_log(or(a, 1, Decimal::TEN)),
    ),
    function(&["max"], (1, ANY), "largest argument", |a| {
        Ok(a.iter().copied().fold(a[0], Decimal::max))
    }),
    function(&["min"], (1, ANY), "smallest argument", |a| {
        Ok(a.iter().copied().fold(a[0], Decimal::min))
    }),
    function(
        &["pgcd", "gcd"],
        (2, ANY),
        "greatest common divisor of whole numbers",
        |a| {
            a[1..]
                .iter()
                .try_fold(a[0], |divisor, n| operations::gcd(divisor, *n))
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
                .try_fold(a[0], |multiple, n| operations::lcm(multiple, *n))
        },
    ),
    function(
        &["produit", "product"],
        (1, ANY),
        "product of the arguments",
        |a| Decimal::try_product(a.iter().copied()),
    ),
    function(
        &["racine", "sqrt"],
        (1, 2),
        "root of x of degree n, 2 by default",
        |a| operations::root(a[0], or(a, 1, Decimal::TWO)),
    ),
    function(
        &["signe", "sign"],
        (1, 1),
        "-1, 0 or 1, as x is below, at or above 0",
        |a| Ok(operations::sign(a[0])),
    ),
    function(&["sin"], (1, 1), "sine of x radians", |a| a[0].try_sin()),
    function(&["somme", "sum"], (1, ANY), "sum of the arguments", |a| {
        Decimal::try_sum(a.iter().copied())
    }),
    function(&["tan"], (1, 1), "tangent of x radians", |a| a[0].try_tan()),
    function(
        &["tronque", "trunc"],
        (1, 2),
        "x cut to n decimals, 0 by default",
        |a| operations::round(a[0], or(a, 1, Decimal::ZERO), Rounding::Truncate),
    ),
];

/// The function of that name, in lower case.
pub(super) fn named(name: &str) -> Option<&'static Function> {
    FUNCTIONS
        .iter()
        .find(|function| function.names.contains(&name))
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

    /// Whether it may be called with so many arguments.
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
    pub(super) fn call(&self, arguments: &[Decimal]) -> Resultat<Decimal> {
        (self.apply)(arguments)
    }
}
