//! The SDLs of all subgraphs as one table: each element once, with what some subgraph says about it.

mod read;

use apollo_compiler::ast::{Document, Type};
use apollo_compiler::diagnostic::Diagnostic;
use apollo_compiler::validation::{DiagnosticData, DiagnosticList, WithErrors};
use federation::Location;
use indexmap::IndexMap;
use rustc_hash::FxHashSet;

use self::read::Reader;
use crate::NotParsed;
use crate::rule::Rule;

/// Mistakes of one SDL that are reported.
const MAX_MISTAKES: usize = 20;

/// All elements, in the order in which the subgraphs have them.
#[derive(Default)]
pub(crate) struct Graph {
    pub(crate) elements: Vec<Element>,
    by_coordinate: IndexMap<String, usize>,
    /// Root types by the name that all subgraphs know them by, and by that which one gives them.
    pub(crate) roots: FxHashSet<String>,
    /// Interfaces that a type implements.
    pub(crate) implemented: FxHashSet<String>,
}

/// What an element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Scalar,
    Object,
    Interface,
    Union,
    Enum,
    Input,
    Field,
    Argument,
    InputField,
    EnumValue,
    /// A directive's definition: it is only followed.
    Directive,
}

/// A type, a field, an argument, an enum value.
#[derive(Debug)]
pub(crate) struct Element {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) coordinate: String,
    /// The type that it belongs to; of a type, itself.
    pub(crate) owner: String,
    /// The type of a field, an argument, an input field.
    pub(crate) ty: Option<Type>,
    pub(crate) is_described: bool,
    /// For each subgraph that deprecates it: why.
    pub(crate) deprecations: Vec<Option<String>>,
    pub(crate) has_specification: bool,
    pub(crate) is_entity: bool,
    /// Types that it names: of fields and arguments, members of unions, interfaces.
    pub(crate) names: Vec<String>,
    /// The first subgraph that has it, and where.
    pub(crate) subgraph: String,
    pub(crate) location: Location,
    /// The lines there in which it begins, with its description and with its name, and those of what it is in.
    pub(crate) begins: Vec<u32>,
}

/// A remark, before levels and comments decide whether it is reported.
pub(crate) struct Remark<'g> {
    pub(crate) rule: Rule,
    pub(crate) element: &'g Element,
    pub(crate) message: String,
}

impl Graph {
    pub(crate) fn add(&mut self, subgraph: &str, document: &Document) {
        self.roots
            .extend(["Query", "Mutation", "Subscription"].map(str::to_owned));
        let mut reader = Reader {
            graph: self,
            subgraph,
            sources: &document.sources,
        };
        for definition in &document.definitions {
            reader.definition(definition);
        }
    }
}

/// The mistakes of an SDL that is no SDL.
pub(crate) fn not_parsed(subgraph: &str, broken: &WithErrors<Document>) -> NotParsed {
    let errors: &DiagnosticList = &broken.errors;
    let one = |error: Diagnostic<'_, DiagnosticData>| {
        let range = error.line_column_range();
        let location = range.map(|range| Location::new(Some(subgraph), &range));
        (federation::plain(&error.error.to_string()), location)
    };
    NotParsed {
        subgraph: subgraph.to_owned(),
        mistakes: errors.iter().take(MAX_MISTAKES).map(one).collect(),
    }
}
