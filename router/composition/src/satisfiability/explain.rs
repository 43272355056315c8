//! The query that cannot be resolved and, for each subgraph, why not: for people who have not read the specification.

use std::fmt::Write as _;

use apollo_compiler::Name;
use apollo_compiler::ast::Type;
use apollo_compiler::schema::{ExtendedType, FieldDefinition};
use federation::{Code, Diagnostic, FieldInSubgraph, Overridden, SubgraphId, Supergraph};

use super::node::{NodeId, TypeId};
use super::reach::{Jump, Reach, State};
use super::walk::{Path, Step};

/// The diagnostic for a field that a query at `path` can select and that no subgraph can resolve there.
pub(super) fn unsatisfiable(
    reach: &mut Reach<'_>,
    state: &State,
    reached: &[NodeId],
    path: &Path,
    field: &Name,
) -> Diagnostic {
    let supergraph = reach.nodes.supergraph;
    let ty = reach.nodes.ty(state.ty).name.clone();
    let mut message = format!(
        "the API lets clients ask for \"{ty}.{field}\" where no subgraph can resolve it, for example by:\n{}",
        query(supergraph, path, &ty, field)
    );
    let at = subgraph_names(reach, reached);
    let _ = write!(
        message,
        "There, an object of type \"{ty}\" can be had from {at}, but"
    );
    let reasons = reasons(reach, state, reached, field);
    for reason in &reasons {
        let _ = write!(message, "\n- {}", reason.text);
    }
    let helps: Vec<String> = reasons
        .into_iter()
        .filter_map(|reason| reason.help)
        .collect();
    let help = if helps.is_empty() {
        format!("resolve \"{ty}.{field}\" in a subgraph that can be reached there")
    } else {
        helps.join("; or ")
    };
    Diagnostic::error(Code::SatisfiabilityError, message).with_help(help)
}

/// Why one subgraph cannot help, and what would let it.
struct Reason {
    text: String,
    help: Option<String>,
}

impl Reason {
    fn new(text: String) -> Self {
        Self { text, help: None }
    }

    fn or_else(mut self, help: String) -> Self {
        self.help = Some(help);
        self
    }
}

/// One reason for each subgraph that declares the field, by subgraph.
fn reasons(reach: &mut Reach<'_>, state: &State, reached: &[NodeId], field: &Name) -> Vec<Reason> {
    let ty = reach.nodes.ty(state.ty);
    let declared: Vec<&FieldInSubgraph> = ty
        .fields
        .get(field)
        .map_or_else(Vec::new, |f| f.in_subgraphs.iter().collect());
    let mut reasons = Vec::new();
    for declaration in declared {
        let here = reached.iter().copied().find(|&id| {
            let node = reach.nodes.node(id);
            node.subgraph == declaration.subgraph && node.ty == state.ty
        });
        reasons.push(match here {
            Some(id) => refusal(reach, state, id, declaration, reached, field),
            None => obstacle(reach, state, state.ty, declaration.subgraph, reached, field),
        });
    }
    // What a subgraph adds to the type through an `@interfaceObject`.
    for Jump {
        ty: interface,
        subgraph,
        ..
    } in reach.jumps(state.ty)
    {
        let adds = interface != state.ty
            && reach
                .nodes
                .ty(interface)
                .fields
                .get(field)
                .is_some_and(|f| f.in_subgraphs.iter().any(|f| f.subgraph == subgraph));
        if adds {
            reasons.push(obstacle(reach, state, interface, subgraph, reached, field));
        }
    }
    reasons
}

/// Why a subgraph that has the object does not resolve the field.
fn refusal(
    reach: &mut Reach<'_>,
    state: &State,
    id: NodeId,
    declaration: &FieldInSubgraph,
    reached: &[NodeId],
    field: &Name,
) -> Reason {
    let ty = reach.nodes.ty(state.ty).name.clone();
    let name = subgraph_name(reach.nodes.supergraph, declaration.subgraph);
    if declaration.overridden == Some(Overridden::Always) {
        return Reason::new(format!(
            "subgraph \"{name}\" no longer resolves \"{ty}.{field}\": another one overrides it"
        ));
    }
    if declaration.external {
        return Reason::new(format!("subgraph \"{name}\" marks \"{ty}.{field}\" @external, which says that others resolve it"))
            .or_else(format!("remove @external from \"{ty}.{field}\" in \"{name}\" if it resolves the field"));
    }
    let Some(requires) = &declaration.requires else {
        return Reason::new(format!(
            "subgraph \"{name}\" resolves \"{ty}.{field}\" only for some values of an override's label"
        ));
    };
    if !reach.can_reenter(id, reached, &state.labels) {
        return Reason::new(format!(
            "subgraph \"{name}\" needs @requires(fields: \"{requires}\") for \"{ty}.{field}\" and cannot be asked again with them: \
             it has no @key of \"{ty}\" that can be had there"
        ))
        .or_else(format!("add a resolvable @key to \"{ty}\" in \"{name}\""));
    }
    Reason::new(format!(
        "subgraph \"{name}\" needs @requires(fields: \"{requires}\") for \"{ty}.{field}\", which cannot be had there"
    ))
    .or_else(format!("let a subgraph that can be reached from there resolve \"{requires}\" of \"{ty}\""))
}

