//! The weights and list sizes of a schema.

use apollo_compiler::ast::{Directive, DirectiveList, FieldDefinition};
use apollo_compiler::schema::{self, ExtendedType};
use apollo_compiler::{Name, Node, Schema};
use federation::Supergraph;
use rustc_hash::FxHashMap;

use crate::sizes::ListSize;

/// The specification of `@cost` and `@listSize`.
const IDENTITY: &str = "https://specs.apollo.dev/cost";

/// What fields and input values of a schema weigh, and how long lists are. Immutable; made once for a schema.
#[derive(Debug)]
pub struct CostModel {
    /// How long a list is of which the schema says nothing.
    pub(crate) default_list_size: u64,
    pub(crate) types: FxHashMap<Name, TypeCosts>,
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
        Self {
            default_list_size,
            types: types.collect(),
        }
    }

    pub(crate) fn field(&self, ty: &Name, field: &Name) -> Option<&FieldCosts> {
        self.types.get(ty)?.fields.get(field)
    }

    pub(crate) fn weight(&self, ty: &Name) -> u64 {
        self.types.get(ty).map_or(0, |costs| costs.weight)
    }
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

/// A weight below zero counts as zero: an estimate that others could lower would bound nothing.
fn read_weight(directive: &Directive) -> Option<u64> {
    let weight = directive.specified_argument_by_name("weight")?.to_i32()?;
    Some(u64::try_from(weight).unwrap_or(0))
}
