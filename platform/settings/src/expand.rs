//! `${VAR}` and `${VAR:-default}` in values; `$${` stands for a literal `${`.

/// Replaces the variables of a value. Values are expanded after the YAML is read, so what a variable holds
/// can never add keys.
///
/// # Errors
/// A sentence that names the variable that is missing, or the brace.
pub(crate) fn expand(
    text: &str,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<String, String> {
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
            out.push_str(&lookup(&inside[..end], environment)?);
            rest = &inside[end + 1..];
        } else {
            out.push('$');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    Ok(out)
}

fn lookup(inside: &str, environment: &dyn Fn(&str) -> Option<String>) -> Result<String, String> {
    let (name, default) = match inside.split_once(":-") {
        Some((name, default)) => (name, Some(default)),
        None => (inside, None),
    };
    let named = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !named {
        return Err(format!(
            "\"{name}\" is not the name of an environment variable"
        ));
    }
    match (environment(name), default) {
        // As in a shell, `:-` also stands in for a variable that is set to nothing.
        (Some(value), None) => Ok(value),
        (Some(value), Some(_)) if !value.is_empty() => Ok(value),
        (_, Some(default)) => Ok(default.to_owned()),
        (None, None) => Err(format!("the environment variable {name} is not set")),
    }
}

/// Whether [`expand`] would change the text.
pub(crate) fn has_variable(text: &str) -> bool {
    text.contains("${")
}
