//! What fields are selected with, as text: to compare it, and to know how much of it there is.

use std::collections::HashSet;
use std::fmt::{self, Write as _};
use std::sync::Arc;

use apollo_compiler::ast::{Directive, Value};
use apollo_compiler::executable::Field;
use apollo_compiler::{Name, Node};
use rustc_hash::FxHashMap;

use crate::text::PaidText;
use crate::work::Work;

/// Bytes of what a field is selected with that take a unit each time that it is: what compares fields reads them.
const BYTES_PER_UNIT: usize = 4;

/// The arguments of a field as text. Of one tree, the same text is the same allocation: it is compared by its address.
#[derive(Clone, Debug)]
pub(crate) struct ArgumentsText(Arc<str>);

impl ArgumentsText {
    /// Where it is; the same for equal ones.
    pub(crate) fn address(&self) -> usize {
        self.0.as_ptr().addr()
    }
}

impl PartialEq for ArgumentsText {
    fn eq(&self, other: &Self) -> bool {
        self.address() == other.address()
    }
}

/// The arguments that were met in a tree.
pub(crate) struct ArgumentTexts {
    /// Of most fields.
    none: ArgumentsText,
    /// By the address of the arguments of a field: they are written once, wherever its fragment is spread.
    by_address: FxHashMap<usize, ArgumentsText>,
    /// Each text once. Clients choose them, so the hash is seeded.
    texts: HashSet<Arc<str>>,
}

impl Default for ArgumentTexts {
    fn default() -> Self {
        Self {
            none: ArgumentsText(Arc::default()),
            by_address: FxHashMap::default(),
            texts: HashSet::new(),
        }
    }
}

impl ArgumentTexts {
    /// The text of the arguments of a field of the document, which stays where it is.
    pub(crate) fn of_field(&mut self, field: &Field, work: &Work) -> ArgumentsText {
        if field.arguments.is_empty() {
            return self.none.clone();
        }
        let address = field.arguments.as_ptr().addr();
        if let Some(known) = self.by_address.get(&address) {
            return known.clone();
        }
        let text = self.of(&field.arguments, work);
        self.by_address.insert(address, text.clone());
        text
    }

    /// The text of arguments. Where the work does not suffice for it, it is cut off, and nothing is left of the work.
    pub(crate) fn of<A: Argument>(&mut self, arguments: &[A], work: &Work) -> ArgumentsText {
        if arguments.is_empty() {
            return self.none.clone();
        }
        let text = written(arguments, work);
        if let Some(known) = self.texts.get(text.as_str()) {
            return ArgumentsText(Arc::clone(known));
        }
        let text: Arc<str> = Arc::from(text.as_str());
        self.texts.insert(Arc::clone(&text));
        ArgumentsText(text)
    }
}

/// The units for a field that is selected under this key with these.
pub(crate) fn units(
    key: &Name,
    arguments: &ArgumentsText,
    directives: &[Node<Directive>],
) -> usize {
    let mut length = Length(key.len() + arguments.0.len());
    for directive in directives {
        // Counting does not fail.
        let _ = write!(length, "{}", directive.serialize().no_indent());
    }
    length.0 / BYTES_PER_UNIT
}

/// How long a text is that is not kept.
struct Length(usize);

impl fmt::Write for Length {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        self.0 += more.len();
        Ok(())
    }
}

/// An argument, however it is kept.
pub(crate) trait Argument {
    fn name(&self) -> &Name;
    fn value(&self) -> &Value;
}

impl Argument for (Name, Node<Value>) {
    fn name(&self) -> &Name {
        &self.0
    }

    fn value(&self) -> &Value {
        &self.1
    }
}

impl Argument for Node<apollo_compiler::ast::Argument> {
    fn name(&self) -> &Name {
        &self.name
    }

    fn value(&self) -> &Value {
        &self.value
    }
}

fn written<'w, A: Argument>(arguments: &[A], work: &'w Work) -> PaidText<'w> {
    let mut text = PaidText::new(work);
    let mut sorted: Vec<_> = arguments.iter().collect();
    sorted.sort_by(|a, b| a.name().cmp(b.name()));
    for argument in sorted {
        let (name, value) = (argument.name(), argument.value().serialize().no_indent());
        // It fails where the work does not suffice, which is found out from that.
        let _ = write!(text, "{name}:{value},");
    }
    text
}
