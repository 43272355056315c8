//! How large an operation is, with fragments followed: each is measured once, however often it is spread.

use apollo_compiler::Name;
use apollo_compiler::collections::HashMap;
use apollo_compiler::executable::{ExecutableDocument, Operation, Selection, SelectionSet};

use super::OperationLimits;
use crate::refusal::Refusal;

/// Selection sets, fragments included, that the measuring itself descends into. A bound for the stack; no operation within
/// the largest depth that can be configured comes near.
const MAX_NESTING: usize = 1000;

/// `__schema` fields of one operation. No tool needs more than one, and each may answer with the whole schema many times over.
const MAX_SCHEMAS: usize = 4;

/// Measures a valid operation.
///
/// # Errors
/// The first limit that it goes beyond.
pub(crate) fn check(
    document: &ExecutableDocument,
    operation: &Operation,
    limits: &OperationLimits,
) -> Result<(), Refusal> {
    let mut measure = Measure {
        document,
        fragments: HashMap::default(),
    };
    let size = measure
        .selection_set(&operation.selection_set, 0)
        .ok_or(too("depth", limits.depth))?;
    let directives = size.directives.saturating_add(operation.directives.len());
    let checks = [
        ("depth", size.depth, limits.depth),
        ("root fields", size.top, limits.root_fields),
        ("aliases", size.aliases, limits.aliases),
        ("directives", directives, limits.directives),
        ("fields", size.fields, limits.fields),
        ("schemas", size.schemas, MAX_SCHEMAS),
    ];
    match checks.into_iter().find(|(_, found, limit)| found > limit) {
        Some((what, _, limit)) => Err(too(what, limit)),
        None => Ok(()),
    }
}

fn too(what: &'static str, limit: usize) -> Refusal {
    Refusal::Limit {
        what: match what {
            "depth" => "the operation is nested too deeply",
            "root fields" => "the operation has too many root fields",
            "aliases" => "the operation has too many aliases",
            "directives" => "the operation has too many directives",
            "schemas" => "the operation asks for the schema too often",
            _ => "the operation has too many fields",
        },
        limit,
    }
}

/// The size of a selection set. Counts saturate.
#[derive(Clone, Copy, Default)]
struct Size {
    /// Of fields.
    depth: usize,
    /// Fields of this level.
    top: usize,
    fields: usize,
    aliases: usize,
    directives: usize,
    /// Times that the whole schema is asked for.
    schemas: usize,
}

impl Size {
    /// Adds what is beside.
    fn beside(&mut self, other: Size) {
        self.depth = self.depth.max(other.depth);
        self.top = self.top.saturating_add(other.top);
        self.fields = self.fields.saturating_add(other.fields);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
        self.schemas = self.schemas.saturating_add(other.schemas);
    }
}

struct Measure<'d> {
    document: &'d ExecutableDocument,
    fragments: HashMap<&'d Name, Size>,
}

impl<'d> Measure<'d> {
    /// `None` when it is nested beyond [`MAX_NESTING`].
    fn selection_set(&mut self, set: &'d SelectionSet, nesting: usize) -> Option<Size> {
        if nesting > MAX_NESTING {
            return None;
        }
        let mut size = Size::default();
        for selection in &set.selections {
            let mut one = match selection {
                Selection::Field(field) => {
                    let below = self.selection_set(&field.selection_set, nesting + 1)?;
                    Size {
                        depth: below.depth + 1,
                        top: 1,
                        fields: below.fields.saturating_add(1),
                        aliases: below
                            .aliases
                            .saturating_add(usize::from(field.alias.is_some())),
                        directives: below.directives,
                        schemas: usize::from(field.name == "__schema"),
                    }
                }
                Selection::InlineFragment(inline) => {
                    self.selection_set(&inline.selection_set, nesting + 1)?
                }
                Selection::FragmentSpread(spread) => {
                    self.fragment(&spread.fragment_name, nesting + 1)?
                }
            };
            one.directives = one.directives.saturating_add(selection.directives().len());
            size.beside(one);
        }
        Some(size)
    }

    fn fragment(&mut self, name: &'d Name, nesting: usize) -> Option<Size> {
        if let Some(size) = self.fragments.get(name) {
            return Some(*size);
        }
        let Some(fragment) = self.document.fragments.get(name) else {
            return Some(Size::default());
        };
        let mut size = self.selection_set(&fragment.selection_set, nesting)?;
        size.directives = size.directives.saturating_add(fragment.directives.len());
        self.fragments.insert(name, size);
        Some(size)
    }
}

#[cfg(test)]
mod tests;
