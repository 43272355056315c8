//! One subgraph over the data of a [`World`]: it answers what its schema lets ask, and complains about whatever a correct router does not send.
//!
//! Each value of a representation must be the true one; a representation has one key whole, and beside it only what a `@requires` names; external
//! fields are only asked where they are provided, overridden ones never.

use std::fmt::Write as _;

use apollo_compiler::resolvers::{Execution, FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Name, Schema};
use federation::{FieldInSubgraph, FieldSet, FieldSetSelection, SubgraphId, TypeInSubgraph};
use serde_json_bytes::{Value as Json, json};

use crate::partial::selected_in_vain;
use crate::world::{Members, Object, Value, World, entity_of, is_single};

/// The directives of Federation, as a server knows them.
const DEFINITIONS: &str = r"
directive @key(fields: FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
directive @requires(fields: FieldSet!) on FIELD_DEFINITION
directive @provides(fields: FieldSet!) on FIELD_DEFINITION
directive @external on FIELD_DEFINITION | OBJECT
directive @extends on OBJECT | INTERFACE
directive @shareable repeatable on FIELD_DEFINITION | OBJECT
directive @override(from: String!, label: String) on FIELD_DEFINITION
directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ENUM | ENUM_VALUE | SCALAR | INPUT_OBJECT | INPUT_FIELD_DEFINITION | ARGUMENT_DEFINITION
directive @tag(name: String!) repeatable on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
directive @interfaceObject on OBJECT
directive @context(name: String!) repeatable on OBJECT | INTERFACE | UNION
directive @fromContext(field: String) on ARGUMENT_DEFINITION
directive @link(url: String!, import: [String!]) repeatable on SCHEMA
scalar FieldSet
scalar _Any
type _Service { sdl: String! }
";

/// A subgraph that can be asked.
pub struct ServedSubgraph {
    world: World,
    id: SubgraphId,
    sdl: String,
    schema: Valid<Schema>,
}

/// Why a text is no subgraph that can be served.
#[derive(Debug, thiserror::Error)]
#[error("not the SDL of a subgraph: {0}")]
pub struct NotServed(String);

impl ServedSubgraph {
    /// Serves the SDL of the supergraph's subgraph `name`.
    ///
    /// # Errors
    ///
    /// When the supergraph has no such subgraph, or the SDL is not valid.
    pub fn new(world: &World, name: &str, sdl: &str) -> Result<Self, NotServed> {
        let subgraphs = world.supergraph.subgraphs();
        let index = subgraphs
            .iter()
            .position(|subgraph| &*subgraph.name == name);
        let index = index.and_then(|index| u16::try_from(index).ok());
        let id = index.ok_or_else(|| NotServed(format!("there is no subgraph {name}")))?;
        Ok(Self {
            world: world.clone(),
            id: SubgraphId(id),
            sdl: sdl.to_owned(),
            schema: schema(sdl).map_err(NotServed)?,
        })
    }

    /// Answers a request: `{"query":…,"variables":…}`. The second part is what a correct router would not have sent.
    pub fn answer(&self, body: &[u8]) -> (Vec<u8>, Vec<String>) {
        let refuse = |why: String| {
            let response = json!({ "errors": [{ "message": why.clone() }] });
            (response.to_string().into_bytes(), vec![why])
        };
        let Ok(request) = serde_json_bytes::serde_json::from_slice::<Json>(body) else {
            return refuse("the request is no JSON".to_owned());
        };
        let text = request
            .get("query")
            .and_then(Json::as_str)
            .unwrap_or_default();
        let document = match ExecutableDocument::parse_and_validate(&self.schema, text, "request") {
            Ok(document) => document,
            Err(found) => return refuse(format!("{}\n{text}", found.errors)),
        };
        let none = Members::new();
        let variables = request.get("variables").and_then(Json::as_object);
        let operation = document.operations.get(None);
        let Ok(operation) = operation else {
            return refuse("there is not one operation".to_owned());
        };
        let root = Here {
            subgraph: self,
            object: World::root(operation.object_type()),
            seen_as: None,
            sent: None,
            provided: FieldSet::default(),
        };
        let executed = Execution::new(&self.schema, &document)
            .raw_variable_values(variables.unwrap_or(&none))
            .execute_sync(&root);
        match executed {
            Ok(response) => {
                let wrong = response.errors.iter().map(|error| error.message.clone());
                let mut wrong: Vec<String> = wrong.collect();
                selected_in_vain(&self.world, self.id, &operation.selection_set, &mut wrong);
                match serde_json_bytes::serde_json::to_vec(&response) {
                    Ok(text) => (text, wrong),
                    Err(error) => refuse(error.to_string()),
                }
            }
            Err(error) => refuse(format!("{error:?}")),
        }
    }

    fn type_there(&self, name: &Name) -> Option<&TypeInSubgraph> {
        let ty = self.world.supergraph.types().get(name)?;
        ty.in_subgraph(self.id)
    }

    fn is_interface_object(&self, name: &Name) -> bool {
        self.type_there(name)
            .is_some_and(|there| there.is_interface_object)
    }

    fn field_there(&self, ty: &Name, field: &str) -> Option<&FieldInSubgraph> {
        let ty = self.world.supergraph.types().get(ty)?;
        ty.fields.get(field)?.in_subgraph(self.id)
    }

    /// The entity of a representation, once all that was sent has been checked.
    fn entity(&self, sent: &Members) -> Result<Here<'_>, String> {
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
        let is_whole = |key: &federation::Key| self.verify(&object, &key.fields, sent).is_ok();
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
    fn verify(&self, object: &Object, set: &FieldSet, sent: &Members) -> Result<(), String> {
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

/// An object as a subgraph has it.
struct Here<'s> {
    subgraph: &'s ServedSubgraph,
    object: Object,
    /// The `@interfaceObject` that it is here.
    seen_as: Option<Name>,
    /// Its representation.
    sent: Option<Members>,
    /// The external fields that are resolved on this path.
    provided: FieldSet,
}

impl<'s> Here<'s> {
    fn resolve(&self, field: &str, arguments: &Members) -> Result<ResolvedValue<'s>, String> {
        let subgraph = self.subgraph;
        let ty = self.seen_as.as_ref().unwrap_or(&self.object.ty);
        let at = subgraph.field_there(ty, field);
        let at = at.ok_or_else(|| format!("{ty}.{field} is not here"))?;
        let given = provided(&subgraph.world, &self.object, &self.provided, field);
        let names = |key: &federation::Key| {
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

/// The schema that a subgraph with this SDL serves.
fn schema(sdl: &str) -> Result<Valid<Schema>, String> {
    let builder = || {
        Schema::builder()
            .adopt_orphan_extensions()
            .parse(DEFINITIONS, "definitions")
            .parse(sdl, "subgraph")
    };
    let parsed = builder()
        .build()
        .map_err(|found| found.errors.to_string())?;
    let entities: Vec<&str> = parsed
        .types
        .iter()
        .filter(|(_, ty)| ty.directives().has("key") && ty.is_object())
        .map(|(name, _)| name.as_str())
        .collect();
    let mut more = String::from("extend type Query { _service: _Service! }\n");
    if !entities.is_empty() {
        let members = entities.join(" | ");
        let _ = write!(
            more,
            "union _Entity = {members}\nextend type Query {{ _entities(representations: [_Any!]!): [_Entity]! }}"
        );
    }
    let built = builder()
        .parse(more, "service")
        .build()
        .map_err(|found| found.errors.to_string())?;
    built.validate().map_err(|found| found.errors.to_string())
}
