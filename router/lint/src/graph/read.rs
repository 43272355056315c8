//! From a subgraph's SDL to the elements of the table.

use apollo_compiler::ast::{
    Definition, DirectiveList, EnumValueDefinition, FieldDefinition, InputValueDefinition,
    OperationType, Type,
};
use apollo_compiler::parser::{LineColumn, SourceMap, SourceSpan};
use apollo_compiler::{Name, Node};
use federation::Location;

use super::{Element, Graph, Kind};

/// Reads the SDL of one subgraph into the table.
pub(super) struct Reader<'g, 'd> {
    pub(super) graph: &'g mut Graph,
    pub(super) subgraph: &'d str,
    pub(super) sources: &'d SourceMap,
}

/// A type as one definition or extension has it.
struct Head<'d> {
    kind: Kind,
    name: &'d Name,
    is_described: bool,
    directives: &'d DirectiveList,
    names: Vec<String>,
    begins: Vec<u32>,
}

impl<'d> Reader<'_, 'd> {
    pub(super) fn definition(&mut self, definition: &'d Definition) {
        use Definition as D;
        match definition {
            D::SchemaDefinition(schema) => self.roots(schema.root_operations.iter()),
            D::SchemaExtension(schema) => self.roots(schema.root_operations.iter()),
            D::DirectiveDefinition(directive) => {
                self.directive(&directive.name, &directive.arguments);
            }
            _ => {
                if let Some(head) = self.type_head(definition) {
                    self.type_definition(definition, &head);
                }
            }
        }
    }

    fn type_head(&self, definition: &'d Definition) -> Option<Head<'d>> {
        let name = definition.name()?;
        let begins = [
            self.begin(definition.location()),
            self.begin(name.location()),
        ];
        Some(Head {
            kind: kind(definition)?,
            name,
            is_described: is_described(definition),
            directives: definition.directives(),
            names: names(definition).iter().map(ToString::to_string).collect(),
            begins: begins.into_iter().flatten().collect(),
        })
    }

    fn type_definition(&mut self, definition: &'d Definition, head: &Head<'d>) {
        use Definition as D;
        match definition {
            D::ObjectTypeDefinition(ty) => self.fields(head, &ty.fields),
            D::ObjectTypeExtension(ty) => self.fields(head, &ty.fields),
            D::InterfaceTypeDefinition(ty) => self.fields(head, &ty.fields),
            D::InterfaceTypeExtension(ty) => self.fields(head, &ty.fields),
            D::EnumTypeDefinition(ty) => self.values(head, &ty.values),
            D::EnumTypeExtension(ty) => self.values(head, &ty.values),
            D::InputObjectTypeDefinition(ty) => self.input_fields(head, &ty.fields),
            D::InputObjectTypeExtension(ty) => self.input_fields(head, &ty.fields),
            _ => {
                self.head(head);
            }
        }
    }

    fn roots<'n>(&mut self, roots: impl Iterator<Item = &'n Node<(OperationType, Name)>>) {
        self.graph
            .roots
            .extend(roots.map(|root| root.1.to_string()));
    }

    /// What every subgraph has and nobody wrote is not looked at.
    fn is_machinery(name: &str) -> bool {
        name.starts_with('_') || name.contains("__")
    }

    fn head(&mut self, head: &Head<'d>) -> bool {
        if Self::is_machinery(head.name) {
            return false;
        }
        let element = Element {
            kind: head.kind,
            ..self.element(head.name, head.name.to_string(), head, Vec::new())
        };
        if matches!(head.kind, Kind::Object | Kind::Interface) {
            self.graph.implemented.extend(head.names.iter().cloned());
        }
        self.put(
            element,
            head.is_described,
            head.directives,
            head.names.clone(),
        );
        true
    }

    fn fields(&mut self, head: &Head<'d>, fields: &'d [Node<FieldDefinition>]) {
        if !self.head(head) {
            return;
        }
        for field in fields
            .iter()
            .filter(|field| !Self::is_machinery(&field.name))
        {
            let coordinate = format!("{}.{}", head.name, field.name);
            let begins = self.begins(field.location(), &field.name);
            let element = Element {
                kind: Kind::Field,
                ty: Some(field.ty.clone()),
                ..self.element(&field.name, coordinate.clone(), head, begins.clone())
            };
            let mut names = vec![field.ty.inner_named_type().to_string()];
            for argument in &field.arguments {
                names.push(argument.ty.inner_named_type().to_string());
            }
            self.put(
                element,
                field.description.is_some(),
                &field.directives,
                names,
            );
            for argument in &field.arguments {
                let coordinate = format!("{coordinate}({}:)", argument.name);
                self.input(Kind::Argument, argument, coordinate, head, &begins);
            }
        }
    }

    fn input_fields(&mut self, head: &Head<'d>, fields: &'d [Node<InputValueDefinition>]) {
        if !self.head(head) {
            return;
        }
        for field in fields {
            let coordinate = format!("{}.{}", head.name, field.name);
            self.input(Kind::InputField, field, coordinate, head, &[]);
        }
    }

    fn input(
        &mut self,
        kind: Kind,
        input: &'d Node<InputValueDefinition>,
        coordinate: String,
        head: &Head<'d>,
        within: &[u32],
    ) {
        let mut begins = self.begins(input.location(), &input.name);
        begins.extend_from_slice(within);
        let element = Element {
            kind,
            ty: Some(Type::clone(&input.ty)),
            ..self.element(&input.name, coordinate, head, begins)
        };
        let names = vec![input.ty.inner_named_type().to_string()];
        self.put(
            element,
            input.description.is_some(),
            &input.directives,
            names,
        );
    }

    fn values(&mut self, head: &Head<'d>, values: &'d [Node<EnumValueDefinition>]) {
        if !self.head(head) {
            return;
        }
        for value in values {
            let coordinate = format!("{}.{}", head.name, value.value);
            let begins = self.begins(value.location(), &value.value);
            let element = Element {
                kind: Kind::EnumValue,
                ..self.element(&value.value, coordinate, head, begins)
            };
            self.put(
                element,
                value.description.is_some(),
                &value.directives,
                Vec::new(),
            );
        }
    }

    fn directive(&mut self, name: &'d Name, arguments: &'d [Node<InputValueDefinition>]) {
        let none = DirectiveList::new();
        let head = Head {
            kind: Kind::Directive,
            name,
            is_described: true,
            directives: &none,
            names: Vec::new(),
            begins: Vec::new(),
        };
        let coordinate = format!("@{name}");
        let element = Element {
            owner: coordinate.clone(),
            ..self.element(name, coordinate, &head, Vec::new())
        };
        let names = arguments
            .iter()
            .map(|argument| argument.ty.inner_named_type().to_string());
        self.put(element, true, head.directives, names.collect());
    }

    fn element(
        &self,
        name: &Name,
        coordinate: String,
        owner: &Head<'_>,
        begins: Vec<u32>,
    ) -> Element {
        let range = name
            .location()
            .and_then(|span| span.line_column_range(self.sources));
        let start = LineColumn { line: 1, column: 1 };
        Element {
            kind: owner.kind,
            name: name.to_string(),
            coordinate,
            owner: owner.name.to_string(),
            ty: None,
            is_described: false,
            deprecations: Vec::new(),
            has_specification: false,
            is_entity: false,
            names: Vec::new(),
            subgraph: self.subgraph.to_owned(),
            location: Location::new(Some(self.subgraph), &range.unwrap_or(start..start)),
            begins: owner.begins.iter().copied().chain(begins).collect(),
        }
    }

    /// Adds an element, or what this subgraph says about one that is known.
    fn put(
        &mut self,
        element: Element,
        is_described: bool,
        directives: &DirectiveList,
        names: Vec<String>,
    ) {
        let graph = &mut *self.graph;
        let index = match graph.by_coordinate.get(&element.coordinate) {
            Some(index) => *index,
            None => {
                let index = graph.elements.len();
                graph
                    .by_coordinate
                    .insert(element.coordinate.clone(), index);
                graph.elements.push(element);
                index
            }
        };
        let known = &mut graph.elements[index];
        known.is_described |= is_described;
        known.has_specification |= directives.has("specifiedBy");
        known.is_entity |= directives
            .iter()
            .any(|directive| directive.name == "key" || directive.name.ends_with("__key"));
        if let Some(deprecated) = directives.get("deprecated") {
            let reason = deprecated.specified_argument_by_name("reason");
            let reason = reason.and_then(|reason| reason.as_str());
            known.deprecations.push(reason.map(str::to_owned));
        }
        known.names.extend(names);
    }

    fn begins(&self, definition: Option<SourceSpan>, name: &Name) -> Vec<u32> {
        let lines = [self.begin(definition), self.begin(name.location())];
        lines.into_iter().flatten().collect()
    }

    /// The line in which something begins.
    fn begin(&self, span: Option<SourceSpan>) -> Option<u32> {
        let range = span?.line_column_range(self.sources)?;
        u32::try_from(range.start.line).ok()
    }
}

