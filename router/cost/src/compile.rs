//! From an operation to its formula.

use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::ast::{OperationType, Value};
use apollo_compiler::executable::{
    DirectiveList, ExecutableDocument, Field, Operation, Selection, SelectionSet,
};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::Valid;
use apollo_compiler::{Node, Schema, ast};
use rustc_hash::FxHashMap;

use crate::formula::{Formula, InputCosts, Part, Term, VariableCost};
use crate::meter::{Meter, MeteredField};
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

/// Selections that are looked at to measure responses, fragments followed: of larger operations they are not measured.
const MAX_METERED: usize = 10_000;

impl CostModel {
    /// Compiles what the responses to an operation of a valid document are measured by; `None` where it has too many fields for that.
    pub fn meter(
        &self,
        schema: &Valid<Schema>,
        document: &ExecutableDocument,
        operation: &Operation,
    ) -> Option<Meter> {
        let mut compiler = Compiler::new(self, schema, document);
        let mut meter = Meter {
            base: base(operation),
            ..Meter::default()
        };
        let mut root = Vec::new();
        let mut left = MAX_METERED;
        compiler.metered(&operation.selection_set, &mut meter, &mut root, &mut left)?;
        meter.root = root;
        meter.prune();
        Some(meter)
    }
}

impl Meter {
    /// Leaves out what costs nothing.
    fn prune(&mut self) {
        let fields = &self.fields;
        // What is below a field comes after it.
        let mut costs = vec![false; fields.len()];
        for (index, field) in fields.iter().enumerate().rev() {
            costs[index] = field.weight > 0
                || field.arguments > 0
                || !field.variables.is_empty()
                || field.below.iter().any(|below| costs[*below]);
        }
        for field in &mut self.fields {
            field.below.retain(|below| costs[*below]);
        }
        self.root.retain(|field| costs[*field]);
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
    inputs: FxHashMap<Name, Option<Arc<InputCosts>>>,
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
            inputs: FxHashMap::default(),
            places: 0,
        }
    }

    /// Adds the fields of a selection set to those of an object, each response name once, and all that is below them. `left` bounds the selections that are
    /// looked at; `None` when there are more.
    fn metered(
        &mut self,
        selections: &'a SelectionSet,
        meter: &mut Meter,
        fields: &mut Vec<usize>,
        left: &mut usize,
    ) -> Option<()> {
        for selection in &selections.selections {
            *left = left.checked_sub(1)?;
            let field = match selection {
                Selection::Field(field) if field.name.starts_with("__") => continue,
                Selection::Field(field) => field,
                Selection::InlineFragment(fragment) => {
                    self.metered(&fragment.selection_set, meter, fields, left)?;
                    continue;
                }
                Selection::FragmentSpread(spread) => {
                    let document: &'a ExecutableDocument = self.document;
                    if let Some(fragment) = document.fragments.get(&spread.fragment_name) {
                        self.metered(&fragment.selection_set, meter, fields, left)?;
                    }
                    continue;
                }
            };
            let key = field.response_key();
            let mut known = fields.iter();
            let known = known.find(|index| meter.fields[**index].key == *key);
            let index = match known {
                Some(index) => *index,
                None => {
                    let metered = self.metered_field(&selections.ty, field);
                    meter.fields.push(metered);
                    fields.push(meter.fields.len() - 1);
                    meter.fields.len() - 1
                }
            };
            let mut below = std::mem::take(&mut meter.fields[index].below);
            self.metered(&field.selection_set, meter, &mut below, left)?;
            meter.fields[index].below = below;
        }
        Some(())
    }

    fn metered_field(&mut self, parent: &Name, field: &'a Node<Field>) -> MeteredField {
        let mut term = Term::of(self.field_weight(parent, field), Vec::new());
        self.arguments(parent, field, &mut term);
        MeteredField {
            key: field.response_key().clone(),
            weight: term.weight,
            arguments: term.arguments,
            variables: term.variables,
            below: Vec::new(),
        }
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
            let Some(conditions) = conditions(selection.directives()) else {
                continue;
            };
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
        // What the router answers itself is bounded by other limits.
        if field.name.starts_with("__") {
            return Ok(None);
        }
        let costs = self.model.field(parent, &field.name);
        let own = costs.and_then(|costs| costs.list_size.as_ref());
        let by_default = self.model.default_list_size;
        let said_above = sized
            .lists
            .iter()
            .find(|(path, _)| path.len() == 1 && path[0] == field.name);
        let own_size =
            own.map(|own| own.of_field(&format!("{parent}.{}", field.name), field, by_default));
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

    /// What is said of the lists below a field: by itself, and by those above it that name it on their way.
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

    fn arguments(&mut self, parent: &Name, field: &'a Field, term: &mut Term) {
        let model: &'a CostModel = self.model;
        let weights = model
            .field(parent, &field.name)
            .map(|costs| &costs.arguments);
        for argument in &field.arguments {
            let weight = weights.and_then(|weights| weights.get(&argument.name));
            term.arguments = term
                .arguments
                .saturating_add(weight.copied().unwrap_or_default());
            let definition = field
                .definition
                .arguments
                .iter()
                .find(|known| known.name == argument.name);
            if let Some(definition) = definition {
                self.input(definition.ty.inner_named_type(), &argument.value, term);
            }
        }
    }

    /// What a value of an input type costs, as far as that is written; variables in it are left for later.
    fn input(&mut self, ty: &Name, value: &'a Value, term: &mut Term) {
        let Some(costs) = self.input_costs(ty) else {
            return;
        };
        match value {
            Value::Variable(variable) => term.variables.push(VariableCost {
                variable: variable.clone(),
                costs,
            }),
            Value::List(items) => items.iter().for_each(|item| self.input(ty, item, term)),
            Value::Object(fields) => {
                let schema: &'a Schema = self.schema;
                let Some(ExtendedType::InputObject(object)) = schema.types.get(ty) else {
                    return;
                };
                for (name, value) in fields {
                    let weight = costs.fields.iter().find(|(known, ..)| known == name);
                    term.arguments = term
                        .arguments
                        .saturating_add(weight.map_or(0, |(_, weight, _)| *weight));
                    if let Some(field) = object.fields.get(name) {
                        self.input(field.ty.inner_named_type(), value, term);
                    }
                }
            }
            _ => {}
        }
    }

    /// The weights in an input type and below it. A type that contains itself counts for one level: deeper values cost what that level does.
    fn input_costs(&mut self, ty: &Name) -> Option<Arc<InputCosts>> {
        if let Some(known) = self.inputs.get(ty) {
            return known.clone();
        }
        // A circle ends here.
        self.inputs.insert(ty.clone(), None);
        let schema: &'a Schema = self.schema;
        let Some(ExtendedType::InputObject(object)) = schema.types.get(ty) else {
            return None;
        };
        let weights = self.model.types.get(ty).map(|costs| &costs.inputs);
        let mut fields = Vec::new();
        for (name, field) in &object.fields {
            let weight = weights
                .and_then(|weights| weights.get(name))
                .copied()
                .unwrap_or_default();
            let below = self.input_costs(field.ty.inner_named_type());
            if weight > 0 || below.is_some() {
                fields.push((name.clone(), weight, below));
            }
        }
        let costs = (!fields.is_empty()).then(|| Arc::new(InputCosts { fields }));
        self.inputs.insert(ty.clone(), costs.clone());
        costs
    }
}

/// The variables that `@skip` and `@include` depend on; None if what has them is never there.
fn conditions(directives: &DirectiveList) -> Option<Vec<(Name, bool)>> {
    let mut conditions = Vec::new();
    for (name, expected) in [("skip", false), ("include", true)] {
        let Some(directive) = directives.iter().find(|directive| directive.name == name) else {
            continue;
        };
        match directive
            .specified_argument_by_name("if")
            .map(|value| &**value)
        {
            Some(ast::Value::Boolean(value)) if *value != expected => return None,
            Some(ast::Value::Variable(variable)) => conditions.push((variable.clone(), expected)),
            _ => {}
        }
    }
    Some(conditions)
}
