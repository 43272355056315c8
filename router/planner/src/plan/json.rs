//! The plan as JSON, for programs: the fetches and what they depend on.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::plan::{
    ContextVariable, DeferredId, DeferredPart, EntityFetch, Fetch, FetchTarget, InitialCount,
    PathElement, QueryPlan, Representation,
};

/// `{ operationType, introspection, steps, fetches: [{ id, step, subgraph, dependsOn, … }], deferred: [{ label, path, fetches, initialCount, inLaterItems }] }`. Conditions are text; paths are lists.
impl Serialize for QueryPlan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let steps = self.steps();
        let last = steps.iter().copied().max().unwrap_or(0);
        let fetches: Vec<FetchJson<'_>> = self
            .fetches
            .iter()
            .enumerate()
            .map(|(id, fetch)| FetchJson {
                plan: self,
                id,
                step: steps[id],
                fetch,
            })
            .collect();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("operationType", &self.operation_type.to_string())?;
        map.serialize_entry("introspection", &self.introspection)?;
        map.serialize_entry("steps", &last)?;
        map.serialize_entry("fetches", &fetches)?;
        if !self.deferred.is_empty() {
            let deferred: Vec<_> = self.deferred.iter().map(DeferredJson).collect();
            map.serialize_entry("deferred", &deferred)?;
        }
        map.end()
    }
}

struct DeferredJson<'p>(&'p DeferredPart);

impl Serialize for DeferredJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let path: Vec<&str> = self.0.path.iter().map(|key| key.as_str()).collect();
        let fetches: Vec<u32> = self.0.fetches.iter().map(|id| id.0).collect();
        let mut map = serializer.serialize_map(None)?;
        if let Some(label) = &self.0.label {
            map.serialize_entry("label", &**label)?;
        }
        map.serialize_entry("path", &path)?;
        map.serialize_entry("fetches", &fetches)?;
        match &self.0.initial {
            None => {}
            Some(InitialCount::Fixed(count)) => map.serialize_entry("initialCount", count)?,
            Some(InitialCount::Variable(name)) => {
                map.serialize_entry("initialCount", &format!("${name}"))?;
            }
        }
        if !self.0.in_later_items.is_empty() {
            let later = self.0.in_later_items.iter();
            let later: Vec<_> = later.map(InLaterItemsJson).collect();
            map.serialize_entry("inLaterItems", &later)?;
        }
        map.end()
    }
}

/// `{ list, part }`: the indices of two deferred parts.
struct InLaterItemsJson<'p>(&'p (DeferredId, DeferredId));

impl Serialize for InLaterItemsJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (list, part) = self.0;
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("list", &list.0)?;
        map.serialize_entry("part", &part.0)?;
        map.end()
    }
}

struct FetchJson<'p> {
    plan: &'p QueryPlan,
    id: usize,
    step: usize,
    fetch: &'p Fetch,
}

impl Serialize for FetchJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fetch = self.fetch;
        let condition = |id: Option<crate::plan::ConditionId>| {
            let condition = id.and_then(|id| self.plan.conditions.get(id.0 as usize));
            condition.map(ToString::to_string)
        };
        let depends_on: Vec<u32> = fetch.depends_on.iter().map(|id| id.0).collect();
        let variables: Vec<&str> = fetch.variables.iter().map(|name| name.as_str()).collect();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        map.serialize_entry("step", &self.step)?;
        map.serialize_entry("subgraph", &*fetch.subgraph_name)?;
        map.serialize_entry("dependsOn", &depends_on)?;
        if let Some(condition) = condition(fetch.condition) {
            map.serialize_entry("condition", &condition)?;
        }
        if fetch.deferred {
            map.serialize_entry("deferred", &true)?;
        }
        if let Some(slow) = &fetch.slow {
            map.serialize_entry("slow", &**slow)?;
        }
        map.serialize_entry("operation", &*fetch.operation)?;
        map.serialize_entry("variables", &variables)?;
        match &fetch.target {
            FetchTarget::Root => {}
            FetchTarget::RootAt(at) => map.serialize_entry("rootAt", &paths(at))?,
            FetchTarget::Entities(entities) => {
                let entities: Vec<EntityJson<'_>> = entities
                    .iter()
                    .map(|entity| EntityJson {
                        entity,
                        condition: condition(entity.condition),
                    })
                    .collect();
                map.serialize_entry("entities", &entities)?;
            }
        }
        map.end()
    }
}

struct EntityJson<'p> {
    entity: &'p EntityFetch,
    condition: Option<String>,
}

impl Serialize for EntityJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entity = self.entity;
        let representations = entity.representations.iter();
        let representations: Vec<_> = representations.map(RepresentationJson).collect();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("responseKey", entity.response_key.as_str())?;
        map.serialize_entry("variable", entity.variable.as_str())?;
        if let Some(condition) = &self.condition {
            map.serialize_entry("condition", condition)?;
        }
        map.serialize_entry("paths", &paths(&entity.paths))?;
        map.serialize_entry("representations", &representations)?;
        if !entity.contexts.is_empty() {
            let contexts: Vec<ContextJson<'_>> = entity.contexts.iter().map(ContextJson).collect();
            map.serialize_entry("contexts", &contexts)?;
        }
        map.end()
    }
}

fn paths(paths: &[Vec<PathElement>]) -> Vec<Vec<ElementJson<'_>>> {
    let paths = paths.iter();
    paths
        .map(|path| path.iter().map(ElementJson).collect())
        .collect()
}

/// A data key, a list of object types, or `{ key, items: "first" | "later", part }` for some items of a streamed list.
struct ElementJson<'p>(&'p PathElement);

impl Serialize for ElementJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            PathElement::Key(key) => serializer.serialize_str(key),
            PathElement::TypeCondition(types) => {
                serializer.collect_seq(types.iter().map(|name| name.as_str()))
            }
            PathElement::Streamed { key, part, items } => {
                let mut map = serializer.serialize_map(Some(3))?;
                map.serialize_entry("key", key.as_str())?;
                map.serialize_entry("items", items.as_str())?;
                map.serialize_entry("part", &part.0)?;
                map.end()
            }
        }
    }
}

/// `{ variable, type, depth }`.
struct ContextJson<'p>(&'p ContextVariable);

impl Serialize for ContextJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("variable", self.0.variable.as_str())?;
        map.serialize_entry("type", &self.0.ty.to_string())?;
        map.serialize_entry("depth", &self.0.depth)?;
        map.end()
    }
}

/// `{ on: [types], fields: "Product { upc }" }`.
struct RepresentationJson<'p>(&'p Representation);

impl Serialize for RepresentationJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let on: Vec<&str> = self.0.on.iter().map(|name| name.as_str()).collect();
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("on", &on)?;
        map.serialize_entry("fields", &self.0.to_string())?;
        map.end()
    }
}
