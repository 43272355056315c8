//! Where a field is in the SDL of a subgraph.
//!
//! What comes after merging works on the supergraph, which has no places. The few fields that it reports are looked up here,
//! in SDL that is read again only then.

use apollo_compiler::ast::{Definition, Document, FieldDefinition, OperationType};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::{Name, Node};
use federation::{Location, Subgraph};
use rustc_hash::FxHashMap;

use crate::subgraph::from_name;

/// The subgraphs, each read when it is first asked for.
pub(crate) struct Places<'a> {
    subgraphs: FxHashMap<&'a str, &'a Subgraph>,
    read: FxHashMap<&'a str, Fields>,
}

/// By type and field.
type Fields = FxHashMap<(Name, Name), Location>;

impl<'a> Places<'a> {
    pub(crate) fn new(subgraphs: &'a [Subgraph]) -> Self {
        let by_name = |subgraph: &'a Subgraph| (subgraph.name.as_str(), subgraph);
        Self {
            subgraphs: subgraphs.iter().map(by_name).collect(),
            read: FxHashMap::default(),
        }
    }

    /// The field's definition in a subgraph, root types by the names they have in the supergraph.
    pub(crate) fn field(&mut self, subgraph: &str, ty: &Name, field: &Name) -> Option<Location> {
        let (name, subgraph) = self.subgraphs.get_key_value(subgraph)?;
        let fields = self.read.entry(name).or_insert_with(|| read(subgraph));
        fields.get(&(ty.clone(), field.clone())).cloned()
    }
}

fn read(subgraph: &Subgraph) -> Fields {
    let path = subgraph.file.as_deref().unwrap_or(&subgraph.name);
    let mut found = Fields::default();
    let Ok(document) = Document::parse(subgraph.sdl.as_str(), path) else {
        return found;
    };
    for definition in &document.definitions {
        let Some((ty, fields)) = fields(definition) else {
            continue;
        };
        let ty = in_supergraph(&document, ty);
        for field in fields {
            let span = from_name(&field.name, field.location());
            let place = locate(&document, &subgraph.name, span);
            if let (Ok(ty), Some(place)) = (Name::new(ty), place) {
                found.entry((ty, field.name.clone())).or_insert(place);
            }
        }
    }
    found
}

fn fields(definition: &Definition) -> Option<(&Name, &[Node<FieldDefinition>])> {
    Some(match definition {
        Definition::ObjectTypeDefinition(ty) => (&ty.name, &ty.fields),
        Definition::ObjectTypeExtension(ty) => (&ty.name, &ty.fields),
        Definition::InterfaceTypeDefinition(ty) => (&ty.name, &ty.fields),
        Definition::InterfaceTypeExtension(ty) => (&ty.name, &ty.fields),
        _ => return None,
    })
}

/// The name that a type has in the supergraph: that of its operation, if it is a root type.
fn in_supergraph<'d>(document: &'d Document, ty: &'d str) -> &'d str {
    let roots = document
        .definitions
        .iter()
        .flat_map(|definition| match definition {
            Definition::SchemaDefinition(schema) => schema.root_operations.as_slice(),
            Definition::SchemaExtension(schema) => schema.root_operations.as_slice(),
            _ => &[],
        });
    for root in roots {
        let (operation, name) = &**root;
        if name == ty {
            return match operation {
                OperationType::Query => "Query",
                OperationType::Mutation => "Mutation",
                OperationType::Subscription => "Subscription",
            };
        }
    }
    ty
}

fn locate(document: &Document, subgraph: &str, span: Option<SourceSpan>) -> Option<Location> {
    let range = span?.line_column_range(&document.sources)?;
    Some(Location::new(Some(subgraph), &range))
}
