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
//!
//! A power binds tighter than a sign before it, as in mathematics: `-2^2` is `-(2^2)`, -4. A sign may begin an exponent:
//! `2^-1` is 0.5. Numbers are as in [`Decimal::parse`](valeurs::Decimal::parse), without sign. `pi` and `e` are
//! constants, [`functions`] are called with parentheses, their arguments are separated by `,` or `;`. `×`, `·`, `÷`, `−`
//! and `**` stand for `*`, `*`, `/`, `-` and `^`.
//!
//! # Value
//! A value is computed without rounding as long as it is rational, and with digits to spare where it is not: see
//! [`Number`](valeurs::Number). It is rounded once, at the end. The steps show each number as the nearest decimal.
//!
//! # Canonical form
//! Each expression prints in one way: single spaces around operators, no parentheses that the grammar does not need,
//! numbers in normal form, the first name of each function. Texts that differ in nothing else are the same expression,
//! and the same entity.

use std::fmt;
use std::str::FromStr;

use valeurs::{Decimal, Erreur, Resultat};

mod ast;
mod evaluation;
pub(crate) mod functions;
mod lexer;
mod parser;
#[cfg(test)]
mod tests;

pub(crate) use self::evaluation::Step;

/// The longest expression, in characters.
pub(crate) const MAX_LENGTH: usize = 1000;

/// The deepest nesting: of parentheses, signs, exponents and calls.
pub(crate) const MAX_DEPTH: usize = 64;

/// The most operators between or after operands.
pub(crate) const MAX_OPERATIONS: usize = 500;

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
    /// The value.
    ///
    /// # Errors
    /// Of any operation in it, located at the operation.
    pub(crate) fn value(&self) -> Resultat<Decimal> {
        evaluation::value(&self.tree).map_err(|failure| failure.located(&self.source))
    }

    /// The operations that lead to the value, in the order in which they are done: arguments before what needs them, the
    /// left before the right.
    ///
    /// # Errors
    /// As [`value`](Expression::value).
    pub(crate) fn steps(&self) -> Resultat<Vec<Step>> {
        evaluation::steps(&self.tree).map_err(|failure| failure.located(&self.source))
    }
}

impl FromStr for Expression {
    type Err = Erreur;

    fn from_str(text: &str) -> Resultat<Expression> {
        let length = text.chars().count();
        if length > MAX_LENGTH {
            return Err(Erreur::limit("characters", MAX_LENGTH, length).on(ARGUMENT));
        }
        let tree = lexer::tokens(text)
            .and_then(|tokens| parser::parse(&tokens))
            .map_err(|failure| failure.located(text))?;
        let source = text.to_owned();
        Ok(Expression { tree, source })
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
