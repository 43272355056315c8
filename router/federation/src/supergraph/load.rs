//! Reads a supergraph SDL (<https://specs.apollo.dev/join/v0.3/>, and every version from v0.1 to v0.5).

use std::sync::Arc;

use apollo_compiler::collections::{HashMap, HashSet, IndexMap};
use apollo_compiler::schema::{ComponentName, Directive, DirectiveList, ExtendedType};
use apollo_compiler::validation::{DiagnosticList, Valid};
use apollo_compiler::{Name, Node, Schema, ast};

use super::features::Features;
use super::fields::{self, RawField};
use super::model::{JoinGraph, JoinType, Key, SubgraphId, TypeInSubgraph, TypeKind};
use super::{Supergraph, api, size};

use crate::budget::{Budget, Stop};
use crate::code::Code;
use crate::default_cycles::default_cycles;
use crate::diagnostic::{Diagnostic, Diagnostics, Location};
use crate::field_set::FieldSet;
use crate::hazards::check_hazards;
use crate::one_of;
use crate::sdl::{is_cut_off, parse_sdl};
use crate::wording;

/// The versions of the join specification that are understood.
const JOIN_VERSIONS: [(u32, u32); 5] = [(0, 1), (0, 2), (0, 3), (0, 4), (0, 5)];

/// The stages: parse → features → graphs → types → fields → API schema.
pub(super) fn load(sdl: &str, budget: &Budget) -> Result<Supergraph, Diagnostics> {
    let schema = parse(sdl, budget)?;
    index(sdl, schema, budget)
}

/// Takes units for what comes next.
fn spend(budget: &Budget, units: usize) -> Result<(), Diagnostics> {
    budget.spend_each(units);
    match budget.stopped() {
        None => Ok(()),
        Some(stop) => Err(one(Diagnostic::error(
            Code::CompositionLimitExceeded,
            match stop {
                Stop::Exhausted => "loading the supergraph would take more work than it is given",
                Stop::Cancelled => "loading the supergraph was called off",
            },
        ))),
    }
}

/// GraphQL defines [`@oneOf`](https://spec.graphql.org/September2025/#sec--oneOf) itself, so composers may leave its definition out.
fn parse(sdl: &str, budget: &Budget) -> Result<Valid<Schema>, Diagnostics> {
    const PATH: &str = "supergraph.graphql";
    spend(budget, sdl.len())?;
    let document = parse_sdl(sdl, PATH).map_err(|broken| syntax(sdl, &broken.errors))?;
    let mut schema = document
        .to_schema()
        .map_err(|broken| syntax(sdl, &broken.errors))?;
    spend(budget, schema.types.len())?;
    if sdl.contains("@oneOf") {
        one_of::define(&mut schema);
    }
    check_hazards(&schema).map_err(|hazard| {
        let range = hazard
            .span
            .and_then(|span| span.line_column_range(&schema.sources));
        let message = format!("the schema cannot be checked: {}", hazard.what);
        let error = Diagnostic::error(Code::CompositionLimitExceeded, message);
        one(error.at(range.map(|range| Location::new(None, &range))))
    })?;
    let schema = schema
        .validate()
        .map_err(|broken| syntax(sdl, &broken.errors))?;
    spend(budget, schema.types.len())?;
    let cycles = default_cycles(&schema);
    let cycles: Diagnostics = cycles
        .iter()
        .map(|cycle| {
            let places = cycle.fields.iter().filter_map(|(_, field)| {
                let range = field.line_column_range(&schema.sources)?;
                Some(Location::new(None, &range))
            });
            places.fold(error(cycle.sentence()), Diagnostic::at)
        })
        .collect();
    match cycles.is_empty() {
        true => Ok(schema),
        false => Err(cycles),
    }
}

/// What GraphQL itself defines comes first, as it does where a text is parsed: introspection shows this order.
fn ordered(schema: Valid<Schema>) -> Valid<Schema> {
    let first = Schema::new();
    let mut schema = schema.into_inner();
    let place = |name: &Name| first.types.get_index_of(name).unwrap_or(usize::MAX);
    schema
        .types
        .sort_by(|one, _, other, _| place(one).cmp(&place(other)));
    let place = |name: &Name| {
        let found = first.directive_definitions.get_index_of(name);
        found.unwrap_or(usize::MAX)
    };
    schema
        .directive_definitions
        .sort_by(|one, _, other, _| place(one).cmp(&place(other)));
    Valid::assume_valid(schema)
}

