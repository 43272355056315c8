//! Lists of numbers, read from text without a value for each.
//!
//! A parser of JSON or GraphQL makes a value of some hundred bytes of each number, and async-graphql copies and validates them at each use.
//! A list of numbers becomes a packed [`Liste`] instead, read once from the text: the variables that are declared as such, and the long
//! lists in a document, where a name stands for them while it is parsed.

use async_graphql::parser::types::{
    BaseType, Directive, DocumentOperations, ExecutableDocument, OperationDefinition, Selection,
    SelectionSet,
};
use async_graphql::{Name, Positioned, Value as ConstValue};
use async_graphql_value::Value;
use valeurs::{Decimal, Liste};

use super::exact::is_kept;

/// Shorter lists of a document stay where they are.
const SHORTEST: usize = 16;

/// What the names that stand for lists begin with. A document that has such a name itself keeps its lists.
const MARK: &str = "__liste_";

/// The document, with a name for each long list of numbers, and the lists. All else keeps its line and column.
pub(super) fn take(document: &str) -> (Option<String>, Vec<Liste>) {
    let mut lists = Vec::new();
    if document.len() < 2 * SHORTEST || document.contains(MARK) {
        return (None, lists);
    }
    let bytes = document.as_bytes();
    let mut text = String::new();
    let (mut at, mut copied) = (0, 0);
    while let Some(byte) = bytes.get(at) {
        at = match byte {
            b'"' => after_string(bytes, at),
            b'#' => after_comment(bytes, at),
            b'[' => match read(document, at) {
                Some((list, end)) if list.len() >= SHORTEST => {
                    text.push_str(&document[copied..at]);
                    stand_in(&mut text, lists.len(), &document[at..end]);
                    lists.push(list);
                    copied = end;
                    end
                }
                _ => at + 1,
            },
            _ => at + 1,
        };
    }
    if lists.is_empty() {
        return (None, lists);
    }
    text.push_str(&document[copied..]);
    (Some(text), lists)
}

/// Writes a name, and what puts the text after it where it would be after `list`.
fn stand_in(text: &mut String, index: usize, list: &str) {
    let name = format!("{MARK}{index}");
    text.push_str(&name);
    match list.rfind(['\n', '\r']) {
        None => text.extend(std::iter::repeat_n(
            ' ',
            list.len().saturating_sub(name.len()),
        )),
        Some(last) => {
            text.extend(list.chars().filter(|c| matches!(c, '\n' | '\r')));
            text.extend(std::iter::repeat_n(' ', list.len() - last - 1));
        }
    }
}

/// The list of numbers that begins at `start`, and where it ends: numbers, or decimals in strings. `None` for any other, and for a number
/// that would lose digits, which is for others to report.
pub(super) fn read(text: &str, start: usize) -> Option<(Liste, usize)> {
    let bytes = text.as_bytes();
    let mut decimals = Vec::new();
    let mut at = start + 1;
    loop {
        match bytes.get(at)? {
            b' ' | b'\t' | b'\n' | b'\r' | b',' => at += 1,
            b']' => return Some((decimals.into_iter().collect(), at + 1)),
            b'"' => {
                let length = text[at + 1..].find('"')?;
                decimals.push(Decimal::parse(&text[at + 1..at + 1 + length]).ok()?);
                at += length + 2;
                ends(bytes, at)?;
            }
            b'-' | b'0'..=b'9' => {
                let rest = &bytes[at..];
                let length = rest.iter().take_while(|byte| is_of_number(byte)).count();
                decimals.push(number(&text[at..at + length])?);
                at += length;
                ends(bytes, at)?;
            }
            _ => return None,
        }
    }
}

/// Something must appear between two values.
fn ends(bytes: &[u8], at: usize) -> Option<()> {
    matches!(bytes.get(at)?, b' ' | b'\t' | b'\n' | b'\r' | b',' | b']').then_some(())
}

fn is_of_number(byte: &u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')
}

/// A number that is the same when it is read as a double.
fn number(text: &str) -> Option<Decimal> {
    let digits = text.trim_start_matches('-').as_bytes();
    let leading_zero = digits.len() > 1 && digits[0] == b'0' && digits[1].is_ascii_digit();
    // From 2^64 on a whole number may have lost digits before it was sent: the scalar judges.
    let doubtful = digits.len() > 15 && (!is_kept(text) || !text.contains('.'));
    if leading_zero || doubtful {
        return None;
    }
    Decimal::parse(text).ok()
}

