//! Directives that async-graphql cannot write, put where they belong in the SDL of a subgraph.
//!
//! `@cost` and `@listSize` (<https://ibm.github.io/graphql-specs/cost-spec.html>) are Federation's since version 2.9, and the library links 2.5. What a service
//! says by them is a table: fields, and what is after their types.

#[cfg(test)]
mod tests;

/// The version that the library links, and the one that has the directives.
const LINKED: &str = "https://specs.apollo.dev/federation/v2.5";
const NEEDED: &str = "https://specs.apollo.dev/federation/v2.9";

/// The directives of fields: `("Query.histogramme", "@cost(weight: 20)")`.
pub(crate) type Directives = &'static [(&'static str, &'static str)];

/// The SDL with the directives.
pub(crate) fn apply(sdl: &str, directives: Directives) -> String {
    let sdl = linked(sdl, directives);
    let mut written = String::with_capacity(sdl.len() + directives.len() * 64);
    let (mut ty, mut field, mut in_description) = ("", "", false);
    for line in sdl.lines() {
        written.push_str(line);
        if line.matches("\"\"\"").count() % 2 == 1 {
            in_description = !in_description;
        } else if !in_description {
            let inner = line
                .strip_prefix('\t')
                .filter(|inner| !inner.starts_with('\t'));
            match (line.strip_prefix("type "), inner) {
                (Some(named), _) => ty = name(named),
                (None, Some(inner)) if !name(inner).is_empty() => field = name(inner),
                _ => {}
            }
            // The line with its type is the last of a field, and the only one of a field without arguments.
            if inner.is_some_and(|inner| inner.contains(": ")) {
                let here = |place: &str| place.split_once('.') == Some((ty, field));
                for (_, directive) in directives.iter().filter(|(place, _)| here(place)) {
                    written.push(' ');
                    written.push_str(directive);
                }
            }
        }
        written.push('\n');
    }
    written
}

/// The SDL with a link to what has the directives.
fn linked(sdl: &str, directives: Directives) -> String {
    let names = ["@cost", "@listSize"].into_iter();
    let used = names.filter(|name| directives.iter().any(|(_, text)| text.contains(name)));
    let imports = used.map(|name| format!("\"{name}\", "));
    let used: String = imports.filter(|import| !sdl.contains(import)).collect();
    if used.is_empty() {
        return sdl.to_owned();
    }
    let sdl = sdl.replacen(LINKED, NEEDED, 1);
    sdl.replacen("import: [", &format!("import: [{used}"), 1)
}

/// The name that a text begins with.
fn name(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    &text[..end.unwrap_or(text.len())]
}
