//! Representations: which entity one means, and whether all that it says is true and was asked for.

use apollo_compiler::Name;
use federation::{FieldSet, Key};
use serde_json_bytes::Value as Json;

use super::ServedSubgraph;
use super::resolve::Here;
use crate::world::{Members, Object, World, entity_of, is_single};

impl ServedSubgraph {
    /// The entity of a representation, once all that was sent has been checked.
    pub(super) fn entity(&self, sent: &Members) -> Result<Here<'_>, String> {
        let typename = sent.get("__typename").and_then(Json::as_str);
        let typename = typename.and_then(|name| Name::new(name).ok());
        let typename = typename.ok_or("a representation has no __typename")?;
        let there = self.type_there(&typename);
        let there = there.ok_or_else(|| format!("{typename} is not known here"))?;
        let single = is_single(&typename).then(|| World::root(&typename));
        let object = identity(sent).or(single);
        let object = object.ok_or_else(|| format!("{sent:?} has no key"))?;
        if !self.world.is_a(&object.ty, &typename) {
            return Err(format!("{} is no {typename}", object.ty));
        }
        let is_whole = |key: &Key| self.verify(&object, &key.fields, sent).is_ok();
        if !there.keys.iter().any(is_whole) {
            return Err(format!("{sent:?} has no key of {typename} whole and true"));
        }
        let fields = self.world.supergraph.types().get(&typename);
        let fields = fields.into_iter().flat_map(|ty| ty.fields.values());
        let required = fields.filter_map(|field| field.in_subgraph(self.id)?.requires.as_ref());
        let known: Vec<&FieldSet> = there
            .keys
            .iter()
            .map(|key| &key.fields)
            .chain(required)
            .collect();
        for (name, value) in sent {
            let name = name.as_str();
            if name != "__typename"
                && !known
                    .iter()
                    .any(|set| self.is_true(&object, set, name, value))
            {
                return Err(format!(
                    "{name} of {sent:?} is not asked for here, or not true"
                ));
            }
        }
        let via = self.is_interface_object(&typename).then_some(typename);
        Ok(Here {
            subgraph: self,
            object,
            seen_as: via,
            sent: Some(sent.clone()),
            provided: FieldSet::default(),
        })
    }

    /// Whether a member of a representation is what one of the field sets selects, or a part of that.
    fn is_true(&self, object: &Object, set: &FieldSet, name: &str, value: &Json) -> bool {
        let truth = self.world.select(object, set);
        let untold = |truth: &Json| is_part(&without_names(value, truth), truth);
        truth.get(name).is_some_and(untold) || {
            // Two sets may be sent as one: each must find its own in it.
            truth.get(name).is_some_and(|truth| is_part(truth, value))
        }
    }

    /// Whether a representation has all of a field set, with the true values.
    pub(super) fn verify(
        &self,
        object: &Object,
        set: &FieldSet,
        sent: &Members,
    ) -> Result<(), String> {
        let truth = self.world.select(object, set);
        let Some(truth) = truth.as_object() else {
            return Ok(());
        };
        for (name, truth) in truth {
            match sent.get(name) {
                Some(value) if is_part(truth, value) => {}
                Some(value) => {
                    return Err(format!("{} is {value}, and was {truth}", name.as_str()));
                }
                None => return Err(format!("{} is missing in {sent:?}", name.as_str())),
            }
        }
        Ok(())
    }
}

/// A value without the type names that `truth` does not have: they tell types apart.
fn without_names(value: &Json, truth: &Json) -> Json {
    match (value, truth) {
        (Json::Object(value), Json::Object(truth)) => {
            let kept = value.iter().filter(|(name, _)| {
                name.as_str() != "__typename" || truth.contains_key("__typename")
            });
            let kept = kept.map(|(name, value)| {
                let truth = truth.get(name).unwrap_or(&Json::Null);
                (name.clone(), without_names(value, truth))
            });
            Json::Object(kept.collect())
        }
        (Json::Array(value), Json::Array(truth)) if value.len() == truth.len() => {
            let items = value.iter().zip(truth);
            items
                .map(|(value, truth)| without_names(value, truth))
                .collect()
        }
        _ => value.clone(),
    }
}

/// Whether all of `part` is in `whole`.
fn is_part(part: &Json, whole: &Json) -> bool {
    match (part, whole) {
        (Json::Object(part), Json::Object(whole)) => part.iter().all(|(name, part)| {
            let whole = whole.get(name);
            whole.is_some_and(|whole| is_part(part, whole))
        }),
        (Json::Array(part), Json::Array(whole)) => {
            part.len() == whole.len()
                && part
                    .iter()
                    .zip(whole)
                    .all(|(part, whole)| is_part(part, whole))
        }
        _ => part == whole,
    }
}

/// The entity that the keys in a representation belong to.
fn identity(sent: &Members) -> Option<Object> {
    sent.iter().find_map(|(name, value)| match value {
        Json::String(value) => entity_of(name.as_str(), value.as_str()),
        Json::Object(below) => identity(below),
        _ => None,
    })
}
