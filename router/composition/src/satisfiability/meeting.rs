//! In which subgraphs one query can come to a field that several of them share: these must be able to give the same types.

use apollo_compiler::Name;
use federation::{Code, Diagnostic, SubgraphId, Supergraph};
use rustc_hash::FxHashMap;

use super::node::TypeId;
use crate::merge::{Returned, SharedField, list_names};

/// What the walk found of the shared fields.
pub(super) struct Meetings<'f> {
    fields: &'f [SharedField],
    by_field: FxHashMap<(TypeId, &'f Name), usize>,
    /// For each field, the sets of subgraphs in which one query comes to it, of which no other is a superset.
    met: Vec<Vec<Vec<SubgraphId>>>,
}

impl<'f> Meetings<'f> {
    pub(super) fn new(
        fields: &'f [SharedField],
        type_id: impl Fn(&Name) -> Option<TypeId>,
    ) -> Self {
        let index = |(index, field): (usize, &'f SharedField)| {
            Some(((type_id(&field.ty)?, &field.field), index))
        };
        Self {
            fields,
            by_field: fields.iter().enumerate().filter_map(index).collect(),
            met: fields.iter().map(|_| Vec::new()).collect(),
        }
    }

    /// Notes that a query comes to a field in these subgraphs.
    pub(super) fn note(&mut self, ty: TypeId, field: &Name, subgraphs: &[SubgraphId]) {
        let Some(&index) = self.by_field.get(&(ty, field)) else {
            return;
        };
        let met = &mut self.met[index];
        let is_within = |small: &[SubgraphId], large: &[SubgraphId]| {
            small.iter().all(|one| large.contains(one))
        };
        if !met.iter().any(|known| is_within(subgraphs, known)) {
            met.retain(|known| !is_within(known, subgraphs));
            met.push(subgraphs.to_vec());
        }
    }

    /// What is wrong, or worth knowing, of each field.
    pub(super) fn findings(&self, supergraph: &Supergraph) -> Vec<Diagnostic> {
        let fields = self.fields.iter().zip(&self.met);
        let worst = |(field, met): (&SharedField, &Vec<Vec<SubgraphId>>)| {
            let judged = met.iter().filter_map(|subgraphs| {
                let name = |id: &SubgraphId| Some(&*supergraph.subgraph(*id)?.name);
                let names: Vec<&str> = subgraphs.iter().filter_map(name).collect();
                let returns = field.returns.iter();
                let returns = returns.filter(|one| names.contains(&&*one.subgraph));
                judge(field, &returns.collect::<Vec<_>>())
            });
            // Errors come first.
            judged.min_by_key(|diagnostic| diagnostic.severity)
        };
        fields.filter_map(worst).collect()
    }
}

/// Compares the types that a field returns in subgraphs in which one query comes to it.
fn judge(field: &SharedField, returns: &[&Returned]) -> Option<Diagnostic> {
    let (first, others) = returns.split_first()?;
    let mut groups: Vec<(&[Name], Vec<&str>)> = Vec::new();
    for one in returns {
        match groups.iter_mut().find(|(known, _)| *known == one.types) {
            Some((_, subgraphs)) => subgraphs.push(&one.subgraph),
            None => groups.push((&one.types, vec![&one.subgraph])),
        }
    }
    if groups.len() < 2 {
        return None;
    }
    let is_common = |ty: &Name| others.iter().all(|other| other.types.contains(ty));
    let coordinate = format!("{}.{}", field.ty, field.field);
    let parts: Vec<String> = groups.iter().map(|(types, who)| part(types, who)).collect();
    let parts = parts.join(", but ");
    let mut finding = if first.types.iter().any(is_common) {
        Diagnostic::hint(
            Code::InconsistentRuntimeTypesForShareableReturn,
            format!("The shared field \"{coordinate}\" can return different types: {parts}."),
        )
        .with_help("Make sure that it only returns types that all of these subgraphs have.")
    } else {
        Diagnostic::error(
            Code::ShareableHasMismatchedRuntimeTypes,
            format!("The shared field \"{coordinate}\" can never be the same in all subgraphs: it returns {parts}."),
        )
        .with_help("A shared field has one value, whichever subgraph resolves it: define a common type, or resolve the field in one subgraph only.")
    };
    for one in returns {
        finding = finding.at(one.location.clone());
    }
    Some(finding)
}

/// `"A", "B" in subgraphs "x" and "y"`
fn part(types: &[Name], subgraphs: &[&str]) -> String {
    let types: Vec<String> = types.iter().map(|ty| format!("\"{ty}\"")).collect();
    let types = match types.is_empty() {
        true => "nothing".to_owned(),
        false => types.join(", "),
    };
    format!("{types} in {}", list_names(subgraphs.iter().copied()))
}
