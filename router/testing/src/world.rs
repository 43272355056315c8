//! The data behind a graph: every value follows from which object and which field it is of, so that all subgraphs and the monolith
//! agree on it without holding any.
//!
//! An entity is its type and a number, `E0:2`; its keys are made of that and can be read back. An object without a key is a place
//! below an entity, `E0:2/v`.

mod values;

use std::sync::{Arc, Mutex, PoisonError};

use apollo_compiler::ast::{OperationType, Type};
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Name, Schema};
use federation::{
    ContextArgument, FieldInSubgraph, FieldSet, FieldSetSelection, Overridden, SubgraphId,
    Supergraph, TypeKind,
};
use serde_json_bytes::{Map, Value as Json};

use self::values::{Place, given, one, pick, scalar};
pub(crate) use self::values::{entity_of, is_single};
use crate::random::hash;

/// The arguments of a field or the members of a representation.
pub type Members = Map<serde_json_bytes::ByteString, Json>;

/// How many entities of each type there are.
const ENTITIES: u64 = 3;

/// One object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Object {
    /// Its object type.
    pub(crate) ty: Name,
    /// `Type:number`, or a place below one.
    pub(crate) id: String,
    /// The one subgraph that has it, for an object without a key below a field of that subgraph alone.
    pub(crate) only: Option<SubgraphId>,
}

/// The value of a field.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Null,
    Leaf(Json),
    Object(Object),
    List(Vec<Value>),
}

/// The data of a graph.
#[derive(Clone)]
pub struct World {
    pub(crate) supergraph: Arc<Supergraph>,
    /// The labels of progressive overrides that are on.
    pub(crate) labels: Arc<[Arc<str>]>,
    /// The mutations so far, in their order: what all copies of the world have in common.
    effects: Arc<Mutex<Vec<String>>>,
}

impl World {
    /// The data of a supergraph, asked with these override labels on.
    pub fn new(supergraph: Arc<Supergraph>, labels: Arc<[Arc<str>]>) -> Self {
        Self {
            supergraph,
            labels,
            effects: Arc::default(),
        }
    }

