//! The values of the variables that stand for literals.

use rustc_hash::FxHashSet;

use super::replace::{Literals, Place, Scalar};
use super::scan::{Kind, NormalForm, number, string};

impl Literals {
    /// The variables of a request (JSON text of an object, or nothing), and those that stand for the literals of its text. `None` when a literal is none
    /// that its place takes, the variables are no object, or they may have a member with the name of one that stands for a literal: then the text has to be read
    /// in full.
    pub fn fill(&self, form: &NormalForm<'_>, given: Option<&str>) -> Option<String> {
        let literals = form.literals();
        if literals.len() != self.places.len() {
            return None;
        }
        for (literal, place) in literals.iter().zip(&self.places) {
            let fits = match literal.kind {
                Kind::List => {
                    place.list && items(literal.text, &mut |kind, text| place.fits(kind, text))
                }
                kind => place.fits(kind, literal.text),
            };
            if !fits {
                return None;
            }
        }
        let given = match given.map(str::trim) {
            None | Some("null") => "}",
            Some(object) => object.strip_prefix('{')?,
        };
        if self.may_be_among(given) {
            return None;
        }
        let mut json = String::with_capacity(given.len() + form.text().len() / 2 + 64);
        for (name, literal) in &self.variables {
            json.push(if json.is_empty() { '{' } else { ',' });
            json.push('"');
            json.push_str(name);
            json.push_str("\":");
            let literal = literals.get(*literal)?;
            match literal.kind {
                Kind::List => {
                    json.push('[');
                    let mut first = true;
                    items(literal.text, &mut |_, text| {
                        if !first {
                            json.push(',');
                        }
                        first = false;
                        json.push_str(text);
                        true
                    });
                    json.push(']');
                }
                Kind::Int | Kind::Float | Kind::String => json.push_str(literal.text),
            }
        }
        if !given.trim_start().starts_with('}') {
            json.push(',');
        }
        json.push_str(given);
        Some(json)
    }

    /// Whether JSON text may have a member with the name of a variable that stands for a literal. All of these begin with an underscore; a name that is
    /// written with escapes is refused later, as one that is there twice.
    fn may_be_among(&self, json: &str) -> bool {
        let mut names: Option<FxHashSet<&str>> = None;
        json.match_indices("\"_").any(|(at, _)| {
            let known = || self.variables.iter().map(|(name, _)| name.as_str());
            let names = names.get_or_insert_with(|| known().collect());
            let name = json[at + 1..].split('"').next();
            name.is_some_and(|name| names.contains(name))
        })
    }
}

impl Place {
    /// Whether a literal is one that the type allows, as
    /// [Values of Correct Type](https://spec.graphql.org/September2025/#sec-Values-of-Correct-Type) says.
    fn fits(self, kind: Kind, text: &str) -> bool {
        match (self.takes, kind) {
            (Scalar::Int, Kind::Int) => text.parse::<i32>().is_ok(),
            (Scalar::Float, Kind::Int | Kind::Float) => {
                text.parse::<f64>().is_ok_and(f64::is_finite)
            }
            (Scalar::String | Scalar::Id, Kind::String) | (Scalar::Id, Kind::Int) => true,
            (Scalar::Custom, Kind::Int | Kind::Float | Kind::String) => true,
            _ => false,
        }
    }
}

/// Goes through what is between the brackets of a list, as long as `each` says so; gives what it said last.
fn items<'q>(text: &'q str, each: &mut dyn FnMut(Kind, &'q str) -> bool) -> bool {
    let mut at = 0;
    while let Some(&byte) = text.as_bytes().get(at) {
        let (kind, end) = match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b',' => {
                at += 1;
                continue;
            }
            b'"' => (Kind::String, string(text, at)),
            _ => match number(text, at) {
                Some((kind, end)) => (kind, Some(end)),
                None => return false,
            },
        };
        let Some(end) = end else { return false };
        if !each(kind, &text[at..end]) {
            return false;
        }
        at = end;
    }
    true
}
