//! What a subgraph's directives say about each of its fields: external, provided, shareable, used.

use apollo_compiler::Name;
use apollo_compiler::ast::{Directive, Selection};
use apollo_compiler::collections::{HashMap, HashSet};
use apollo_compiler::schema::FieldDefinition;

use crate::field_set;

mod collect;

/// A set of fields, by type and name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(HashMap<Name, HashSet<Name>>);

impl Fields {
    fn insert(&mut self, ty: &Name, field: &Name) {
        match self.0.get_mut(ty) {
            Some(fields) => {
                fields.insert(field.clone());
            }
            None => {
                self.0
                    .insert(ty.clone(), HashSet::from_iter([field.clone()]));
            }
        }
    }

    /// Whether a field is in it.
    pub(crate) fn contains(&self, ty: &str, field: &str) -> bool {
        self.0.get(ty).is_some_and(|fields| fields.contains(field))
    }

    fn remove(&mut self, ty: &str, field: &str) {
        if let Some(fields) = self.0.get_mut(ty) {
            fields.remove(field);
        }
    }
}

/// The facts about the fields of one subgraph.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    /// Declared but not resolved here.
    external: Fields,
    /// Marked external on a key of an extension: a habit of Federation 1 that means nothing.
    fake_external: Fields,
    /// Selected by some `@provides`.
    provided: Fields,
    /// May be resolved by several subgraphs.
    shareable: Fields,
    /// Selected by some `@key`, `@requires`, `@provides` or `@fromContext`.
    used: Fields,
}

impl Facts {
    /// Whether the subgraph declares the field without resolving it, but for `@provides`.
    pub(crate) fn is_external(&self, ty: &str, field: &str) -> bool {
        self.external.contains(ty, field)
    }

    /// Whether `@external` on the field means nothing.
    pub(crate) fn is_fake_external(&self, ty: &str, field: &str) -> bool {
        self.fake_external.contains(ty, field)
    }

    /// Whether the subgraph never resolves the field.
    pub(crate) fn is_fully_external(&self, ty: &str, field: &str) -> bool {
        self.is_external(ty, field) && !self.provided.contains(ty, field)
    }

    /// Whether the subgraph resolves the field in some places only.
    pub(crate) fn is_partially_external(&self, ty: &str, field: &str) -> bool {
        self.is_external(ty, field) && self.provided.contains(ty, field)
    }

    /// Whether other subgraphs may resolve the field too.
    pub(crate) fn is_shareable(&self, ty: &str, field: &str) -> bool {
        self.shareable.contains(ty, field)
    }
}

/// The `fields` argument, parsed.
pub(crate) fn fields_argument(directive: &Directive) -> Option<Vec<Selection>> {
    field_set::parse(string_argument(directive, "fields")?).ok()
}

/// An argument that is a string.
pub(crate) fn string_argument<'a>(directive: &'a Directive, name: &str) -> Option<&'a str> {
    directive.specified_argument_by_name(name)?.as_str()
}

/// Whether the subgraph answers `_entities` for the key.
pub(crate) fn is_resolvable(key: &Directive) -> bool {
    let resolvable = key.specified_argument_by_name("resolvable");
    resolvable.and_then(|value| value.to_bool()) != Some(false)
}

/// The values of `@fromContext(field:)` on a field's arguments.
fn from_contexts<'a>(field: &'a FieldDefinition, name: &str) -> impl Iterator<Item = &'a str> {
    field
        .arguments
        .iter()
        .filter_map(move |argument| string_argument(argument.directives.get(name)?, "field"))
}

/// Splits `$context { selection }` in the context's name and the selection.
pub(crate) fn split_context(text: &str) -> Option<(&str, &str)> {
    let rest = skip_ignored(text).strip_prefix('$')?;
    let rest = skip_ignored(rest);
    let end = rest
        .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .unwrap_or(rest.len());
    let (name, selection) = rest.split_at(end);
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    starts_well.then_some((name, selection))
}

fn skip_ignored(text: &str) -> &str {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\n', '\r', '\t', ',']);
        match rest.strip_prefix('#') {
            Some(comment) => rest = comment.find(['\n', '\r']).map_or("", |end| &comment[end..]),
            None => return rest,
        }
    }
}
