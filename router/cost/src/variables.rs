//! The variables of one request, read once however often an operation or its response asks for them: a variable may be large, and a hundred fields, or each
//! of a thousand objects, may take it.

use std::cell::RefCell;
use std::rc::Rc;

use apollo_compiler::Name;
use rustc_hash::FxHashMap;
use serde_json::Value as Json;

use crate::inputs::{InputPlace, VariableCost};
use crate::values::Values;

/// What has been read of a request's variables.
pub(crate) struct Variables<'v> {
    values: &'v dyn Values,
    read: RefCell<FxHashMap<Name, Option<Rc<Json>>>>,
    /// What a variable costs as a value of an input type.
    costs: RefCell<FxHashMap<(Name, InputPlace), u64>>,
}

impl<'v> Variables<'v> {
    /// Nothing read yet.
    pub(crate) fn new(values: &'v dyn Values) -> Self {
        Self {
            values,
            read: RefCell::default(),
            costs: RefCell::default(),
        }
    }

    /// The value of a variable; `None` where it has none.
    pub(crate) fn value(&self, variable: &Name) -> Option<Rc<Json>> {
        let mut read = self.read.borrow_mut();
        if let Some(known) = read.get(variable) {
            return known.clone();
        }
        let value = self.values.value(variable).map(Rc::new);
        read.insert(variable.clone(), value.clone());
        value
    }

    /// What a variable costs where an argument takes it.
    pub(crate) fn cost(&self, of: &VariableCost) -> u64 {
        let key = (of.variable.clone(), of.place);
        if let Some(known) = self.costs.borrow().get(&key) {
            return *known;
        }
        let value = self.value(&of.variable);
        let cost = value.map_or(0, |value| of.costs.of(of.place, &value));
        self.costs.borrow_mut().insert(key, cost);
        cost
    }
}
