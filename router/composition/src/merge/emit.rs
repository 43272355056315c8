//! The supergraph as a schema: the definitions it begins with, the directives of each type, and how it is printed.

use apollo_compiler::ast::{Directive, Value};
use apollo_compiler::schema::{
    Component, DirectiveList, EnumType, EnumValueDefinition, ExtendedType, ScalarType, Schema,
    SchemaBuilder,
};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Node, name};
use federation::spec::{SpecUrl, catalog};
use federation::{Diagnostics, Supergraph};

use super::Merger;
use super::input::is_one_of;
use super::join::{JoinType, directive};
use super::object::interfaces;
use super::plan::SupergraphLink;
use super::runtime_types::SharedField;
use super::sources::Source;
use crate::facts::string_argument;
use crate::subgraph::{SubgraphSchema, fields_of};

/// A merged supergraph.
pub(crate) struct Merged {
    /// Its schema, with the join directives.
    pub(crate) schema: Schema,
    /// The name of `@inaccessible` in it, where anything is.
    pub(crate) inaccessible: Option<Name>,
    /// The directives of linked specifications in it.
    pub(crate) linked: Vec<Name>,
    /// Fields that several subgraphs share and that can return different types in them.
    pub(crate) shared_fields: Vec<SharedField>,
}

impl Merged {
    /// Nothing, after an error.
    pub(super) fn empty() -> Self {
        Self {
            schema: Schema::new(),
            inaccessible: None,
            linked: Vec::new(),
            shared_fields: Vec::new(),
        }
    }

    /// Prints the supergraph.
    pub(crate) fn sdl(&self) -> String {
        self.schema.to_string()
    }

    /// The supergraph as routers load it, once it has been checked to be a valid schema. `sdl` is how it is printed.
    pub(crate) fn into_supergraph(self, sdl: &str) -> Result<Supergraph, Diagnostics> {
        Supergraph::of_schema(Valid::assume_valid(self.schema), sdl)
    }
}

impl<'a> Merger<'a, '_> {
    /// Begins the supergraph with the definitions of every specification that it links.
    pub(super) fn start_schema(&mut self) {
        let definitions = self.join.definitions(self.subgraphs);
        self.schema = match SchemaBuilder::new().parse(definitions, "join").build() {
            Ok(schema) => schema,
            // Without a root type it is not a whole schema yet; that comes later.
            Err(incomplete) => incomplete.partial,
        };
        let link = SpecUrl::new(catalog::LINK, catalog::LINK_VERSION);
        let join = SpecUrl::new(catalog::JOIN, self.join.version);
        let mut links = vec![link_directive(&link, None, &[], None)];
        links.push(link_directive(&join, Some("EXECUTION"), &[], None));
        let linked = self.plan.links.iter().chain(&self.plan.composed.links);
        links.extend(linked.map(|link| {
            link_directive(
                &link.url,
                link.purpose,
                &link.imports,
                link.prefix.as_deref(),
            )
        }));
        let definition = self.schema.schema_definition.make_mut();
        definition.directives.0 = links.into_iter().map(Component::from).collect();
        if self.subgraphs.iter().any(uses_one_of) {
            // Not every tool that reads supergraphs knows it.
            let definition = federation::one_of::definition();
            let directives = &mut self.schema.directive_definitions;
            directives.insert(definition.name.clone(), Node::new(definition));
        }
        for link in &self.plan.links {
            define(&mut self.schema, link, &self.plan, self.subgraphs);
        }
        // Their arguments are merged once the types are known.
        for (name, composed) in &self.plan.composed.definitions {
            let directives = &mut self.schema.directive_definitions;
            let definition = || composed.definition.clone();
            directives.entry(name.clone()).or_insert_with(definition);
        }
    }

    /// The directives of a type: who has it, and those that are merged.
    pub(super) fn type_directives(
        &mut self,
        name: &Name,
        sources: &[Source<'a, ExtendedType>],
    ) -> DirectiveList {
        let mut directives: Vec<Node<Directive>> = Vec::new();
        for source in sources {
            for interface in interfaces(source.element) {
                directives.push(self.join.implements(source.graph, interface));
            }
        }
        for source in sources {
            self.join_types(source, &mut directives);
        }
        directives.extend(self.join_directives(sources));
        let inherited = match sources.iter().any(|source| source.element.is_interface()) {
            true => self.access.of_type(name).to_vec(),
            false => Vec::new(),
        };
        directives.extend(self.merge_applied_with(name, sources, &inherited));
        DirectiveList(directives.into_iter().map(Component::from).collect())
    }

    /// `@join__type` for each key of a type in a subgraph, or once without.
    fn join_types(&self, source: &Source<'a, ExtendedType>, directives: &mut Vec<Node<Directive>>) {
        let subgraph = self.graph(source.graph);
        let own = source.element.directives();
        let is_interface_object = subgraph.is_interface_object(source.element);
        let extends = own.has(&subgraph.names.extends);
        let before = directives.len();
        for key in own.iter().filter(|d| d.name == subgraph.names.key) {
            let resolvable = key.specified_argument_by_name("resolvable");
            let join = JoinType {
                key: string_argument(key, "fields").map(str::to_owned),
                extension: extends || key.origin.extension_id().is_some(),
                resolvable: resolvable.and_then(|value| value.to_bool()),
                is_interface_object,
            };
            directives.push(self.join.ty(source.graph, join));
        }
        if directives.len() == before {
            let join = JoinType {
                is_interface_object,
                ..JoinType::default()
            };
            directives.push(self.join.ty(source.graph, join));
        }
    }

    /// The supergraph, in the order in which it is printed.
    pub(super) fn finish(mut self) -> Merged {
        self.schema.types.sort_unstable_keys();
        self.schema.directive_definitions.sort_unstable_keys();
        Merged {
            schema: self.schema,
            inaccessible: self.plan.inaccessible,
            linked: self.plan.composed.definitions.into_keys().collect(),
            shared_fields: self.shared_fields,
        }
    }
}

