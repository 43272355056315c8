//! The values of names in an expression: `a` and `x` of `a * x + b`.

use valeurs::{Decimal, Erreur, Resultat};

use super::{Angles, functions};

/// The most names that may be given a value.
pub(crate) const MAX_VALUES: usize = 64;

/// The longest name, in characters.
pub(crate) const MAX_NAME: usize = 32;

/// The argument that errors are about.
const ARGUMENT: &str = "avec";

/// Names in lower case, with their values.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Values(Vec<(String, Decimal)>);

impl Values {
    /// These names with these values. Upper and lower case are the same, as in an expression.
    ///
    /// # Errors
    /// [`LimitExceeded`](valeurs::Code::LimitExceeded) for more than [`MAX_VALUES`];
    /// [`InvalidArgument`](valeurs::Code::InvalidArgument) for what is no name, for a name that is given twice, and for one that a function or a
    /// constant has.
    pub(crate) fn new(given: Vec<(String, Decimal)>) -> Resultat<Values> {
        if given.len() > MAX_VALUES {
            return Err(Erreur::limit("values", MAX_VALUES, given.len()).on(ARGUMENT));
        }
        let mut values: Vec<(String, Decimal)> = Vec::with_capacity(given.len());
        for (name, value) in given {
            let shown: String = name.chars().take(MAX_NAME).collect();
            let refused = |reason: String| Err(Erreur::invalid(ARGUMENT, reason));
            if !is_name(&name) {
                return refused(format!(
                    "{shown:?} is no name: a letter, then letters, digits and `_`, at most {MAX_NAME}"
                ));
            }
            let name = name.to_ascii_lowercase();
            if functions::is_taken(&name) {
                return refused(format!(
                    "`{shown}` is a function or a constant: choose another name"
                ));
            }
            if values.iter().any(|(other, _)| *other == name) {
                return refused(format!(
                    "`{shown}` is given twice; upper and lower case are the same"
                ));
            }
            values.push((name, value));
        }
        Ok(Values(values))
    }

    /// The value of a name in lower case.
    pub(super) fn get(&self, name: &str) -> Option<Decimal> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| *value)
    }

    /// An expression and the values given beside it, as one text that no other has.
    pub(crate) fn written(&self, expression: &str, angles: Angles) -> String {
        let mut text = format!("{}{angles:?}", expression.len());
        for (name, value) in &self.0 {
            text += &format!(" {name}={value}");
        }
        text + ": " + expression
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn is_name(text: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.len() <= MAX_NAME
        && text
            .bytes()
            .next()
            .is_some_and(|first| first.is_ascii_alphabetic())
        && text.bytes().all(inside)
}
