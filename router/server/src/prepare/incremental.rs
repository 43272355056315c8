//! Where `@defer` and `@stream` may appear, which the parser does not know (<https://github.com/graphql/graphql-spec/pull/1110>, section Validation):
//!
//! - Defer And Stream Directive Labels Are Unique; a label is no variable.
//! - Stream Directives Are Used On List Fields; a number of items is not negative.
//! - Defer And Stream Directives Are Used On Valid Root Field: neither on root fields of mutations and subscriptions.
//! - Field Selection Merging: fields that are merged have the same `@stream`, or none.

use apollo_compiler::ast::{Directive, DirectiveList, OperationType, Value};
use apollo_compiler::collections::{HashMap, HashSet, IndexMap};
use apollo_compiler::executable::{ExecutableDocument, Field, Operation, Selection, SelectionSet};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::{Name, Node};
use federation::MAX_NAME;

use super::overlap::{MAX_MERGED, TooMuch};

/// A directive where it may not stand.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Misuse {
    /// A sentence without its full stop.
    pub(super) message: String,
    /// Where in the document.
    pub(super) span: Option<SourceSpan>,
}

/// Checks an otherwise valid document.
///
/// # Errors
///
/// When the fields that are merged are more than validation merges.
pub(super) fn check(document: &ExecutableDocument) -> Result<Vec<Misuse>, TooMuch> {
    let mut check = Check {
        document,
        labels: HashMap::default(),
        uses: false,
        streams: false,
        misuses: Vec::new(),
    };
    for operation in document.operations.iter() {
        check.selections(&operation.selection_set);
    }
    for fragment in document.fragments.values() {
        check.selections(&fragment.selection_set);
    }
    if check.uses {
        for operation in document.operations.iter() {
            check.root(operation);
        }
    }
    let mut misuses = check.misuses;
    if check.streams {
        let mut merging = Merging {
            document,
            left: MAX_MERGED,
            known: HashSet::default(),
            misuses: &mut misuses,
        };
        for operation in document.operations.iter() {
            merging.merge(&[&operation.selection_set])?;
        }
    }
    Ok(misuses)
}

struct Check<'d> {
    document: &'d ExecutableDocument,
    /// By label, the directive that has it.
    labels: HashMap<&'d str, &'static str>,
    /// Whether one of the directives stands anywhere.
    uses: bool,
    /// Whether a list is streamed anywhere.
    streams: bool,
    misuses: Vec<Misuse>,
}

impl<'d> Check<'d> {
    fn misuse(&mut self, at: &Node<Directive>, message: String) {
        self.misuses.push(Misuse {
            message,
            span: at.location(),
        });
    }

    /// The parser bounds how deep they nest.
    fn selections(&mut self, set: &'d SelectionSet) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    if let Some(directive) = find(&field.directives, "stream") {
                        self.streams = true;
                        self.stream(field, directive);
                        self.label(directive, "@stream");
                    }
                    self.selections(&field.selection_set);
                }
                Selection::InlineFragment(fragment) => {
                    self.defer(&fragment.directives);
                    self.selections(&fragment.selection_set);
                }
                Selection::FragmentSpread(spread) => self.defer(&spread.directives),
            }
        }
    }

    fn defer(&mut self, directives: &'d DirectiveList) {
        if let Some(directive) = find(directives, "defer") {
            self.label(directive, "@defer");
        }
    }

    fn label(&mut self, directive: &'d Node<Directive>, name: &'static str) {
        self.uses = true;
        match directive.specified_argument_by_name("label").map(|v| &**v) {
            // It is written with each part that the fragment comes to.
            Some(Value::String(label)) if label.len() > MAX_NAME => {
                let message = format!("the label of {name} has more than {MAX_NAME} bytes");
                self.misuse(directive, message);
            }
            Some(Value::String(label)) => match self.labels.insert(label, name) {
                None => {}
                Some(other) => {
                    let message =
                        format!("the label \"{label}\" of {name} is that of another {other}");
                    self.misuse(directive, message);
                }
            },
            Some(Value::Null) | None => {}
            Some(_) => {
                let message = format!("the label of {name} must be a string, not a variable");
                self.misuse(directive, message);
            }
        }
    }

    fn stream(&mut self, field: &Field, directive: &Node<Directive>) {
        if !field.definition.ty.is_list() {
            let name = &field.name;
            let message = format!("@stream stands on \"{name}\", which is not a list");
            self.misuse(directive, message);
        }
        let count = directive.specified_argument_by_name("initialCount");
        if let Some(Value::Int(count)) = count.map(|value| &**value)
            && count.as_str().starts_with('-')
        {
            let message =
                format!("the initialCount of @stream is {count}: it must not be negative");
            self.misuse(directive, message);
        }
    }

    /// What is at the root of an operation.
    fn root(&mut self, operation: &'d Operation) {
        if operation.operation_type != OperationType::Query {
            let mut visited = HashSet::default();
            let of = operation.operation_type;
            self.at_root(&operation.selection_set, of, &mut visited);
        }
    }

    fn at_root(
        &mut self,
        set: &'d SelectionSet,
        of: OperationType,
        visited: &mut HashSet<&'d Name>,
    ) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => self.not_at_root(&field.directives, "stream", of),
                Selection::InlineFragment(fragment) => {
                    self.not_at_root(&fragment.directives, "defer", of);
                    self.at_root(&fragment.selection_set, of, visited);
                }
                Selection::FragmentSpread(spread) => {
                    self.not_at_root(&spread.directives, "defer", of);
                    let name = &spread.fragment_name;
                    if visited.insert(name)
                        && let Some(fragment) = self.document.fragments.get(name)
                    {
                        self.at_root(&fragment.selection_set, of, visited);
                    }
                }
            }
        }
    }

    fn not_at_root(&mut self, directives: &DirectiveList, name: &str, of: OperationType) {
        if let Some(directive) = find(directives, name) {
            let message = format!("@{name} must not stand on root fields of a {of}");
            self.misuse(directive, message);
        }
    }
}

