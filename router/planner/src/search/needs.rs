//! What a key or a `@requires` needs: leaves of the tree that must be obtained, and the representation made of them.

use std::sync::Arc;

use apollo_compiler::{Name, name};
use federation::{FieldSet, FieldSetSelection};

use crate::error::PlanError;
use crate::graph::TypeId;
use crate::operation::arguments::units;
use crate::operation::condition::Cond;
use crate::operation::ids::{PositionId, UseId};
use crate::operation::position::{Position, Use};
use crate::operation::tree::Tree;
use crate::plan::RepresentationField;
use crate::search::ids::{ContextId, Leaf, NeedId};

/// How many hidden positions may lie above each other: keys that need keys that need keys.
const MAX_HIDDEN_DEPTH: usize = 8;

/// A need of a deferred fragment, as the requests of the fragment alone satisfy it.
pub(crate) struct Alternative {
    pub(crate) of: NeedId,
    pub(crate) need: Need,
    /// The indices of its leaves.
    pub(crate) leaves: Vec<usize>,
}

/// What a field set needs at one position, for one class of types.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Need {
    pub(crate) leaves: Vec<Leaf>,
    pub(crate) fields: Vec<RepresentationField>,
    /// The arguments that are filled in from enclosing objects.
    pub(crate) arguments: Vec<NeedArgument>,
    /// Where nothing else is needed: how deep the nearest enclosing objects are that values are taken from. Any request that is about these
    /// objects, or about some below them, can send the values.
    pub(crate) taken_from: Option<usize>,
}

/// An argument whose value comes from an enclosing object.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NeedArgument {
    pub(crate) name: Name,
    pub(crate) context: ContextId,
}

