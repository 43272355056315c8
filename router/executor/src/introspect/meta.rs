//! What the fields of `__Schema`, `__Type` and the other types of introspection are.

use apollo_compiler::ast::{
    Directive, DirectiveDefinition, DirectiveList, EnumValueDefinition, FieldDefinition,
    InputValueDefinition, Type,
};
use apollo_compiler::schema::{ComponentName, ExtendedType};
use apollo_compiler::{Name, Node};
use planner::IntrospectionField;

use super::{Failure, Writer};

/// An object of introspection.
#[derive(Clone, Copy)]
pub(super) enum Meta<'r> {
    Schema,
    /// A named type.
    Type(&'r ExtendedType),
    /// A list type of these items.
    List(&'r Type),
    /// A type that is not null.
    NonNull(&'r Type),
    Directive(&'r DirectiveDefinition),
    Field(&'r FieldDefinition),
    /// An argument or an input field.
    Input(&'r InputValueDefinition),
    EnumValue(&'r EnumValueDefinition),
}

impl Meta<'_> {
    fn type_name(self) -> &'static str {
        match self {
            Self::Schema => "__Schema",
            Self::Type(_) | Self::List(_) | Self::NonNull(_) => "__Type",
            Self::Directive(_) => "__Directive",
            Self::Field(_) => "__Field",
            Self::Input(_) => "__InputValue",
            Self::EnumValue(_) => "__EnumValue",
        }
    }
}

impl<'r> Writer<'_, 'r> {
    /// Writes the value of one field.
    pub(super) fn field(
        &mut self,
        meta: Meta<'r>,
        field: &IntrospectionField,
    ) -> Result<(), Failure> {
        if field.name == "__typename" {
            return self.text(Some(meta.type_name()));
        }
        match meta {
            Meta::Schema => self.schema_field(field),
            Meta::Type(ty) => self.type_field(ty, field),
            Meta::List(_) | Meta::NonNull(_) => self.wrapper_field(meta, field),
            Meta::Directive(directive) => self.directive_field(directive, field),
            Meta::Field(definition) => self.field_field(definition, field),
            Meta::Input(input) => self.input_field(input, field),
            Meta::EnumValue(value) => match field.name.as_str() {
                "name" => self.text(Some(&value.value)),
                "description" => self.text(value.description.as_deref()),
                _ => self.deprecation(&value.directives, field),
            },
        }
    }

    fn schema_field(&mut self, field: &IntrospectionField) -> Result<(), Failure> {
        let schema = self.source.schema;
        let definition = &schema.schema_definition;
        let root: &Option<ComponentName> = match field.name.as_str() {
            "types" => {
                let types = schema.types.values().map(Meta::Type);
                return self.list((schema.types.len(), types), field);
            }
            "directives" => {
                let all = &schema.directive_definitions;
                let shown = all.values().map(|known| Meta::Directive(known));
                return self.list((all.len(), shown), field);
            }
            "queryType" => &definition.query,
            "mutationType" => &definition.mutation,
            "subscriptionType" => &definition.subscription,
            _ => return self.text(definition.description.as_deref()),
        };
        match root {
            Some(root) => self.named(root, field),
            None => self.null(),
        }
    }

    fn type_field(
        &mut self,
        ty: &'r ExtendedType,
        field: &IntrospectionField,
    ) -> Result<(), Failure> {
        let deprecated = self.source.includes_deprecated(field);
        let shown = move |directives: &DirectiveList| deprecated || !is_deprecated(directives);
        match (field.name.as_str(), ty) {
            ("kind", _) => self.text(Some(kind(ty))),
            ("name", _) => self.text(Some(ty.name())),
            ("description", _) => self.text(ty.description().map(|text| text.as_str())),
            ("fields", ExtendedType::Object(object)) => {
                let all = &object.fields;
                let fields = all.values().filter(|f| shown(&f.directives));
                self.list((all.len(), fields.map(|f| Meta::Field(f))), field)
            }
            ("fields", ExtendedType::Interface(interface)) => {
                let all = &interface.fields;
                let fields = all.values().filter(|f| shown(&f.directives));
                self.list((all.len(), fields.map(|f| Meta::Field(f))), field)
            }
            ("interfaces", ExtendedType::Object(object)) => {
                let names = object.implements_interfaces.iter();
                self.types(names.map(|name| &name.name), field)
            }
            ("interfaces", ExtendedType::Interface(interface)) => {
                let names = interface.implements_interfaces.iter();
                self.types(names.map(|name| &name.name), field)
            }
            ("possibleTypes", ExtendedType::Interface(interface)) => {
                let known = self.source.implementers.get(&interface.name);
                let names = known.into_iter().flat_map(|known| &known.objects);
                self.types(names, field)
            }
            ("possibleTypes", ExtendedType::Union(union)) => {
                self.types(union.members.iter().map(|name| &name.name), field)
            }
            ("enumValues", ExtendedType::Enum(definition)) => {
                let all = &definition.values;
                let values = all.values().filter(|value| shown(&value.directives));
                self.list((all.len(), values.map(|v| Meta::EnumValue(v))), field)
            }
            ("inputFields", ExtendedType::InputObject(input)) => {
                let all = &input.fields;
                let inputs = all.values().filter(|f| shown(&f.directives));
                self.list((all.len(), inputs.map(|known| Meta::Input(known))), field)
            }
            ("specifiedByURL", ExtendedType::Scalar(scalar)) => {
                let directive = scalar.directives.get("specifiedBy");
                let url = directive.and_then(|known| known.specified_argument_by_name("url"));
                self.text(url.and_then(|url| url.as_str()))
            }
            ("isOneOf", ExtendedType::InputObject(input)) => {
                self.boolean(input.directives.has("oneOf"))
            }
            _ => self.null(),
        }
    }

    fn wrapper_field(&mut self, meta: Meta<'r>, field: &IntrospectionField) -> Result<(), Failure> {
        let (kind, of) = match meta {
            Meta::NonNull(Type::NonNullList(item)) => ("NON_NULL", Inner::List(item)),
            Meta::NonNull(ty) => ("NON_NULL", Inner::Named(ty.inner_named_type())),
            Meta::List(item) => ("LIST", Inner::Of(item)),
            _ => return self.null(),
        };
        match (field.name.as_str(), of) {
            ("kind", _) => self.text(Some(kind)),
            ("ofType", Inner::List(item)) => self.object(Meta::List(item), field),
            ("ofType", Inner::Named(name)) => self.named(name, field),
            ("ofType", Inner::Of(item)) => self.reference(item, field),
            _ => self.null(),
        }
    }

    fn directive_field(
        &mut self,
        directive: &'r DirectiveDefinition,
        field: &IntrospectionField,
    ) -> Result<(), Failure> {
        match field.name.as_str() {
            "name" => self.text(Some(&directive.name)),
            "args" => self.arguments(&directive.arguments, field),
            "isRepeatable" => self.boolean(directive.repeatable),
            // Directives have no directives.
            "isDeprecated" => self.boolean(false),
            "deprecationReason" => self.text(None),
            "locations" => {
                self.raw(b"[")?;
                for (index, location) in directive.locations.iter().enumerate() {
                    if index > 0 {
                        self.raw(b",")?;
                    }
                    self.text(Some(location.name()))?;
                }
                self.raw(b"]")
            }
            _ => self.text(directive.description.as_deref()),
        }
    }

    fn field_field(
        &mut self,
        definition: &'r FieldDefinition,
        field: &IntrospectionField,
    ) -> Result<(), Failure> {
        match field.name.as_str() {
            "name" => self.text(Some(&definition.name)),
            "description" => self.text(definition.description.as_deref()),
            "args" => self.arguments(&definition.arguments, field),
            "type" => self.reference(&definition.ty, field),
            _ => self.deprecation(&definition.directives, field),
        }
    }

    fn input_field(
        &mut self,
        input: &'r InputValueDefinition,
        field: &IntrospectionField,
    ) -> Result<(), Failure> {
        match field.name.as_str() {
            "name" => self.text(Some(&input.name)),
            "description" => self.text(input.description.as_deref()),
            "type" => self.reference(&input.ty, field),
            "defaultValue" => {
                let value = input.default_value.as_ref();
                let value = value.map(|value| value.serialize().no_indent().to_string());
                self.text(value.as_deref())
            }
            _ => self.deprecation(&input.directives, field),
        }
    }

    fn arguments(
        &mut self,
        arguments: &'r [Node<InputValueDefinition>],
        field: &IntrospectionField,
    ) -> Result<(), Failure> {
        let deprecated = self.source.includes_deprecated(field);
        let shown = arguments.iter();
        let shown = shown.filter(|known| deprecated || !is_deprecated(&known.directives));
        let shown = shown.map(|known| Meta::Input(known));
        self.list((arguments.len(), shown), field)
    }

    /// `isDeprecated` and `deprecationReason`.
    fn deprecation(
        &mut self,
        directives: &'r DirectiveList,
        field: &IntrospectionField,
    ) -> Result<(), Failure> {
        let directive = directives.get("deprecated");
        match field.name.as_str() {
            "isDeprecated" => self.boolean(directive.is_some()),
            _ => {
                let schema = self.source.schema;
                let reason = |directive: &'r Node<Directive>| {
                    directive.argument_by_name("reason", schema).ok()
                };
                let reason = directive.and_then(reason);
                self.text(reason.and_then(|reason| reason.as_str()))
            }
        }
    }

    /// A type as it is written in a definition.
    fn reference(&mut self, ty: &'r Type, field: &IntrospectionField) -> Result<(), Failure> {
        match ty {
            Type::Named(name) => self.named(name, field),
            Type::List(item) => self.object(Meta::List(item), field),
            Type::NonNullNamed(_) | Type::NonNullList(_) => self.object(Meta::NonNull(ty), field),
        }
    }

    fn named(&mut self, name: &str, field: &IntrospectionField) -> Result<(), Failure> {
        match self.source.schema.types.get(name) {
            Some(ty) => self.object(Meta::Type(ty), field),
            None => self.null(),
        }
    }

    fn types(
        &mut self,
        names: impl Iterator<Item = &'r Name>,
        field: &IntrospectionField,
    ) -> Result<(), Failure> {
        let schema = self.source.schema;
        let types = names.filter_map(|name| schema.types.get(name));
        self.list((0, types.map(Meta::Type)), field)
    }
}

/// What a wrapping type wraps.
enum Inner<'r> {
    Named(&'r Name),
    /// A list of these items.
    List(&'r Type),
    Of(&'r Type),
}

fn is_deprecated(directives: &DirectiveList) -> bool {
    directives.has("deprecated")
}

fn kind(ty: &ExtendedType) -> &'static str {
    match ty {
        ExtendedType::Scalar(_) => "SCALAR",
        ExtendedType::Object(_) => "OBJECT",
        ExtendedType::Interface(_) => "INTERFACE",
        ExtendedType::Union(_) => "UNION",
        ExtendedType::Enum(_) => "ENUM",
        ExtendedType::InputObject(_) => "INPUT_OBJECT",
    }
}