pub(super) fn after_comment(bytes: &[u8], at: usize) -> usize {
    let rest = bytes[at..].iter();
    at + rest
        .take_while(|byte| !matches!(byte, b'\n' | b'\r'))
        .count()
}

pub(super) fn after_string(bytes: &[u8], start: usize) -> usize {
    let block = bytes[start..].starts_with(br#"""""#);
    let mut at = start + if block { 3 } else { 1 };
    while let Some(byte) = bytes.get(at) {
        at += match byte {
            b'\\' if !block => 2,
            b'\\' if bytes[at..].starts_with(br#"\""""#) => 4,
            b'"' if !block => return at + 1,
            b'"' if bytes[at..].starts_with(br#"""""#) => return at + 3,
            // A string that is not closed ends with its line: the parser says so.
            b'\n' | b'\r' if !block => return at,
            _ => 1,
        };
    }
    at
}

/// Puts the lists in place of their names.
pub(super) fn put_back(document: &mut ExecutableDocument, lists: &[Liste]) {
    if lists.is_empty() {
        return;
    }
    match &mut document.operations {
        DocumentOperations::Single(operation) => in_operation(&mut operation.node, lists),
        DocumentOperations::Multiple(operations) => {
            let operations = operations.values_mut();
            operations.for_each(|operation| in_operation(&mut operation.node, lists));
        }
    }
    for fragment in document.fragments.values_mut() {
        in_directives(&mut fragment.node.directives, lists);
        in_selection_set(&mut fragment.node.selection_set.node, lists);
    }
}

fn in_operation(operation: &mut OperationDefinition, lists: &[Liste]) {
    for definition in &mut operation.variable_definitions {
        if let Some(default) = &mut definition.node.default_value {
            in_constant(&mut default.node, lists);
        }
    }
    in_directives(&mut operation.directives, lists);
    in_selection_set(&mut operation.selection_set.node, lists);
}

/// The parser has bounded how deep this goes.
fn in_selection_set(set: &mut SelectionSet, lists: &[Liste]) {
    for selection in &mut set.items {
        match &mut selection.node {
            Selection::Field(field) => {
                let arguments = field.node.arguments.iter_mut();
                arguments.for_each(|(_, value)| in_value(&mut value.node, lists));
                in_directives(&mut field.node.directives, lists);
                in_selection_set(&mut field.node.selection_set.node, lists);
            }
            Selection::InlineFragment(inline) => {
                in_directives(&mut inline.node.directives, lists);
                in_selection_set(&mut inline.node.selection_set.node, lists);
            }
            Selection::FragmentSpread(spread) => in_directives(&mut spread.node.directives, lists),
        }
    }
}

fn in_directives(directives: &mut [Positioned<Directive>], lists: &[Liste]) {
    for directive in directives {
        let arguments = directive.node.arguments.iter_mut();
        arguments.for_each(|(_, value)| in_value(&mut value.node, lists));
    }
}

fn in_value(value: &mut Value, lists: &[Liste]) {
    match value {
        Value::Enum(name) => {
            if let Some(list) = named(name, lists) {
                *value = list.into_value();
            }
        }
        Value::List(items) => items.iter_mut().for_each(|item| in_value(item, lists)),
        Value::Object(members) => {
            let members = members.values_mut();
            members.for_each(|member| in_value(member, lists));
        }
        _ => {}
    }
}

fn in_constant(value: &mut ConstValue, lists: &[Liste]) {
    match value {
        ConstValue::Enum(name) => {
            if let Some(list) = named(name, lists) {
                *value = list;
            }
        }
        ConstValue::List(items) => items.iter_mut().for_each(|item| in_constant(item, lists)),
        ConstValue::Object(members) => {
            let members = members.values_mut();
            members.for_each(|member| in_constant(member, lists));
        }
        _ => {}
    }
}

fn named(name: &Name, lists: &[Liste]) -> Option<ConstValue> {
    let index: usize = name.strip_prefix(MARK)?.parse().ok()?;
    Some(lists.get(index)?.clone().into_packed())
}

/// Whether a type is a list of decimals.
pub(super) fn is_of_decimals(base: &BaseType) -> bool {
    match base {
        BaseType::List(item) => matches!(&item.base, BaseType::Named(name) if name == "Decimal"),
        BaseType::Named(_) => false,
    }
}

#[cfg(test)]
mod tests;
