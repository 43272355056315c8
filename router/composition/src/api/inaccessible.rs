//! `@inaccessible`: what is hidden must not be needed by what is visible.
//!
//! <https://specs.apollo.dev/inaccessible/v0.2/>.

use apollo_compiler::ast::{DirectiveList, InputValueDefinition, Type};
use apollo_compiler::schema::{
    DirectiveLocation, ExtendedType, FieldDefinition, InputObjectType, Schema,
};
use apollo_compiler::{Name, Node};
use federation::{Code, Diagnostic, Diagnostics};

use super::default_values;
use crate::subgraph::{SubgraphSchema, field_of, from_name};

/// Reports everything visible that does not hold without what is hidden.
pub(super) fn check(
    subgraphs: &[SubgraphSchema],
    schema: &Schema,
    linked: &[Name],
    inaccessible: &Name,
    diagnostics: &mut Diagnostics,
) {
    let mut check = Check {
        subgraphs,
        schema,
        inaccessible,
        diagnostics,
    };
    for ty in schema.types.values() {
        if ty.name().starts_with("__") || check.hides_type(ty) {
            continue;
        }
        check.children(ty);
        match ty {
            ExtendedType::Object(object) => {
                check.fields(ty, object.fields.values().map(|f| &f.node))
            }
            ExtendedType::Interface(interface) => {
                check.fields(ty, interface.fields.values().map(|f| &f.node));
            }
            ExtendedType::InputObject(input) => check.input_fields(input),
            _ => {}
        }
    }
    check.query_root();
    check.directives(linked);
}

struct Check<'a, 'd> {
    subgraphs: &'a [SubgraphSchema],
    schema: &'a Schema,
    inaccessible: &'a Name,
    diagnostics: &'d mut Diagnostics,
}

