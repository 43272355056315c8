//! A shared field gives the same value in all subgraphs, so these must be able to give the same types.
//!
//! Which subgraphs can meet at a field depends on how a query comes to it: that is for the walk of
//! [`satisfiability`](crate::satisfiability). Here are the fields for which it matters.

use std::sync::Arc;

use apollo_compiler::Name;
use federation::Location;

use super::Merger;
use super::field::{FieldSource, FieldSources};
use super::sources::Element;
use super::types::Kind;

/// A field that several subgraphs resolve, which can return different object types in them.
#[derive(Debug)]
pub(crate) struct SharedField {
    pub(crate) ty: Name,
    pub(crate) field: Name,
    /// For each subgraph that resolves it.
    pub(crate) returns: Vec<Returned>,
}

/// What a shared field returns in a subgraph.
#[derive(Debug)]
pub(crate) struct Returned {
    pub(crate) subgraph: Arc<str>,
    /// The object types, sorted.
    pub(crate) types: Vec<Name>,
    pub(crate) location: Option<Location>,
}

impl<'a> Merger<'a, '_> {
    /// Compares the object types that a field can return in the subgraphs that resolve it.
    pub(super) fn check_runtime_types(
        &mut self,
        field: &FieldSources<'a>,
        resolving: &[FieldSource<'a>],
    ) {
        if resolving.len() < 2 {
            return;
        }
        let is_abstract = |name: &Name| {
            let merged = self.types.get(name);
            merged.is_some_and(|merged| matches!(merged.kind, Kind::Interface | Kind::Union))
        };
        let returned = |source: &FieldSource<'a>| source.element.ty.inner_named_type();
        let wide = resolving
            .iter()
            .filter(|source| is_abstract(returned(source)));
        let wide: Vec<&Name> = wide.map(returned).collect();
        let Some(ty) = wide.first().filter(|_| wide.len() > 1) else {
            return;
        };
        let all = match self.members.get(*ty).or_else(|| self.implementers.get(*ty)) {
            Some(all) => all,
            None => return,
        };
        let mut returns: Vec<Returned> = Vec::new();
        for source in resolving {
            let subgraph = self.graph(source.graph);
            let mut types = subgraph.possible_types(returned(source));
            if matches!(types.as_slice(), [only] if !all.contains(*only)) {
                // An @interfaceObject can be of any of the types.
                continue;
            }
            types.sort_unstable();
            returns.push(Returned {
                subgraph: subgraph.name.as_str().into(),
                types: types.into_iter().cloned().collect(),
                location: subgraph.locate(source.element.span()),
            });
        }
        if returns
            .windows(2)
            .any(|pair| pair[0].types != pair[1].types)
        {
            self.shared_fields.push(SharedField {
                ty: field.ty.clone(),
                field: field.name.clone(),
                returns,
            });
        }
    }
}
