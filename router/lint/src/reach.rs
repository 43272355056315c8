//! What nobody can reach from a root type.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::graph::{Element, Graph, Kind, Remark};
use crate::rule::Rule;

pub(crate) fn look<'g>(graph: &'g Graph, is_whole: bool, remarks: &mut Vec<Remark<'g>>) {
    // What each type leads to: what its elements name, and for an interface who implements it.
    let mut leads_to: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
    for element in &graph.elements {
        let names = element.names.iter().map(String::as_str);
        leads_to
            .entry(&element.owner)
            .or_default()
            .extend(names.clone());
        if matches!(element.kind, Kind::Object | Kind::Interface) {
            for interface in names {
                leads_to.entry(interface).or_default().push(&element.name);
            }
        }
    }
    let is_start = |element: &&Element| {
        graph.roots.contains(&element.name)
            || element.kind == Kind::Directive
            || (!is_whole && element.is_entity)
    };
    let starts = graph
        .elements
        .iter()
        .filter(|element| is_whole_element(element));
    let mut waiting: Vec<&str> = starts
        .filter(is_start)
        .map(|start| start.owner.as_str())
        .collect();
    let mut reached: FxHashSet<&str> = waiting.iter().copied().collect();
    while let Some(name) = waiting.pop() {
        for next in leads_to.get(name).into_iter().flatten() {
            if reached.insert(next) {
                waiting.push(next);
            }
        }
    }
    let types = graph
        .elements
        .iter()
        .filter(|element| is_whole_element(element) && element.kind != Kind::Directive);
    for element in types {
        if !reached.contains(element.name.as_str()) {
            remarks.push(Remark {
                rule: Rule::Unreachable,
                element,
                message: format!("No root type leads to `{}`.", element.coordinate),
            });
        }
    }
}

/// A type or a directive, not what is in one.
fn is_whole_element(element: &Element) -> bool {
    element.coordinate == element.owner
}
