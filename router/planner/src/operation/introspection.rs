//! What is selected below `__schema` and `__type`: fragments inlined and fields merged, as for any other field, but nothing to fetch
//! (<https://spec.graphql.org/September2025/#sec-Schema-Introspection>).

use apollo_compiler::ast::Argument;
use apollo_compiler::executable::Selection;
use apollo_compiler::{Name, Node};
use rustc_hash::FxHashSet;

use crate::error::PlanError;
use crate::operation::collect::{Collected, CollectedFields, Normaliser, Source, too_deep};
use crate::operation::condition::Cond;
use crate::operation::ids::IntrospectionId;
use crate::operation::position::Introspected;
use crate::plan::{ConditionId, IntrospectionField};

impl<'d> Normaliser<'d, '_, '_> {
    /// Keeps what the field nodes of one `__schema` or `__type` select together.
    ///
    /// # Errors
    ///
    /// When the operation is larger or deeper than the bounds.
    pub(crate) fn add_introspection(
        &mut self,
        collected: &Collected<'d>,
        depth: usize,
    ) -> Result<IntrospectionId, PlanError> {
        let field = self.introspected(collected, collected.cond, depth)?;
        Ok(self.tree.add_introspection(field))
    }

    fn introspected(
        &mut self,
        collected: &Collected<'d>,
        cond: Cond,
        depth: usize,
    ) -> Result<Introspected, PlanError> {
        too_deep(depth)?;
        self.tree.count_introspected()?;
        let (first, _) = collected.fields[0];
        let mut found = CollectedFields::default();
        let mut visited = FxHashSet::default();
        for &(field, own) in &collected.fields {
            // Below, a condition is relative to the field being there.
            let own = if own == collected.cond {
                Cond::TRUE
            } else {
                own
            };
            let source = (&field.selection_set, own);
            self.collect_introspected(source, &mut visited, &mut found, depth)?;
        }
        let mut fields = Vec::with_capacity(found.len());
        for below in found.values() {
            for &(place, cond) in &below.places {
                fields.push((place, self.introspected(below, cond, depth + 1)?));
            }
        }
        fields.sort_by_key(|(place, _)| *place);
        let argument =
            |argument: &Node<Argument>| (argument.name.clone(), Node::clone(&argument.value));
        Ok(Introspected {
            response_key: first.response_key().clone(),
            name: first.name.clone(),
            arguments: first.arguments.iter().map(argument).collect(),
            cond,
            fields: fields.into_iter().map(|(_, field)| field).collect(),
        })
    }

    /// [CollectFields](https://spec.graphql.org/September2025/#CollectFields()) where no type has a part of another's objects: validation
    /// has left only type conditions that hold.
    fn collect_introspected(
        &mut self,
        (set, cond): Source<'d>,
        visited: &mut FxHashSet<(&'d Name, Cond)>,
        found: &mut CollectedFields<'d>,
        depth: usize,
    ) -> Result<(), PlanError> {
        too_deep(depth)?;
        let document = self.document;
        for selection in &set.selections {
            let narrowed = self.tree.conditions.narrow(cond, selection.directives())?;
            let Some(cond) = narrowed else { continue };
            let set = match selection {
                Selection::Field(field) => {
                    self.add(field, cond, found)?;
                    continue;
                }
                Selection::InlineFragment(fragment) => &fragment.selection_set,
                Selection::FragmentSpread(spread) => {
                    let fragment = document.fragments.get(&spread.fragment_name);
                    match fragment {
                        Some(fragment) if visited.insert((&spread.fragment_name, cond)) => {
                            &fragment.selection_set
                        }
                        _ => continue,
                    }
                }
            };
            self.collect_introspected((set, cond), visited, found, depth + 1)?;
        }
        Ok(())
    }
}

impl Introspected {
    /// As the plan has it.
    pub(crate) fn planned(
        &self,
        condition: &mut dyn FnMut(Cond) -> Option<ConditionId>,
    ) -> IntrospectionField {
        let fields = self.fields.iter().map(|field| field.planned(condition));
        IntrospectionField {
            fields: fields.collect(),
            response_key: self.response_key.clone(),
            name: self.name.clone(),
            arguments: self.arguments.clone(),
            condition: condition(self.cond),
        }
    }
}
