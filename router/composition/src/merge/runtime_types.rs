//! A shared field gives the same value in all subgraphs, so these must be able to give the same types.
//!
//! Which subgraphs can meet at a field depends on how a query comes to it: that is for the walk of
//! [`satisfiability`](crate::satisfiability). Here are the fields for which it matters.

use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::collections::HashMap;
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
    /// The object types, sorted; shared by the fields of one type.
    pub(crate) types: Arc<[Name]>,
    pub(crate) location: Option<Location>,
}

/// The object types that a subgraph can return, by its index.
type Types = (usize, Arc<[Name]>);

/// What was found of fields whose definitions have the same types in the same subgraphs: empty where they cannot differ.
pub(super) type Known<'a> = HashMap<Vec<(usize, &'a Name)>, Arc<[Types]>>;

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
        let of: Vec<(usize, &'a Name)> = resolving
            .iter()
            .map(|source| (source.graph, source.element.ty.inner_named_type()))
            .collect();
        let types = match self.returned.get(&of) {
            Some(known) => Arc::clone(known),
            None => {
                let types: Arc<[Types]> = self.differing(&of).into();
                self.returned.insert(of, Arc::clone(&types));
                types
            }
        };
        if types.is_empty() {
            return;
        }
        let returned = |(graph, types): &Types| {
            let subgraph = self.graph(*graph);
            let source = resolving.iter().find(|source| source.graph == *graph);
            Returned {
                subgraph: subgraph.name.as_str().into(),
                types: Arc::clone(types),
                location: source.and_then(|source| subgraph.locate(source.element.span())),
            }
        };
        let returns = types.iter().map(returned).collect();
        self.shared_fields.push(SharedField {
            ty: field.ty.clone(),
            field: field.name.clone(),
            returns,
        });
    }

    /// The object types that these types of fields can be of in these subgraphs; none where they do not differ, or it cannot be known.
    fn differing(&self, of: &[(usize, &'a Name)]) -> Vec<Types> {
        let is_abstract = |name: &Name| {
            let merged = self.types.get(name);
            merged.is_some_and(|merged| matches!(merged.kind, Kind::Interface | Kind::Union))
        };
        let mut wide = of.iter().map(|(_, ty)| *ty).filter(|ty| is_abstract(ty));
        let (Some(ty), Some(_)) = (wide.next(), wide.next()) else {
            return Vec::new();
        };
        let Some(all) = self.members.get(ty).or_else(|| self.implementers.get(ty)) else {
            return Vec::new();
        };
        let mut found: Vec<Types> = Vec::new();
        for &(graph, ty) in of {
            let mut types = self.graph(graph).possible_types(ty);
            self.budget.spend_each(types.len());
            if matches!(types.as_slice(), [only] if !all.contains(*only)) {
                // An @interfaceObject can be of any of the types.
                continue;
            }
            types.sort_unstable();
            found.push((graph, types.into_iter().cloned().collect()));
        }
        if found.windows(2).all(|pair| pair[0].1 == pair[1].1) {
            found.clear();
        }
        found
    }
}
