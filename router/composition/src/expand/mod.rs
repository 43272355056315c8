//! Adds the definitions that a subgraph may leave out: those of the specifications it links, and of `_service`.
//!
//! A subgraph may also write them down; then [`check`] compares them with the specification.

mod check;
mod references;
mod roots;

use apollo_compiler::ast::{DirectiveLocation, FieldDefinition, Type};
use apollo_compiler::schema::{Component, ExtendedType, InputObjectType, ObjectType, ScalarType};
use apollo_compiler::{Name, Node, name};
use federation::spec::catalog::{self, Elements};
use federation::spec::{DirectiveSpec, InputSpec, Link, Version};
use federation::{Code, Diagnostics};

pub(crate) use self::roots::name_root_types;
use crate::subgraph::{OPERATION_FIELDS, SubgraphSchema};

/// Completes a schema with the definitions of every specification it links, Federation first.
pub(crate) fn expand(subgraph: &mut SubgraphSchema, diagnostics: &mut Diagnostics) {
    add_one_of(subgraph);
    expand_link(subgraph, diagnostics);
    match subgraph.links.get(catalog::FEDERATION).cloned() {
        Some(federation) => {
            let elements = catalog::elements(catalog::FEDERATION, federation.url.version);
            add(
                subgraph,
                &elements.unwrap_or_default(),
                &Names::Linked(&federation),
                diagnostics,
            );
        }
        None => {
            drop_outdated_definitions(subgraph);
            drop_operation_fields(subgraph);
            add(
                subgraph,
                &catalog::federation_1(),
                &Names::Federation1,
                diagnostics,
            );
        }
    }
    let links: Vec<Link> = subgraph.links.iter().skip(1).cloned().collect();
    for link in &links {
        let identity = link.url.identity.as_str();
        if [catalog::FEDERATION, catalog::JOIN].contains(&identity) {
            continue;
        }
        if let Some(elements) = catalog::elements(identity, link.url.version) {
            add(subgraph, &elements, &Names::Linked(link), diagnostics);
        }
    }
    add_service(subgraph, diagnostics);
}

/// `@oneOf` belongs to GraphQL, so no one has to define it; but a directive of that name for something else is its subgraph's own.
fn add_one_of(subgraph: &mut SubgraphSchema) {
    let name = name!("oneOf");
    if subgraph.links.origin_of_directive(&name).is_some() {
        return;
    }
    let definitions = &mut subgraph.schema.directive_definitions;
    let is_own = definitions.get(&name).is_some_and(|own| {
        let on_input = DirectiveLocation::InputObject;
        !own.locations.contains(&on_input)
    });
    if !is_own {
        let definition = Node::new(federation::one_of::definition());
        definitions.insert(name, definition);
    }
}

/// Replaces what Federation 1 defines by what Federation 2 does, once its link has been added.
pub(crate) fn expand_upgraded(subgraph: &mut SubgraphSchema, diagnostics: &mut Diagnostics) {
    subgraph.schema.types.shift_remove("_FieldSet");
    for spec in &catalog::federation_1().directives {
        subgraph
            .schema
            .directive_definitions
            .shift_remove(spec.name);
    }
    expand_link(subgraph, diagnostics);
    if let Some(federation) = subgraph.links.get(catalog::FEDERATION).cloned() {
        let elements = catalog::elements(catalog::FEDERATION, federation.url.version);
        add(
            subgraph,
            &elements.unwrap_or_default(),
            &Names::Linked(&federation),
            diagnostics,
        );
    }
}

/// What the elements of a specification are called in a document.
enum Names<'a> {
    Linked(&'a Link),
    Federation1,
}

impl Names<'_> {
    fn directive(&self, spec: &'static str) -> Name {
        match self {
            Names::Linked(link) => link.directive_name(spec),
            Names::Federation1 => Name::new_static_unchecked(spec),
        }
    }

    fn ty(&self, spec: &str) -> Name {
        match self {
            Names::Linked(link) => link.type_name(spec),
            Names::Federation1 => Name::new_unchecked(&format!("_{spec}")),
        }
    }
}

