//! Descriptions in two languages.
//!
//! The words of the APIs are French, and their readers may be; the descriptions beside the code are English, as all of the code is. A
//! dictionary beside each program has the French of every description, and readers get both in one text: the French first, then the
//! English in italics. So it is in the SDL (and with it in the supergraph and the router's console), in answers to introspection, and in
//! the OpenAPI document.
//!
//! A dictionary is entries with an empty line between them: the English on a line that begins with `> `, then the French, where a line
//! with nothing but `¶` begins a new paragraph.

use std::collections::HashMap;

use async_graphql::{Name, Value};
use valeurs::{Resultat, budget};

#[cfg(test)]
mod tests;

/// The French of the descriptions that all services share.
const SHARED: &str = include_str!("descriptions.fr.txt");

/// The French of English descriptions.
#[derive(Clone, Debug)]
pub struct Descriptions(HashMap<String, String>);

impl Descriptions {
    /// The descriptions of a dictionary, and those that all services share.
    #[must_use]
    pub fn new(dictionary: &str) -> Self {
        let entries = [SHARED, dictionary].into_iter().flat_map(entries);
        Self(entries.collect())
    }

    /// Both languages in one text; `None` for a text that the dictionary does not have.
    fn both(&self, english: &str) -> Option<String> {
        let french = self.0.get(&folded(english))?;
        let english = english.trim().replace("\n\n", "*\n\n*");
        Some(format!("{french}\n\n*{english}*"))
    }

    /// A text in both languages, for one that is part of another; in English twice where the dictionary does not have it.
    #[must_use]
    pub fn pair<'a>(&'a self, english: &'a str) -> (&'a str, &'a str) {
        let french = self.0.get(&folded(english));
        (french.map_or(english, String::as_str), english)
    }

    /// The SDL with both languages.
    #[must_use]
    pub fn in_sdl(&self, sdl: &str) -> String {
        let mut written = String::with_capacity(sdl.len() * 2);
        let mut indent = "";
        for (index, part) in sdl.split(QUOTES).enumerate() {
            if index > 0 {
                written.push_str(QUOTES);
            }
            match self.both(&unindented(part)) {
                Some(both) if is_description(index) => {
                    for line in both.lines() {
                        written.push('\n');
                        if !line.is_empty() {
                            written.push_str(indent);
                            written.push_str(line);
                        }
                    }
                    written.push('\n');
                    written.push_str(indent);
                }
                _ => written.push_str(part),
            }
            // What precedes the quotes that follow.
            indent = part.rsplit('\n').next().unwrap_or_default();
        }
        written
    }

    /// The descriptions of an SDL whose French is missing.
    #[must_use]
    pub fn missing(&self, sdl: &str) -> Vec<String> {
        let parts = sdl.split(QUOTES).enumerate();
        let descriptions = parts.filter(|(index, _)| is_description(*index));
        descriptions
            .map(|(_, text)| folded(text))
            .filter(|english| !self.0.contains_key(english))
            .collect()
    }

    /// The descriptions of an OpenAPI document in English whose French is missing. One that has both languages by itself has the English in italics.
    #[must_use]
    pub fn missing_in_openapi(&self, document: &serde_json::Value) -> Vec<String> {
        let mut missing = Vec::new();
        self.gather_missing(document, &mut missing);
        missing
    }

    fn gather_missing(&self, document: &serde_json::Value, missing: &mut Vec<String>) {
        match document {
            serde_json::Value::Array(items) => {
                let items = items.iter();
                items.for_each(|item| self.gather_missing(item, missing));
            }
            serde_json::Value::Object(members) => {
                if let Some(serde_json::Value::String(text)) = members.get("description") {
                    let english = folded(text);
                    if !text.contains('*') && !self.0.contains_key(&english) {
                        missing.push(english);
                    }
                }
                let members = members.values();
                members.for_each(|member| self.gather_missing(member, missing));
            }
            _ => {}
        }
    }

    /// Puts both languages into what introspection has answered under these keys, which pays for what it grows by. Data beside it is left as it is.
    ///
    /// # Errors
    /// As [`budget::produce`].
    pub(crate) fn in_answer(&self, data: &mut Value, introspected: &[Name]) -> Resultat<()> {
        let Value::Object(fields) = data else {
            return Ok(());
        };
        introspected.iter().try_for_each(|key| {
            let field = fields.get_mut(key);
            field.map_or(Ok(()), |field| self.in_introspection(field))
        })
    }

    fn in_introspection(&self, value: &mut Value) -> Resultat<()> {
        match value {
            Value::String(text) => {
                budget::charge(1 + (text.len() / FOLDED) as u64)?;
                if let Some(both) = self.both(text) {
                    budget::produce(both.len().saturating_sub(text.len()))?;
                    *text = both;
                }
                Ok(())
            }
            Value::List(items) => items
                .iter_mut()
                .try_for_each(|item| self.in_introspection(item)),
            Value::Object(fields) => fields
                .values_mut()
                .try_for_each(|field| self.in_introspection(field)),
            _ => Ok(()),
        }
    }

    /// Puts both languages into an OpenAPI document. A summary is a line, in French.
    pub fn in_openapi(&self, document: &mut serde_json::Value) {
        match document {
            serde_json::Value::Array(items) => {
                items.iter_mut().for_each(|item| self.in_openapi(item));
            }
            serde_json::Value::Object(members) => {
                if let Some(serde_json::Value::String(text)) = members.get("description")
                    && let Some(both) = self.both(text)
                {
                    if members.contains_key("summary") {
                        let summary = both.lines().next().unwrap_or_default();
                        members.insert("summary".to_owned(), summary.into());
                    }
                    members.insert("description".to_owned(), both.into());
                }
                members
                    .values_mut()
                    .for_each(|member| self.in_openapi(member));
            }
            _ => {}
        }
    }
}

/// Bytes of a text that are looked up for a unit of work.
const FOLDED: usize = 32;

/// The quotes around a description, as async-graphql prints it.
const QUOTES: &str = r#"""""#;

/// Whether that part between quotes is a description: the first is what precedes the first one.
fn is_description(index: usize) -> bool {
    index % 2 == 1
}

/// The lines of a description without their indentation.
fn unindented(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
    lines.join("\n").trim().to_owned()
}

/// A text with single spaces, by which it is found.
fn folded(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

/// The entries of a dictionary: English by which it is found, and French.
fn entries(dictionary: &str) -> impl Iterator<Item = (String, String)> + '_ {
    dictionary.split("\n\n").filter_map(|entry| {
        let (english, french) = entry.trim().strip_prefix("> ")?.split_once('\n')?;
        let french = french.replace("\n¶\n", "\n\n");
        Some((folded(english), french))
    })
}
