//! Whose description comes into the supergraph: the one that most subgraphs have, or the first of them.

use apollo_compiler::Node;
use federation::{Code, Diagnostic};

use super::Merger;
use super::sources::{Element, Source, across, distribution};

impl Merger<'_, '_> {
    /// The description of an element in the supergraph.
    pub(super) fn merge_description<T: Element>(
        &mut self,
        coordinate: &str,
        sources: &[Source<'_, T>],
    ) -> Option<Node<str>> {
        let mut counts: Vec<(&str, usize)> = Vec::new();
        for text in sources
            .iter()
            .filter_map(|source| source.element.description())
        {
            match counts.iter_mut().find(|(known, _)| *known == text) {
                Some((_, count)) => *count += 1,
                None => counts.push((text, 1)),
            }
        }
        let empty = counts.iter().any(|(text, _)| text.is_empty());
        counts.retain(|(text, _)| !text.is_empty());
        let most = counts.iter().map(|(_, count)| *count).max();
        let chosen = counts.iter().find(|(_, count)| Some(*count) == most);
        let Some((chosen, _)) = chosen else {
            return empty.then(|| Node::new_str(""));
        };
        let chosen = Node::new_str(chosen);
        if counts.len() > 1 {
            let described: Vec<Source<'_, T>> = sources
                .iter()
                .filter(|source| source.element.description().is_some())
                .copied()
                .collect();
            let who = distribution(self.subgraphs, &described, |element| {
                format!("{:?}", element.description().unwrap_or_default())
            });
            let hint = Diagnostic::hint(
                Code::InconsistentDescription,
                format!(
                    "\"{coordinate}\" is described differently: {who}. The supergraph has {:?}.",
                    chosen.as_str()
                ),
            )
            .with_help("Use the same description everywhere, or describe it in one subgraph only.");
            self.diagnostics
                .push(across(self.subgraphs, hint, &described));
        }
        Some(chosen)
    }
}
