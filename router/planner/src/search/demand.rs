//! What keys and demanding fields need, once for each place, types and field set.

use std::sync::Arc;

use federation::FieldSet;

use crate::error::PlanError;
use crate::graph::{FieldAt, TypeId};
use crate::operation::ids::{PositionId, UseId};
use crate::operation::tree::Tree;
use crate::plan::RepresentationField;
use crate::search::entries::Reach;
use crate::search::ids::NeedId;
use crate::search::needs::{Alternative, Need, NeedArgument};

impl Reach {
    /// What of a field set some types of a class need; `None` when it lies too deep.
    ///
    /// # Errors
    ///
    /// When the tree grows over its bound.
    pub(crate) fn need(
        &mut self,
        tree: &mut Tree<'_>,
        position: PositionId,
        class: u16,
        types: &Arc<[TypeId]>,
        set: &Arc<FieldSet>,
        is_key: bool,
    ) -> Result<Option<NeedId>, PlanError> {
        let origin = tree.origin(position);
        // Keys come with the objects; what a deferred fragment requires may be fetched with the fragment.
        let place = if is_key { origin } else { position };
        let asked = (place, Arc::clone(types), Arc::clone(set), is_key);
        if let Some(&known) = self.known_needs.sets.get(&asked) {
            return Ok(known);
        }
        let need = tree.need(origin, class, types, set, is_key)?;
        let own = match place == origin {
            true => None,
            false => tree.need(place, class, types, set, is_key)?,
        };
        let id = need.map(|need| self.add_need(need));
        if let (Some(of), Some(need)) = (id, own) {
            let leaves = need.leaves.iter().map(|&leaf| self.leaf(leaf)).collect();
            self.alternatives.push(Alternative { of, need, leaves });
        }
        self.known_needs.sets.insert(asked, id);
        if origin != position {
            // That has been resolved already.
            self.resolve_uses(tree, origin)?;
        }
        Ok(id)
    }

    fn add_need(&mut self, need: Need) -> NeedId {
        let leaves = need.leaves.iter().map(|&leaf| self.leaf(leaf)).collect();
        self.need_leaves.push(leaves);
        self.needs.push(need);
        NeedId(u32::try_from(self.needs.len() - 1).unwrap_or(u32::MAX))
    }

    /// What a field needs beside the key of its object: what it requires, and what it takes from enclosing objects.
    ///
    /// # Errors
    ///
    /// When the tree grows over its bound.
    pub(crate) fn demand(
        &mut self,
        tree: &mut Tree<'_>,
        position: PositionId,
        class: u16,
        used: UseId,
        at: &FieldAt,
    ) -> Result<Option<NeedId>, PlanError> {
        let class_types = &tree.position(position).classes[usize::from(class)];
        let on = &tree.get(used).on;
        // Where all types are one, a field cannot be asked for some of them only.
        let types: Arc<[TypeId]> = match at.lane.via.is_some() || class_types == on {
            true => Arc::clone(class_types),
            false => Arc::from(Tree::common(on, class_types)),
        };
        if let (Some(set), true) = (&at.requires, at.contextual.is_empty()) {
            return self.need(tree, position, class, &types, set, false);
        }
        let contextual = Arc::clone(&at.contextual);
        let origin = tree.origin(position);
        let asked = (origin, Arc::clone(&types), at.requires.clone(), contextual);
        if let Some(&known) = self.known_needs.demands.get(&asked) {
            return Ok(known);
        }
        let need = self.contextual_need(tree, origin, class, &types, at)?;
        let id = need.map(|need| self.add_need(need));
        self.known_needs.demands.insert(asked, id);
        if origin != position {
            self.resolve_uses(tree, origin)?;
        }
        Ok(id)
    }

    fn contextual_need(
        &mut self,
        tree: &mut Tree<'_>,
        position: PositionId,
        class: u16,
        types: &[TypeId],
        at: &FieldAt,
    ) -> Result<Option<Need>, PlanError> {
        let mut need = match &at.requires {
            None => Need::default(),
            Some(set) => match tree.need(position, class, types, set, false)? {
                None => return Ok(None),
                Some(need) => need,
            },
        };
        let mut sendable = at.requires.is_none();
        for argument in &*at.contextual {
            let Some(found) = tree.context(position, argument)? else {
                return Ok(None);
            };
            for leaf in found.leaves {
                if !need.leaves.contains(&leaf) {
                    need.leaves.push(leaf);
                }
            }
            // An entity for which a value is null that must not be is not asked for, and what is beside the field must not go with it.
            sendable &= !found.context.ty.is_non_null() || is_certain(&found.context.fields);
            let above = tree.path_len(found.context.position);
            need.taken_from = need.taken_from.max(Some(above));
            need.arguments.push(NeedArgument {
                name: argument.name.clone(),
                context: self.contexts.add(found.context),
            });
            // What encloses the object has been resolved already.
            if let Some(above) = found.added_to {
                self.resolve_uses(tree, above)?;
            }
        }
        need.taken_from = need.taken_from.filter(|_| sendable);
        Ok(Some(need))
    }
}

/// Whether no field of a selection can be null.
fn is_certain(fields: &[RepresentationField]) -> bool {
    let certain = |field: &RepresentationField| field.required && is_certain(&field.fields);
    fields.iter().all(certain)
}
