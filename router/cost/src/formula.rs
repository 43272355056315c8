//! The cost of an operation, up to its variables.

use apollo_compiler::Name;

use crate::inputs::VariableCost;
use crate::sizes::Size;
use crate::values::{CostError, Values};
use crate::variables::Variables;

/// The cost of one operation, as a sum of products in which only variables are missing. Immutable; shared by all requests for the operation.
#[derive(Clone, Debug)]
pub struct Formula {
    /// What each refers to comes before it; the last one is the operation. Where nothing depends on variables there is one.
    pub(crate) terms: Vec<Term>,
}

/// A field with what is selected below it, or a fragment: `size × (weight + Σ parts) + arguments`.
#[derive(Clone, Debug)]
pub(crate) struct Term {
    pub(crate) weight: u64,
    pub(crate) size: Size,
    pub(crate) parts: Vec<Part>,
    /// What the arguments cost, whatever the variables are.
    pub(crate) arguments: u64,
    /// Variables in the place of input values of which parts cost something.
    pub(crate) variables: Vec<VariableCost>,
}

/// What a term counts in.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) term: usize,
    /// It is there only if each of these Boolean variables has that value (`@skip`, `@include`).
    pub(crate) conditions: Vec<(Name, bool)>,
}

impl Formula {
    /// The cost with the variables of a request.
    ///
    /// # Errors
    ///
    /// A list whose size the schema wants to be given, and that the operation does not give.
    pub fn evaluate(&self, values: &dyn Values) -> Result<u64, CostError> {
        let variables = Variables::new(values);
        let mut costs: Vec<u64> = Vec::with_capacity(self.terms.len());
        for term in &self.terms {
            let mut each = term.weight;
            for part in &term.parts {
                let mut conditions = part.conditions.iter();
                let holds = conditions.all(|(name, expected)| variables.may_be(name, *expected));
                if holds {
                    each = each.saturating_add(costs.get(part.term).copied().unwrap_or_default());
                }
            }
            let all = match each {
                // How many items of nothing does not matter.
                0 => 0,
                each => each.saturating_mul(term.size.evaluate(&variables)?),
            };
            let arguments = term.variables.iter().fold(term.arguments, |sum, variable| {
                sum.saturating_add(variables.cost(variable))
            });
            costs.push(all.saturating_add(arguments));
        }
        Ok(costs.last().copied().unwrap_or_default())
    }

    /// How many bytes it takes, estimated.
    pub fn weight(&self) -> usize {
        let one = |term: &Term| {
            size_of::<Term>()
                + term.parts.capacity() * size_of::<Part>()
                + term.variables.capacity() * size_of::<VariableCost>()
                // Conditions and slicing arguments, if any.
                + 64 * usize::from(!term.size.is_fixed())
        };
        size_of::<Self>() + self.terms.iter().map(one).sum::<usize>()
    }

    /// How many terms there are: what is evaluated for each request.
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    /// Whether it has no terms. It always has one.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }
}
