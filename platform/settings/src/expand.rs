//! `${VAR}`, `${file:/path}` and either with `:-default` in values; `$${` stands for a literal `${`.

use crate::sources::Sources;

/// What precedes the path of a file.
const FILE: &str = "file:";

/// Replaces the variables of a value. Values are expanded after the YAML is read, so what a variable holds
/// can never add keys.
///
/// # Errors
/// A sentence that names the variable that is missing, the file that cannot be read, or the brace.
pub(crate) fn expand(text: &str, sources: &Sources<'_>) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(literal) = rest.strip_prefix("$${") {
            out.push_str("${");
            rest = literal;
        } else if let Some(inside) = rest.strip_prefix("${") {
            let Some(end) = inside.find('}') else {
                return Err("\"${\" has no closing \"}\"".to_owned());
            };
            out.push_str(&lookup(&inside[..end], sources)?);
            rest = &inside[end + 1..];
        } else {
            out.push('$');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    Ok(out)
}

fn lookup(inside: &str, sources: &Sources<'_>) -> Result<String, String> {
    let (name, default) = match inside.split_once(":-") {
        Some((name, default)) => (name, Some(default)),
        None => (inside, None),
    };
    let found = match name.strip_prefix(FILE) {
        Some("") => return Err("\"file:\" names no file".to_owned()),
        Some(path) => sources.file(path),
        None => variable(name, sources)?,
    };
    match (found, default) {
        // As in a shell, `:-` also stands in for what is there and empty.
        (Ok(value), None) => Ok(value),
        (Ok(value), Some(_)) if !value.is_empty() => Ok(value),
        (_, Some(default)) => Ok(default.to_owned()),
        (Err(reason), None) => Err(reason),
    }
}

/// What a variable of the environment holds; within, why it holds nothing.
fn variable(name: &str, sources: &Sources<'_>) -> Result<Result<String, String>, String> {
    let named = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !named {
        return Err(format!(
            "\"{name}\" is not the name of an environment variable"
        ));
    }
    let value = sources.variable(name);
    Ok(value.ok_or_else(|| format!("the environment variable {name} is not set")))
}

/// Whether [`expand`] would change the text.
pub(crate) fn has_variable(text: &str) -> bool {
    text.contains("${")
}

/// Whether part of the value comes from a file, which may be a secret.
pub(crate) fn has_file(text: &str) -> bool {
    text.contains("${file:")
}
