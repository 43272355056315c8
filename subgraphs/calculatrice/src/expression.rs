//! Expressions in text: `2 * (3 + 4)^2 / 7`.
//!
//! The pipeline, a module a stage:
//!
//! 1. [`lexer`]: characters into tokens with their columns;
//! 2. [`parser`]: tokens into a tree ([`ast`]), by precedence;
//! 3. [`evaluation`]: the tree into a value, or into the steps that lead to it.
//!
//! # Grammar
//! From the loosest to the tightest:
//!
//! | operators | | |
//! | --- | --- | --- |
//! | `a + b`, `a - b` | addition, subtraction | from the left |
//! | `a * b`, `a / b`, `a % b` | product, quotient, remainder | from the left |
//! | `-a`, `+a` | opposite, nothing | before its operand |
//! | `a ^ b` | power | from the right: `2^3^2` is `2^(3^2)` |
//! | `a!`, `a!!` | factorial, double factorial | after its operand, once |
//! | `a %`, `a°` | per cent, degrees | after its operand |
//!
//! A power binds tighter than a sign before it, as in mathematics: `-2^2` is `-(2^2)`, -4. A sign may begin an exponent:
//! `2^-1` is 0.5. Numbers are as in [`Decimal::parse`](valeurs::Decimal::parse), without sign. `pi` and `e` are
//! constants, [`functions`] are called with parentheses, their arguments are separated by `,` or `;`. `×`, `·`, `÷`, `−`
//! and `**` stand for `*`, `*`, `/`, `-` and `^`.
//!
//! `%` is a remainder where an operand follows, and per cent where none does. An angle in degrees is one in radians, 180° is π; a trigonometric
//! function of one takes the degrees as they are, so that `sin(30°)` is 0.5 and `tan(90°)` does not exist.
//!
//! # Names
//! A name that is no function and no constant stands for a value that is given beside the text ([`Values`]). Values take the places of their
//! names when the text is read, and angles get their unit: what is left has neither names nor units to tell beside it, so that the canonical form is all
//! that another server needs.
//!
//! # Value
//! A value is computed without rounding as long as it is rational, and enclosed where it is not, with as many bits as it takes until only one
//! decimal can be the nearest: see [`Number`](valeurs::Number). It is rounded once, at the end. The steps show each number as the nearest decimal, or
//! by its first digits and a power of ten where that is beyond the largest, or 0.
//!
//! # Canonical form
//! Each expression prints in one way: single spaces around operators, no parentheses that the grammar does not need,
//! numbers in normal form, the first name of each function. Texts that differ in nothing else are the same expression,
//! and the same entity.

use std::fmt;
use std::str::FromStr;

use valeurs::{Decimal, Erreur, Resultat};

mod ast;
mod cost;
mod evaluation;
pub(crate) mod functions;
mod lexer;
mod parser;
#[cfg(test)]
mod tests;
mod values;

pub(crate) use self::evaluation::{Evaluation, Step};
pub(crate) use self::values::{MAX_NAME, MAX_VALUES, Values};

/// The longest expression, in characters.
pub(crate) const MAX_LENGTH: usize = 1000;

/// The deepest nesting: of parentheses, signs, exponents and calls.
pub(crate) const MAX_DEPTH: usize = 64;

/// The most operators between or after operands.
pub(crate) const MAX_OPERATIONS: usize = 500;

/// The longest canonical form, in characters: spaces around operators, and numbers without exponents.
pub(crate) const MAX_CANONICAL: usize = 8 * MAX_LENGTH;

/// The unit of angles in an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Angles {
    /// Radians, except for those that are written with `°`.
    #[default]
    Radians,
    /// Degrees, what functions take and what they give.
    Degrees,
}

/// The name of the argument that errors are about.
const ARGUMENT: &str = "expression";

/// An expression that follows the grammar. Its `Display` is the canonical form.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Expression {
    tree: ast::Node,
    /// The text it was read from, which columns of errors are about.
    source: String,
}

