//! The types of a schema, as far as rules of validation ask for them that the library leaves out.

use async_graphql::Positioned;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, InputValueDefinition, Type, TypeKind, TypeSystemDefinition,
};
use rustc_hash::FxHashMap;

/// By name.
type ByName<T> = FxHashMap<String, T>;

/// The types of a schema. One that is not here is left to the library.
#[derive(Debug, Default)]
pub(in crate::graphql) struct Types {
    pub(super) query: String,
    pub(super) mutation: String,
    pub(super) subscription: String,
    objects: ByName<ByName<Field>>,
    inputs: ByName<ByName<Input>>,
}

/// A field of an object or an interface.
#[derive(Debug)]
pub(super) struct Field {
    /// The name of its type, lists and nulls aside.
    pub(super) ty: String,
    pub(super) arguments: ByName<Input>,
}

/// An argument, or a member of an input object.
#[derive(Debug)]
pub(super) struct Input {
    pub(super) ty: Type,
    pub(super) has_default: bool,
}

impl Types {
    /// Those of an SDL, with what federation adds to the type of queries and does not show.
    pub(in crate::graphql) fn of(sdl: &str, query: &str) -> Self {
        let mut types = Self {
            query: query.to_owned(),
            mutation: "Mutation".to_owned(),
            subscription: "Subscription".to_owned(),
            ..Self::default()
        };
        let document = parse_schema(sdl).expect("what the schema prints is a schema");
        for definition in document.definitions {
            match definition {
                TypeSystemDefinition::Schema(schema) => {
                    let schema = schema.node;
                    let names = [
                        (schema.mutation, &mut types.mutation),
                        (schema.subscription, &mut types.subscription),
                    ];
                    for (given, name) in names {
                        *name = given.map_or(std::mem::take(name), |given| given.node.to_string());
                    }
                }
                TypeSystemDefinition::Type(definition) => {
                    types.add(definition.node.name.node.to_string(), definition.node.kind);
                }
                TypeSystemDefinition::Directive(_) => {}
            }
        }
        let root = types.objects.entry(types.query.clone()).or_default();
        for (field, argument, ty) in [
            ("_entities", "representations", "[_Any!]!"),
            ("__type", "name", "String!"),
        ] {
            let ty = Type::new(ty).expect("it is one");
            let input = Input {
                ty,
                has_default: false,
            };
            let field_type = Field {
                ty: String::new(),
                arguments: [(argument.to_owned(), input)].into_iter().collect(),
            };
            root.insert(field.to_owned(), field_type);
        }
        types
    }

    fn add(&mut self, name: String, kind: TypeKind) {
        match kind {
            TypeKind::Object(object) => self.fields(name, object.fields),
            TypeKind::Interface(interface) => self.fields(name, interface.fields),
            TypeKind::InputObject(input) => {
                self.inputs.insert(name, inputs(input.fields));
            }
            TypeKind::Scalar | TypeKind::Union(_) | TypeKind::Enum(_) => {}
        }
    }

    fn fields(&mut self, name: String, fields: Vec<Positioned<FieldDefinition>>) {
        let fields = fields.into_iter().map(|field| {
            let arguments = inputs(field.node.arguments);
            let ty = named(&field.node.ty.node.base).to_owned();
            (field.node.name.node.to_string(), Field { ty, arguments })
        });
        // A type may be extended.
        self.objects.entry(name).or_default().extend(fields);
    }

    /// A field of a type.
    pub(super) fn field(&self, parent: &str, name: &str) -> Option<&Field> {
        self.objects.get(parent)?.get(name)
    }

    /// The members of an input object.
    pub(super) fn input(&self, name: &str) -> Option<&ByName<Input>> {
        self.inputs.get(name)
    }
}

fn inputs(definitions: Vec<Positioned<InputValueDefinition>>) -> ByName<Input> {
    let inputs = definitions.into_iter().map(|definition| {
        let input = Input {
            ty: definition.node.ty.node,
            has_default: definition.node.default_value.is_some(),
        };
        (definition.node.name.node.to_string(), input)
    });
    inputs.collect()
}

fn named(base: &BaseType) -> &str {
    match base {
        BaseType::List(item) => named(&item.base),
        BaseType::Named(name) => name,
    }
}