/// The same for a schema that is there already.
pub(super) fn index(
    sdl: &str,
    schema: Valid<Schema>,
    budget: &Budget,
) -> Result<Supergraph, Diagnostics> {
    let schema = ordered(schema);
    let features = Features::of(&schema);
    let mut loader = Loader::new(&schema, &features)?;
    let subgraphs = loader.graphs();
    let types = loader.types(&subgraphs, budget)?;
    if loader.found.has_errors() {
        loader.found.sort();
        return Err(loader.found);
    }
    spend(budget, types.len())?;
    let api_schema =
        api::api_schema(&schema, &features).map_err(|broken| syntax(sdl, &broken.errors))?;
    if api_schema.schema_definition.query.is_none() {
        return Err(one(error("the API schema has no query root type")));
    }
    let implementers = api_schema.implementers_map();
    Ok(Supergraph {
        sdl: Arc::from(sdl),
        schema,
        api_size: size::of(&api_schema),
        api_schema,
        implementers,
        subgraphs,
        types,
    })
}

/// What the join directives are called in this supergraph.
pub(super) struct JoinNames {
    graph: String,
    graph_enum: String,
    ty: String,
    owner: String,
    implements: String,
    union_member: String,
    enum_value: String,
    pub(super) field: String,
    context: Option<String>,
}

/// The state of reading: what is read from, and what was found wrong.
pub(super) struct Loader<'a> {
    pub(super) schema: &'a Valid<Schema>,
    features: &'a Features,
    pub(super) names: Arc<JoinNames>,
    /// The subgraph of each value of the `join__Graph` enum.
    graph_ids: HashMap<Name, SubgraphId>,
    pub(super) found: Diagnostics,
}

impl<'a> Loader<'a> {
    fn new(schema: &'a Valid<Schema>, features: &'a Features) -> Result<Self, Diagnostics> {
        let Some(version) = features.version("join") else {
            return Err(one(error(
                "the schema does not link the join specification",
            )
            .with_help(
                "give a supergraph SDL, as composition makes it, not the SDL of a subgraph",
            )));
        };
        if !JOIN_VERSIONS.contains(&version) {
            let (major, minor) = version;
            return Err(one(Diagnostic::error(
                Code::UnsupportedLinkedFeature,
                format!("version v{major}.{minor} of the join specification is not supported"),
            )
            .with_help("compose for a version between v0.1 and v0.5")));
        }
        let directive = |name| features.directive("join", name).unwrap_or_default();
        Ok(Self {
            schema,
            features,
            names: Arc::new(JoinNames {
                graph: directive("graph"),
                graph_enum: features.type_name("join", "Graph").unwrap_or_default(),
                ty: directive("type"),
                owner: directive("owner"),
                implements: directive("implements"),
                union_member: directive("unionMember"),
                enum_value: directive("enumValue"),
                field: directive("field"),
                context: features.directive("context", "context"),
            }),
            graph_ids: HashMap::default(),
            found: Diagnostics::new(),
        })
    }

    fn graphs(&mut self) -> Vec<JoinGraph> {
        let mut graphs = Vec::new();
        let Some(graph_enum) = self.schema.get_enum(&self.names.graph_enum) else {
            let name = &self.names.graph_enum;
            self.found.push(error(format!(
                "the enum `{name}` that lists the subgraphs is missing"
            )));
            return graphs;
        };
        for (enum_value, definition) in &graph_enum.values {
            let Ok(id) = u16::try_from(graphs.len()) else {
                self.found
                    .push(error("there are more than 65,536 subgraphs"));
                break;
            };
            let directive = definition.directives.get(&self.names.graph);
            let text =
                |name| -> Option<&str> { directive?.specified_argument_by_name(name)?.as_str() };
            graphs.push(JoinGraph {
                enum_value: enum_value.clone(),
                name: Arc::from(text("name").unwrap_or(enum_value)),
                url: Arc::from(text("url").unwrap_or_default()),
            });
            self.graph_ids.insert(enum_value.clone(), SubgraphId(id));
        }
        graphs
    }

    fn types(
        &mut self,
        graphs: &[JoinGraph],
        budget: &Budget,
    ) -> Result<IndexMap<Name, JoinType>, Diagnostics> {
        let mut types = IndexMap::default();
        for (name, ty) in &self.schema.types {
            if ty.is_built_in() || self.features.owns_type(name) {
                continue;
            }
            let mut in_subgraphs = self.type_in_subgraphs(name, ty, graphs.len());
            in_subgraphs.sort_by_key(|there| there.subgraph);
            let join_type = JoinType {
                name: name.clone(),
                kind: kind(ty),
                in_subgraphs,
                contexts: self.contexts(ty.directives()),
                fields: IndexMap::default(),
            };
            types.insert(name.clone(), join_type);
        }
        self.possible_types(&mut types);
        for (name, ty) in &self.schema.types {
            let Some(join_type) = types.get(name) else {
                continue;
            };
            spend(budget, 1 + join_type.in_subgraphs.len())?;
            let owner = self.owner(ty.directives());
            let fields = match ty {
                ExtendedType::Object(object) => {
                    let raw = object.fields.values().map(|field| RawField::of(field));
                    fields::of_type(self, graphs, join_type, owner, raw)
                }
                ExtendedType::Interface(interface) => {
                    let raw = interface.fields.values().map(|field| RawField::of(field));
                    fields::of_type(self, graphs, join_type, owner, raw)
                }
                ExtendedType::InputObject(input) => {
                    let raw = input.fields.values().map(|field| RawField::of_input(field));
                    fields::of_type(self, graphs, join_type, owner, raw)
                }
                _ => continue,
            };
            if let Some(join_type) = types.get_mut(name) {
                join_type.fields = fields;
            }
        }
        fields::add_implied_fields(&mut types);
        Ok(types)
    }

