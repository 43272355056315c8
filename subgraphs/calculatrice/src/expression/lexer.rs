//! From characters to tokens.

use valeurs::{Cause, Decimal};

use super::Failure;
use super::ast::{Binary, Postfix};

/// A token and the column of its first character, from 1.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) column: usize,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Number(Decimal),
    Name(String),
    Operator(Binary),
    Postfix(Postfix),
    Open,
    Close,
    /// Between arguments.
    Separator,
    End,
}

impl Kind {
    /// The token in a message.
    pub(super) fn describe(&self) -> String {
        match self {
            Kind::Number(value) => format!("the number {value}"),
            Kind::Name(name) => format!("the name `{name}`"),
            Kind::Operator(operator) => format!("`{}`", operator.symbol()),
            Kind::Postfix(operator) => format!("`{}`", operator.symbol().trim_start()),
            Kind::Open => "`(`".to_owned(),
            Kind::Close => "`)`".to_owned(),
            Kind::Separator => "`,`".to_owned(),
            Kind::End => "the end".to_owned(),
        }
    }
}

/// What to write where `!` follows `!`.
pub(super) const FACTORIALS: &str = "`n!` is a factorial and `n!!` the double factorial n × (n - 2) × …: write `(n!)!` for the factorial of a factorial";

/// A failure of the grammar.
pub(super) fn syntax(column: usize, reason: impl Into<String>) -> Failure {
    let reason = reason.into().into();
    Failure {
        erreur: Cause::ExpressionSyntax { reason }.into(),
        column,
    }
}

/// The tokens of `text`, the last of which is [`Kind::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Failure> {
    let characters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&first) = characters.get(at) {
        if first.is_whitespace() {
            at += 1;
            continue;
        }
        let follows_space = at > 0 && characters[at - 1].is_whitespace();
        let (kind, length) = token(&characters[at..], first, at + 1, follows_space)?;
        tokens.push(Token {
            column: at + 1,
            kind,
        });
        at += length;
    }
    tokens.push(Token {
        column: at + 1,
        kind: Kind::End,
    });
    Ok(tokens)
}

/// The token at the beginning of `rest`, and its length in characters.
fn token(
    rest: &[char],
    first: char,
    column: usize,
    follows_space: bool,
) -> Result<(Kind, usize), Failure> {
    let operator = |operator, length| Ok((Kind::Operator(operator), length));
    match first {
        '0'..='9' | '.' => number(rest, column),
        'a'..='z' | 'A'..='Z' => {
            let length = run(rest, |c| c.is_ascii_alphanumeric() || c == '_');
            let name: String = rest[..length].iter().collect();
            Ok((Kind::Name(name.to_ascii_lowercase()), length))
        }
        'π' => Ok((Kind::Name("pi".to_owned()), 1)),
        '√' => Ok((Kind::Name("racine".to_owned()), 1)),
        '*' if rest.get(1) == Some(&'*') => operator(Binary::Power, 2),
        '+' => operator(Binary::Add, 1),
        '-' | '−' => operator(Binary::Subtract, 1),
        '*' | '×' | '·' => operator(Binary::Multiply, 1),
        '/' | '÷' => operator(Binary::Divide, 1),
        '%' => percent(rest, follows_space, column).map(|kind| (kind, 1)),
        '°' => Ok((Kind::Postfix(Postfix::Degrees), 1)),
        '^' => operator(Binary::Power, 1),
        '!' => match run(rest, |c| c == '!') {
            1 => Ok((Kind::Postfix(Postfix::Factorial), 1)),
            2 => Ok((Kind::Postfix(Postfix::DoubleFactorial), 2)),
            _ => Err(syntax(column, FACTORIALS)),
        },
        '(' => Ok((Kind::Open, 1)),
        ')' => Ok((Kind::Close, 1)),
        ',' | ';' => Ok((Kind::Separator, 1)),
        other => Err(syntax(
            column,
            format!("the character {other:?} is not part of an expression"),
        )),
    }
}

/// `20 %` is per cent where no operand follows, and `7 % 2` a remainder where one does. A minus may begin an operand, or not: spaces tell, as
/// in `7 % -2` and `20 % - 5`.
fn percent(rest: &[char], follows_space: bool, column: usize) -> Result<Kind, Failure> {
    let spaces = run(&rest[1..], char::is_whitespace);
    let after = &rest[1 + spaces..];
    let percent = Ok(Kind::Postfix(Postfix::Percent));
    let remainder = Ok(Kind::Operator(Binary::Remainder));
    match after.first() {
        None
        | Some(')' | ',' | ';' | '+' | '*' | '/' | '×' | '·' | '÷' | '^' | '!' | '°' | '%') => {
            percent
        }
        Some('-' | '−') => match after.get(1) {
            Some(next) if next.is_whitespace() => percent,
            _ if follows_space => remainder,
            _ if spaces > 0 => percent,
            _ => Err(syntax(
                column,
                "`%` before a minus may be per cent or a remainder: write `20 % - 5` or `7 % (-2)`",
            )),
        },
        Some(_) => remainder,
    }
}

/// Digits, a fraction, an exponent: as much as belongs to a number, then read as a whole.
fn number(rest: &[char], column: usize) -> Result<(Kind, usize), Failure> {
    let digits = |from: usize| run(&rest[from..], |c| c.is_ascii_digit());
    let mut length = run(rest, |c| c.is_ascii_digit() || c == '.');
    // `e` begins an exponent only before digits: `2e` is an error of its own, at the `e`.
    if let Some('e' | 'E') = rest.get(length) {
        let sign = usize::from(matches!(rest.get(length + 1), Some('+' | '-')));
        let start = (length + 1 + sign).min(rest.len());
        if digits(start) > 0 {
            length = start + digits(start);
        }
    }
    let text: String = rest[..length].iter().collect();
    match Decimal::parse(&text) {
        Ok(value) => Ok((Kind::Number(value), length)),
        Err(erreur) => Err(Failure { erreur, column }),
    }
}

fn run(rest: &[char], belongs: impl Fn(char) -> bool) -> usize {
    rest.iter().take_while(|c| belongs(**c)).count()
}
