//! Arguments that the planner fills in from enclosing objects (`@fromContext`).
//!
//! <https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/entities/use-contexts>

use apollo_compiler::ast::Type;
use federation::{ContextArgument, FieldSet};

use crate::error::PlanError;
use crate::graph::TypeId;
use crate::operation::ids::PositionId;
use crate::operation::tree::Tree;
use crate::plan::RepresentationField;
use crate::search::ids::{ContextId, Leaf};
use crate::search::needs::merge_field;

/// A value that objects take from one that encloses them.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    /// Where the enclosing objects are.
    pub(crate) position: PositionId,
    selection: FieldSet,
    /// The type of the variable by which it is sent.
    pub(crate) ty: Type,
    /// Where the value is in the enclosing object: one field for each type that it can have.
    pub(crate) fields: Vec<RepresentationField>,
}

/// The values of all contexts, each once.
#[derive(Debug, Default)]
pub(crate) struct Contexts {
    all: Vec<Context>,
}

impl Contexts {
    pub(crate) fn add(&mut self, added: Context) -> ContextId {
        let index = self.all.iter().position(|known| {
            known.position == added.position
                && known.selection == added.selection
                && known.ty == added.ty
        });
        let index = index.unwrap_or(self.all.len());
        match self.all.get_mut(index) {
            None => self.all.push(added),
            Some(known) => {
                for field in added.fields {
                    merge_field(&mut known.fields, field);
                }
            }
        }
        ContextId(u32::try_from(index).unwrap_or(u32::MAX))
    }

    /// In the order of their ids.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Context> {
        self.all.iter()
    }
}

/// What one contextual argument needs.
pub(crate) struct Found {
    pub(crate) context: Context,
    /// What must be there before.
    pub(crate) leaves: Vec<Leaf>,
    /// The position to which fields may have been added.
    pub(crate) added_to: Option<PositionId>,
}

impl Tree<'_> {
    /// Finds the nearest enclosing objects that set the context, and adds hidden uses there for what is taken of them.
    ///
    /// # Errors
    ///
    /// When the tree grows over its bound.
    pub(crate) fn context(
        &mut self,
        position: PositionId,
        argument: &ContextArgument,
    ) -> Result<Option<Found>, PlanError> {
        let Some((above, types)) = self.setting(position, argument) else {
            return Ok(None);
        };
        let mut found = Found {
            context: Context {
                position: above,
                selection: argument.selection.clone(),
                ty: argument.ty.clone(),
                fields: Vec::new(),
            },
            leaves: Vec::new(),
            added_to: Some(above),
        };
        let one_type = self.graph.ty(self.position(above).ty).is_object();
        for class in 0..self.position(above).classes.len() {
            let types = Self::common(&self.position(above).classes[class], &types);
            if types.is_empty() {
                continue;
            }
            let class = u16::try_from(class).unwrap_or(u16::MAX);
            let Some(need) = self.selected(above, class, &types, &argument.selection, false)?
            else {
                return Ok(None);
            };
            if !one_type {
                found.leaves.push(Leaf::Typename(above, class));
            }
            for leaf in need.leaves {
                if !found.leaves.contains(&leaf) {
                    found.leaves.push(leaf);
                }
            }
            for field in need.fields {
                merge_field(&mut found.context.fields, field);
            }
        }
        Ok(Some(found))
    }

    /// The nearest position above where objects set the context, and the types there that lead down to `position`.
    fn setting(
        &self,
        position: PositionId,
        argument: &ContextArgument,
    ) -> Option<(PositionId, Vec<TypeId>)> {
        let mut below = self.position(position).parent;
        while let Some(used) = below {
            let used = self.get(used);
            let sets = |ty: &TypeId| self.graph.ty(*ty).contexts.contains(&argument.context);
            let types: Vec<TypeId> = used.on.iter().copied().filter(sets).collect();
            if !types.is_empty() {
                return Some((used.position, types));
            }
            below = self.position(used.position).parent;
        }
        None
    }
}
