//! Reads `@join__field`: which subgraphs have a field, and how.

use std::sync::Arc;

use apollo_compiler::ast::{self, Type};
use apollo_compiler::collections::IndexMap;
use apollo_compiler::schema::Directive;
use apollo_compiler::{Name, Node};

use super::load::{Loader, text_argument};
use super::model::{
    ContextArgument, FieldInSubgraph, JoinField, JoinGraph, JoinType, Overridden, SubgraphId,
};
use crate::field_set::{FieldSet, FieldSetSelection};

/// A field of an object, interface or input object.
pub(super) struct RawField<'a> {
    name: &'a Name,
    ty: Type,
    directives: &'a ast::DirectiveList,
}

impl<'a> RawField<'a> {
    pub(super) fn of(field: &'a ast::FieldDefinition) -> Self {
        Self {
            name: &field.name,
            ty: field.ty.clone(),
            directives: &field.directives,
        }
    }

    pub(super) fn of_input(field: &'a ast::InputValueDefinition) -> Self {
        Self {
            name: &field.name,
            ty: Type::clone(&field.ty),
            directives: &field.directives,
        }
    }
}

/// The fields of one type. `owner` is the type's owner in v0.1, who has every field that says nothing else.
pub(super) fn of_type<'a>(
    loader: &mut Loader<'_>,
    graphs: &[JoinGraph],
    join_type: &JoinType,
    owner: Option<SubgraphId>,
    raw: impl Iterator<Item = RawField<'a>>,
) -> IndexMap<Name, JoinField> {
    raw.map(|raw| {
        let field = field(loader, graphs, join_type, owner, &raw);
        (raw.name.clone(), field)
    })
    .collect()
}

fn field(
    loader: &mut Loader<'_>,
    graphs: &[JoinGraph],
    join_type: &JoinType,
    owner: Option<SubgraphId>,
    raw: &RawField<'_>,
) -> JoinField {
    let stated = raw.directives.get_all(&loader.names.field).count();
    let mut in_subgraphs = Vec::with_capacity(stated);
    let mut said = false;
    let names = Arc::clone(&loader.names);
    for directive in raw.directives.get_all(&names.field) {
        said = true;
        // Without a graph: no subgraph has it on this type (it comes from an `@interfaceObject`).
        let Some(subgraph) = loader.graph_argument(directive, raw.name) else {
            continue;
        };
        in_subgraphs.push(read(loader, graphs, join_type, raw, directive, subgraph));
    }
    if !said {
        in_subgraphs = match owner {
            Some(owner) => vec![plain(owner, &raw.ty)],
            None => {
                let there = join_type.in_subgraphs.iter();
                there.map(|there| plain(there.subgraph, &raw.ty)).collect()
            }
        };
    }
    mark_overridden(&mut in_subgraphs);
    in_subgraphs.sort_by_key(|there| there.subgraph);
    JoinField {
        name: raw.name.clone(),
        ty: raw.ty.clone(),
        in_subgraphs,
    }
}

fn read(
    loader: &mut Loader<'_>,
    graphs: &[JoinGraph],
    join_type: &JoinType,
    raw: &RawField<'_>,
    directive: &Node<Directive>,
    subgraph: SubgraphId,
) -> FieldInSubgraph {
    let coordinate = format!("{}.{}", join_type.name, raw.name);
    let flag = |name| {
        let value = directive.specified_argument_by_name(name);
        value.and_then(|value| value.to_bool()).unwrap_or(false)
    };
    let mut there = plain(subgraph, &raw.ty);
    if let Some(text) = text_argument(directive, "type") {
        match Type::parse(text, "") {
            Ok(ty) => there.ty = ty,
            Err(_) => loader.report(
                directive,
                format!("\"{text}\" is no type for `{coordinate}`"),
            ),
        }
    }
    there.external = flag("external");
    let result = there.ty.inner_named_type().clone();
    for (argument, parent) in [("requires", &join_type.name), ("provides", &result)] {
        let Some(text) = text_argument(directive, argument) else {
            continue;
        };
        match FieldSet::parse(loader.schema, parent, text) {
            Ok(fields) if argument == "requires" => there.requires = Some(fields),
            Ok(fields) => there.provides = Some(fields),
            Err(why) => loader.report(
                directive,
                format!("`{coordinate}` {argument} \"{text}\", which is no selection on `{parent}`: {why}"),
            ),
        }
    }
    let label: Option<Arc<str>> = text_argument(directive, "overrideLabel").map(Arc::from);
    if let Some(from) = text_argument(directive, "override") {
        there.overrides = graphs
            .iter()
            .position(|graph| &*graph.name == from)
            .and_then(|index| u16::try_from(index).ok())
            .map(SubgraphId);
        there.override_label = label.clone();
    } else if let Some(label) = label {
        there.overridden = Some(Overridden::WhileLabel(label));
    }
    // A progressive override only holds while its label does, however the field is used besides.
    if flag("usedOverridden") && there.overridden.is_none() {
        there.overridden = Some(Overridden::Always);
    }
    match context_arguments(directive) {
        Ok(arguments) => there.context_arguments = arguments,
        Err(why) => loader.report(directive, format!("`{coordinate}` {why}")),
    }
    there
}