    /// The fields of mutations that have been executed since the last time, in their order; the world is then as though none had been.
    pub fn take_effects(&self) -> Vec<String> {
        std::mem::take(&mut *self.effects.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Keeps the effect of a field. Fields whose names begin with `at` say how many there have been.
    fn effect(&self, object: &Object, field: &str, arguments: &Members) -> Option<Value> {
        let schema = self.supergraph.schema();
        let mut effects = self.effects.lock().unwrap_or_else(PoisonError::into_inner);
        if schema.root_operation(OperationType::Mutation) == Some(&object.ty) {
            effects.push(format!("{field}({})", given(arguments)));
        }
        let count = field.strip_prefix("at")?;
        let is_clock = count.parse::<usize>().is_ok();
        is_clock.then(|| Value::Leaf(Json::from(effects.len())))
    }

    /// What operations are written against.
    pub fn api_schema(&self) -> &Valid<Schema> {
        self.supergraph.api_schema()
    }

    /// An operation, if it is valid.
    pub fn document(&self, operation: &str) -> Option<Valid<ExecutableDocument>> {
        ExecutableDocument::parse_and_validate(self.api_schema(), operation, "operation").ok()
    }

    /// The object at the root of operations.
    pub(crate) fn root(ty: &Name) -> Object {
        Object {
            ty: ty.clone(),
            id: format!("{ty}:0"),
            only: None,
        }
    }

    /// The value of a field.
    pub(crate) fn field(&self, object: &Object, field: &str, arguments: &Members) -> Value {
        if let Some(value) = self.effect(object, field, arguments) {
            return value;
        }
        let providers = self.providers(&object.ty, field);
        let mut salt = field.to_owned();
        salt.push_str(&given(arguments));
        if let Some(set) = providers.iter().find_map(|(_, at)| at.requires.as_ref()) {
            salt.push_str(&self.select(object, set).to_string());
        }
        let types: Vec<&Type> = providers.iter().map(|(_, at)| &at.ty).collect();
        let leaf = Place {
            object,
            field,
            providers: &providers,
        };
        self.value(&leaf, &types, &salt)
    }

    /// Who resolves a field of an object type: subgraphs that have the type, or that have an interface of it as an object.
    pub(crate) fn providers(&self, ty: &Name, field: &str) -> Vec<(SubgraphId, &FieldInSubgraph)> {
        let types = self.supergraph.types();
        let own = types.get(ty).and_then(|ty| ty.fields.get(field));
        let mut providers: Vec<_> = own
            .into_iter()
            .flat_map(|field| &field.in_subgraphs)
            .map(|at| (at.subgraph, at))
            .collect();
        for interface in self.interfaces(ty) {
            let Some(interface) = types.get(interface) else {
                continue;
            };
            for there in interface
                .in_subgraphs
                .iter()
                .filter(|there| there.is_interface_object)
            {
                let at = interface.fields.get(field);
                let at = at.and_then(|field| field.in_subgraph(there.subgraph));
                providers.extend(at.map(|at| (there.subgraph, at)));
            }
        }
        providers.retain(|(_, at)| !at.external);
        providers
    }

    fn interfaces(&self, ty: &Name) -> impl Iterator<Item = &Name> {
        let object = self.supergraph.schema().get_object(ty);
        object
            .into_iter()
            .flat_map(|object| object.implements_interfaces.iter())
            .map(|interface| &interface.name)
    }

    /// A value that fits all of `types`: the type of the field in each subgraph that resolves it.
    fn value(&self, place: &Place<'_>, types: &[&Type], salt: &str) -> Value {
        let nullable = types.iter().all(|ty| !ty.is_non_null());
        let number = hash(&[&place.object.id, salt]);
        if nullable && number.is_multiple_of(9) {
            return Value::Null;
        }
        let Some(first) = types.first() else {
            return Value::Null;
        };
        if first.is_list() {
            let items: Vec<&Type> = types.iter().map(|ty| ty.item_type()).collect();
            let length = number / 16 % 4;
            let item = |index| self.value(place, &items, &format!("{salt}/{index}"));
            return Value::List((0..length).map(item).collect());
        }
        let named = first.inner_named_type();
        match self.supergraph.types().get(named).map(|ty| ty.kind) {
            Some(TypeKind::Enum) => self.enum_value(place, number),
            None | Some(TypeKind::Scalar | TypeKind::InputObject) => {
                Value::Leaf(scalar(place, named, number))
            }
            Some(TypeKind::Object | TypeKind::Interface | TypeKind::Union) => {
                self.composite(place, number, salt)
            }
        }
    }

    fn enum_value(&self, place: &Place<'_>, number: u64) -> Value {
        let values = self.common(place, |subgraph, named| {
            let ty = self.supergraph.types().get(named);
            let there = ty.and_then(|ty| ty.in_subgraph(subgraph));
            there
                .map(|there| there.enum_values.clone())
                .unwrap_or_default()
        });
        match pick(&values, number) {
            Some(value) => Value::Leaf(Json::from(value.as_str())),
            None => Value::Null,
        }
    }

    fn composite(&self, place: &Place<'_>, number: u64, salt: &str) -> Value {
        let types = self.common(place, |subgraph, named| self.possible(named, subgraph));
        let Some(ty) = pick(&types, number / 16) else {
            return Value::Null;
        };
        let is_entity = self.is_entity(ty);
        let root = self
            .supergraph
            .schema()
            .root_operation(OperationType::Query);
        let id = match (is_entity, root == Some(ty)) {
            (_, true) => format!("{ty}:0"),
            (true, _) if is_single(ty) => format!("{ty}:0"),
            (true, _) => format!("{ty}:{}", number / 1024 % ENTITIES),
            (false, _) => format!("{}/{salt}", place.object.id),
        };
        let only = place.only().filter(|_| !is_entity && root != Some(ty));
        let ty = ty.clone();
        Value::Object(Object { ty, id, only })
    }

    /// Whether objects of a type have a key.
    pub(crate) fn is_entity(&self, ty: &Name) -> bool {
        let join_type = self.supergraph.types().get(ty);
        join_type.is_some_and(|ty| {
            let mut there = ty.in_subgraphs.iter();
            there.any(|there| !there.keys.is_empty())
        })
    }

    /// The object types that a value of a type can have in a subgraph.
    pub(crate) fn possible(&self, named: &Name, subgraph: SubgraphId) -> Vec<Name> {
        let Some(ty) = self.supergraph.types().get(named) else {
            return Vec::new();
        };
        match ty.in_subgraph(subgraph) {
            Some(there) if there.is_interface_object => {
                let implementers = self.supergraph.schema().implementers_map();
                let implementers = implementers.get(named);
                implementers.map_or_else(Vec::new, |found| found.objects.iter().cloned().collect())
            }
            Some(there) => there.possible_types.clone(),
            None => Vec::new(),
        }
    }

    /// What all subgraphs have that resolve the field, in an order that does not depend on theirs.
    fn common(&self, place: &Place<'_>, of: impl Fn(SubgraphId, &Name) -> Vec<Name>) -> Vec<Name> {
        let mut common: Option<Vec<Name>> = None;
        let only = place.object.only;
        let leading = place.providers.iter();
        for (subgraph, at) in leading.filter(|(s, _)| only.is_none_or(|only| only == *s)) {
            let here = of(*subgraph, at.ty.inner_named_type());
            common = Some(match common {
                None => here,
                Some(known) => known
                    .into_iter()
                    .filter(|name| here.contains(name))
                    .collect(),
            });
        }
        let mut common = common.unwrap_or_default();
        common.sort();
        common
    }

    /// What a field set selects of an object, as a representation has it.
    pub(crate) fn select(&self, object: &Object, set: &FieldSet) -> Json {
        let mut members = Members::new();
        self.select_into(object, set, &mut members);
        Json::Object(members)
    }

    fn select_into(&self, object: &Object, set: &FieldSet, members: &mut Members) {
        for selection in &set.selections {
            match selection {
                FieldSetSelection::Field { name, .. } if name == "__typename" => {
                    members.insert("__typename", Json::from(object.ty.as_str()));
                }
                FieldSetSelection::Field {
                    name,
                    arguments,
                    selections,
                } => {
                    let arguments = arguments.iter().map(|(name, value)| {
                        let value = value.serialize().no_indent().to_string();
                        let value = serde_json_bytes::serde_json::from_str(&value);
                        (name.as_str().into(), value.unwrap_or(Json::Null))
                    });
                    let mut arguments: Members = arguments.collect();
                    self.add_defaults(&object.ty, name, &mut arguments);
                    let value = self.field(object, name, &arguments);
                    let selected = self.as_json(&value, selections);
                    members.insert(name.as_str(), selected);
                }
                FieldSetSelection::InlineFragment { on, selections } => {
                    if on.as_ref().is_none_or(|on| self.is_a(&object.ty, on)) {
                        self.select_into(object, selections, members);
                    }
                }
            }
        }
    }

    /// The arguments of a field that come from enclosing objects: their names, contexts and selections.
    pub(crate) fn contextual(&self, ty: &Name, field: &str) -> &[ContextArgument] {
        let providers = self.providers(ty, field);
        providers
            .first()
            .map_or(&[], |(_, at)| &at.context_arguments)
    }

    /// The one value that a field set selects of an object.
    pub(crate) fn select_one(&self, object: &Object, set: &FieldSet) -> Json {
        one(&self.select(object, set), set)
    }

    /// The contexts that an object sets for what is below it.
    pub(crate) fn contexts(&self, ty: &Name) -> Vec<Arc<str>> {
        let types = self.supergraph.types().values();
        let setting = types.filter(|setting| self.is_a(ty, &setting.name));
        setting
            .flat_map(|setting| setting.contexts.iter().cloned())
            .collect()
    }

    /// Adds the arguments that a server fills in where they are not given.
    fn add_defaults(&self, ty: &Name, field: &str, arguments: &mut Members) {
        let object = self.supergraph.schema().get_object(ty);
        let definition = object.and_then(|object| object.fields.get(field));
        for argument in definition
            .into_iter()
            .flat_map(|definition| &definition.arguments)
        {
            if let (Some(default), None) = (
                &argument.default_value,
                arguments.get(argument.name.as_str()),
            ) {
                let text = default.serialize().no_indent().to_string();
                let value = serde_json_bytes::serde_json::from_str(&text).unwrap_or(Json::Null);
                arguments.insert(argument.name.as_str(), value);
            }
        }
    }

    fn as_json(&self, value: &Value, set: &FieldSet) -> Json {
        match value {
            Value::Null => Json::Null,
            Value::Leaf(leaf) => leaf.clone(),
            Value::Object(object) => self.select(object, set),
            Value::List(items) => {
                Json::Array(items.iter().map(|item| self.as_json(item, set)).collect())
            }
        }
    }

    /// Whether an object type is a type, implements it or is a member of it.
    pub(crate) fn is_a(&self, ty: &Name, of: &Name) -> bool {
        let union = self.supergraph.schema().get_union(of);
        ty == of
            || self.interfaces(ty).any(|interface| interface == of)
            || union.is_some_and(|union| union.members.iter().any(|member| member == ty))
    }

    /// Whether a field is overridden in a subgraph, or does not override yet, for the labels that are on.
    pub(crate) fn is_overridden(&self, at: &FieldInSubgraph) -> bool {
        let overridden = match &at.overridden {
            None => false,
            Some(Overridden::Always) => true,
            Some(Overridden::WhileLabel(label)) => self.labels.contains(label),
        };
        let waits = at
            .override_label
            .as_ref()
            .is_some_and(|label| !self.labels.contains(label));
        overridden || waits
    }
}