/// Why a subgraph cannot be moved to.
fn obstacle(
    reach: &mut Reach<'_>,
    state: &State,
    ty: TypeId,
    subgraph: SubgraphId,
    reached: &[NodeId],
    field: &Name,
) -> Reason {
    let type_name = reach.nodes.ty(ty).name.clone();
    let name = subgraph_name(reach.nodes.supergraph, subgraph);
    let intro = format!("subgraph \"{name}\" has \"{type_name}.{field}\" and cannot be moved to");
    let keys = reach
        .nodes
        .in_subgraph(ty, subgraph)
        .map_or(&[][..], |t| &t.keys);
    if keys.is_empty() {
        return Reason::new(format!("{intro}: \"{type_name}\" has no @key there")).or_else(
            format!(
                "add a @key to \"{type_name}\" in \"{name}\" whose fields the others resolve too"
            ),
        );
    }
    if keys.iter().all(|key| !key.resolvable) {
        return Reason::new(format!(
            "{intro}: each @key of \"{type_name}\" there is \"resolvable: false\""
        ))
        .or_else(format!(
            "make a @key of \"{type_name}\" in \"{name}\" resolvable"
        ));
    }
    let from = subgraph_names(reach, reached);
    let missing: Vec<String> = keys
        .iter()
        .filter(|key| {
            key.resolvable && !reach.covers(reached, &key.fields.selections, &state.labels)
        })
        .map(|key| format!("@key(fields: \"{}\")", key.fields))
        .collect();
    let missing = missing.join(" or ");
    Reason::new(format!(
        "{intro}: the fields of its {missing} cannot be had from {from}"
    ))
    .or_else(format!(
        "declare and resolve the fields of {missing} on \"{type_name}\" in {from}"
    ))
}

fn subgraph_name(supergraph: &Supergraph, id: SubgraphId) -> &str {
    &supergraph.subgraphs()[usize::from(id.0)].name
}

fn subgraph_names(reach: &Reach<'_>, nodes: &[NodeId]) -> String {
    let mut ids: Vec<SubgraphId> = nodes
        .iter()
        .map(|&id| reach.nodes.node(id).subgraph)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let names: Vec<String> = ids
        .iter()
        .map(|&id| format!("\"{}\"", subgraph_name(reach.nodes.supergraph, id)))
        .collect();
    match names.as_slice() {
        [one] => format!("subgraph {one}"),
        _ => format!("subgraphs {}", names.join(", ")),
    }
}

/// The query along a path that ends with the field, with sample values for required arguments.
fn query(supergraph: &Supergraph, path: &Path, ty: &Name, field: &Name) -> String {
    let mut steps = Vec::new();
    let mut at = Some(path);
    while let Some(path) = at {
        steps.push(&path.step);
        at = path.before.as_deref();
    }
    let mut text = String::new();
    let mut depth = 0_usize;
    for step in steps.into_iter().rev() {
        let line = match step {
            Step::Root("query") => String::new(),
            Step::Root(keyword) => format!("{keyword} "),
            Step::Field(ty, field) => format!("{} ", selection(supergraph, ty, field)),
            Step::On(ty) => format!("... on {ty} "),
        };
        let _ = writeln!(text, "{:1$}{line}{{", "", depth * 2);
        depth += 1;
    }
    let below = match definition(supergraph, ty, field) {
        Some(field) if is_composite(supergraph, &field.ty) => " { __typename }",
        _ => "",
    };
    let _ = writeln!(
        text,
        "{:1$}{2}{below}",
        "",
        depth * 2,
        selection(supergraph, ty, field)
    );
    for depth in (0..depth).rev() {
        let _ = writeln!(text, "{:1$}}}", "", depth * 2);
    }
    text
}

fn definition<'s>(
    supergraph: &'s Supergraph,
    ty: &str,
    field: &str,
) -> Option<&'s FieldDefinition> {
    supergraph
        .api_schema()
        .type_field(ty, field)
        .ok()
        .map(|field| &***field)
}

fn is_composite(supergraph: &Supergraph, ty: &Type) -> bool {
    matches!(
        supergraph.api_schema().types.get(ty.inner_named_type()),
        Some(ExtendedType::Object(_) | ExtendedType::Interface(_) | ExtendedType::Union(_))
    )
}

fn selection(supergraph: &Supergraph, ty: &str, field: &str) -> String {
    let required: Vec<String> = definition(supergraph, ty, field)
        .into_iter()
        .flat_map(|field| &field.arguments)
        .filter(|argument| argument.is_required())
        .map(|argument| format!("{}: {}", argument.name, sample(supergraph, &argument.ty, 0)))
        .collect();
    if required.is_empty() {
        field.to_owned()
    } else {
        format!("{field}({})", required.join(", "))
    }
}

/// A literal of an input type; required input fields only.
fn sample(supergraph: &Supergraph, ty: &Type, depth: usize) -> String {
    if ty.is_list() {
        return "[]".to_owned();
    }
    match supergraph.api_schema().types.get(ty.inner_named_type()) {
        Some(ExtendedType::Enum(definition)) => definition
            .values
            .keys()
            .next()
            .map_or_else(String::new, ToString::to_string),
        Some(ExtendedType::InputObject(input)) if depth < 8 => {
            let fields: Vec<String> = input
                .fields
                .values()
                .filter(|field| field.is_required())
                .map(|field| {
                    format!(
                        "{}: {}",
                        field.name,
                        sample(supergraph, &field.ty, depth + 1)
                    )
                })
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
        _ => match ty.inner_named_type().as_str() {
            "Int" => "1".to_owned(),
            "Float" => "1.5".to_owned(),
            "Boolean" => "true".to_owned(),
            "ID" => "\"an id\"".to_owned(),
            _ => "\"a value\"".to_owned(),
        },
    }
}