impl Expression {
    /// The numbers of all operations in it.
    ///
    /// # Errors
    /// Of any operation in it, located at the operation.
    pub(crate) fn evaluate(&self) -> Resultat<Evaluation> {
        Evaluation::of(&self.tree).map_err(|failure| failure.located(&self.source))
    }

    /// The value, from its evaluation.
    ///
    /// # Errors
    /// [`Overflow`](valeurs::Code::Overflow), and [`LimitExceeded`](valeurs::Code::LimitExceeded) where no number of digits decides which decimal is
    /// nearest.
    pub(crate) fn value(&self, evaluation: &mut Evaluation) -> Resultat<Decimal> {
        let value = evaluation.value(&self.tree);
        value.map_err(|failure| failure.located(&self.source))
    }

    /// The operations that lead to the value, in the order in which they are done: arguments before what needs them, the
    /// left before the right. From its evaluation.
    ///
    /// # Errors
    /// As [`value`](Expression::value), of any operation in it.
    pub(crate) fn steps(&self, evaluation: &mut Evaluation) -> Resultat<Vec<Step>> {
        let steps = evaluation.steps(&self.tree);
        steps.map_err(|failure| failure.located(&self.source))
    }
}

impl Expression {
    /// The expression of a text, with the values of its names.
    ///
    /// # Errors
    /// [`ExpressionSyntax`](valeurs::Code::ExpressionSyntax), [`LimitExceeded`](valeurs::Code::LimitExceeded): also where the values make it too
    /// long.
    pub(crate) fn read(text: &str, values: &Values, angles: Angles) -> Resultat<Expression> {
        let mut expression = Expression::within(text, MAX_LENGTH, values)?;
        if angles == Angles::Degrees {
            expression.tree = expression.tree.in_degrees();
        } else if values.is_empty() {
            return Ok(expression);
        }
        // What it has become is an expression too, and the key by which it is asked elsewhere.
        let told = |erreur: Erreur| match erreur.cause() {
            valeurs::Cause::LimitExceeded {
                what,
                limit,
                actual,
            } => {
                let what =
                    format!("{what}, with the values in their places and the units of angles");
                Erreur::limit(what, *limit, *actual).on(ARGUMENT)
            }
            _ => erreur,
        };
        Expression::canonical(&expression.to_string()).map_err(told)?;
        Ok(expression)
    }

    /// The expression of a canonical form.
    ///
    /// # Errors
    /// As [`read`](Expression::read).
    pub(crate) fn canonical(text: &str) -> Resultat<Expression> {
        Expression::within(text, MAX_CANONICAL, &Values::default())
    }

    fn within(text: &str, most: usize, values: &Values) -> Resultat<Expression> {
        let length = text.chars().count();
        if length > most {
            return Err(Erreur::limit("characters", most, length).on(ARGUMENT));
        }
        let tree = lexer::tokens(text)
            .and_then(|tokens| parser::parse(&tokens, values))
            .map_err(|failure| failure.located(text))?;
        let source = text.to_owned();
        Ok(Expression { tree, source })
    }
}

impl FromStr for Expression {
    type Err = Erreur;

    fn from_str(text: &str) -> Resultat<Expression> {
        Expression::within(text, MAX_LENGTH, &Values::default())
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tree.fmt(f)
    }
}

/// An error at a place of the text.
#[derive(Debug)]
struct Failure {
    erreur: Erreur,
    /// Column from 1, in characters.
    column: usize,
}

impl Failure {
    fn located(self, source: &str) -> Erreur {
        let snippet = snippet(source, self.column);
        let column = self.column;
        self.erreur
            .on(ARGUMENT)
            .at(valeurs::Endroit { column, snippet })
    }
}

/// What a snippet shows before and after its caret, in characters.
const CONTEXT: usize = 30;

/// The text around `column`, and a caret under it on a second line. What would move the caret is shown as a space.
fn snippet(source: &str, column: usize) -> String {
    let shown = |c: char| if c.is_control() { ' ' } else { c };
    let start = column.saturating_sub(CONTEXT + 1);
    let around: String = source
        .chars()
        .skip(start)
        .take(2 * CONTEXT)
        .map(shown)
        .collect();
    format!("{around}\n{:>width$}", '^', width = column - start)
}
