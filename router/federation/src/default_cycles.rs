//! Default values of input fields that contain themselves: coercing them would never end.
//!
//! `InputObjectDefaultValueHasCycle` of the [specification](https://spec.graphql.org/September2025/#sec-Input-Objects.Type-Validation),
//! for all input types at once and in linear time: a default value leads to those of the fields that its objects leave out, and a walk in depth
//! finds the ways that come back to themselves.

use apollo_compiler::ast::{InputValueDefinition, Value};
use apollo_compiler::collections::HashMap;
use apollo_compiler::schema::{Component, ExtendedType, Schema};
use apollo_compiler::{Name, Node};

/// Cycles found at most; the others show when these are fixed.
const MAX_CYCLES: usize = 100;
/// Fields of a cycle that its text names.
const MAX_NAMED: usize = 8;

/// A default value that contains itself.
#[derive(Clone, Debug)]
pub struct DefaultCycle<'a> {
    /// The fields by which it goes around: the type of each, and its definition. Never empty.
    pub fields: Vec<(&'a Name, &'a Node<InputValueDefinition>)>,
}

impl DefaultCycle<'_> {
    /// What is wrong, in a sentence without its full stop.
    pub fn sentence(&self) -> String {
        let all: Vec<String> = self
            .fields
            .iter()
            .take(MAX_NAMED)
            .map(|(ty, field)| format!("\"{ty}.{}\"", field.name))
            .collect();
        let first = &all[0];
        if self.fields.len() == 1 {
            return format!("the default value of {first} contains itself");
        }
        let more = match self.fields.len().saturating_sub(MAX_NAMED) {
            0 => String::new(),
            more => format!(", {more} more"),
        };
        let others = all[1..].join(", ");
        format!("the default value of {first} contains itself, by way of {others}{more}")
    }
}

/// The default values of a schema that contain themselves, in the order in which a walk meets them.
pub fn default_cycles(schema: &Schema) -> Vec<DefaultCycle<'_>> {
    let mut graph = Graph::of(schema);
    graph.walk();
    graph.cycles
}

/// Nodes are the input fields with a default value of an input type, and, after them, the input types: an object that is empty leads to its
/// type, and this to its fields, so that many empty objects of a large type are not many times as many edges.
struct Graph<'a> {
    schema: &'a Schema,
    fields: Vec<(&'a Name, &'a Component<InputValueDefinition>)>,
    /// The nodes of the fields of a type, by its place among the types.
    of_type: Vec<std::ops::Range<usize>>,
    types: HashMap<&'a Name, usize>,
    cycles: Vec<DefaultCycle<'a>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    New,
    /// On the way, at this depth.
    Open(usize),
    Done,
}

impl<'a> Graph<'a> {
    fn of(schema: &'a Schema) -> Self {
        let mut graph = Self {
            schema,
            fields: Vec::new(),
            of_type: Vec::new(),
            types: HashMap::default(),
            cycles: Vec::new(),
        };
        for ty in schema.types.values() {
            let ExtendedType::InputObject(input) = ty else {
                continue;
            };
            let first = graph.fields.len();
            let fields = input.fields.values();
            let defaulted = fields.filter(|field| {
                let inner = field.ty.inner_named_type();
                field.default_value.is_some() && schema.get_input_object(inner).is_some()
            });
            graph
                .fields
                .extend(defaulted.map(|field| (&input.name, field)));
            graph.types.insert(&input.name, graph.of_type.len());
            graph.of_type.push(first..graph.fields.len());
        }
        graph
    }

    /// Where a node leads.
    fn edges(&self, node: usize) -> Vec<usize> {
        let Some((_, field)) = self.fields.get(node) else {
            let of_type = self.of_type.get(node - self.fields.len());
            return of_type.cloned().into_iter().flatten().collect();
        };
        let mut edges = Vec::new();
        if let Some(default) = &field.default_value {
            self.left_out(field.ty.inner_named_type(), default, &mut edges);
        }
        edges
    }

    /// What the objects of a value leave out. A value nests as deeply as the parser lets it.
    fn left_out(&self, ty: &Name, value: &Value, edges: &mut Vec<usize>) {
        match value {
            Value::List(items) => {
                for item in items {
                    self.left_out(ty, item, edges);
                }
            }
            Value::Object(given) => {
                let Some(&index) = self.types.get(ty) else {
                    return;
                };
                if given.is_empty() {
                    edges.push(self.fields.len() + index);
                    return;
                }
                let fields = self.of_type[index].clone();
                edges.extend(fields.filter(|&node| {
                    let name = &self.fields[node].1.name;
                    !given.iter().any(|(given, _)| given == name)
                }));
                let Some(input) = self.schema.get_input_object(ty) else {
                    return;
                };
                for (name, value) in given {
                    if let Some(field) = input.fields.get(name) {
                        self.left_out(field.ty.inner_named_type(), value, edges);
                    }
                }
            }
            _ => {}
        }
    }

    fn walk(&mut self) {
        let mut marks = vec![Mark::New; self.fields.len() + self.of_type.len()];
        for start in 0..self.fields.len() {
            let mut way: Vec<(usize, std::vec::IntoIter<usize>)> = Vec::new();
            let mut next = (marks[start] == Mark::New).then_some(start);
            loop {
                if let Some(node) = next.take() {
                    marks[node] = Mark::Open(way.len());
                    way.push((node, self.edges(node).into_iter()));
                }
                let Some((node, edges)) = way.last_mut() else {
                    break;
                };
                match edges.next() {
                    None => {
                        marks[*node] = Mark::Done;
                        way.pop();
                    }
                    Some(target) => match marks[target] {
                        Mark::New => next = Some(target),
                        Mark::Open(depth) => {
                            let around = way[depth..].iter().map(|(node, _)| *node);
                            self.found(around);
                        }
                        Mark::Done => {}
                    },
                }
                if self.cycles.len() >= MAX_CYCLES {
                    return;
                }
            }
        }
    }

    fn found(&mut self, around: impl Iterator<Item = usize>) {
        let fields = around.filter_map(|node| self.fields.get(node));
        let fields = fields.map(|(ty, field)| (*ty, &field.node)).collect();
        self.cycles.push(DefaultCycle { fields });
    }
}
