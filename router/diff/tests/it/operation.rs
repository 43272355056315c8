//! Random operations that a schema allows.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use apollo_compiler::ast::Type;
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Schema};

use crate::random::Random;

/// An operation, and the fields that it selects.
pub(crate) struct Operation {
    pub(crate) text: String,
    pub(crate) fields: BTreeSet<(Name, Name)>,
}

/// Writes an operation that `schema` allows.
pub(crate) fn operation(schema: &Schema, random: &mut Random) -> Operation {
    let mut writer = Writer {
        schema,
        random,
        aliases: 0,
        variables: Vec::new(),
        fields: BTreeSet::new(),
    };
    let selections = writer.selections(&Name::new_static_unchecked("Query"), 3);
    let variables = match writer.variables.is_empty() {
        true => String::new(),
        false => format!("({})", writer.variables.join(", ")),
    };
    Operation {
        text: format!("query{variables} {selections}"),
        fields: writer.fields,
    }
}

struct Writer<'a> {
    schema: &'a Schema,
    random: &'a mut Random,
    aliases: usize,
    variables: Vec<String>,
    fields: BTreeSet<(Name, Name)>,
}

impl<'a> Writer<'a> {
    fn selections(&mut self, ty: &Name, depth: usize) -> String {
        let mut text = "{ __typename".to_owned();
        let schema = self.schema;
        let fields = match &schema.types[ty] {
            ExtendedType::Object(object) => Some(&object.fields),
            ExtendedType::Interface(interface) => Some(&interface.fields),
            _ => None,
        };
        for field in fields.into_iter().flat_map(|fields| fields.values()) {
            let leaf = self.schema.types[field.ty.inner_named_type()].is_leaf();
            if !(leaf || depth > 0) || self.random.chance(30) {
                continue;
            }
            self.fields.insert((ty.clone(), field.name.clone()));
            // No two fields share a response name: their types could then differ.
            self.aliases += 1;
            let alias = self.aliases;
            let arguments = self.arguments(field.arguments.iter());
            write!(text, " a{alias}: {}{arguments}", field.name).expect("a string takes all");
            text.push_str(&self.directive());
            if !leaf {
                text.push(' ');
                text.push_str(&self.selections(field.ty.inner_named_type(), depth - 1));
            }
        }
        if depth > 0 {
            self.fragment(ty, depth, &mut text);
        }
        text.push_str(" }");
        text
    }

    /// Perhaps a fragment on a type that overlaps this one.
    fn fragment(&mut self, ty: &Name, depth: usize, text: &mut String) {
        let possible = possible_types(self.schema, ty);
        let overlapping = |other: &&Name| {
            self.schema.types[*other].is_composite()
                && possible_types(self.schema, other)
                    .iter()
                    .any(|name| possible.contains(name))
        };
        let own = self
            .schema
            .types
            .iter()
            .filter(|(_, ty)| !ty.is_built_in() && composite(ty));
        let candidates: Vec<Name> = own
            .map(|(name, _)| name)
            .filter(overlapping)
            .cloned()
            .collect();
        if candidates.is_empty() || self.random.chance(50) {
            return;
        }
        let on = self.random.pick(&candidates).clone();
        let selections = self.selections(&on, depth - 1);
        write!(text, " ... on {on} {selections}").expect("a string takes all");
    }

    fn directive(&mut self) -> String {
        let Some(definition) = self.schema.directive_definitions.get("d") else {
            return String::new();
        };
        if self.random.chance(80) {
            return String::new();
        }
        let definition = definition.clone();
        format!(" @d{}", self.arguments(definition.arguments.iter()))
    }

    fn arguments<'b>(
        &mut self,
        definitions: impl Iterator<
            Item = &'b apollo_compiler::Node<apollo_compiler::ast::InputValueDefinition>,
        >,
    ) -> String {
        let mut given = Vec::new();
        for definition in definitions {
            if !definition.is_required() && self.random.chance(50) {
                continue;
            }
            let value = match self.random.chance(40) {
                true => self.variable(&definition.ty, definition.default_value.is_some()),
                false => self.value(&definition.ty),
            };
            given.push(format!("{}: {value}", definition.name));
        }
        match given.is_empty() {
            true => String::new(),
            false => format!("({})", given.join(", ")),
        }
    }

    fn variable(&mut self, ty: &Type, has_default: bool) -> String {
        let n = self.variables.len();
        let ty = match has_default && self.random.chance(50) {
            true => ty.clone().nullable(),
            false => ty.clone(),
        };
        self.variables.push(format!("$v{n}: {ty}"));
        format!("$v{n}")
    }

    fn value(&mut self, ty: &Type) -> String {
        if !ty.is_non_null() && self.random.chance(20) {
            return "null".to_owned();
        }
        if ty.is_list() {
            let item = self.value(ty.item_type());
            return match self.random.chance(30) && item != "null" {
                true => item,
                false => format!("[{item}]"),
            };
        }
        let name = ty.inner_named_type().clone();
        match &self.schema.types[&name] {
            ExtendedType::Enum(values) => {
                let values: Vec<&Name> = values.values.keys().collect();
                let value = (*self.random.pick(&values)).clone();
                value.to_string()
            }
            ExtendedType::InputObject(object) => {
                let one_of = object.directives.has("oneOf");
                let mut given = Vec::new();
                let only = self.random.below(object.fields.len());
                for (n, field) in object.fields.values().enumerate() {
                    let wanted = match one_of {
                        true => n == only,
                        false => field.is_required() || self.random.chance(50),
                    };
                    if wanted {
                        let ty = match one_of {
                            true => field.ty.as_ref().clone().non_null(),
                            false => field.ty.as_ref().clone(),
                        };
                        given.push(format!("{}: {}", field.name, self.value(&ty)));
                    }
                }
                format!("{{{}}}", given.join(", "))
            }
            _ => "7".to_owned(),
        }
    }
}

fn composite(ty: &ExtendedType) -> bool {
    matches!(
        ty,
        ExtendedType::Object(_) | ExtendedType::Interface(_) | ExtendedType::Union(_)
    )
}

trait IsComposite {
    fn is_composite(&self) -> bool;
}

impl IsComposite for ExtendedType {
    fn is_composite(&self) -> bool {
        composite(self)
    }
}

fn possible_types(schema: &Schema, ty: &Name) -> BTreeSet<Name> {
    match &schema.types[ty] {
        ExtendedType::Object(_) => BTreeSet::from([ty.clone()]),
        ExtendedType::Union(union) => union
            .members
            .iter()
            .map(|member| member.name.clone())
            .collect(),
        _ => {
            let objects = schema.types.values().filter_map(|other| other.as_object());
            let implementing = objects.filter(|object| object.implements_interfaces.contains(ty));
            implementing.map(|object| object.name.clone()).collect()
        }
    }
}
