//! Merges unions: a member of one subgraph is a member.

use apollo_compiler::Name;
use apollo_compiler::collections::IndexSet;
use apollo_compiler::schema::{ExtendedType, UnionType};
use federation::{Code, Diagnostic};

use super::Merger;
use super::sources::{Source, list_graphs};
use super::types::Kind;

impl<'a> Merger<'a, '_> {
    /// Collects the members of all unions, on which the compatibility of types depends.
    pub(super) fn collect_members(&mut self) {
        for (name, ty) in self.types.iter().filter(|(_, ty)| ty.kind == Kind::Union) {
            let members: IndexSet<Name> = ty
                .sources
                .iter()
                .flat_map(|source| members(source.element))
                .cloned()
                .collect();
            self.members.insert(name.clone(), members);
        }
    }

    pub(super) fn merge_union(
        &mut self,
        name: &Name,
        sources: &[Source<'a, ExtendedType>],
    ) -> ExtendedType {
        let description = self.merge_description(name, sources);
        let mut directives = self.type_directives(name, sources);
        let all = self.members.get(name).cloned().unwrap_or_default();
        for member in &all {
            let (with, without): (Vec<_>, Vec<_>) = sources
                .iter()
                .copied()
                .partition(|source| members(source.element).any(|m| m == member));
            for source in &with {
                directives.push(self.join.union_member(source.graph, member));
            }
            if !without.is_empty() {
                let having = list_graphs(self.subgraphs, with.iter().map(|s| s.graph));
                let lacking = list_graphs(self.subgraphs, without.iter().map(|s| s.graph));
                let hint = Diagnostic::hint(
                    Code::InconsistentUnionMember,
                    format!(
                        "\"{member}\" is a member of the union \"{name}\" in {having}, but not in {lacking}."
                    ),
                );
                self.report(hint, sources);
            }
        }
        let union = UnionType {
            description,
            name: name.clone(),
            directives,
            members: all.into_iter().map(Into::into).collect(),
        };
        union.into()
    }
}

fn members(ty: &ExtendedType) -> impl Iterator<Item = &Name> {
    let union = match ty {
        ExtendedType::Union(union) => Some(union),
        _ => None,
    };
    union
        .into_iter()
        .flat_map(|union| union.members.iter().map(|member| &member.name))
}
