//! An object as one subgraph has it, and the values of its fields.

use apollo_compiler::Name;
use apollo_compiler::resolvers::{FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use federation::{FieldSet, FieldSetSelection, Key};
use serde_json_bytes::Value as Json;

use super::ServedSubgraph;
use crate::world::{Members, Object, Value, World};

/// An object as a subgraph has it.
pub(super) struct Here<'s> {
    pub(super) subgraph: &'s ServedSubgraph,
    pub(super) object: Object,
    /// The `@interfaceObject` that it is here.
    pub(super) seen_as: Option<Name>,
    /// Its representation.
    pub(super) sent: Option<Members>,
    /// The external fields that are resolved on this path.
    pub(super) provided: FieldSet,
}

impl<'s> Here<'s> {
    fn resolve(&self, field: &str, arguments: &Members) -> Result<ResolvedValue<'s>, String> {
        let subgraph = self.subgraph;
        let ty = self.seen_as.as_ref().unwrap_or(&self.object.ty);
        let at = subgraph.field_there(ty, field);
        let at = at.ok_or_else(|| format!("{ty}.{field} is not here"))?;
        let given = provided(&subgraph.world, &self.object, &self.provided, field);
        let names = |key: &Key| {
            key.fields
                .selections
                .iter()
                .any(|part| matches!(part, FieldSetSelection::Field { name, .. } if name == field))
        };
        let there = subgraph.type_there(ty);
        let is_key = there.is_some_and(|there| there.keys.iter().any(names));
        if at.external && given.is_none() && !is_key {
            return Err(format!("{ty}.{field} is external"));
        }
        if subgraph.world.is_overridden(at) {
            return Err(format!("{ty}.{field} is overridden"));
        }
        if let (Some(set), None) = (&at.requires, &given) {
            let sent = self.sent.as_ref();
            let sent = sent.ok_or_else(|| format!("{ty}.{field} without a representation"))?;
            subgraph
                .verify(&self.object, set, sent)
                .map_err(|why| format!("{ty}.{field} requires: {why}"))?;
        }
        let mut below = given.unwrap_or_default();
        below
            .selections
            .extend(at.provides.iter().flat_map(|set| set.selections.clone()));
        let value = subgraph.world.field(&self.object, field, arguments);
        let named = at.ty.inner_named_type();
        let seen_as = subgraph.is_interface_object(named).then(|| named.clone());
        Ok(subgraph.resolved(value, &seen_as, &below))
    }
}

impl ServedSubgraph {
    fn resolved<'s>(
        &'s self,
        value: Value,
        seen_as: &Option<Name>,
        provided: &FieldSet,
    ) -> ResolvedValue<'s> {
        match value {
            Value::Null => ResolvedValue::null(),
            Value::Leaf(leaf) => ResolvedValue::leaf(leaf),
            Value::Object(object) => ResolvedValue::object(Here {
                subgraph: self,
                object,
                seen_as: seen_as.clone(),
                sent: None,
                provided: provided.clone(),
            }),
            Value::List(items) => {
                let items: Vec<_> = items
                    .into_iter()
                    .map(|item| Ok(self.resolved(item, seen_as, provided)))
                    .collect();
                ResolvedValue::List(Box::new(items.into_iter()))
            }
        }
    }
}

/// What is provided below a field: `None` when the field is not.
fn provided(world: &World, object: &Object, set: &FieldSet, field: &str) -> Option<FieldSet> {
    let mut found: Option<FieldSet> = None;
    for selection in &set.selections {
        let below = match selection {
            FieldSetSelection::Field {
                name, selections, ..
            } if name == field => Some(selections.clone()),
            FieldSetSelection::InlineFragment { on, selections }
                if on.as_ref().is_none_or(|on| world.is_a(&object.ty, on)) =>
            {
                provided(world, object, selections, field)
            }
            _ => None,
        };
        if let Some(below) = below {
            found
                .get_or_insert_default()
                .selections
                .extend(below.selections);
        }
    }
    found
}

impl ObjectValue for Here<'_> {
    fn type_name(&self) -> &str {
        self.seen_as.as_ref().unwrap_or(&self.object.ty)
    }

    fn resolve_field<'a>(
        &'a self,
        info: &'a ResolveInfo<'a>,
    ) -> Result<ResolvedValue<'a>, FieldError> {
        let error = |message| FieldError { message };
        match info.field_name() {
            "_service" => Ok(ResolvedValue::object(Service(&self.subgraph.sdl))),
            "_entities" => {
                let sent = info
                    .arguments()
                    .get("representations")
                    .and_then(Json::as_array);
                let entities: Vec<_> = sent
                    .into_iter()
                    .flatten()
                    .map(|sent| match sent.as_object() {
                        Some(sent) => self
                            .subgraph
                            .entity(sent)
                            .map(ResolvedValue::object)
                            .map_err(error),
                        None => Err(error(format!("{sent} is no representation"))),
                    })
                    .collect();
                Ok(ResolvedValue::List(Box::new(entities.into_iter())))
            }
            field => self.resolve(field, info.arguments()).map_err(error),
        }
    }
}

struct Service<'s>(&'s str);

impl ObjectValue for Service<'_> {
    fn type_name(&self) -> &str {
        "_Service"
    }

    fn resolve_field<'a>(
        &'a self,
        _: &'a ResolveInfo<'a>,
    ) -> Result<ResolvedValue<'a>, FieldError> {
        Ok(ResolvedValue::leaf(self.0))
    }
}