/// Whether a directive of a specification is repeated on one field.
fn repeats(subgraph: &SubgraphSchema, spec: &str) -> bool {
    let is_it = |name: &Name| {
        let origin = subgraph.links.origin_of_directive(name);
        origin.is_some_and(|origin| origin.element.as_deref() == Some(spec))
    };
    let names = subgraph.schema.directive_definitions.keys();
    let names: Vec<&Name> = names.filter(|name| is_it(name)).collect();
    let mut fields = subgraph.schema.types.values().filter_map(fields_of);
    fields.any(|fields| {
        fields.values().any(|field| {
            let mut names = names.iter();
            names.any(|name| field.directives.get_all(name.as_str()).nth(1).is_some())
        })
    })
}

fn uses_one_of(subgraph: &SubgraphSchema) -> bool {
    subgraph.schema.types.values().any(is_one_of)
}

/// Adds what a linked specification defines: the directives in use, and its scalars if one of them needs them.
fn define(
    schema: &mut Schema,
    link: &SupergraphLink,
    plan: &super::Plan,
    subgraphs: &[SubgraphSchema],
) {
    let Some(elements) = catalog::elements(&link.url.identity, link.url.version) else {
        return;
    };
    for &scalar in &elements.scalars {
        let name = link.type_name(scalar);
        let scalar = ScalarType {
            description: None,
            name: name.clone(),
            directives: Default::default(),
        };
        schema.types.insert(name, scalar.into());
    }
    for spec in &elements.directives {
        let imported = link.imports.iter().find_map(|(element, alias)| {
            let own = element.strip_prefix('@') == Some(spec.name);
            own.then(|| alias.as_deref().unwrap_or(element))
        });
        let prefix = link.prefix.as_deref().unwrap_or(&link.url.name);
        let name = match (imported, plan.name_of(&link.url.identity, spec.name)) {
            (Some(name), _) => Name::new_unchecked(name.trim_start_matches('@')),
            (None, Some(name)) => name.clone(),
            (None, None) if spec.name == link.url.name => Name::new_unchecked(prefix),
            (None, None) => Name::new_unchecked(&format!("{prefix}__{}", spec.name)),
        };
        let mut definition = spec.definition(name.clone(), &|ty: &str| link.type_name(ty));
        let merges = spec
            .arguments
            .iter()
            .any(|argument| argument.merge.is_some());
        if spec.repeatable && merges && !subgraphs.iter().any(|one| repeats(one, spec.name)) {
            // Older routers know it as it was.
            definition.make_mut().repeatable = false;
        }
        schema.directive_definitions.insert(name, definition);
    }
}

/// `@link` as a supergraph has it.
pub(super) fn link_directive(
    url: &SpecUrl,
    purpose: Option<&'static str>,
    imports: &[(String, Option<String>)],
    prefix: Option<&str>,
) -> Node<Directive> {
    let text = |text: &str| Value::String(text.to_owned());
    let mut arguments = vec![(name!("url"), text(&url.to_string()))];
    if let Some(prefix) = prefix {
        arguments.push((name!("as"), text(prefix)));
    }
    if !imports.is_empty() {
        let imports = imports.iter().map(|(element, alias)| match alias {
            None => Node::new(text(element)),
            Some(alias) => Node::new(Value::Object(vec![
                (name!("name"), Node::new(text(element))),
                (name!("as"), Node::new(text(alias))),
            ])),
        });
        arguments.push((name!("import"), Value::List(imports.collect())));
    }
    if let Some(purpose) = purpose {
        let purpose = Value::Enum(Name::new_static_unchecked(purpose));
        arguments.push((name!("for"), purpose));
    }
    directive(name!("link"), arguments)
}

/// The enum of purposes that `@link(for:)` has.
pub(crate) fn link_purpose(name: Name) -> ExtendedType {
    let value = |name: Name, description: &'static str| {
        let definition = EnumValueDefinition {
            description: Some(description.into()),
            value: name.clone(),
            directives: Default::default(),
        };
        (name, Component::new(definition))
    };
    let purposes = EnumType {
        description: None,
        name,
        directives: Default::default(),
        values: [
            value(
                name!("SECURITY"),
                "What is needed to resolve fields securely.",
            ),
            value(name!("EXECUTION"), "What is needed to execute operations."),
        ]
        .into_iter()
        .collect(),
    };
    purposes.into()
}
