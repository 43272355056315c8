//! What can go wrong with values, with a stable code for programs and a sentence for people.

use std::borrow::Cow;
use std::fmt;

use thiserror::Error;

/// The result of an operation on values.
pub type Resultat<T> = Result<T, Erreur>;

/// The stable name of a kind of error: `extensions.code` in GraphQL, `code` of a problem in REST.
///
/// Clients match on these; a code is never renamed or reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// A division, a remainder or a negative power of zero.
    DivisionByZero,
    /// The result is beyond the largest `Decimal`.
    Overflow,
    /// The operation has no real value for this argument, such as the root of a negative number.
    Domain,
    /// A series without a value where at least one is needed.
    EmptySeries,
    /// A series with too few values for the definition that is asked for.
    InsufficientData,
    /// An argument of the right type with a value that the operation does not take.
    InvalidArgument,
    /// A text or number that is not a `Decimal`, or not one without rounding.
    InvalidDecimal,
    /// An `id` that no `Serie` has.
    InvalidSerieId,
    /// An expression that does not follow the grammar.
    ExpressionSyntax,
    /// An input longer, deeper or larger than the service accepts, or a request that costs more than it may.
    LimitExceeded,
    /// The time of the request was over before the result was there.
    Timeout,
}

impl Code {
    /// Every code, in the order of their names.
    pub const ALL: [Code; 11] = [
        Code::DivisionByZero,
        Code::Domain,
        Code::EmptySeries,
        Code::ExpressionSyntax,
        Code::InsufficientData,
        Code::InvalidArgument,
        Code::InvalidDecimal,
        Code::InvalidSerieId,
        Code::LimitExceeded,
        Code::Overflow,
        Code::Timeout,
    ];

