//! Merges the types of all subgraphs into those of the supergraph.
//!
//! - [`plan`] decides which directives come into the supergraph; [`compose_directive`] adds those that subgraphs ask for, [`prefixes`] keeps names apart.
//! - [`types`] brings together the types of one name; then one file per kind merges them:
//!   [`object`], [`interface`], [`union`], [`scalar`], [`input`], [`enum_`], and [`executable`] for directives.
//! - What they share: [`field`], [`argument`], [`type_reference`], [`default_value`], [`description`], [`applied`].
//! - What one subgraph may do to a field of another: [`overrides`], [`external`], [`sharing`], [`runtime_types`], [`interface_object`].
//! - [`join`], [`join_directive`]: the directives that say which subgraph has what. [`emit`]: the schema that holds it all.

mod access;
mod applied;
mod argument;
mod argument_merge;
mod compose_directive;
mod default_value;
mod description;
mod emit;
mod enum_;
mod executable;
mod external;
mod field;
mod implementation;
mod input;
mod interface;
mod interface_object;
mod join;
mod join_directive;
mod object;
mod overrides;
mod plan;
mod prefixes;
mod requires_arguments;
mod root;
mod runtime_types;
mod same_value;
mod scalar;
mod sharing;
mod sources;
mod type_reference;
mod types;
mod union;

use std::rc::Rc;

use apollo_compiler::Name;
use apollo_compiler::collections::{HashMap, IndexMap, IndexSet};
use apollo_compiler::schema::{ExtendedType, Schema};
use federation::spec::catalog;
use federation::{Budget, Diagnostic, Diagnostics};

use self::enum_::EnumUsage;
use self::join::Join;
use self::plan::Plan;
use self::sources::{Element, Source};
use self::types::{Kind, MergedType};
use crate::subgraph::SubgraphSchema;

pub(crate) use self::emit::{Merged, link_purpose};
pub(crate) use self::runtime_types::{Returned, SharedField};
pub(crate) use self::sources::list_names;

/// Merges subgraphs that are each valid. After an error the result is not whole.
pub(crate) fn merge(
    subgraphs: &[SubgraphSchema],
    budget: &Rc<Budget>,
    diagnostics: &mut Diagnostics,
) -> Merged {
    let plan = Plan::of(subgraphs, diagnostics);
    if diagnostics.has_errors() {
        return Merged::empty();
    }
    let join = Join::new(subgraphs, plan.join_version());
    let mut merger = Merger {
        subgraphs,
        join,
        plan,
        diagnostics,
        types: IndexMap::default(),
        implements: HashMap::default(),
        implementers: HashMap::default(),
        members: HashMap::default(),
        enum_usages: HashMap::default(),
        access: Default::default(),
        links_connect: subgraphs
            .iter()
            .any(|subgraph| subgraph.links.get(catalog::CONNECT).is_some()),
        shared_fields: Vec::new(),
        returned: HashMap::default(),
        budget: Rc::clone(budget),
        schema: Schema::new(),
    };
    merger.start_schema();
    merger.collect_types();
    merger.collect_implements();
    merger.collect_members();
    merger.collect_access();
    merger.merge_roots();
    for kind in [
        Kind::Union,
        Kind::Scalar,
        Kind::InputObject,
        Kind::Interface,
        Kind::Object,
    ] {
        merger.merge_kind(kind);
    }
    merger.merge_directive_definitions();
    merger.merge_composed_definitions();
    // Last: how an enum is merged depends on how it is used.
    merger.merge_kind(Kind::Enum);
    merger.add_interface_object_fields();
    if !merger.diagnostics.has_errors() {
        merger.check_implementations();
        merger.check_requires_arguments();
        merger.check_access();
    }
    merger.finish()
}

/// The supergraph while it comes together.
struct Merger<'a, 'd> {
    subgraphs: &'a [SubgraphSchema],
    join: Join,
    plan: Plan,
    diagnostics: &'d mut Diagnostics,
    /// Every type of the supergraph, with its definitions in the subgraphs.
    types: IndexMap<Name, MergedType<'a>>,
    /// The interfaces that each object or interface type implements in any subgraph.
    implements: HashMap<Name, IndexSet<Name>>,
    /// The object types that implement each interface in any subgraph.
    implementers: HashMap<Name, IndexSet<Name>>,
    /// The members that each union has in any subgraph.
    members: HashMap<Name, IndexSet<Name>>,
    /// How each enum is used.
    enum_usages: HashMap<Name, EnumUsage>,
    /// Access rules that reach interfaces from their implementations.
    access: access::Inherited<'a>,
    /// Whether a subgraph links the connect specification.
    links_connect: bool,
    /// Fields that several subgraphs share and that can return different types in them.
    shared_fields: Vec<SharedField>,
    /// What shared fields can return, by the subgraph and type of each of their definitions.
    returned: runtime_types::Known<'a>,
    /// What the work may still cost.
    budget: Rc<Budget>,
    /// The result.
    schema: Schema,
}

impl<'a> Merger<'a, '_> {
    fn merge_kind(&mut self, kind: Kind) {
        let names: Vec<Name> = self
            .types
            .iter()
            .filter(|(_, ty)| ty.kind == kind && !ty.mismatched)
            .map(|(name, _)| name.clone())
            .collect();
        for name in names {
            let sources = self.types[&name].sources.clone();
            self.check_defined(&name, &sources);
            let merged = match kind {
                Kind::Scalar => Some(self.merge_scalar(&name, &sources)),
                Kind::Object => self.merge_object(&name, &sources),
                Kind::Interface => Some(self.merge_interface(&name, &sources)),
                Kind::Union => Some(self.merge_union(&name, &sources)),
                Kind::Enum => Some(self.merge_enum(&name, &sources)),
                Kind::InputObject => Some(self.merge_input(&name, &sources)),
            };
            if let Some(merged) = merged {
                self.schema.types.insert(name, merged);
            }
        }
    }

    /// The subgraph of a source.
    fn graph(&self, graph: usize) -> &'a SubgraphSchema {
        &self.subgraphs[graph]
    }

    /// Reports something about an element, with its place in each subgraph.
    fn report<T: Element>(&mut self, diagnostic: Diagnostic, sources: &[Source<'_, T>]) {
        let diagnostic = sources::across(self.subgraphs, diagnostic, sources);
        self.diagnostics.push(diagnostic);
    }

    /// Whether the merged type implements the interface.
    fn is_implementation(&self, ty: &str, interface: &str) -> bool {
        self.implements
            .get(ty)
            .is_some_and(|interfaces| interfaces.contains(interface))
    }

    /// A type as a subgraph has it.
    fn type_in(&self, graph: usize, name: &str) -> Option<&'a ExtendedType> {
        self.subgraphs[graph].schema.types.get(name)
    }
}
