//! The weights and list sizes of a schema.

use std::sync::Arc;

use apollo_compiler::ast::{Directive, DirectiveList, FieldDefinition, Value};
use apollo_compiler::schema::{self, Component, ExtendedType};
use apollo_compiler::{Name, Node, Schema};
use federation::Supergraph;
use rustc_hash::FxHashMap;

use crate::inputs::InputCosts;
use crate::sizes::ListSize;

/// The specification of `@cost` and `@listSize`.
const IDENTITY: &str = "https://specs.apollo.dev/cost";

/// What fields and input values of a schema weigh, and how long lists are. Immutable; made once for a schema.
#[derive(Debug)]
pub struct CostModel {
    /// How long a list is of which the schema says nothing.
    pub(crate) default_list_size: u64,
    /// The directive of fields that are not asked for.
    pub(crate) left_out: Option<Name>,
    pub(crate) types: FxHashMap<Name, TypeCosts>,
    pub(crate) inputs: Arc<InputCosts>,
}

/// What one type and its fields cost.
#[derive(Debug, Default)]
pub(crate) struct TypeCosts {
    /// For each object, or what `@cost` says.
    pub(crate) weight: u64,
    /// Fields with a weight, a list size, or arguments that cost something.
    pub(crate) fields: FxHashMap<Name, FieldCosts>,
    /// Fields of an input object that cost something.
    pub(crate) inputs: FxHashMap<Name, u64>,
}

/// What `@cost` and `@listSize` say about a field.
#[derive(Debug, Default)]
pub(crate) struct FieldCosts {
    pub(crate) weight: Option<u64>,
    pub(crate) list_size: Option<ListSize>,
    /// Arguments with a weight.
    pub(crate) arguments: FxHashMap<Name, u64>,
}

impl CostModel {
    /// Reads the weights of a supergraph. A list of which it says nothing counts `default_list_size` items.
    pub fn of(supergraph: &Supergraph, default_list_size: u64) -> Self {
        let reader = Reader {
            cost: supergraph.directive_name(IDENTITY, "cost"),
            list_size: supergraph.directive_name(IDENTITY, "listSize"),
        };
        let schema: &Schema = supergraph.schema();
        let types = schema
            .types
            .iter()
            .map(|(name, ty)| (name.clone(), reader.type_costs(ty)));
        let mut types: FxHashMap<Name, TypeCosts> = types.collect();
        abstract_types(schema, &mut types, default_list_size);
        Self {
            default_list_size,
            left_out: None,
            inputs: Arc::new(inputs(schema, &types)),
            types,
        }
    }

    /// Has fields with this directive, and what is selected below them, cost nothing: nobody is asked for them.
    #[must_use]
    pub fn leaving_out(self, directive: Name) -> Self {
        Self {
            left_out: Some(directive),
            ..self
        }
    }

    pub(crate) fn field(&self, ty: &Name, field: &Name) -> Option<&FieldCosts> {
        self.types.get(ty)?.fields.get(field)
    }

    pub(crate) fn weight(&self, ty: &Name) -> u64 {
        self.types.get(ty).map_or(0, |costs| costs.weight)
    }
}

fn inputs(schema: &Schema, types: &FxHashMap<Name, TypeCosts>) -> InputCosts {
    let weight = |name: &Name| types.get(name).map_or(0, |costs| costs.weight);
    let own = |ty: &Name, field: &Name| types.get(ty)?.inputs.get(field).copied();
    InputCosts::new(schema, weight, own)
}

/// Has an object of an interface or union cost as much as the dearest that it can be, and each field of an interface as much as the dearest of its objects': an
/// estimate that is lower for clients that ask through the interface would bound nothing.
fn abstract_types(schema: &Schema, types: &mut FxHashMap<Name, TypeCosts>, by_default: u64) {
    let mut objects: FxHashMap<&Name, Vec<&Name>> = FxHashMap::default();
    for (name, ty) in &schema.types {
        match ty {
            ExtendedType::Object(object) => {
                for interface in &object.implements_interfaces {
                    objects.entry(&interface.name).or_default().push(name);
                }
            }
            ExtendedType::Union(union) => {
                let members = union.members.iter().map(|member| &member.name);
                objects.entry(name).or_default().extend(members);
            }
            _ => {}
        }
    }
    for (ty, objects) in &objects {
        let weights = objects.iter().filter_map(|object| types.get(*object));
        let dearest = weights.map(|costs| costs.weight).max().unwrap_or(0);
        if let Some(costs) = types.get_mut(*ty) {
            costs.weight = costs.weight.max(dearest);
        }
    }
    for (ty, objects) in &objects {
        let Some(interface) = schema.get_interface(ty) else {
            continue;
        };
        for (name, definition) in &interface.fields {
            let of_objects = objects.iter().filter_map(|object| {
                let definition = schema.get_object(object)?.fields.get(name)?;
                Some((types.get(*object)?.fields.get(name), definition))
            });
            let own = types.get(*ty).and_then(|costs| costs.fields.get(name));
            let all: Vec<_> = std::iter::once((own, definition))
                .chain(of_objects)
                .collect();
            if all.iter().any(|(costs, _)| costs.is_some()) {
                let dearest = dearest(&all, types, by_default);
                let costs = types.entry(Name::clone(ty)).or_default();
                costs.fields.insert(name.clone(), dearest);
            }
        }
    }
}