/// The fields that are merged, compared by their `@stream`.
struct Merging<'d, 'm> {
    document: &'d ExecutableDocument,
    /// Fields that may still be seen.
    left: usize,
    /// The selection sets that were merged, by their addresses.
    known: HashSet<Vec<usize>>,
    misuses: &'m mut Vec<Misuse>,
}

impl<'d> Merging<'d, '_> {
    /// Compares the fields of selection sets that are merged, and of those below them. Validation has bounded how deep they nest.
    fn merge(&mut self, sets: &[&'d SelectionSet]) -> Result<(), TooMuch> {
        let mut addresses: Vec<usize> = sets
            .iter()
            .map(|set| std::ptr::from_ref(*set).addr())
            .collect();
        addresses.sort_unstable();
        if !self.known.insert(addresses) {
            return Ok(());
        }
        let mut fields = IndexMap::default();
        let mut visited = HashSet::default();
        for set in sets {
            self.expand(set, &mut visited, &mut fields)?;
        }
        for (key, nodes) in fields {
            self.compare(key, &nodes);
            let below: Vec<&SelectionSet> = nodes
                .iter()
                .map(|field| &field.selection_set)
                .filter(|set| !set.selections.is_empty())
                .collect();
            if !below.is_empty() {
                self.merge(&below)?;
            }
        }
        Ok(())
    }

    fn expand(
        &mut self,
        set: &'d SelectionSet,
        visited: &mut HashSet<&'d Name>,
        fields: &mut IndexMap<&'d Name, Vec<&'d Field>>,
    ) -> Result<(), TooMuch> {
        self.left = self
            .left
            .checked_sub(1 + set.selections.len())
            .ok_or(TooMuch)?;
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    fields.entry(field.response_key()).or_default().push(field);
                }
                Selection::InlineFragment(fragment) => {
                    self.expand(&fragment.selection_set, visited, fields)?;
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.fragment_name;
                    if visited.insert(name)
                        && let Some(fragment) = self.document.fragments.get(name)
                    {
                        self.expand(&fragment.selection_set, visited, fields)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn compare(&mut self, key: &Name, nodes: &[&Field]) {
        let Some((first, others)) = nodes.split_first() else {
            return;
        };
        let first = find(&first.directives, "stream");
        for other in others {
            let directive = find(&other.directives, "stream");
            if !are_same(first, directive) {
                let at = directive.or(first);
                let message = format!(
                    "\"{key}\" is selected several times, with @stream and without or with another one"
                );
                let span = at.and_then(|at| at.location());
                let misuse = Misuse { message, span };
                if !self.misuses.contains(&misuse) {
                    self.misuses.push(misuse);
                }
                return;
            }
        }
    }
}

fn find<'d>(directives: &'d DirectiveList, name: &str) -> Option<&'d Node<Directive>> {
    directives.iter().find(|directive| directive.name == name)
}

/// Whether two directives have the same arguments, or neither is there.
fn are_same(one: Option<&Node<Directive>>, other: Option<&Node<Directive>>) -> bool {
    let (Some(one), Some(other)) = (one, other) else {
        return one.is_none() && other.is_none();
    };
    let has = |of: &Directive, in_other: &Directive| {
        of.arguments.iter().all(|argument| {
            in_other.specified_argument_by_name(&argument.name) == Some(&argument.value)
        })
    };
    has(one, other) && has(other, one)
}

#[cfg(test)]
mod tests;