fn add(
    subgraph: &mut SubgraphSchema,
    elements: &Elements,
    names: &Names<'_>,
    diagnostics: &mut Diagnostics,
) {
    for &scalar in &elements.scalars {
        let called = names.ty(scalar);
        match subgraph.schema.types.get(&called) {
            Some(existing) => check::scalar(subgraph, existing, diagnostics),
            None => add_scalar(subgraph, called),
        }
    }
    for spec in elements.inputs {
        let called = names.ty(spec.name);
        let ty = |spec: &str| names.ty(spec);
        match subgraph.schema.types.get(&called) {
            Some(existing) => check::input(subgraph, spec, &ty, existing, diagnostics),
            None => add_input(subgraph, spec, called, &ty),
        }
    }
    for spec in &elements.directives {
        let called = names.directive(spec.name);
        let ty = |spec: &str| names.ty(spec);
        add_directive(subgraph, spec, called, &ty, diagnostics);
    }
}

/// Adds a directive of a specification, or compares the definition that is there; whether that is right.
fn add_directive(
    subgraph: &mut SubgraphSchema,
    spec: &DirectiveSpec,
    called: Name,
    type_name: &dyn Fn(&str) -> Name,
    diagnostics: &mut Diagnostics,
) -> bool {
    if let Some(existing) = subgraph.schema.directive_definitions.get(&called) {
        return check::directive(subgraph, spec, type_name, existing, diagnostics);
    }
    let definition = spec.definition(called.clone(), type_name);
    let definitions = &mut subgraph.schema.directive_definitions;
    definitions.insert(called, definition);
    true
}

fn add_scalar(subgraph: &mut SubgraphSchema, name: Name) {
    let scalar = ScalarType {
        description: None,
        name: name.clone(),
        directives: Default::default(),
    };
    subgraph.schema.types.insert(name, scalar.into());
}

fn add_input(
    subgraph: &mut SubgraphSchema,
    spec: &InputSpec,
    name: Name,
    type_name: &dyn Fn(&str) -> Name,
) {
    let fields = spec.fields.iter().map(|field| {
        let field = field.definition(type_name);
        (field.name.clone(), Component::new(field))
    });
    let input = InputObjectType {
        description: None,
        name: name.clone(),
        directives: Default::default(),
        fields: fields.collect(),
    };
    subgraph.schema.types.insert(name, input.into());
}

/// The definition of `@link` itself, in any schema that uses it.
fn expand_link(subgraph: &mut SubgraphSchema, diagnostics: &mut Diagnostics) {
    let uses_link = |name: &str| subgraph.schema.schema_definition.directives.has(name);
    let (prefix, link) = match subgraph.links.iter().next() {
        Some(own) if own.url.identity == catalog::LINK => (own.prefix.clone(), Some(own.clone())),
        Some(_) => return,
        None if uses_link("link") => ("link".to_owned(), None),
        None => return,
    };
    let type_name = |spec: &str| match &link {
        Some(link) => link.type_name(spec),
        None => Name::new_unchecked(&format!("link__{spec}")),
    };
    let Some(elements) = catalog::elements(catalog::LINK, Version::new(1, 0)) else {
        return;
    };
    let (import, purpose) = (type_name("Import"), type_name("Purpose"));
    // Who defines @link, defines what it refers to as well.
    let definitions = &subgraph.schema.directive_definitions;
    let defines_link = definitions.contains_key(prefix.as_str());
    match subgraph.schema.types.get(&import) {
        Some(existing) if !defines_link => check::scalar(subgraph, existing, diagnostics),
        Some(_) => {}
        None => add_scalar(subgraph, import),
    }
    let expected = crate::merge::link_purpose(purpose.clone());
    match subgraph.schema.types.get(&purpose) {
        Some(existing) if !defines_link => {
            check::enumeration(subgraph, existing, &expected, diagnostics);
        }
        Some(_) => {}
        None => {
            subgraph.schema.types.insert(purpose, expected);
        }
    }
    if let Some(spec) = elements.directive("link") {
        let name = Name::new_unchecked(&prefix);
        if !add_directive(subgraph, spec, name.clone(), &type_name, diagnostics) {
            // Its uses are read as the specification says.
            let definition = spec.definition(name.clone(), &type_name);
            let definitions = &mut subgraph.schema.directive_definitions;
            definitions.insert(name, definition);
        }
    }
}