/// The kind of a type; `None` for what defines no type.
fn kind(definition: &Definition) -> Option<Kind> {
    use Definition as D;
    Some(match definition {
        D::ScalarTypeDefinition(_) | D::ScalarTypeExtension(_) => Kind::Scalar,
        D::ObjectTypeDefinition(_) | D::ObjectTypeExtension(_) => Kind::Object,
        D::InterfaceTypeDefinition(_) | D::InterfaceTypeExtension(_) => Kind::Interface,
        D::UnionTypeDefinition(_) | D::UnionTypeExtension(_) => Kind::Union,
        D::EnumTypeDefinition(_) | D::EnumTypeExtension(_) => Kind::Enum,
        D::InputObjectTypeDefinition(_) | D::InputObjectTypeExtension(_) => Kind::Input,
        _ => return None,
    })
}

/// Whether a type has a description there; extensions have none.
fn is_described(definition: &Definition) -> bool {
    use Definition as D;
    match definition {
        D::ScalarTypeDefinition(ty) => ty.description.is_some(),
        D::ObjectTypeDefinition(ty) => ty.description.is_some(),
        D::InterfaceTypeDefinition(ty) => ty.description.is_some(),
        D::UnionTypeDefinition(ty) => ty.description.is_some(),
        D::EnumTypeDefinition(ty) => ty.description.is_some(),
        D::InputObjectTypeDefinition(ty) => ty.description.is_some(),
        _ => false,
    }
}

/// The interfaces that a type implements, or the members of a union.
fn names(definition: &Definition) -> &[Name] {
    use Definition as D;
    match definition {
        D::ObjectTypeDefinition(ty) => &ty.implements_interfaces,
        D::ObjectTypeExtension(ty) => &ty.implements_interfaces,
        D::InterfaceTypeDefinition(ty) => &ty.implements_interfaces,
        D::InterfaceTypeExtension(ty) => &ty.implements_interfaces,
        D::UnionTypeDefinition(ty) => &ty.members,
        D::UnionTypeExtension(ty) => &ty.members,
        _ => &[],
    }
}
