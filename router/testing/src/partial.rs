//! Members of unions and implementations of interfaces that not all subgraphs know which lead to the same place.

use apollo_compiler::Name;
use apollo_compiler::ast::OperationType;
use apollo_compiler::executable::{Selection, SelectionSet};
use federation::SubgraphId;

use crate::world::World;

/// Finds what a correct router does not ask for: fields of types that one of the subgraphs does not know which can lead to the objects.
pub(crate) fn selected_in_vain(
    world: &World,
    asked: SubgraphId,
    set: &SelectionSet,
    wrong: &mut Vec<String>,
) {
    fields(world, &[asked], set, wrong);
}

/// `leading` are the subgraphs that can have these objects, if they have no key.
fn fields(world: &World, leading: &[SubgraphId], set: &SelectionSet, wrong: &mut Vec<String>) {
    for selection in &set.selections {
        match selection {
            Selection::Field(field) => {
                let mut leading_below = providers(world, &set.ty, &field.name);
                let is_value = !world.is_entity(&set.ty) && !is_root(world, &set.ty);
                if is_value {
                    leading_below.retain(|subgraph| leading.contains(subgraph));
                }
                let below = &field.selection_set;
                members(world, &leading_below, &below.ty, below, wrong);
                fields(world, &leading_below, below, wrong);
            }
            Selection::InlineFragment(fragment) => {
                fields(world, leading, &fragment.selection_set, wrong);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}

/// Complains about fragments on types that one of the subgraphs does not know.
fn members(
    world: &World,
    leading: &[SubgraphId],
    declared: &Name,
    set: &SelectionSet,
    wrong: &mut Vec<String>,
) {
    for selection in &set.selections {
        let Selection::InlineFragment(fragment) = selection else {
            continue;
        };
        let set = &fragment.selection_set;
        let is_object = world.supergraph.schema().get_object(&set.ty).is_some();
        let unknown = leading
            .iter()
            .any(|&subgraph| !world.possible(declared, subgraph).contains(&set.ty));
        if is_object && unknown && leading.len() > 1 && has_own(world, set) {
            wrong.push(format!("{} is no {declared} in all subgraphs", set.ty));
        }
        members(world, leading, declared, set, wrong);
    }
}

/// Whether a field is selected that no interface of the type has: what an interface has may be selected of all its types.
fn has_own(world: &World, set: &SelectionSet) -> bool {
    let schema = world.supergraph.schema();
    let interfaces = schema.get_object(&set.ty).into_iter();
    let interfaces = interfaces.flat_map(|object| &object.implements_interfaces);
    let inherited = |name: &Name| {
        let mut interfaces = interfaces.clone();
        interfaces.any(|interface| {
            let interface = schema.get_interface(&interface.name);
            interface.is_some_and(|interface| interface.fields.contains_key(name))
        })
    };
    let mut selections = set.selections.iter();
    selections.any(|selection| match selection {
        Selection::Field(field) => field.name != "__typename" && !inherited(&field.name),
        _ => false,
    })
}

fn providers(world: &World, ty: &Name, field: &str) -> Vec<SubgraphId> {
    let providers = world.providers(ty, field).into_iter();
    let open = providers.filter(|(_, at)| !world.is_overridden(at));
    open.map(|(subgraph, _)| subgraph).collect()
}

fn is_root(world: &World, ty: &Name) -> bool {
    let schema = world.supergraph.schema();
    [OperationType::Query, OperationType::Mutation]
        .into_iter()
        .any(|operation| schema.root_operation(operation) == Some(ty))
}