    /// The code as clients see it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Code::DivisionByZero => "DIVISION_BY_ZERO",
            Code::Overflow => "OVERFLOW",
            Code::Domain => "DOMAIN_ERROR",
            Code::EmptySeries => "EMPTY_SERIES",
            Code::InsufficientData => "INSUFFICIENT_DATA",
            Code::InvalidArgument => "INVALID_ARGUMENT",
            Code::InvalidDecimal => "INVALID_DECIMAL",
            Code::InvalidSerieId => "INVALID_SERIE_ID",
            Code::ExpressionSyntax => "EXPRESSION_SYNTAX",
            Code::LimitExceeded => "LIMIT_EXCEEDED",
            Code::Timeout => "REQUEST_TIMEOUT",
        }
    }

    /// What the code means, whatever the argument.
    pub const fn title(self) -> &'static str {
        match self {
            Code::DivisionByZero => "Division by zero",
            Code::Overflow => "Result out of range",
            Code::Domain => "No real result",
            Code::EmptySeries => "Empty series",
            Code::InsufficientData => "Too few values",
            Code::InvalidArgument => "Invalid argument",
            Code::InvalidDecimal => "Not an exact decimal",
            Code::InvalidSerieId => "Not the identifier of a series",
            Code::ExpressionSyntax => "Expression syntax",
            Code::LimitExceeded => "Limit exceeded",
            Code::Timeout => "Out of time",
        }
    }

    /// The same in French, which the words of the APIs are in.
    pub const fn titre(self) -> &'static str {
        match self {
            Code::DivisionByZero => "Division par zéro",
            Code::Overflow => "Résultat hors limites",
            Code::Domain => "Pas de résultat réel",
            Code::EmptySeries => "Série vide",
            Code::InsufficientData => "Trop peu de valeurs",
            Code::InvalidArgument => "Argument invalide",
            Code::InvalidDecimal => "Pas un décimal exact",
            Code::InvalidSerieId => "Pas l’identifiant d’une série",
            Code::ExpressionSyntax => "Syntaxe de l’expression",
            Code::LimitExceeded => "Limite dépassée",
            Code::Timeout => "Temps écoulé",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The kind of an [`Erreur`] with what only this kind knows.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Cause {
    /// A division, a remainder or a negative power of zero.
    #[error("division by zero")]
    DivisionByZero,
    /// The result of `operation` is beyond the largest `Decimal`.
    #[error("the result of `{operation}` is beyond ±{max}", max = rust_decimal::Decimal::MAX)]
    Overflow {
        /// The operation, as clients call it.
        operation: Cow<'static, str>,
    },
    /// The operation has no real value there.
    #[error("{reason}")]
    Domain {
        /// What has no value, and where it has one.
        reason: Cow<'static, str>,
    },
    /// A series without a value.
    #[error("the series is empty, it needs at least one value")]
    EmptySeries,
    /// A series with too few values.
    #[error("{operation} needs at least {needed} values, the series has {actual}")]
    InsufficientData {
        /// The operation, as clients call it.
        operation: Cow<'static, str>,
        /// The least number of values.
        needed: usize,
        /// The number of values received.
        actual: usize,
    },
    /// A value that the operation does not take.
    #[error("{reason}")]
    InvalidArgument {
        /// What was expected, and what came.
        reason: Cow<'static, str>,
    },
    /// Not a `Decimal`.
    #[error("{value:?} is not an exact decimal: {reason}")]
    InvalidDecimal {
        /// The beginning of what was received.
        value: String,
        /// Whether it is a number, which no `Decimal` equals.
        number: bool,
        /// Why it is refused.
        reason: Cow<'static, str>,
    },
    /// Not the `id` of a `Serie`.
    #[error("not the identifier of a series: {reason}")]
    InvalidSerieId {
        /// The first thing that is wrong in it.
        reason: Cow<'static, str>,
    },
    /// Not an expression.
    #[error("{reason}")]
    ExpressionSyntax {
        /// What was expected, and what came.
        reason: Cow<'static, str>,
    },
    /// Over a bound.
    #[error("{what}: {actual} is over the limit of {limit}")]
    LimitExceeded {
        /// What is counted, with its unit.
        what: Cow<'static, str>,
        /// The largest number accepted.
        limit: usize,
        /// The number received, or the first one over the limit when counting stopped there.
        actual: usize,
    },
    /// The time of the request was over.
    #[error("the computation took longer than allowed")]
    OutOfTime,
}

/// Where in a text an error is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endroit {
    /// Column of the first character concerned, from 1, in Unicode scalar values.
    pub column: usize,
    /// The text around it and, on a second line, a caret under that character.
    pub snippet: String,
}

/// An error about values: what happened, in which argument, and where in it.
///
/// Its `Display` names the argument. [`Erreur::code`] is what programs read.
///
/// ```
/// use valeurs::{Code, Decimal};
///
/// let error = Decimal::ONE.try_div(Decimal::ZERO).unwrap_err().on("diviseur");
/// assert_eq!(error.code(), Code::DivisionByZero);
/// assert_eq!(error.to_string(), "argument `diviseur`: division by zero");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erreur {
    cause: Cause,
    argument: Option<Cow<'static, str>>,
    endroit: Option<Box<Endroit>>,
}

impl From<Cause> for Erreur {
    fn from(cause: Cause) -> Self {
        Erreur {
            cause,
            argument: None,
            endroit: None,
        }
    }
}

impl Erreur {
    /// `operation` gave a result beyond the largest `Decimal`.
    pub fn overflow(operation: impl Into<Cow<'static, str>>) -> Self {
        let operation = operation.into();
        Cause::Overflow { operation }.into()
    }

    /// `argument` is where the operation has no real value.
    pub fn domain(
        argument: impl Into<Cow<'static, str>>,
        reason: impl Into<Cow<'static, str>>,
    ) -> Self {
        let reason = reason.into();
        Erreur::from(Cause::Domain { reason }).on(argument)
    }

    /// `argument` has a value that the operation does not take.
    pub fn invalid(
        argument: impl Into<Cow<'static, str>>,
        reason: impl Into<Cow<'static, str>>,
    ) -> Self {
        let reason = reason.into();
        Erreur::from(Cause::InvalidArgument { reason }).on(argument)
    }