/// The greatest of all that several fields cost.
fn dearest(
    fields: &[(Option<&FieldCosts>, &Component<FieldDefinition>)],
    types: &FxHashMap<Name, TypeCosts>,
    by_default: u64,
) -> FieldCosts {
    let mut dearest = FieldCosts::default();
    let has_sizes = fields
        .iter()
        .any(|(costs, _)| costs.is_some_and(|costs| costs.list_size.is_some()));
    for (costs, definition) in fields {
        let of_type = || types.get(definition.ty.inner_named_type());
        let weight = costs.and_then(|costs| costs.weight);
        let weight = weight.or_else(|| Some(of_type()?.weight));
        dearest.weight = dearest.weight.max(weight);
        if has_sizes && definition.ty.is_list() {
            let size = costs.and_then(|costs| costs.list_size.clone());
            let size = size.unwrap_or_else(|| ListSize::assumed(by_default));
            dearest.list_size = Some(match dearest.list_size.take() {
                Some(known) => known.with(size),
                None => size,
            });
        }
        for (argument, weight) in costs.iter().flat_map(|costs| &costs.arguments) {
            let known = dearest.arguments.entry(argument.clone()).or_default();
            *known = (*known).max(*weight);
        }
    }
    dearest
}

/// What the directives are called in the schema; None if it does not link them.
struct Reader {
    cost: Option<String>,
    list_size: Option<String>,
}

impl Reader {
    fn type_costs(&self, ty: &ExtendedType) -> TypeCosts {
        let by_default = match ty {
            ExtendedType::Object(_) | ExtendedType::Interface(_) | ExtendedType::Union(_) => 1,
            _ => 0,
        };
        let mut costs = TypeCosts {
            weight: self.component_weight(ty.directives()).unwrap_or(by_default),
            ..TypeCosts::default()
        };
        let fields = match ty {
            ExtendedType::Object(object) => &object.fields,
            ExtendedType::Interface(interface) => &interface.fields,
            ExtendedType::InputObject(object) => {
                let weights = object.fields.iter().filter_map(|(name, field)| {
                    Some((name.clone(), self.weight(&field.directives)?))
                });
                costs.inputs = weights.collect();
                return costs;
            }
            _ => return costs,
        };
        for (name, field) in fields {
            let of_field = self.field_costs(field);
            let says_something = of_field.weight.is_some()
                || of_field.list_size.is_some()
                || !of_field.arguments.is_empty();
            if says_something {
                costs.fields.insert(name.clone(), of_field);
            }
        }
        costs
    }

    fn field_costs(&self, field: &FieldDefinition) -> FieldCosts {
        let arguments = field.arguments.iter().filter_map(|argument| {
            Some((argument.name.clone(), self.weight(&argument.directives)?))
        });
        let named = |directive: &&Node<Directive>| {
            self.list_size
                .as_ref()
                .is_some_and(|name| directive.name.as_str() == name)
        };
        let mut sizes = field
            .directives
            .iter()
            .filter(named)
            .map(|directive| ListSize::read(directive));
        let first = sizes.next();
        FieldCosts {
            weight: self.weight(&field.directives),
            // It can be repeated, for the fields of a page that have sizes of their own.
            list_size: sizes.fold(first, |all, more| all.map(|all| all.with(more))),
            arguments: arguments.collect(),
        }
    }

    fn weight(&self, directives: &DirectiveList) -> Option<u64> {
        let name = self.cost.as_ref()?;
        read_weight(
            directives
                .iter()
                .find(|directive| directive.name.as_str() == name)?,
        )
    }

    fn component_weight(&self, directives: &schema::DirectiveList) -> Option<u64> {
        let name = self.cost.as_ref()?;
        read_weight(
            directives
                .iter()
                .find(|directive| directive.name.as_str() == name)?,
        )
    }
}

/// A weight below zero counts as zero: an estimate that others could lower would bound nothing. Newer schemas write weights as strings, and with fractions.
fn read_weight(directive: &Directive) -> Option<u64> {
    let text = match &**directive.specified_argument_by_name("weight")? {
        Value::Int(digits) => digits.as_str(),
        Value::Float(digits) => digits.as_str(),
        Value::String(text) => text,
        _ => return None,
    };
    let weight: f64 = text.parse().ok()?;
    // Beyond its range it is the greatest or the least there is, which is meant.
    let whole = weight.ceil() as u64;
    (!weight.is_nan()).then_some(whole)
}
