//! Gives the root types their default names, by which those of all subgraphs meet.

use apollo_compiler::Name;
use apollo_compiler::ast::{OperationType, Type};
use apollo_compiler::schema::{ComponentName, ExtendedType, Schema};
use federation::{Code, Diagnostics};

use crate::subgraph::SubgraphSchema;

/// Renames root types such as `MyQuery` to `Query`.
pub(crate) fn name_root_types(subgraph: &mut SubgraphSchema, diagnostics: &mut Diagnostics) {
    let roots = [
        (OperationType::Query, Code::RootQueryUsed),
        (OperationType::Mutation, Code::RootMutationUsed),
        (OperationType::Subscription, Code::RootSubscriptionUsed),
    ];
    for (operation, code) in roots {
        let root = match operation {
            OperationType::Query => &subgraph.schema.schema_definition.query,
            OperationType::Mutation => &subgraph.schema.schema_definition.mutation,
            OperationType::Subscription => &subgraph.schema.schema_definition.subscription,
        };
        let default = operation.default_type_name();
        let Some(actual) = root.as_ref().map(|root| root.name.clone()) else {
            continue;
        };
        if actual == default {
            continue;
        }
        if let Some(existing) = subgraph.schema.types.get(&default) {
            let location = subgraph.locate_name(existing.name());
            diagnostics.push(
                subgraph
                    .error(
                        code,
                        format!(
                            "There is a type \"{default}\", but the {} root type is \"{actual}\".",
                            operation.name()
                        ),
                    )
                    .at(location)
                    .with_help(format!(
                        "In the supergraph the {} root type is called \"{default}\": give the other type another name.",
                        operation.name()
                    )),
            );
            continue;
        }
        rename(&mut subgraph.schema, &actual, &default);
    }
}

/// Renames an object type and every reference to it.
fn rename(schema: &mut Schema, from: &Name, to: &Name) {
    let types = std::mem::take(&mut schema.types);
    for (name, mut ty) in types {
        rename_in(&mut ty, from, to);
        let name = if name == *from { to.clone() } else { name };
        schema.types.insert(name, ty);
    }
    let definition = schema.schema_definition.make_mut();
    let roots = [
        &mut definition.query,
        &mut definition.mutation,
        &mut definition.subscription,
    ];
    for root in roots.into_iter().flatten() {
        if root.name == *from {
            root.name = to.clone();
        }
    }
}

fn rename_in(ty: &mut ExtendedType, from: &Name, to: &Name) {
    match ty {
        ExtendedType::Object(object) => {
            if object.name == *from {
                object.make_mut().name = to.clone();
            }
            if object
                .fields
                .values()
                .any(|f| f.ty.inner_named_type() == from)
            {
                for field in object.make_mut().fields.values_mut() {
                    rename_type(&mut field.make_mut().ty, from, to);
                }
            }
        }
        ExtendedType::Interface(interface) => {
            for field in interface.make_mut().fields.values_mut() {
                if field.ty.inner_named_type() == from {
                    rename_type(&mut field.make_mut().ty, from, to);
                }
            }
        }
        ExtendedType::Union(union) if union.members.contains(from) => {
            let union = union.make_mut();
            union.members = union
                .members
                .iter()
                .map(|member| match member.name == *from {
                    true => ComponentName {
                        origin: member.origin.clone(),
                        name: to.clone(),
                    },
                    false => member.clone(),
                })
                .collect();
        }
        _ => {}
    }
}

fn rename_type(ty: &mut Type, from: &Name, to: &Name) {
    match ty {
        Type::Named(name) | Type::NonNullNamed(name) => {
            if name == from {
                *name = to.clone();
            }
        }
        Type::List(item) | Type::NonNullList(item) => rename_type(item, from, to),
    }
}