impl<'a> Check<'a, '_> {
    fn hides_type(&self, ty: &ExtendedType) -> bool {
        ty.directives().has(self.inaccessible)
    }

    fn hides(&self, directives: &DirectiveList) -> bool {
        directives.has(self.inaccessible)
    }

    /// The places in the subgraphs where a type, field, value or argument is marked.
    fn report(&mut self, code: Code, path: &[&str], message: String, help: &str) {
        let mut error = Diagnostic::error(code, message).with_help(help);
        for subgraph in self.subgraphs {
            error = error.at(place(subgraph, path));
        }
        self.diagnostics.push(error);
    }

    /// What is visible refers to visible types.
    fn reference(&mut self, ty: &Type, coordinate: &str) {
        let target = self.schema.types.get(ty.inner_named_type());
        if let Some(target) = target.filter(|target| self.hides_type(target)) {
            let name = target.name();
            self.report(
                Code::ReferencedInaccessible,
                &[name],
                format!("The type \"{name}\" is @inaccessible, but \"{coordinate}\", which clients see, has it."),
                "Mark that @inaccessible too, or make the type visible.",
            );
        }
    }

    /// A visible type has something visible in it.
    fn children(&mut self, ty: &ExtendedType) {
        let name = ty.name();
        let (any, what) = match ty {
            ExtendedType::Object(object) => (
                object.fields.values().any(|f| !self.hides(&f.directives)),
                "fields",
            ),
            ExtendedType::Interface(interface) => (
                interface
                    .fields
                    .values()
                    .any(|f| !self.hides(&f.directives)),
                "fields",
            ),
            ExtendedType::InputObject(input) => (
                input.fields.values().any(|f| !self.hides(&f.directives)),
                "fields",
            ),
            ExtendedType::Enum(enum_) => (
                enum_.values.values().any(|v| !self.hides(&v.directives)),
                "values",
            ),
            ExtendedType::Union(union) => {
                let visible = |member: &Name| {
                    let member = self.schema.types.get(member);
                    member.is_some_and(|member| !self.hides_type(member))
                };
                (
                    union.members.iter().any(|member| visible(member)),
                    "members",
                )
            }
            ExtendedType::Scalar(_) => return,
        };
        if !any {
            self.report(
                Code::OnlyInaccessibleChildren,
                &[name],
                format!("The type \"{name}\" is visible, but all of its {what} are @inaccessible."),
                "Mark the type @inaccessible too, or make something in it visible.",
            );
        }
    }

    fn query_root(&mut self) {
        let Some(query) = &self.schema.schema_definition.query else {
            return;
        };
        let root = self.schema.types.get(&query.name);
        if root.is_some_and(|root| self.hides_type(root)) {
            self.report(
                Code::QueryRootTypeInaccessible,
                &[&query.name],
                format!("The query root type \"{}\" is @inaccessible.", query.name),
                "Clients need something to query: mark single fields @inaccessible instead.",
            );
        }
    }

    fn fields(
        &mut self,
        ty: &'a ExtendedType,
        fields: impl Iterator<Item = &'a Node<FieldDefinition>>,
    ) {
        let interfaces: Vec<&ExtendedType> = match ty {
            ExtendedType::Object(object) => &object.implements_interfaces,
            ExtendedType::Interface(interface) => &interface.implements_interfaces,
            _ => return,
        }
        .iter()
        .filter_map(|interface| self.schema.types.get(&interface.name))
        .collect();
        for field in fields {
            let coordinate = format!("{}.{}", ty.name(), field.name);
            let implemented: Vec<(&ExtendedType, &Node<FieldDefinition>)> = interfaces
                .iter()
                .filter(|interface| !self.hides_type(interface))
                .filter_map(|interface| Some((*interface, field_of(interface, &field.name)?)))
                .filter(|(_, field)| !self.hides(&field.directives))
                .collect();
            if self.hides(&field.directives) {
                for (interface, _) in &implemented {
                    self.report(
                        Code::ImplementedByInaccessible,
                        &[ty.name(), &field.name],
                        format!("The field \"{coordinate}\" is @inaccessible, but it implements \"{}.{}\", which clients see.", interface.name(), field.name),
                        "Mark the field of the interface @inaccessible too, or make this one visible.",
                    );
                }
                continue;
            }
            self.reference(&field.ty, &coordinate);
            for argument in &field.arguments {
                self.argument(ty, field, argument, &implemented);
            }
        }
    }

    fn argument(
        &mut self,
        ty: &ExtendedType,
        field: &FieldDefinition,
        argument: &'a InputValueDefinition,
        implemented: &[(&ExtendedType, &Node<FieldDefinition>)],
    ) {
        let name = &argument.name;
        let path = [ty.name().as_str(), &field.name, name];
        let coordinate = format!("{}.{}({name}:)", ty.name(), field.name);
        if !self.hides(&argument.directives) {
            self.reference(&argument.ty, &coordinate);
            self.default_value(argument, &coordinate);
            return;
        }
        if argument.is_required() {
            self.required(&path, "argument", &coordinate);
        }
        for (interface, field) in implemented {
            let visible = field
                .argument_by_name(name)
                .filter(|a| !self.hides(&a.directives));
            if visible.is_some() {
                self.report(
                    Code::ImplementedByInaccessible,
                    &path,
                    format!("The argument \"{coordinate}\" is @inaccessible, but it implements \"{}.{}({name}:)\", which clients see.", interface.name(), field.name),
                    "Mark the argument of the interface @inaccessible too, or make this one visible.",
                );
            }
        }
        if ty.is_interface() {
            self.implementations_of_argument(ty, field, argument, &coordinate);
        }
    }

    /// A hidden argument of an interface must not be required of clients by an implementation.
    fn implementations_of_argument(
        &mut self,
        interface: &ExtendedType,
        field: &FieldDefinition,
        argument: &InputValueDefinition,
        coordinate: &str,
    ) {
        let name = &argument.name;
        for ty in self.schema.types.values() {
            if self.hides_type(ty) || !self.schema.is_subtype(interface.name(), ty.name()) {
                continue;
            }
            let visible = field_of(ty, &field.name)
                .filter(|field| !self.hides(&field.directives))
                .and_then(|field| field.argument_by_name(name))
                .filter(|argument| !self.hides(&argument.directives));
            if visible.is_some_and(|argument| argument.is_required()) {
                self.report(
                    Code::RequiredInaccessible,
                    &[interface.name(), &field.name, name],
                    format!("The argument \"{coordinate}\" is @inaccessible, but \"{}.{}({name}:)\", which implements it, is required.", ty.name(), field.name),
                    "Mark both @inaccessible and give them a default value, or make this one visible.",
                );
            }
        }
    }

    fn required(&mut self, path: &[&str], what: &str, coordinate: &str) {
        self.report(
            Code::RequiredInaccessible,
            path,
            format!("The {what} \"{coordinate}\" is @inaccessible, but required: clients could not give it."),
            "Make it nullable, give it a default value, or make it visible.",
        );
    }

    fn input_fields(&mut self, input: &'a InputObjectType) {
        for field in input.fields.values() {
            let coordinate = format!("{}.{}", input.name, field.name);
            if !self.hides(&field.directives) {
                self.reference(&field.ty, &coordinate);
                self.default_value(field, &coordinate);
            } else if field.is_required() {
                self.required(&[&input.name, &field.name], "input field", &coordinate);
            }
        }
    }

    /// A visible default value uses visible values.
    fn default_value(&mut self, element: &'a InputValueDefinition, coordinate: &str) {
        let Some(default) = &element.default_value else {
            return;
        };
        let mut hidden: Vec<(&Name, &Name)> = Vec::new();
        default_values::uses(self.schema, &element.ty, default, &mut |ty, name| {
            let directives = match ty {
                ExtendedType::InputObject(input) => &input.fields[name].directives,
                ExtendedType::Enum(enum_) => &enum_.values[name].directives,
                _ => return,
            };
            if !self.hides_type(ty) && self.hides(directives) {
                hidden.push((ty.name(), name));
            }
        });
        for (ty, name) in hidden {
            self.report(
                Code::DefaultValueUsesInaccessible,
                &[ty, name],
                format!("\"{ty}.{name}\" is @inaccessible, but the default value of \"{coordinate}\", which clients see, uses it."),
                "Change the default value, or make what it uses visible.",
            );
        }
    }

    /// Arguments of directives: clients see those of executable directives only.
    fn directives(&mut self, linked: &[Name]) {
        for definition in self.schema.directive_definitions.values() {
            let name = &definition.name;
            let of_schemas =
                linked.contains(name) || definition.locations.iter().any(is_type_system);
            for argument in &definition.arguments {
                let coordinate = format!("@{name}({}:)", argument.name);
                if !self.hides(&argument.directives) {
                    if !definition.is_built_in() {
                        self.reference(&argument.ty, &coordinate);
                        self.default_value(argument, &coordinate);
                    }
                } else if of_schemas {
                    self.report(
                        Code::DisallowedInaccessible,
                        &[],
                        format!("The argument \"{coordinate}\" is @inaccessible, but its directive belongs to schemas."),
                        "Remove @inaccessible from it.",
                    );
                } else if argument.is_required() {
                    self.required(&[], "argument", &coordinate);
                }
            }
        }
    }
}

