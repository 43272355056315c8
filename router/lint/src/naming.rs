//! How things are called.

use crate::graph::{Element, Kind, Remark};
use crate::rule::Rule;

/// What a query is not called after.
const VERBS: &[&str] = &["get", "list", "find", "fetch", "load", "query"];

pub(crate) fn look<'g>(element: &'g Element, remarks: &mut Vec<Remark<'g>>) {
    let mut remark = |rule, message| {
        remarks.push(Remark {
            rule,
            element,
            message,
        });
    };
    let Element {
        name, coordinate, ..
    } = element;
    let (is_right, wanted) = match element.kind {
        Kind::Scalar | Kind::Object | Kind::Interface | Kind::Union | Kind::Enum | Kind::Input => {
            (is_pascal_case(name), "PascalCase")
        }
        Kind::Field | Kind::Argument | Kind::InputField => (is_camel_case(name), "camelCase"),
        Kind::EnumValue => (is_screaming_snake_case(name), "SCREAMING_SNAKE_CASE"),
        Kind::Directive => (true, ""),
    };
    if !is_right {
        remark(Rule::Names, format!("`{coordinate}` is not {wanted}."));
    }
    if element.kind == Kind::Input && !name.ends_with("Input") {
        let message = format!("The name of the input type `{name}` does not end with `Input`.");
        remark(Rule::InputSuffix, message);
    }
    if let Some(suffix) = suffix(element.kind)
        .iter()
        .find(|suffix| name.ends_with(**suffix) && name != *suffix)
    {
        let message =
            format!("The name of `{name}` says what kind of type it is: leave out `{suffix}`.");
        remark(Rule::RedundantSuffixes, message);
    }
    if element.kind == Kind::Field {
        let repeats = starts_with_word(name, &element.owner);
        if repeats && !is_root(&element.owner) {
            let message = format!("`{coordinate}` repeats the name of its type.");
            remark(Rule::RepeatedNames, message);
        }
        let verb = VERBS.iter().find(|verb| starts_with_word(name, verb));
        if let Some(verb) = verb.filter(|_| element.owner == "Query") {
            let message =
                format!("`{coordinate}` begins with `{verb}`: call it after what it gives.");
            remark(Rule::Verbs, message);
        }
    }
}

fn is_root(name: &str) -> bool {
    matches!(name, "Query" | "Mutation" | "Subscription")
}

fn suffix(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Object => &["Type", "Object"],
        Kind::Interface => &["Interface"],
        Kind::Union => &["Union"],
        Kind::Enum => &["Enum"],
        Kind::Scalar => &["Scalar"],
        _ => &[],
    }
}

/// Whether a camelCase name begins with a word, which another one follows.
fn starts_with_word(name: &str, word: &str) -> bool {
    let Some((begin, rest)) = name.split_at_checked(word.len()) else {
        return false;
    };
    let next = rest.chars().next();
    begin.eq_ignore_ascii_case(word)
        && next.is_some_and(|next| next.is_ascii_uppercase() || next == '_')
}

fn is_pascal_case(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase()) && !name.contains('_')
}

fn is_camel_case(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase()) && !name.contains('_')
}

fn is_screaming_snake_case(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    name.bytes().all(allowed)
}
