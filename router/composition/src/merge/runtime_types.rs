//! A shared field gives the same value in all subgraphs, so these must be able to give the same types.

use apollo_compiler::Name;
use apollo_compiler::collections::IndexSet;
use federation::{Code, Diagnostic};

use super::Merger;
use super::field::{FieldSource, FieldSources};
use super::sources::{across, list_graphs};
use super::types::Kind;

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
        let mut common: IndexSet<&Name> = all.iter().collect();
        let mut groups: Vec<(Vec<&Name>, Vec<usize>)> = Vec::new();
        for source in resolving {
            let mut types = self.graph(source.graph).possible_types(returned(source));
            if matches!(types.as_slice(), [only] if !all.contains(*only)) {
                // An @interfaceObject can be of any of the types.
                continue;
            }
            types.sort_unstable();
            common.retain(|ty| types.contains(ty));
            match groups.iter_mut().find(|(known, _)| *known == types) {
                Some((_, graphs)) => graphs.push(source.graph),
                None => groups.push((types, vec![source.graph])),
            }
        }
        if groups.len() < 2 || groups.iter().all(|(types, _)| types.is_empty()) {
            return;
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
        let coordinate = field.coordinate();
        let parts = parts.join(", but ");
        let finding = if common.is_empty() {
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
}