fn is_type_system(location: &DirectiveLocation) -> bool {
    use DirectiveLocation as At;
    matches!(
        location,
        At::Schema
            | At::Scalar
            | At::Object
            | At::FieldDefinition
            | At::ArgumentDefinition
            | At::Interface
            | At::Union
            | At::Enum
            | At::EnumValue
            | At::InputObject
            | At::InputFieldDefinition
    )
}

/// Where a subgraph defines a type, one of its fields or values, or an argument of a field.
pub(super) fn place(subgraph: &SubgraphSchema, path: &[&str]) -> Option<federation::Location> {
    let (ty, rest) = path.split_first()?;
    let ty = subgraph.schema.types.get(*ty)?;
    let Some((member, rest)) = rest.split_first() else {
        return subgraph.locate_name(ty.name());
    };
    let span = match ty {
        ExtendedType::Enum(enum_) => {
            let value = enum_.values.get(*member)?;
            from_name(&value.value, value.location())
        }
        ExtendedType::InputObject(input) => {
            let field = input.fields.get(*member)?;
            from_name(&field.name, field.location())
        }
        _ => {
            let field = field_of(ty, member)?;
            match rest.first() {
                Some(argument) => {
                    let argument = field.argument_by_name(argument)?;
                    from_name(&argument.name, argument.location())
                }
                None => from_name(&field.name, field.location()),
            }
        }
    };
    subgraph.locate(span)
}
