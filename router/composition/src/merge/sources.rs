//! The definitions of one element in the subgraphs that have it, and how diagnostics speak of them.

use apollo_compiler::ast::{self, Directive, EnumValueDefinition, InputValueDefinition};
use apollo_compiler::collections::IndexMap;
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::schema::{
    Component, DirectiveDefinition, ExtendedType, FieldDefinition, SchemaDefinition,
};
use apollo_compiler::{Name, Node};
use federation::Diagnostic;

use crate::subgraph::{SubgraphSchema, from_name};

/// An element as one subgraph defines it.
#[derive(Debug)]
pub(super) struct Source<'a, T: ?Sized> {
    /// The subgraph, by its place in the order of names.
    pub(super) graph: usize,
    /// The definition there.
    pub(super) element: &'a T,
}

impl<T: ?Sized> Clone for Source<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized> Copy for Source<'_, T> {}

/// What all definitions have: a description, directives, a place.
pub(super) trait Element {
    fn description(&self) -> Option<&str>;
    fn directives(&self) -> Directives<'_>;
    fn span(&self) -> Option<SourceSpan>;
}

/// The directives of an element, whether or not it keeps the extension they come from.
pub(super) enum Directives<'a> {
    /// The directives of a field, argument, or value.
    Plain(std::slice::Iter<'a, Node<Directive>>),
    /// The directives of a type or the schema.
    Extended(std::slice::Iter<'a, Component<Directive>>),
}

impl<'a> Iterator for Directives<'a> {
    type Item = &'a Node<Directive>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Directives::Plain(directives) => directives.next(),
            Directives::Extended(directives) => directives.next().map(|directive| &directive.node),
        }
    }
}

impl<'a> From<&'a ast::DirectiveList> for Directives<'a> {
    fn from(list: &'a ast::DirectiveList) -> Self {
        Directives::Plain(list.0.iter())
    }
}

impl<'a> From<&'a apollo_compiler::schema::DirectiveList> for Directives<'a> {
    fn from(list: &'a apollo_compiler::schema::DirectiveList) -> Self {
        Directives::Extended(list.0.iter())
    }
}

macro_rules! element {
    ($($ty:ty: $span:expr),*) => {
        $(impl Element for Node<$ty> {
            fn description(&self) -> Option<&str> {
                self.description.as_ref().map(|text| text.as_str())
            }

            fn directives(&self) -> Directives<'_> {
                Directives::from(&self.directives)
            }

            fn span(&self) -> Option<SourceSpan> {
                let span: fn(&Self) -> Option<SourceSpan> = $span;
                span(self)
            }
        })*
    };
}

element!(
    FieldDefinition: |field| from_name(&field.name, field.location()),
    InputValueDefinition: |input| from_name(&input.name, input.location()),
    EnumValueDefinition: |value| from_name(&value.value, value.location()),
    SchemaDefinition: |schema| schema.location()
);

impl Element for ExtendedType {
    fn description(&self) -> Option<&str> {
        ExtendedType::description(self).map(|text| text.as_str())
    }

    fn directives(&self) -> Directives<'_> {
        Directives::from(ExtendedType::directives(self))
    }

    fn span(&self) -> Option<SourceSpan> {
        self.name().location()
    }
}

impl Element for Node<DirectiveDefinition> {
    fn description(&self) -> Option<&str> {
        self.description.as_ref().map(|text| text.as_str())
    }

    fn directives(&self) -> Directives<'_> {
        Directives::Plain([].iter())
    }

    fn span(&self) -> Option<SourceSpan> {
        self.name.location()
    }
}

/// A diagnostic about elements in several subgraphs, with the place of each.
pub(super) fn across<T: Element>(
    subgraphs: &[SubgraphSchema],
    mut diagnostic: Diagnostic,
    sources: &[Source<'_, T>],
) -> Diagnostic {
    for source in sources {
        diagnostic = diagnostic.at(subgraphs[source.graph].locate(source.element.span()));
    }
    diagnostic
}

/// `subgraph "a"`, `subgraphs "a" and "b"`, `subgraphs "a", "b" and 3 more`.
pub(super) fn list_graphs(
    subgraphs: &[SubgraphSchema],
    graphs: impl IntoIterator<Item = usize>,
) -> String {
    let names = graphs.into_iter();
    list_names(names.map(|graph| subgraphs[graph].name.as_str()))
}

/// The same for definitions of a field: each subgraph once, with the `@interfaceObject`s by which it has the field.
pub(super) fn list_fields<'n>(
    subgraphs: &[SubgraphSchema],
    field: &Name,
    definitions: impl IntoIterator<Item = (usize, Option<&'n Name>)>,
) -> String {
    let mut by_graph: IndexMap<usize, Vec<&Name>> = IndexMap::default();
    for (graph, through) in definitions {
        by_graph.entry(graph).or_default().extend(through);
    }
    let shown = by_graph.into_iter().map(|(graph, through)| {
        let name = format!("\"{}\"", subgraphs[graph].name);
        let quoted = |ty: &&Name| format!("\"{}\"", coordinate(ty, field));
        let fields: Vec<String> = through.iter().take(SHOWN).map(quoted).collect();
        match (fields.as_slice(), through.len() - fields.len()) {
            ([], _) => name,
            ([one], _) => format!("{name} (through the @interfaceObject field {one})"),
            ([all @ .., last], 0) => {
                let all = all.join(", ");
                format!("{name} (through the @interfaceObject fields {all} and {last})")
            }
            (all, more) => {
                let all = all.join(", ");
                format!("{name} (through the @interfaceObject fields {all} and {more} more)")
            }
        }
    });
    list_shown(shown.collect())
}

/// The same for names.
pub(crate) fn list_names<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let names = names.into_iter().map(|name| format!("\"{name}\""));
    list_shown(names.collect())
}

/// Names that a list has at most.
const SHOWN: usize = 5;

fn list_shown(names: Vec<String>) -> String {
    match names.as_slice() {
        [] => "no subgraph".to_owned(),
        [name] => format!("subgraph {name}"),
        [all @ .., last] if names.len() <= SHOWN => {
            format!("subgraphs {} and {last}", all.join(", "))
        }
        all => format!(
            "subgraphs {} and {} more",
            all[..SHOWN].join(", "),
            all.len() - SHOWN
        ),
    }
}

/// `Int in subgraph "a", but String in subgraph "b"`: who has what.
pub(super) fn distribution<'a, T>(
    subgraphs: &[SubgraphSchema],
    sources: &[Source<'a, T>],
    show: impl Fn(&'a T) -> String,
) -> String {
    let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
    for source in sources {
        let shown = show(source.element);
        match groups.iter_mut().find(|(known, _)| *known == shown) {
            Some((_, graphs)) => graphs.push(source.graph),
            None => groups.push((shown, vec![source.graph])),
        }
    }
    let parts: Vec<String> = groups
        .into_iter()
        .map(|(shown, graphs)| format!("{shown} in {}", list_graphs(subgraphs, graphs)))
        .collect();
    parts.join(", but ")
}

/// An element of the schema, by coordinate: <https://spec.graphql.org/draft/#sec-Schema-Coordinates>.
pub(super) fn coordinate(ty: &Name, field: &Name) -> String {
    format!("{ty}.{field}")
}
