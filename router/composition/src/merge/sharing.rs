//! Who resolves a field: one subgraph, or several that all allow it with `@shareable`.

use apollo_compiler::Name;
use federation::{Code, Diagnostic};

use super::Merger;
use super::field::FieldSources;
use super::overrides::Overrides;
use super::sources::{Source, list_fields, list_graphs};

impl<'a> Merger<'a, '_> {
    /// Reports a field that several subgraphs resolve without all of them allowing it.
    pub(super) fn check_sharing(&mut self, field: &FieldSources<'a>, overrides: &Overrides) {
        let own = field
            .present
            .iter()
            .filter(|source| !overrides.is_overridden(source.graph))
            .map(|source| (source.graph, field.ty, source.element));
        let abstracted = field
            .abstracted
            .iter()
            .map(|abstracted| (abstracted.graph, abstracted.interface, abstracted.field));
        let mut resolving = Vec::new();
        // The type of each: an `@interfaceObject`, of which one subgraph can have several.
        let mut types = Vec::new();
        let mut not_shareable = Vec::new();
        for (graph, ty, element) in own.chain(abstracted) {
            let facts = &self.graph(graph).facts;
            if facts.is_fully_external(ty, field.name) {
                continue;
            }
            resolving.push(Source { graph, element });
            types.push(ty);
            if !facts.is_shareable(ty, field.name) {
                not_shareable.push((graph, ty));
            }
        }
        if not_shareable.is_empty() || resolving.len() < 2 {
            let own: Vec<_> = resolving
                .into_iter()
                .filter(|source| !self.is_external(field, source.graph))
                .collect();
            self.check_runtime_types(field, &own);
            return;
        }
        let listed = |graph: usize, ty: &'a Name| (graph, (ty != field.ty).then_some(ty));
        let graphs = resolving.iter().map(|source| source.graph);
        let all = graphs.zip(types).map(|(graph, ty)| listed(graph, ty));
        let everyone = list_fields(self.subgraphs, field.name, all);
        let which = match not_shareable.len() == resolving.len() {
            true => "@shareable in none of them".to_owned(),
            false => {
                let which = not_shareable.iter().map(|(graph, ty)| listed(*graph, ty));
                let which = list_fields(self.subgraphs, field.name, which);
                format!("not @shareable in {which}")
            }
        };
        let in_one = resolving.iter().all(|one| one.graph == resolving[0].graph);
        let mut help = match in_one {
            true => "Add @shareable to each of these fields if all resolve it to the same value; if not, keep one of them only.",
            false => "Add @shareable to the field in each of these subgraphs if all resolve it to the same value; if not, resolve it in one only, and remove it from the others or mark it @external there.",
        }
        .to_owned();
        let misspelt = not_shareable
            .iter()
            .find(|(graph, _)| overrides.has_unknown_source(*graph));
        if let Some((graph, _)) = misspelt {
            let graph = list_graphs(self.subgraphs, [*graph]);
            help.push_str(&format!(" The @override in {graph} names a subgraph that does not exist: its name may be misspelt."));
        }
        let message = format!(
            "The field \"{}\" is resolved by {everyone}, but it is {which}.",
            field.coordinate()
        );
        let error = Diagnostic::error(Code::InvalidFieldSharing, message).with_help(help);
        self.report(error, &resolving);
    }
}
