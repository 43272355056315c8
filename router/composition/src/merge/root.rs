//! Merges the schema definitions: root types, and the directives on them.

use apollo_compiler::ast::OperationType;
use apollo_compiler::schema::{Component, ExtendedType, SchemaDefinition};
use apollo_compiler::{Name, Node};
use federation::{Code, Diagnostic};

use super::Merger;
use super::emit::link_directive;
use super::sources::Source;

impl Merger<'_, '_> {
    /// The root types that have a field in some subgraph, and what is on the schema itself.
    pub(super) fn merge_roots(&mut self) {
        let subgraphs = self.subgraphs;
        let sources: Vec<Source<'_, Node<SchemaDefinition>>> = subgraphs
            .iter()
            .enumerate()
            .map(|(graph, subgraph)| Source {
                graph,
                element: &subgraph.schema.schema_definition,
            })
            .collect();
        let description = self.merge_description("schema", &sources);
        let connect = self.connect_link();
        let mut applied: Vec<_> = connect
            .map(|url| link_directive(&url, Some("EXECUTION"), &[], None))
            .into_iter()
            .collect();
        applied.extend(self.join_directives(&sources));
        applied.extend(self.merge_applied("schema", &sources));
        let operations = [
            OperationType::Query,
            OperationType::Mutation,
            OperationType::Subscription,
        ];
        let roots = operations.map(|operation| {
            let name = operation.default_type_name();
            self.has_root(operation, &name).then(|| name.into())
        });
        if roots[0].is_none() {
            self.diagnostics.push(
                Diagnostic::error(Code::NoQueries, "No subgraph has a query.")
                    .with_help("Add a field to `type Query` in some subgraph."),
            );
        }
        let [query, mutation, subscription] = roots;
        let definition = self.schema.schema_definition.make_mut();
        definition.description = description;
        definition.query = query;
        definition.mutation = mutation;
        definition.subscription = subscription;
        let applied = applied.into_iter().map(Component::from);
        definition.directives.0.extend(applied);
    }

    fn has_root(&self, operation: OperationType, name: &Name) -> bool {
        self.subgraphs.iter().any(|subgraph| {
            let schema = &subgraph.schema.schema_definition;
            let root = match operation {
                OperationType::Query => &schema.query,
                OperationType::Mutation => &schema.mutation,
                OperationType::Subscription => &schema.subscription,
            };
            let is_root = root.as_ref().is_some_and(|root| root.name == *name);
            is_root
                && matches!(subgraph.schema.types.get(name), Some(ExtendedType::Object(object))
                    if object.fields.keys().any(|field| subgraph.is_merged_field(name, field)))
        })
    }
}
