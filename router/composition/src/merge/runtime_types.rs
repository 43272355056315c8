//! A shared field gives the same value in all subgraphs, so these must be able to give the same types.

use apollo_compiler::Name;
use apollo_compiler::collections::{HashMap, HashSet, IndexSet};
use federation::{Code, Diagnostic};

use super::Merger;
use super::field::{FieldSource, FieldSources};
use super::sources::{across, list_graphs};
use super::types::Kind;

/// What was found of fields whose definitions have the same types in the same subgraphs.
pub(super) type Returned<'a> = HashMap<Vec<(usize, &'a Name)>, Option<Difference>>;

/// How the object types differ that shared fields can return.
#[derive(Clone)]
pub(super) struct Difference {
    /// Which types in which subgraphs.
    parts: String,
    /// No type is returned by all of them.
    nothing_in_common: bool,
}

impl<'a> Merger<'a, '_> {
    /// Compares the object types that a field can return in the subgraphs that resolve it. What is found is
    /// reported with the findings on satisfiability, to which it belongs.
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
        let difference = match self.returned.get(&of) {
            Some(known) => known.clone(),
            None => {
                let difference = self.difference(&of);
                self.returned.insert(of, difference.clone());
                difference
            }
        };
        let Some(Difference {
            parts,
            nothing_in_common,
        }) = difference
        else {
            return;
        };
        let coordinate = field.coordinate();
        let finding = if nothing_in_common {
            Diagnostic::error(
                Code::ShareableHasMismatchedRuntimeTypes,
                format!("The shared field \"{coordinate}\" can never be the same in all subgraphs: it returns {parts}."),
            )
            .with_help("A shared field has one value, whichever subgraph resolves it: define a common type, or resolve the field in one subgraph only.")
        } else {
            Diagnostic::hint(
                Code::InconsistentRuntimeTypesForShareableReturn,
                format!("The shared field \"{coordinate}\" can return different types: {parts}."),
            )
            .with_help("Make sure that it only returns types that all of these subgraphs have.")
        };
        let finding = across(self.subgraphs, finding, resolving);
        self.deferred.push(finding);
    }

    /// How the types differ that these types of fields can be of in these subgraphs; `None` when they do not, or nobody can tell.
    fn difference(&self, of: &[(usize, &'a Name)]) -> Option<Difference> {
        let is_abstract = |name: &Name| {
            let merged = self.types.get(name);
            merged.is_some_and(|merged| matches!(merged.kind, Kind::Interface | Kind::Union))
        };
        let mut wide = of.iter().map(|(_, ty)| *ty).filter(|ty| is_abstract(ty));
        let ty = wide.next()?;
        wide.next()?;
        let all = self.members.get(ty).or_else(|| self.implementers.get(ty))?;
        let mut common: IndexSet<&Name> = all.iter().collect();
        let mut groups: Vec<(Vec<&Name>, Vec<usize>)> = Vec::new();
        for &(graph, ty) in of {
            let mut types = self.graph(graph).possible_types(ty);
            self.budget.spend_each(types.len());
            if matches!(types.as_slice(), [only] if !all.contains(*only)) {
                // An @interfaceObject can be of any of the types.
                continue;
            }
            types.sort_unstable();
            let here: HashSet<&Name> = types.iter().copied().collect();
            common.retain(|ty| here.contains(ty));
            match groups.iter_mut().find(|(known, _)| *known == types) {
                Some((_, graphs)) => graphs.push(graph),
                None => groups.push((types, vec![graph])),
            }
        }
        if groups.len() < 2 || groups.iter().all(|(types, _)| types.is_empty()) {
            return None;
        }
        let parts: Vec<String> = groups
            .iter()
            .map(|(types, graphs)| {
                let types: Vec<String> = types.iter().map(|ty| format!("\"{ty}\"")).collect();
                let types = match types.is_empty() {
                    true => "nothing".to_owned(),
                    false => types.join(", "),
                };
                format!(
                    "{types} in {}",
                    list_graphs(self.subgraphs, graphs.iter().copied())
                )
            })
            .collect();
        Some(Difference {
            parts: shortened(parts.join(", but ")),
            nothing_in_common: common.is_empty(),
        })
    }
}

/// Kept for many fields, of which each message is cut anyway.
fn shortened(mut text: String) -> String {
    const MAX: usize = 4_096;
    if text.len() > MAX {
        text.truncate(text.floor_char_boundary(MAX));
        text.push('…');
    }
    text
}