impl Tree<'_> {
    /// Adds hidden uses for `set` where there are none yet, for those `types` of the class that need it. A representation begins with the
    /// `__typename` of its object: here it is only a matter of the object being there.
    ///
    /// # Errors
    ///
    /// When the tree grows over its bound, or the field set does not fit the types.
    pub(crate) fn need(
        &mut self,
        position: PositionId,
        class: u16,
        types: &[TypeId],
        set: &FieldSet,
        is_key: bool,
    ) -> Result<Option<Need>, PlanError> {
        let mut need = self.selected(position, class, types, set, is_key)?;
        if let Some(need) = &mut need {
            need.fields.retain(|field| field.name != "__typename");
            need.leaves
                .retain(|leaf| *leaf != Leaf::Typename(position, class));
            // What is required of some types only takes the type of the object to tell, whether or not the client wants it. A key
            // is sent of all of them: it is what the type itself is asked for with.
            if !is_key && need.fields.iter().any(|field| field.on.is_some()) {
                let origin = self.origin(position);
                for class in (0u16..).take(self.position(origin).classes.len()) {
                    push(&mut need.leaves, Leaf::Typename(origin, class));
                }
            }
            if need.leaves.is_empty() && !set.is_empty() {
                need.leaves
                    .push(Leaf::Presence(self.origin(position), class));
            }
        }
        Ok(need)
    }

    /// The same with the `__typename` of the objects among the fields, where it is selected.
    ///
    /// # Errors
    ///
    /// Those of [`Tree::need`].
    pub(crate) fn selected(
        &mut self,
        position: PositionId,
        class: u16,
        types: &[TypeId],
        set: &FieldSet,
        is_key: bool,
    ) -> Result<Option<Need>, PlanError> {
        let mut need = Need::default();
        let whole = self.need_set(position, class, types, set, is_key, &mut need)?;
        Ok(whole.then_some(need))
    }

    /// `false` when the tree is deep enough already.
    fn need_set(
        &mut self,
        position: PositionId,
        class: u16,
        types: &[TypeId],
        set: &FieldSet,
        is_key: bool,
        need: &mut Need,
    ) -> Result<bool, PlanError> {
        for selection in &set.selections {
            match selection {
                FieldSetSelection::InlineFragment { on, selections } => {
                    let narrowed = match on.as_ref().and_then(|on| self.graph.id(on)) {
                        Some(on) => Tree::common(types, &self.graph.ty(on).all),
                        None => types.to_vec(),
                    };
                    let whole =
                        self.need_set(position, class, &narrowed, selections, is_key, need)?;
                    if !whole {
                        return Ok(false);
                    }
                }
                FieldSetSelection::Field { name, .. } if name == "__typename" => {
                    self.need_typename(position, class, is_key, need);
                }
                FieldSetSelection::Field {
                    name,
                    arguments,
                    selections,
                } => {
                    for part in self.by_signature(types, name) {
                        let used = self.hidden_use(position, &part, name, arguments)?;
                        let Some(used) = used else { return Ok(false) };
                        let sent = self.need_use(used, class, &part, selections, is_key, need)?;
                        let Some(sent) = sent else { return Ok(false) };
                        merge_field(&mut need.fields, sent);
                    }
                }
            }
        }
        Ok(true)
    }

    /// The name of an object's type: known where it can be of one type only, else asked for.
    fn need_typename(&self, position: PositionId, class: u16, is_key: bool, need: &mut Need) {
        let id = self.position(position).ty;
        let ty = self.graph.ty(id);
        let is_known = ty.is_object() || *ty.all == [id];
        if !is_known {
            push(&mut need.leaves, Leaf::Typename(position, class));
        }
        merge_field(
            &mut need.fields,
            RepresentationField {
                name: name!("__typename"),
                data_key: name!("__typename"),
                on: None,
                fields: Vec::new(),
                required: true,
                key: is_key,
                constant: is_known.then(|| ty.name.clone()),
                float: false,
            },
        );
    }

    fn need_use(
        &mut self,
        used: UseId,
        class: u16,
        types: &[TypeId],
        selections: &FieldSet,
        is_key: bool,
        need: &mut Need,
    ) -> Result<Option<RepresentationField>, PlanError> {
        let selected = self.get(used);
        let node = self.field(used);
        let all = types.len() == self.position(selected.position).types.len();
        let mut sent = RepresentationField {
            name: selected.name.clone(),
            data_key: selected.data_key.clone(),
            on: (!all).then(|| self.names(types)),
            fields: Vec::new(),
            required: node.ty.is_non_null(),
            key: is_key,
            constant: None,
            float: node.ty.inner_named_type() == "Float",
        };
        let Some(sub) = selected.sub.filter(|_| !selections.is_empty()) else {
            push(&mut need.leaves, Leaf::Field(used, class));
            return Ok(Some(sent));
        };
        let mut below = Need::default();
        let abstract_type = !self.graph.ty(self.position(sub).ty).is_object();
        for class in 0..self.position(sub).classes.len() {
            let types = Arc::clone(&self.position(sub).classes[class]);
            let class = u16::try_from(class).unwrap_or(u16::MAX);
            let before = below.leaves.len();
            if abstract_type && !is_key {
                self.need_typename(sub, class, is_key, &mut below);
            }
            if !self.need_set(sub, class, &types, selections, is_key, &mut below)? {
                return Ok(None);
            }
            // Nothing may be selected of these types. An object is sent all the same, and an object has a field.
            if below.fields.is_empty() {
                self.need_typename(sub, class, is_key, &mut below);
            }
            if below.leaves.len() == before {
                push(&mut below.leaves, Leaf::Presence(sub, class));
            }
        }
        if below.fields.iter().any(|field| field.on.is_some()) {
            for class in (0u16..).take(self.position(sub).classes.len()) {
                push(&mut below.leaves, Leaf::Typename(sub, class));
            }
        }
        for leaf in below.leaves {
            push(&mut need.leaves, leaf);
        }
        sent.fields = below.fields;
        Ok(Some(sent))
    }

    /// The types that have the field, apart where it differs.
    fn by_signature(&self, types: &[TypeId], name: &Name) -> Vec<Vec<TypeId>> {
        let mut parts: Vec<(u32, Vec<TypeId>)> = Vec::new();
        for &ty in types {
            let Some(field) = self.graph.field(ty, name) else {
                continue;
            };
            match parts
                .iter_mut()
                .find(|(known, _)| *known == field.signature)
            {
                Some((_, part)) => part.push(ty),
                None => parts.push((field.signature, vec![ty])),
            }
        }
        parts.into_iter().map(|(_, part)| part).collect()
    }

    /// A use that is always there, for these types at least.
    fn hidden_use(
        &mut self,
        position: PositionId,
        types: &[TypeId],
        field: &Name,
        arguments: &[(Name, apollo_compiler::Node<apollo_compiler::ast::Value>)],
    ) -> Result<Option<UseId>, PlanError> {
        let text = self.argument_texts.of(arguments, self.work);
        self.work.spend(1 + self.position(position).uses.len())?;
        let known = self.position(position).uses.iter().copied().find(|&used| {
            let selected = self.get(used);
            selected.name == *field
                && selected.arguments_text == text
                && selected.cond == Cond::TRUE
                && selected.directives.is_empty()
                && (selected.sub.is_none() || selected.hidden)
                && types.iter().all(|ty| selected.on.binary_search(ty).is_ok())
        });
        if known.is_some() {
            return Ok(known);
        }
        let hidden_depth = self.position(position).hidden_depth + 1;
        let depth = self.position(position).depth + 1;
        let used = self.add_use(
            Use {
                position,
                name: field.clone(),
                arguments: arguments.to_vec(),
                units: units(field, &text, &[]),
                arguments_text: text,
                directives: Vec::new(),
                on: Arc::from(types),
                wide: Arc::from(types),
                cond: Cond::TRUE,
                sub: None,
                data_key: field.clone(),
                closed: false,
                hidden: true,
                stream: None,
            },
            field,
        )?;
        if let Some(target) = self.field(used).target {
            if hidden_depth > MAX_HIDDEN_DEPTH {
                return Ok(None);
            }
            // Clients may not know of a type that is required.
            let types = Arc::clone(&self.graph.ty(target).all);
            let classes = self.classes(Some(used), &types);
            let scope = self.scope_below(used);
            let part = self.part_below(Some(used));
            let sub = self.add_position(Position {
                parent: Some(used),
                ty: target,
                types,
                classes,
                uses: Vec::new(),
                shapes: Vec::new(),
                wants_typename: false,
                typename_cond: Cond::TRUE,
                uniform: true,
                subgraphs: Vec::new(),
                closed_in: Vec::new(),
                scope,
                partial: false,
                depth,
                hidden_depth,
                part,
                shadow: None,
                shadows: Vec::new(),
            })?;
            self.use_mut(used).sub = Some(sub);
        }
        Ok(Some(used))
    }

    /// The names of types, sorted.
    pub(crate) fn names(&self, types: &[TypeId]) -> Arc<[Name]> {
        let mut names: Vec<Name> = types
            .iter()
            .map(|&ty| self.graph.ty(ty).name.clone())
            .collect();
        names.sort();
        Arc::from(names)
    }
}

