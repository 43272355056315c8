//! Brings together the types of one name: they must be of one kind, and defined somewhere.

use apollo_compiler::Name;
use apollo_compiler::schema::ExtendedType;
use federation::{Code, Diagnostic};

use super::sources::{Source, distribution, list_graphs};
use super::{Merger, sources};
use crate::subgraph::SubgraphSchema;

/// The kind that a type has in the supergraph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Scalar,
    Object,
    Interface,
    Union,
    Enum,
    InputObject,
}

/// The definitions of one type.
#[derive(Debug)]
pub(super) struct MergedType<'a> {
    /// Its kind in the supergraph.
    pub(super) kind: Kind,
    /// The subgraphs that have it, in order.
    pub(super) sources: Vec<Source<'a, ExtendedType>>,
    /// Some subgraph has it as another kind.
    pub(super) mismatched: bool,
}

const BUILT_IN_SCALARS: &[&str] = &["Int", "Float", "String", "Boolean", "ID"];

impl<'a> Merger<'a, '_> {
    /// Collects every type of every subgraph.
    pub(super) fn collect_types(&mut self) {
        for (graph, subgraph) in self.subgraphs.iter().enumerate() {
            for (name, ty) in &subgraph.schema.types {
                if BUILT_IN_SCALARS.contains(&name.as_str()) || !subgraph.is_merged_type(name) {
                    continue;
                }
                let kind = kind_in_supergraph(subgraph, ty);
                let source = Source { graph, element: ty };
                let merged = self
                    .types
                    .entry(name.clone())
                    .or_insert_with(|| MergedType {
                        kind,
                        sources: Vec::new(),
                        mismatched: false,
                    });
                merged.mismatched |= merged.kind != kind;
                merged.sources.push(source);
            }
        }
        let mut findings = Vec::new();
        for (name, ty) in &self.types {
            if ty.mismatched {
                findings.push(self.mismatch(name, &ty.sources));
            } else if ty.kind == Kind::Interface && ty.sources.iter().all(|s| s.element.is_object())
            {
                findings.push(self.no_interface(name, &ty.sources));
            }
        }
        for finding in findings {
            self.diagnostics.push(finding);
        }
    }

    fn mismatch(&self, name: &Name, types: &[Source<'a, ExtendedType>]) -> Diagnostic {
        let pairs: Vec<(usize, &ExtendedType)> =
            types.iter().map(|s| (s.graph, s.element)).collect();
        let described: Vec<Source<'_, (usize, &ExtendedType)>> = pairs
            .iter()
            .map(|pair| Source {
                graph: pair.0,
                element: pair,
            })
            .collect();
        let who = distribution(self.subgraphs, &described, |(graph, ty)| {
            match self.subgraphs[*graph].is_interface_object(ty) {
                true => "an @interfaceObject".to_owned(),
                false => describe(ty).to_owned(),
            }
        });
        let error = Diagnostic::error(
            Code::TypeKindMismatch,
            format!("The type \"{name}\" is not of one kind: it is {who}."),
        )
        .with_help("Make it the same kind in all of them, or rename one of the two types.");
        sources::across(self.subgraphs, error, types)
    }

    fn no_interface(&self, name: &Name, types: &[Source<'a, ExtendedType>]) -> Diagnostic {
        let graphs = list_graphs(self.subgraphs, types.iter().map(|source| source.graph));
        let error = Diagnostic::error(
            Code::InterfaceObjectUsageError,
            format!("The type \"{name}\" is an @interfaceObject wherever it is defined, in {graphs}: no subgraph has the interface."),
        )
        .with_help(format!("Define `interface {name}`, with its implementations, in one subgraph, or remove @interfaceObject."));
        sources::across(self.subgraphs, error, types)
    }

    /// A type that is extended must be defined in some subgraph; root types are their own exception.
    pub(super) fn check_defined(&mut self, name: &Name, types: &[Source<'a, ExtendedType>]) {
        let is_root = ["Query", "Mutation", "Subscription"].contains(&name.as_str())
            && types.iter().any(|source| source.element.is_object());
        if is_root {
            return;
        }
        let extended_only = |source: &&Source<'_, ExtendedType>| {
            self.subgraphs[source.graph].is_extension_only(name)
        };
        if !types.iter().all(|source| extended_only(&source)) {
            return;
        }
        for source in types {
            let subgraph = self.subgraphs[source.graph].name.clone();
            let error = Diagnostic::error(
                Code::ExtensionWithNoBase,
                format!("The type \"{name}\" is only ever extended: no subgraph defines it."),
            )
            .in_subgraph(subgraph)
            .with_help("Remove `extend`, or define the type in another subgraph.");
            self.report(error, std::slice::from_ref(source));
        }
    }
}

fn kind_in_supergraph(subgraph: &SubgraphSchema, ty: &ExtendedType) -> Kind {
    match ty {
        ExtendedType::Object(object) if subgraph.is_interface_object_type(object) => {
            Kind::Interface
        }
        ExtendedType::Object(_) => Kind::Object,
        ExtendedType::Scalar(_) => Kind::Scalar,
        ExtendedType::Interface(_) => Kind::Interface,
        ExtendedType::Union(_) => Kind::Union,
        ExtendedType::Enum(_) => Kind::Enum,
        ExtendedType::InputObject(_) => Kind::InputObject,
    }
}

/// The kind of a type, in words.
fn describe(ty: &ExtendedType) -> &'static str {
    match ty {
        ExtendedType::Scalar(_) => "a scalar",
        ExtendedType::Object(_) => "an object type",
        ExtendedType::Interface(_) => "an interface",
        ExtendedType::Union(_) => "a union",
        ExtendedType::Enum(_) => "an enum",
        ExtendedType::InputObject(_) => "an input object type",
    }
}
