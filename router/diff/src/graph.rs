//! What clients cannot see: which subgraph resolves what, and what it needs for it.

use std::fmt::Display;

use apollo_compiler::Name;
use federation::{FieldInSubgraph, JoinField, JoinType, Overridden, SubgraphId, Supergraph};

use crate::access;
use crate::change::{Changes, Class, Judgement};
use crate::coordinate;
use crate::kind::Kind;
use crate::pairs::{Pair, pairs};

const PLANS: Judgement = (Class::Internal, "Clients cannot see it; plans can change.");

/// The changes from `old` to `new` that only the router sees: subgraphs, keys, who resolves a field and what it requires, all of them
/// [`Internal`](Class::Internal); and access rules, which say who may read what. What is new or gone for clients as well is left to [`diff`](crate::diff).
pub fn diff_graphs(old: &Supergraph, new: &Supergraph) -> Changes {
    let mut changes = Changes::default();
    for pair in pairs(old.subgraphs(), new.subgraphs(), |graph| &*graph.name) {
        match pair {
            Pair::Added(graph) => {
                changes.added(Kind::SubgraphAdded, graph.name.to_string(), None, PLANS);
            }
            Pair::Removed(graph) => {
                changes.removed(Kind::SubgraphRemoved, graph.name.to_string(), None, PLANS);
            }
            Pair::Kept(..) => {}
        }
    }
    for pair in pairs(old.types().values(), new.types().values(), |ty| &ty.name) {
        let Pair::Kept(was, is) = pair else { continue };
        compare_keys([(old, was), (new, is)], &mut changes);
        for pair in pairs(was.fields.values(), is.fields.values(), |field| &field.name) {
            if let Pair::Kept(before, after) = pair {
                compare_field(&is.name, [(old, before), (new, after)], &mut changes);
            }
        }
    }
    access::compare(old, new, &mut changes);
    changes
}

fn compare_keys(sides: [(&Supergraph, &JoinType); 2], changes: &mut Changes) {
    let keys = |(graph, ty): (&Supergraph, &JoinType)| {
        let mut keys = Vec::new();
        for there in &ty.in_subgraphs {
            for key in &there.keys {
                let fields = &key.fields;
                let written = match key.resolvable {
                    true => format!("@key(fields: \"{fields}\")"),
                    false => format!("@key(fields: \"{fields}\", resolvable: false)"),
                };
                keys.push(format!("{written} in {}", name_of(graph, there.subgraph)));
            }
        }
        keys
    };
    let coordinate = sides[1].1.name.to_string();
    let [old, new] = sides.map(keys);
    for pair in pairs(&old, &new, String::as_str) {
        match pair {
            Pair::Added(key) => {
                changes.added(Kind::KeyAdded, coordinate.clone(), Some(key.clone()), PLANS);
            }
            Pair::Removed(key) => {
                changes.removed(
                    Kind::KeyRemoved,
                    coordinate.clone(),
                    Some(key.clone()),
                    PLANS,
                );
            }
            Pair::Kept(..) => {}
        }
    }
}

fn compare_field(ty: &Name, sides: [(&Supergraph, &JoinField); 2], changes: &mut Changes) {
    let coordinate = coordinate::member(ty, &sides[1].1.name);
    compare_resolvers(&coordinate, sides, changes);
    let there = sides.map(|(graph, field)| {
        let there = field.in_subgraphs.iter();
        there
            .map(|there| (name_of(graph, there.subgraph), graph, there))
            .collect::<Vec<_>>()
    });
    for pair in pairs(&there[0], &there[1], |(name, ..)| *name) {
        let Pair::Kept((_, old, was), (name, new, is)) = pair else {
            continue;
        };
        let written = |set: &dyn Display| format!("\"{set}\" in {name}");
        let requires = [was, is].map(|there| there.requires.as_ref().map(|set| written(set)));
        let provides = [was, is].map(|there| there.provides.as_ref().map(|set| written(set)));
        let overrides =
            [(old, was), (new, is)].map(|(graph, there)| written_override(graph, name, there));
        for (kind, [before, after]) in [
            (Kind::RequiresChanged, requires),
            (Kind::ProvidesChanged, provides),
            (Kind::OverrideChanged, overrides),
        ] {
            if before != after {
                changes.changed(kind, coordinate.clone(), [before, after], PLANS);
            }
        }
    }
}

fn compare_resolvers(
    coordinate: &str,
    sides: [(&Supergraph, &JoinField); 2],
    changes: &mut Changes,
) {
    let [old, new] = sides.map(|(graph, field)| {
        let resolvers = field.in_subgraphs.iter().filter(|there| resolves(there));
        resolvers
            .map(|there| name_of(graph, there.subgraph))
            .collect::<Vec<_>>()
    });
    let paired = pairs(old.iter().copied(), new.iter().copied(), |name| name);
    let stays = paired.iter().any(|pair| matches!(pair, Pair::Kept(..)));
    if !stays && old != new {
        let names = [&old, &new].map(|names| Some(names.join(", ")));
        return changes.changed(Kind::FieldMoved, coordinate.to_owned(), names, PLANS);
    }
    for pair in paired {
        let coordinate = coordinate.to_owned();
        match pair {
            Pair::Added(name) => {
                changes.added(
                    Kind::FieldSubgraphAdded,
                    coordinate,
                    Some(name.to_owned()),
                    PLANS,
                );
            }
            Pair::Removed(name) => {
                changes.removed(
                    Kind::FieldSubgraphRemoved,
                    coordinate,
                    Some(name.to_owned()),
                    PLANS,
                );
            }
            Pair::Kept(..) => {}
        }
    }
}

/// Whether the subgraph can be asked for the field, at least while a label of a progressive override is off.
fn resolves(there: &FieldInSubgraph) -> bool {
    !there.external && there.overridden != Some(Overridden::Always)
}

fn written_override(graph: &Supergraph, name: &str, there: &FieldInSubgraph) -> Option<String> {
    let from = name_of(graph, there.overrides?);
    Some(match &there.override_label {
        Some(label) => format!("@override(from: \"{from}\", label: \"{label}\") in {name}"),
        None => format!("@override(from: \"{from}\") in {name}"),
    })
}

fn name_of(graph: &Supergraph, id: SubgraphId) -> &str {
    graph.subgraph(id).map_or("", |graph| &*graph.name)
}