/// Federation 1 libraries print `@key` and its like with argument types that were never right; they are replaced.
fn drop_outdated_definitions(subgraph: &mut SubgraphSchema) {
    for name in ["key", "provides", "requires"] {
        let Some(definition) = subgraph.schema.directive_definitions.get(name) else {
            continue;
        };
        let outdated = match definition.arguments.as_slice() {
            [] => true,
            [fields] => {
                let ty = fields.ty.to_string();
                fields.name == "fields"
                    && ["String", "_FieldSet", "FieldSet"].contains(&ty.as_str())
            }
            _ => false,
        };
        if outdated {
            subgraph.schema.directive_definitions.shift_remove(name);
        }
    }
}

/// Federation 1 SDL may list `_service` and `_entities`, in whatever form.
fn drop_operation_fields(subgraph: &mut SubgraphSchema) {
    let Some(query) = &subgraph.schema.schema_definition.query else {
        return;
    };
    if let Some(ExtendedType::Object(query)) = subgraph.schema.types.get_mut(&query.name)
        && OPERATION_FIELDS
            .iter()
            .any(|&field| query.fields.contains_key(field))
    {
        let query = query.make_mut();
        for &field in OPERATION_FIELDS {
            query.fields.shift_remove(field);
        }
    }
}

/// `Query._service`, so that a subgraph of entities alone is a valid schema.
fn add_service(subgraph: &mut SubgraphSchema, diagnostics: &mut Diagnostics) {
    let declared = &subgraph.schema.schema_definition.query;
    let query = match declared {
        Some(query) => query.name.clone(),
        None => {
            let name = name!("Query");
            if !subgraph.schema.types.contains_key(&name)
                && let Some(place) = references::first(&subgraph.schema, &name)
            {
                diagnostics.push(
                    subgraph
                        .error(
                            Code::InvalidGraphql,
                            "The type \"Query\" is used here and defined nowhere.",
                        )
                        .at(subgraph.locate_name(place)),
                );
            }
            let schema = &mut subgraph.schema;
            schema.schema_definition.make_mut().query = Some(name.clone().into());
            // One of another kind is refused with the rest of what GraphQL forbids.
            let empty = || empty_object(name.clone());
            schema.types.entry(name.clone()).or_insert_with(empty);
            name
        }
    };
    let schema = &mut subgraph.schema;
    if !schema.types.contains_key("_Service") {
        let mut service = object(name!("_Service"));
        let sdl = field(name!("sdl"), Type::Named(name!("String")));
        service.fields.insert(name!("sdl"), sdl);
        schema.types.insert(name!("_Service"), service.into());
    }
    if let Some(ExtendedType::Object(object)) = schema.types.get_mut(&query)
        && !object.fields.contains_key("_service")
    {
        let service = field(name!("_service"), Type::NonNullNamed(name!("_Service")));
        object.make_mut().fields.insert(name!("_service"), service);
    }
}

fn object(name: Name) -> ObjectType {
    ObjectType {
        description: None,
        name,
        implements_interfaces: Default::default(),
        directives: Default::default(),
        fields: Default::default(),
    }
}

fn empty_object(name: Name) -> ExtendedType {
    object(name).into()
}

fn field(name: Name, ty: Type) -> Component<FieldDefinition> {
    Component::from(Node::new(FieldDefinition {
        description: None,
        name,
        arguments: Vec::new(),
        ty,
        directives: Default::default(),
    }))
}