    fn contexts(&self, directives: &DirectiveList) -> Vec<Arc<str>> {
        let Some(context) = &self.names.context else {
            return Vec::new();
        };
        let named = directives.get_all(context);
        named
            .filter_map(|directive| text_argument(directive, "name"))
            .map(Arc::from)
            .collect()
    }

    /// Reads `@join__type`, once per subgraph and key. A type without one is in every subgraph (v0.1: a value type).
    fn type_in_subgraphs(
        &mut self,
        name: &Name,
        ty: &ExtendedType,
        graphs: usize,
    ) -> Vec<TypeInSubgraph> {
        let mut there: Vec<TypeInSubgraph> = Vec::new();
        let schema = self.schema;
        let names = Arc::clone(&self.names);
        for directive in ty.directives().get_all(&names.ty) {
            let Some(subgraph) = self.graph_argument(directive, name) else {
                continue;
            };
            let index = there.iter().position(|known| known.subgraph == subgraph);
            let index = index.unwrap_or_else(|| {
                there.push(plain(subgraph));
                there.len() - 1
            });
            let flag = |name| directive.specified_argument_by_name(name)?.to_bool();
            there[index].is_interface_object |= flag("isInterfaceObject").unwrap_or(false);
            if let Some(text) = text_argument(directive, "key") {
                match FieldSet::parse(schema, name, text) {
                    Ok(fields) => there[index].keys.push(Key {
                        fields,
                        resolvable: flag("resolvable").unwrap_or(true),
                    }),
                    Err(why) => {
                        self.report(directive, format!("the key \"{text}\" of `{name}` is no selection of its fields: {why}"));
                    }
                }
            }
        }
        if there.is_empty() {
            there = (0..graphs)
                .filter_map(|index| u16::try_from(index).ok())
                .map(|index| plain(SubgraphId(index)))
                .collect();
        }
        if let ExtendedType::Enum(definition) = ty {
            for (value, definition) in &definition.values {
                let named = self.graphs_of(definition.directives.get_all(&names.enum_value), value);
                for type_there in &mut there {
                    if named.is_empty() || named.contains(&type_there.subgraph) {
                        type_there.enum_values.push(value.clone());
                    }
                }
            }
        }
        there
    }

    /// Reads `@join__implements` and `@join__unionMember`. Where there is none (v0.1, v0.2), the subgraphs of both types count.
    fn possible_types(&mut self, types: &mut IndexMap<Name, JoinType>) {
        let mut pairs: HashSet<(Name, SubgraphId, Name)> = HashSet::default();
        let mut order: Vec<(Name, SubgraphId, Name)> = Vec::new();
        let mut add = |abstract_type: &Name, subgraph, object: &Name| {
            let pair = (abstract_type.clone(), subgraph, object.clone());
            if pairs.insert(pair.clone()) {
                order.push(pair);
            }
        };
        let schema = self.schema;
        let names = Arc::clone(&self.names);
        for (name, ty) in &schema.types {
            let Some(join_type) = types.get(name) else {
                continue;
            };
            let subgraphs = || join_type.in_subgraphs.iter().map(|there| there.subgraph);
            match ty {
                ExtendedType::Object(object) => {
                    add_self(&mut add, join_type);
                    let any = object.directives.has(&names.implements);
                    let stated =
                        self.graphs_by(name, &object.directives, &names.implements, "interface");
                    for ComponentName {
                        name: interface, ..
                    } in &object.implements_interfaces
                    {
                        let named = stated.get(interface.as_str());
                        for subgraph in subgraphs()
                            .filter(|id| !any || named.is_some_and(|named| named.contains(id)))
                        {
                            add(interface, subgraph, name);
                        }
                    }
                }
                ExtendedType::Interface(_) => add_self(&mut add, join_type),
                ExtendedType::Union(union) => {
                    let any = union.directives.has(&names.union_member);
                    let stated =
                        self.graphs_by(name, &union.directives, &names.union_member, "member");
                    for ComponentName { name: member, .. } in &union.members {
                        let named = stated.get(member.as_str());
                        for subgraph in subgraphs()
                            .filter(|id| !any || named.is_some_and(|named| named.contains(id)))
                        {
                            add(name, subgraph, member);
                        }
                    }
                }
                _ => {}
            }
        }
        for (abstract_type, subgraph, object) in order {
            let known = types
                .get(&object)
                .is_some_and(|object| object.in_subgraph(subgraph).is_some());
            let there = types.get_mut(&abstract_type).and_then(|ty| {
                ty.in_subgraphs
                    .iter_mut()
                    .find(|there| there.subgraph == subgraph)
            });
            if let Some(there) = there.filter(|_| known) {
                there.possible_types.push(object);
            }
        }
    }

