//! From an operation to what its responses are measured by.

use apollo_compiler::executable::{ExecutableDocument, Field, Operation, Selection, SelectionSet};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Node, Schema};

use super::{Compiler, base};
use crate::formula::Term;
use crate::meter::{Fields, Meter, MeteredField};
use crate::model::CostModel;

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
        let mut root = Fields::default();
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
        let fields = &mut self.fields;
        // What is below a field comes after it.
        let mut costs = vec![false; fields.len()];
        for (index, field) in fields.iter().enumerate().rev() {
            costs[index] = field.weight > 0
                || field.arguments > 0
                || !field.variables.is_empty()
                || field.below.iter().any(|below| costs[below]);
        }
        let without = |of: Fields, all: &[MeteredField]| {
            let mut left = Fields::default();
            let kept = of.iter().filter(|index| costs[*index]);
            kept.for_each(|index| left.add(index, all));
            left
        };
        for index in 0..fields.len() {
            let below = std::mem::take(&mut fields[index].below);
            fields[index].below = without(below, fields);
        }
        self.root = without(std::mem::take(&mut self.root), fields);
    }
}

impl<'a> Compiler<'a> {
    /// Adds the fields of a selection set to those of an object, each response name once, and all that is below them. `left` bounds the selections that are
    /// looked at; `None` when there are more.
    fn metered(
        &mut self,
        selections: &'a SelectionSet,
        meter: &mut Meter,
        fields: &mut Fields,
        left: &mut usize,
    ) -> Option<()> {
        for selection in &selections.selections {
            *left = left.checked_sub(1)?;
            let field = match selection {
                Selection::Field(field) if self.is_free(field) => continue,
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
            let index = match fields.index(key, &meter.fields) {
                Some(index) => index,
                None => {
                    let metered = self.metered_field(&selections.ty, field);
                    meter.fields.push(metered);
                    let index = meter.fields.len() - 1;
                    fields.add(index, &meter.fields);
                    index
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
            below: Fields::default(),
        }
    }
}
