//! From an operation to its formula; and ([`metered`]) to what its responses are measured by.

mod arguments;
mod metered;

use apollo_compiler::Name;
use apollo_compiler::ast::OperationType;
use apollo_compiler::executable::{ExecutableDocument, Field, Operation, Selection, SelectionSet};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Node, Schema};
use federation::deciding;
use rustc_hash::FxHashMap;

use crate::formula::{Formula, Part, Term};
use crate::model::CostModel;
use crate::sizes::{Size, SizedField};

/// What a mutation costs beside what it selects.
const MUTATION: u64 = 10;

/// Terms of one formula: far more than the fields that an operation may have.
const MAX_TERMS: usize = 100_000;

/// The operation has more fields, with fragments followed, than are estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the operation has more than {MAX_TERMS} fields to estimate")]
pub struct TooLarge;

impl CostModel {
    /// Compiles the cost of an operation of a valid document.
    ///
    /// # Errors
    ///
    /// An operation that is too large to be estimated.
    pub fn formula(
        &self,
        schema: &Valid<Schema>,
        document: &ExecutableDocument,
        operation: &Operation,
    ) -> Result<Formula, TooLarge> {
        let mut compiler = Compiler::new(self, schema, document);
        let parts = compiler.selection_set(&operation.selection_set, &Sized::default())?;
        compiler.term(Term::of(base(operation), parts))?;
        Ok(Formula {
            terms: compiler.terms,
        }
        .folded())
    }
}

fn base(operation: &Operation) -> u64 {
    match operation.operation_type {
        OperationType::Mutation => MUTATION,
        OperationType::Query | OperationType::Subscription => 0,
    }
}

impl Term {
    fn of(weight: u64, parts: Vec<Part>) -> Self {
        Self {
            weight,
            size: Size::Fixed(1),
            parts,
            arguments: 0,
            variables: Vec::new(),
        }
    }

    fn is_fixed(&self) -> bool {
        self.size.is_fixed()
            && self.variables.is_empty()
            && self.parts.iter().all(|part| part.conditions.is_empty())
    }
}

impl Formula {
    /// One term instead of all if no variable matters.
    fn folded(self) -> Self {
        if !self.terms.iter().all(Term::is_fixed) {
            return self;
        }
        match self.evaluate(&()) {
            Ok(cost) => Self {
                terms: vec![Term::of(cost, Vec::new())],
            },
            // Every request gets the error.
            Err(_) => self,
        }
    }
}

/// The lists directly or further below a selection set whose sizes a field above it says.
#[derive(Clone, Default)]
struct Sized {
    /// Which field said it; 0 for none.
    place: usize,
    lists: Vec<(Vec<Name>, Size)>,
}

struct Compiler<'a> {
    model: &'a CostModel,
    schema: &'a Schema,
    document: &'a ExecutableDocument,
    terms: Vec<Term>,
    /// The term of a fragment, by its name and who says the sizes of its lists.
    fragments: FxHashMap<(&'a Name, usize), usize>,
    places: usize,
}

impl<'a> Compiler<'a> {
    fn new(model: &'a CostModel, schema: &'a Schema, document: &'a ExecutableDocument) -> Self {
        Self {
            model,
            schema,
            document,
            terms: Vec::new(),
            fragments: FxHashMap::default(),
            places: 0,
        }
    }

    /// Whether no subgraph is asked for it: the router answers it itself, which is bounded by other limits, or it is left out.
    fn is_free(&self, field: &Field) -> bool {
        let is_left_out = |name: &Name| field.directives.has(name);
        field.name.starts_with("__") || self.model.left_out.as_ref().is_some_and(is_left_out)
    }

    fn field_weight(&self, parent: &Name, field: &Field) -> u64 {
        let costs = self.model.field(parent, &field.name);
        let own = costs.and_then(|costs| costs.weight);
        own.unwrap_or_else(|| {
            let named = field.definition.ty.inner_named_type();
            self.model.weight(named)
        })
    }

    fn term(&mut self, term: Term) -> Result<usize, TooLarge> {
        if self.terms.len() >= MAX_TERMS {
            return Err(TooLarge);
        }
        self.terms.push(term);
        Ok(self.terms.len() - 1)
    }

