//! What is the same in two subscriptions that are only written differently.

use std::collections::BTreeMap;

use apollo_compiler::ast::{Definition, Document};
use serde_json::value::RawValue;

/// Longer texts and values, in bytes, are the same as they are written, or not at all.
const LONGEST: usize = 16 * 1024;

/// How deep they may be nested, to be looked into.
const DEEPEST: usize = 64;

/// An operation, whatever white space, commas and comments it is written with, and whether it is named where there is no other.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Spelt {
    query: Box<str>,
    operation_name: Option<Box<str>>,
    variables: Option<Box<str>>,
}

impl Spelt {
    /// A valid operation and the text of its variables.
    pub(super) fn of(query: &str, operation_name: Option<&str>, variables: Option<&str>) -> Self {
        let document = parse(query);
        let is_operation =
            |definition: &&Definition| matches!(definition, Definition::OperationDefinition(_));
        let is_alone = document
            .as_ref()
            .is_some_and(|document| document.definitions.iter().filter(is_operation).count() == 1);
        let printed = document.map(|document| document.serialize().no_indent().to_string());
        Self {
            query: printed.map_or_else(|| query.into(), Into::into),
            operation_name: operation_name.filter(|_| !is_alone).map(Into::into),
            variables: variables.map(|variables| canonical(variables).into()),
        }
    }

    /// What it takes.
    pub(super) fn bytes(&self) -> usize {
        self.query.len() + self.variables.as_ref().map_or(0, |text| text.len())
    }
}

/// A text of which it is known that it is valid, unless it is long or deep.
fn parse(text: &str) -> Option<Document> {
    if text.len() > LONGEST {
        return None;
    }
    let mut parser = Document::parser().recursion_limit(DEEPEST);
    parser.parse_ast(text, "operation.graphql").ok()
}

/// JSON without white space, the members of its objects in order. Numbers stay as they are written.
fn canonical(text: &str) -> String {
    let mut written = String::with_capacity(text.len().min(LONGEST));
    let is_written = text.len() <= LONGEST && write(text, &mut written, 0).is_some();
    match is_written {
        true => written,
        false => text.to_owned(),
    }
}

/// `None` where it cannot be done.
fn write(text: &str, written: &mut String, depth: usize) -> Option<()> {
    let text = text.trim_matches([' ', '\t', '\n', '\r']);
    if depth > DEEPEST {
        return None;
    }
    match text.as_bytes().first()? {
        b'{' => {
            let members: BTreeMap<String, &RawValue> = serde_json::from_str(text).ok()?;
            written.push('{');
            for (index, (name, value)) in members.iter().enumerate() {
                if index > 0 {
                    written.push(',');
                }
                written.push_str(&serde_json::to_string(name).ok()?);
                written.push(':');
                write(value.get(), written, depth + 1)?;
            }
            written.push('}');
        }
        b'[' => {
            let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
            written.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    written.push(',');
                }
                write(item.get(), written, depth + 1)?;
            }
            written.push(']');
        }
        b'"' => {
            let value: String = serde_json::from_str(text).ok()?;
            written.push_str(&serde_json::to_string(&value).ok()?);
        }
        _ => written.push_str(text),
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Spelt {
        Spelt::of(text, None, None)
    }

    fn variables(text: &str) -> Spelt {
        Spelt::of("subscription{a}", None, Some(text))
    }

    #[test]
    fn an_operation_is_the_same_however_it_is_written() {
        let one = query("subscription A($x: Int) { a(x: $x) { b, c } }");
        assert_eq!(one, query("subscription A($x:Int){a(x:$x){b c}} # by hand"));
        assert_eq!(
            one,
            Spelt::of("subscription A($x:Int){a(x:$x){b c}}", Some("A"), None)
        );
        assert_ne!(one, query("subscription A($x: Int) { a(x: $x) { c b } }"));
        assert_ne!(one, query("subscription B($x: Int) { a(x: $x) { b c } }"));
        assert_ne!(
            query("subscription { a(x: 1) }"),
            query("subscription { a(x: 2) }")
        );
        assert_ne!(
            query("subscription { a(x: \"1\") }"),
            query("subscription { a(x: \"1 \") }")
        );
    }

    #[test]
    fn where_there_are_several_the_name_says_which() {
        let both = "subscription A { a } subscription B { b }";
        assert_ne!(
            Spelt::of(both, Some("A"), None),
            Spelt::of(both, Some("B"), None)
        );
    }

    #[test]
    fn variables_are_the_same_however_they_are_written() {
        let one = variables(r#"{ "a": [1, {"y": 1.0, "x": "\u0061"}], "b": null }"#);
        assert_eq!(one, variables(r#"{"b":null,"a":[1,{"x":"a","y":1.0}]}"#));
        assert_ne!(one, variables(r#"{"b":null,"a":[1,{"x":"a","y":1}]}"#));
        assert_ne!(one, variables(r#"{"b":null,"a":[{"x":"a","y":1.0},1]}"#));
        assert_ne!(one, variables(r#"{"a":[1,{"x":"a","y":1.0}]}"#));
        assert_ne!(one, query("subscription{a}"));
    }

    #[test]
    fn what_is_long_or_deep_is_taken_as_it_is_written() {
        let long = format!(r#"{{"a":"{}"}}"#, "x".repeat(LONGEST));
        assert_eq!(variables(&long), variables(&long));
        assert_ne!(variables(&long), variables(&format!(" {long}")));
        let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(100), "]".repeat(100));
        assert_ne!(variables(&deep), variables(&format!(" {deep}")));
    }
}