/// An `override` also says something of the subgraph it names.
fn mark_overridden(in_subgraphs: &mut [FieldInSubgraph]) {
    let overrides: Vec<_> = in_subgraphs
        .iter()
        .filter_map(|there| Some((there.overrides?, there.override_label.clone())))
        .collect();
    for (from, label) in overrides {
        for there in in_subgraphs.iter_mut() {
            if there.subgraph == from && there.overridden.is_none() {
                there.overridden = Some(match &label {
                    Some(label) => Overridden::WhileLabel(label.clone()),
                    None => Overridden::Always,
                });
            }
        }
    }
}

/// Reads `contextArguments`; one that is malformed is reported as what is wrong with it.
fn context_arguments(directive: &Node<Directive>) -> Result<Vec<ContextArgument>, String> {
    let list = directive
        .specified_argument_by_name("contextArguments")
        .and_then(|value| value.as_list())
        .unwrap_or_default();
    list.iter()
        .map(|value| {
            let fields = value.as_object().unwrap_or_default();
            let text = |wanted: &str| {
                let named = fields.iter().find(|(name, _)| name == wanted);
                let text = named.and_then(|(_, value)| value.as_str());
                text.ok_or_else(|| format!("has a contextual argument without `{wanted}`"))
            };
            let (name, ty, selection) = (text("name")?, text("type")?, text("selection")?);
            Ok(ContextArgument {
                context: Arc::from(text("context")?),
                name: Name::new(name)
                    .map_err(|_| format!("has a contextual argument with the name \"{name}\""))?,
                ty: Type::parse(ty, "")
                    .map_err(|_| format!("has a contextual argument of the type \"{ty}\""))?,
                selection: FieldSet::parse_unvalidated(selection).map_err(|why| {
                    format!("takes \"{selection}\" from a context, which is no selection: {why}")
                })?,
            })
        })
        .collect()
}

fn plain(subgraph: SubgraphId, ty: &Type) -> FieldInSubgraph {
    FieldInSubgraph {
        subgraph,
        ty: ty.clone(),
        external: false,
        requires: None,
        provides: None,
        overrides: None,
        override_label: None,
        overridden: None,
        context_arguments: Vec::new(),
    }
}

/// A subgraph has the fields of its keys, and as external ones those it provides, also where a supergraph of Federation 1 names
/// only their owner.
pub(super) fn add_implied_fields(types: &mut IndexMap<Name, JoinType>) {
    let mut missing: Vec<(Name, Name, SubgraphId)> = Vec::new();
    let mut provided: Vec<(Name, Name, SubgraphId)> = Vec::new();
    for ty in types.values() {
        for there in &ty.in_subgraphs {
            for key in &there.keys {
                collect_missing(types, &ty.name, &key.fields, there.subgraph, &mut missing);
            }
        }
    }
    for there in types
        .values()
        .flat_map(|ty| ty.fields.values())
        .flat_map(|field| &field.in_subgraphs)
    {
        if let Some(set) = &there.provides {
            let result = there.ty.inner_named_type();
            collect_missing(types, result, set, there.subgraph, &mut provided);
        }
    }
    let missing = missing.into_iter().map(|missing| (missing, false));
    let provided = provided.into_iter().map(|missing| (missing, true));
    for ((ty, field, subgraph), external) in missing.chain(provided) {
        let field = types.get_mut(&ty).and_then(|ty| ty.fields.get_mut(&field));
        let Some(field) = field else { continue };
        if field
            .in_subgraphs
            .iter()
            .all(|there| there.subgraph != subgraph)
        {
            let mut there = plain(subgraph, &field.ty);
            there.external = external;
            field.in_subgraphs.push(there);
            field.in_subgraphs.sort_by_key(|there| there.subgraph);
        }
    }
}

fn collect_missing(
    types: &IndexMap<Name, JoinType>,
    parent: &Name,
    set: &FieldSet,
    subgraph: SubgraphId,
    missing: &mut Vec<(Name, Name, SubgraphId)>,
) {
    for selection in &set.selections {
        match selection {
            FieldSetSelection::Field {
                name, selections, ..
            } => {
                let Some(field) = types.get(parent).and_then(|ty| ty.fields.get(name)) else {
                    continue;
                };
                if field
                    .in_subgraphs
                    .iter()
                    .all(|there| there.subgraph != subgraph)
                {
                    missing.push((parent.clone(), name.clone(), subgraph));
                }
                collect_missing(
                    types,
                    field.ty.inner_named_type(),
                    selections,
                    subgraph,
                    missing,
                );
            }
            FieldSetSelection::InlineFragment { on, selections } => {
                collect_missing(
                    types,
                    on.as_ref().unwrap_or(parent),
                    selections,
                    subgraph,
                    missing,
                );
            }
        }
    }
}