    fn selection_set(
        &mut self,
        selections: &'a SelectionSet,
        sized: &Sized,
    ) -> Result<Vec<Part>, TooLarge> {
        let mut parts = Vec::new();
        for selection in &selections.selections {
            let Some(deciding) = deciding(selection.directives()) else {
                continue;
            };
            let conditions = deciding.into_iter();
            let conditions: Vec<_> = conditions
                .map(|(_, variable, expected)| (variable.clone(), expected))
                .collect();
            match selection {
                Selection::Field(field) => {
                    if let Some(term) = self.field(&selections.ty, field, sized)? {
                        parts.push(Part { term, conditions });
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let below = self.selection_set(&fragment.selection_set, sized)?;
                    if conditions.is_empty() {
                        parts.extend(below);
                    } else {
                        let term = self.term(Term::of(0, below))?;
                        parts.push(Part { term, conditions });
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let term = self.fragment(&spread.fragment_name, sized)?;
                    parts.extend(term.map(|term| Part { term, conditions }));
                }
            }
        }
        Ok(parts)
    }

    fn fragment(&mut self, name: &'a Name, sized: &Sized) -> Result<Option<usize>, TooLarge> {
        if let Some(term) = self.fragments.get(&(name, sized.place)) {
            return Ok(Some(*term));
        }
        let document: &'a ExecutableDocument = self.document;
        let Some(fragment) = document.fragments.get(name) else {
            return Ok(None);
        };
        let parts = self.selection_set(&fragment.selection_set, sized)?;
        let term = self.term(Term::of(0, parts))?;
        self.fragments.insert((name, sized.place), term);
        Ok(Some(term))
    }

    /// None for a field that costs nothing.
    fn field(
        &mut self,
        parent: &Name,
        field: &'a Node<Field>,
        sized: &Sized,
    ) -> Result<Option<usize>, TooLarge> {
        if self.is_free(field) {
            return Ok(None);
        }
        let costs = self.model.field(parent, &field.name);
        let own = costs.and_then(|costs| costs.list_size.as_ref());
        let by_default = self.model.default_list_size;
        let said_above = sized
            .lists
            .iter()
            .find(|(path, _)| path.len() == 1 && path[0] == field.name);
        let own_size = own.map(|own| {
            own.of_field(
                &format!("{parent}.{}", field.name),
                field,
                self.schema,
                by_default,
            )
        });
        let size = match (&own_size, said_above) {
            _ if !field.definition.ty.is_list() => Size::Fixed(1),
            (_, Some((_, size))) => size.clone(),
            (Some(size), None) => size.clone(),
            (None, None) => Size::Fixed(by_default),
        };
        let below = self.sized_below(
            &field.name,
            own.map(|own| own.sized.as_slice()),
            own_size,
            sized,
        );
        let parts = self.selection_set(&field.selection_set, &below)?;
        let mut term = Term {
            weight: self.field_weight(parent, field),
            size,
            parts,
            arguments: 0,
            variables: Vec::new(),
        };
        self.arguments(parent, field, &mut term);
        if term.weight == 0
            && term.parts.is_empty()
            && term.arguments == 0
            && term.variables.is_empty()
        {
            return Ok(None);
        }
        self.term(term).map(Some)
    }

    /// What is said about the lists below a field: by itself, and by those above it that name it on their way.
    fn sized_below(
        &mut self,
        name: &Name,
        own: Option<&[SizedField]>,
        size: Option<Size>,
        above: &Sized,
    ) -> Sized {
        let through = above
            .lists
            .iter()
            .filter(|(path, _)| path.len() > 1 && path[0] == *name);
        let mut lists: Vec<_> = through
            .map(|(path, size)| (path[1..].to_vec(), size.clone()))
            .collect();
        if let (Some(fields), Some(size)) = (own, size) {
            lists.extend(fields.iter().map(|field| (field.0.clone(), size.clone())));
        }
        if lists.is_empty() {
            return Sized::default();
        }
        self.places += 1;
        Sized {
            place: self.places,
            lists,
        }
    }
}
