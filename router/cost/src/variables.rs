//! The variables of one request, read once however often an operation or its response asks for them: a variable may be large, and a hundred fields, or each
//! of a thousand objects, may take it.

use std::cell::RefCell;

use apollo_compiler::Name;
use rustc_hash::FxHashMap;

use crate::inputs::{InputPlace, VariableCost};
use crate::json::Reader;
use crate::values::Values;

/// What has been read of a request's variables.
pub(crate) struct Variables<'v> {
    values: &'v dyn Values,
    /// How many items the value at a path in a variable says.
    sizes: RefCell<FxHashMap<VariablePath, Option<i64>>>,
    /// What a variable costs as a value of an input type.
    costs: RefCell<FxHashMap<(Name, InputPlace), u64>>,
}

/// A variable, and the names on the way to a value in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct VariablePath {
    pub(crate) variable: Name,
    pub(crate) path: Vec<Name>,
}

impl<'v> Variables<'v> {
    /// Nothing read yet.
    pub(crate) fn new(values: &'v dyn Values) -> Self {
        Self {
            values,
            sizes: RefCell::default(),
            costs: RefCell::default(),
        }
    }

    /// Whether a Boolean variable has that value, or none.
    pub(crate) fn may_be(&self, variable: &Name, expected: bool) -> bool {
        let value = self.values.value(variable);
        match value.as_deref() {
            Some("true") => expected,
            Some("false") => !expected,
            _ => true,
        }
    }

    /// How many items the value at a path says, as `read` understands its text; `None` where it says nothing.
    pub(crate) fn size(
        &self,
        of: &VariablePath,
        read: impl FnOnce(&mut Reader<'_>) -> Option<i64>,
    ) -> Option<i64> {
        if let Some(known) = self.sizes.borrow().get(of) {
            return *known;
        }
        let value = self.values.value(&of.variable);
        let size = value.and_then(|text| read(&mut Reader::new(text.as_bytes())));
        self.sizes.borrow_mut().insert(of.clone(), size);
        size
    }

    /// What a variable costs where an argument takes it. One that cannot be read costs more than anybody may spend.
    pub(crate) fn cost(&self, of: &VariableCost) -> u64 {
        let key = (of.variable.clone(), of.place);
        if let Some(known) = self.costs.borrow().get(&key) {
            return *known;
        }
        let value = self.values.value(&of.variable);
        let read = |text: &str| of.costs.of(of.place, &mut Reader::new(text.as_bytes()));
        let cost = value.map_or(0, |text| read(&text).unwrap_or(u64::MAX));
        self.costs.borrow_mut().insert(key, cost);
        cost
    }
}