    /// The subgraphs that directives of a type name, by what their argument says.
    fn graphs_by<'d>(
        &mut self,
        ty: &Name,
        directives: &'d DirectiveList,
        name: &str,
        argument: &str,
    ) -> HashMap<&'d str, Vec<SubgraphId>> {
        let mut graphs: HashMap<&str, Vec<SubgraphId>> = HashMap::default();
        for directive in directives.get_all(name) {
            let Some(key) = text_argument(directive, argument) else {
                continue;
            };
            if let Some(graph) = self.graph_argument(directive, ty) {
                graphs.entry(key).or_default().push(graph);
            }
        }
        graphs
    }

    fn graphs_of<'d>(
        &mut self,
        directives: impl Iterator<Item = &'d Node<ast::Directive>>,
        what: &Name,
    ) -> Vec<SubgraphId> {
        let directives: Vec<_> = directives.collect();
        directives
            .into_iter()
            .filter_map(|directive| self.graph_argument(directive, what))
            .collect()
    }

    fn owner(&mut self, directives: &DirectiveList) -> Option<SubgraphId> {
        let directive = directives.get(&self.names.owner)?;
        self.graph_argument(directive, &directive.name)
    }

    /// The `graph:` of a join directive; a value that the enum does not have is reported.
    pub(super) fn graph_argument(
        &mut self,
        directive: &Node<Directive>,
        what: &Name,
    ) -> Option<SubgraphId> {
        let value = directive.specified_argument_by_name("graph")?.as_enum()?;
        let id = self.graph_ids.get(value).copied();
        if id.is_none() {
            self.report(
                directive,
                format!("`{what}` names the unknown subgraph `{value}`"),
            );
        }
        id
    }

    /// Reports something wrong with a join directive.
    pub(super) fn report(&mut self, directive: &Node<Directive>, message: String) {
        let range = directive.line_column_range(&self.schema.sources);
        self.found
            .push(error(message).at(range.map(|range| Location::new(None, &range))));
    }
}

fn add_self(add: &mut impl FnMut(&Name, SubgraphId, &Name), ty: &JoinType) {
    for there in &ty.in_subgraphs {
        if ty.kind == TypeKind::Object || there.is_interface_object {
            add(&ty.name, there.subgraph, &ty.name);
        }
    }
}

/// A string, or an enum value's or type's name.
pub(super) fn text_argument<'d>(directive: &'d Node<Directive>, name: &str) -> Option<&'d str> {
    directive.specified_argument_by_name(name)?.as_str()
}

fn plain(subgraph: SubgraphId) -> TypeInSubgraph {
    TypeInSubgraph {
        subgraph,
        keys: Vec::new(),
        is_interface_object: false,
        possible_types: Vec::new(),
        enum_values: Vec::new(),
    }
}

fn kind(ty: &ExtendedType) -> TypeKind {
    match ty {
        ExtendedType::Scalar(_) => TypeKind::Scalar,
        ExtendedType::Object(_) => TypeKind::Object,
        ExtendedType::Interface(_) => TypeKind::Interface,
        ExtendedType::Union(_) => TypeKind::Union,
        ExtendedType::Enum(_) => TypeKind::Enum,
        ExtendedType::InputObject(_) => TypeKind::InputObject,
    }
}

fn error(message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::InvalidFederationSupergraph, message)
}

fn one(diagnostic: Diagnostic) -> Diagnostics {
    std::iter::once(diagnostic).collect()
}

fn syntax(sdl: &str, found: &DiagnosticList) -> Diagnostics {
    let mut diagnostics: Diagnostics = found
        .iter()
        .filter(|found| !is_cut_off(found))
        .map(|d| {
            error(wording::plain(&d.error.to_string())).at(d
                .line_column_range()
                .map(|range| Location::new(None, &range).within(sdl)))
        })
        .collect();
    diagnostics.sort();
    diagnostics
}
