//! The format of a `@cacheTag`: text with variables in braces, `product-{$key.id}`.
//!
//! What is in the braces is written as in the mappings of connectors, of which a tag can use paths: `$key.a.b` or `$key { a { b } }`.
//! What methods (`->`) and literals (`$(…)`) make of them is not looked at.

use std::fmt;

/// A variable, and what of it is meant.
pub(super) struct Variable<'f> {
    /// Without its `$`.
    pub(super) name: &'f str,
    /// The names after it.
    pub(super) path: Vec<&'f str>,
}

impl fmt::Display for Variable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "${}", self.name)?;
        self.path.iter().try_for_each(|name| write!(f, ".{name}"))
    }
}

/// The variables of a format; what is wrong with it otherwise, without a full stop.
pub(super) fn variables(format: &str) -> Result<Vec<Variable<'_>>, String> {
    let mut variables = Vec::new();
    let mut rest = format;
    while let Some((_, after)) = rest.split_once('{') {
        let end = closing(after).ok_or("a brace is not closed")?;
        variables.extend(variable(&after[..end])?);
        rest = &after[end + 1..];
    }
    Ok(variables)
}

/// Where the brace is closed that was opened before a text.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 1_usize;
    let braces = text.match_indices(['{', '}']);
    for (at, brace) in braces {
        depth = match brace {
            "{" => depth + 1,
            _ => depth - 1,
        };
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// The variable in a pair of braces; none where there is a literal.
fn variable(expression: &str) -> Result<Option<Variable<'_>>, String> {
    let expression = expression.trim();
    let wrong = |what: &str| format!("`{expression}` {what}");
    let Some(rest) = expression.strip_prefix('$') else {
        return Err(wrong("is not a variable"));
    };
    if rest.starts_with('(') {
        return Ok(None);
    }
    let (name, mut rest) = split_name(rest);
    let mut path = Vec::new();
    let mut open = 0_usize;
    loop {
        rest = rest.trim_start();
        let Some(next) = rest.chars().next().filter(|c| ['.', '{'].contains(c)) else {
            break;
        };
        open += usize::from(next == '{');
        let (step, after) = split_name(rest[1..].trim_start());
        if step.is_empty() {
            return Err(wrong("lacks a name"));
        }
        path.push(step);
        rest = after;
    }
    if open == 0 && rest.starts_with("->") {
        rest = "";
    }
    for _ in 0..open {
        let closed = rest.trim_start().strip_prefix('}');
        rest = closed.ok_or_else(|| wrong("selects more than one value"))?;
    }
    match rest.trim() {
        "" => Ok(Some(Variable { name, path })),
        _ => Err(wrong("is not a path of names")),
    }
}

/// A name at the beginning of a text, and what comes after it.
fn split_name(text: &str) -> (&str, &str) {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.split_at(text.find(|c| !is_part(c)).unwrap_or(text.len()))
}