fn push(leaves: &mut Vec<Leaf>, leaf: Leaf) {
    if !leaves.contains(&leaf) {
        leaves.push(leaf);
    }
}

/// Adds a field to a representation; the same field of other types or with other subfields joins the one that is there.
pub(crate) fn merge_field(fields: &mut Vec<RepresentationField>, added: RepresentationField) {
    let known = fields.iter_mut().find(|known| {
        known.name == added.name
            && known.data_key == added.data_key
            && known.constant == added.constant
            && known.float == added.float
            && (known.on == added.on || known.fields.is_empty() && added.fields.is_empty())
    });
    let Some(known) = known else {
        fields.push(added);
        return;
    };
    known.on = match (known.on.take(), added.on) {
        (Some(left), Some(right)) => {
            let mut names: Vec<Name> = left.iter().chain(right.iter()).cloned().collect();
            names.sort();
            names.dedup();
            Some(Arc::from(names))
        }
        _ => None,
    };
    known.required |= added.required;
    known.key |= added.key;
    for field in added.fields {
        merge_field(&mut known.fields, field);
    }
}

/// Whether two representations can be sent as one: no name has two sources.
pub(crate) fn mergeable(left: &[RepresentationField], right: &[RepresentationField]) -> bool {
    right.iter().all(|added| {
        left.iter().all(|known| {
            known.name != added.name
                || (known.data_key == added.data_key
                    && known.constant == added.constant
                    && mergeable(&known.fields, &added.fields))
                || disjoint(known, added)
        })
    })
}

fn disjoint(left: &RepresentationField, right: &RepresentationField) -> bool {
    match (&left.on, &right.on) {
        (Some(left), Some(right)) => left.iter().all(|name| !right.contains(name)),
        _ => false,
    }
}
