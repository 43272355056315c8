//! `@skip` and `@include` as Boolean formulas over variables, in disjunctive normal form.
//!
//! <https://spec.graphql.org/September2025/#sec-Type-System.Directives.Built-in-Directives>

use apollo_compiler::ast::DirectiveList;
use federation::deciding;
use indexmap::IndexSet;

use crate::error::PlanError;
use crate::plan::{Condition, ConditionLiteral};
use crate::work::Work;

/// Conjunctions in one formula at most.
const MAX_TERMS: usize = 64;

/// An interned formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Cond(u32);

impl Cond {
    /// Always true.
    pub(crate) const TRUE: Self = Self(0);
}

/// All formulas of one operation, each once. Sorted literals in sorted terms; the empty term is true.
pub(crate) struct Conditions<'w> {
    pub(crate) work: &'w Work,
    all: IndexSet<Vec<Vec<ConditionLiteral>>>,
}

impl<'w> Conditions<'w> {
    pub(crate) fn new(work: &'w Work) -> Self {
        Self {
            work,
            all: IndexSet::from([vec![Vec::new()]]),
        }
    }

    /// The formula in the form of the plan; `None` for a constant one.
    pub(crate) fn get(&self, cond: Cond) -> Option<Condition> {
        (cond != Cond::TRUE).then(|| Condition {
            any: self.terms(cond).to_vec(),
        })
    }

    pub(crate) fn terms(&self, cond: Cond) -> &[Vec<ConditionLiteral>] {
        self.all
            .get_index(cond.0 as usize)
            .map(|terms| &**terms)
            .unwrap_or_default()
    }

    /// `outer` and what the directives say; `None` when that can never hold.
    ///
    /// # Errors
    ///
    /// When the formula has too many terms.
    pub(crate) fn narrow(
        &mut self,
        outer: Cond,
        directives: &DirectiveList,
    ) -> Result<Option<Cond>, PlanError> {
        let Some(deciding) = deciding(directives) else {
            return Ok(None);
        };
        let mut cond = outer;
        for (_, variable, expected) in deciding {
            let literal = ConditionLiteral {
                variable: variable.clone(),
                expected,
            };
            match self.and(cond, literal)? {
                Some(narrowed) => cond = narrowed,
                None => return Ok(None),
            }
        }
        Ok(Some(cond))
    }

    fn and(&mut self, cond: Cond, literal: ConditionLiteral) -> Result<Option<Cond>, PlanError> {
        let mut terms = Vec::new();
        for term in self.terms(cond) {
            let contradicted = term
                .iter()
                .any(|l| l.variable == literal.variable && l.expected != literal.expected);
            if !contradicted {
                let mut term = term.clone();
                term.push(literal.clone());
                terms.push(term);
            }
        }
        if terms.is_empty() {
            return Ok(None);
        }
        self.intern(terms).map(Some)
    }

    /// One or the other.
    ///
    /// # Errors
    ///
    /// When the formula has too many terms.
    pub(crate) fn or(&mut self, left: Cond, right: Cond) -> Result<Cond, PlanError> {
        if left == right || left == Cond::TRUE {
            return Ok(left);
        }
        if right == Cond::TRUE {
            return Ok(right);
        }
        let mut terms = self.terms(left).to_vec();
        terms.extend_from_slice(self.terms(right));
        self.intern(terms)
    }

    /// Both; `None` when they exclude each other.
    ///
    /// # Errors
    ///
    /// When the formula has too many terms.
    pub(crate) fn both(&mut self, left: Cond, right: Cond) -> Result<Option<Cond>, PlanError> {
        if left == right || right == Cond::TRUE {
            return Ok(Some(left));
        }
        if left == Cond::TRUE {
            return Ok(Some(right));
        }
        let mut terms = Vec::new();
        for one in self.terms(left) {
            for other in self.terms(right) {
                self.work.take(one.len() * (1 + other.len()));
                if one.iter().any(|literal| other.contains(&negated(literal))) {
                    continue;
                }
                let mut term = one.clone();
                term.extend_from_slice(other);
                terms.push(term);
            }
        }
        if terms.is_empty() {
            return Ok(None);
        }
        self.intern(terms).map(Some)
    }

    /// `left` where `right` does not hold; `None` when that is never.
    ///
    /// # Errors
    ///
    /// When the formula has too many terms.
    pub(crate) fn without(&mut self, left: Cond, right: Cond) -> Result<Option<Cond>, PlanError> {
        let mut terms = self.terms(left).to_vec();
        for refused in self.terms(right) {
            let mut narrowed = Vec::new();
            self.work.take(terms.len() * (1 + refused.len()));
            for term in terms {
                if refused
                    .iter()
                    .any(|literal| term.contains(&negated(literal)))
                {
                    narrowed.push(term);
                    continue;
                }
                for literal in refused.iter().filter(|literal| !term.contains(literal)) {
                    let mut term = term.clone();
                    term.push(negated(literal));
                    narrowed.push(term);
                }
            }
            terms = narrowed;
            if terms.len() > MAX_TERMS {
                return Err(too_many());
            }
        }
        if terms.is_empty() {
            return Ok(None);
        }
        self.intern(terms).map(Some)
    }

    fn intern(&mut self, mut terms: Vec<Vec<ConditionLiteral>>) -> Result<Cond, PlanError> {
        // Each is compared with all others, as often as that makes fewer of them.
        let literals: usize = terms.iter().map(Vec::len).sum();
        self.work.spend(4 + terms.len() * literals)?;
        for term in &mut terms {
            term.sort();
            term.dedup();
        }
        simplify(&mut terms);
        if terms.len() > MAX_TERMS {
            return Err(too_many());
        }
        let (index, _) = self.all.insert_full(terms);
        Ok(Cond(u32::try_from(index).unwrap_or(0)))
    }
}

fn negated(literal: &ConditionLiteral) -> ConditionLiteral {
    ConditionLiteral {
        variable: literal.variable.clone(),
        expected: !literal.expected,
    }
}

fn too_many() -> PlanError {
    PlanError::Limit {
        what: "alternatives in one combination of @skip and @include",
        bound: MAX_TERMS,
    }
}

/// Absorption (`a ∨ ab = a`) and complements (`ab ∨ a¬b = a`), until nothing changes.
fn simplify(terms: &mut Vec<Vec<ConditionLiteral>>) {
    loop {
        terms.sort();
        terms.dedup();
        let absorbed: Vec<bool> = terms
            .iter()
            .map(|term| {
                terms
                    .iter()
                    .any(|other| other.len() < term.len() && other.iter().all(|l| term.contains(l)))
            })
            .collect();
        let mut keep = absorbed.iter();
        terms.retain(|_| !keep.next().copied().unwrap_or(false));
        let Some((left, right, merged)) = complement(terms) else {
            return;
        };
        terms.swap_remove(right);
        terms.swap_remove(left);
        terms.push(merged);
    }
}

/// Two terms that differ in the sign of one literal, and what they make together.
fn complement(terms: &[Vec<ConditionLiteral>]) -> Option<(usize, usize, Vec<ConditionLiteral>)> {
    for (left, a) in terms.iter().enumerate() {
        for (right, b) in terms.iter().enumerate().skip(left + 1) {
            if a.len() != b.len() {
                continue;
            }
            let differing: Vec<usize> = (0..a.len()).filter(|&i| a[i] != b[i]).collect();
            if let [index] = differing[..]
                && a[index].variable == b[index].variable
            {
                let mut merged = a.clone();
                merged.remove(index);
                return Some((left, right, merged));
            }
        }
    }
    None
}