    /// `what` was counted to `actual`, over `limit`.
    pub fn limit(what: impl Into<Cow<'static, str>>, limit: usize, actual: usize) -> Self {
        let what = what.into();
        Cause::LimitExceeded {
            what,
            limit,
            actual,
        }
        .into()
    }

    /// The same error, reported for `argument`.
    #[must_use]
    pub fn on(mut self, argument: impl Into<Cow<'static, str>>) -> Self {
        self.argument = Some(argument.into());
        self
    }

    /// The same error, reported for `to` where it was reported for `from`: for an operation that calls its arguments otherwise than
    /// the one it uses.
    #[must_use]
    pub fn renamed(self, from: &str, to: &'static str) -> Self {
        match self.argument() {
            Some(argument) if argument == from => self.on(to),
            _ => self,
        }
    }

    /// The same error, reported for `operation` where the kind names one (an overflow, too few values).
    #[must_use]
    pub fn during(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        match &mut self.cause {
            Cause::Overflow { operation } | Cause::InsufficientData { operation, .. } => {
                *operation = name.into();
            }
            _ => {}
        }
        self
    }

    /// The same error, located in the text of its argument.
    #[must_use]
    pub fn at(mut self, endroit: Endroit) -> Self {
        self.endroit = Some(Box::new(endroit));
        self
    }

    /// The stable code of the error.
    pub fn code(&self) -> Code {
        match &self.cause {
            Cause::DivisionByZero => Code::DivisionByZero,
            Cause::Overflow { .. } => Code::Overflow,
            Cause::Domain { .. } => Code::Domain,
            Cause::EmptySeries => Code::EmptySeries,
            Cause::InsufficientData { .. } => Code::InsufficientData,
            Cause::InvalidArgument { .. } => Code::InvalidArgument,
            Cause::InvalidDecimal { .. } => Code::InvalidDecimal,
            Cause::InvalidSerieId { .. } => Code::InvalidSerieId,
            Cause::ExpressionSyntax { .. } => Code::ExpressionSyntax,
            Cause::LimitExceeded { .. } => Code::LimitExceeded,
            Cause::OutOfTime => Code::Timeout,
        }
    }

    /// The kind of the error.
    pub fn cause(&self) -> &Cause {
        &self.cause
    }

    /// The argument the error is about, as clients call it.
    pub fn argument(&self) -> Option<&str> {
        self.argument.as_deref()
    }

    /// Where in the text of the argument the error is.
    pub fn endroit(&self) -> Option<&Endroit> {
        self.endroit.as_deref()
    }
}

impl fmt::Display for Erreur {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(argument) = &self.argument {
            write!(f, "argument `{argument}`")?;
            if let Some(endroit) = &self.endroit {
                write!(f, ", column {}", endroit.column)?;
            }
            f.write_str(": ")?;
        }
        self.cause.fmt(f)
    }
}

impl std::error::Error for Erreur {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.source()
    }
}

/// `extensions` of the GraphQL error: `code` always; `argument`, `column`, `snippet`, `limit` and `actual` where known.
impl From<Erreur> for async_graphql::Error {
    fn from(erreur: Erreur) -> Self {
        let mut error = async_graphql::Error::new(erreur.to_string());
        let extensions = error.extensions.get_or_insert_default();
        extensions.set("code", erreur.code().as_str());
        if let Some(argument) = erreur.argument() {
            extensions.set("argument", argument);
        }
        if let Some(endroit) = erreur.endroit() {
            extensions.set("column", endroit.column);
            extensions.set("snippet", endroit.snippet.as_str());
        }
        if let Cause::LimitExceeded { limit, actual, .. } = erreur.cause {
            extensions.set("limit", limit);
            extensions.set("actual", actual);
        }
        error
    }
}

#[cfg(test)]
mod tests;
