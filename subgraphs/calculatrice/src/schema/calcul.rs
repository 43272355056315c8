//! `Calcul`: an expression and its value. The entity *is* the expression, in canonical form.

use std::sync::{Arc, OnceLock};

use async_graphql::{Object, SimpleObject};
use serde::Serialize;
use valeurs::entity::Entity;
use valeurs::{Decimal, Objets, Resultat, budget};

use crate::expression::{Expression, Step};

/// An expression that was evaluated.
#[derive(Debug, Clone)]
pub(crate) struct Calcul {
    expression: Expression,
    resultat: Decimal,
    /// Made once for all fields that ask for them.
    etapes: OnceLock<Resultat<Vec<Etape>>>,
}

/// What a character of an expression may cost, in units of work: eight may be a power of two numbers with all their digits.
const CHARACTER: u64 = 200;

/// What an expression costs before it is evaluated.
fn pay(expression: &str) -> Resultat<()> {
    budget::charge(expression.len() as u64 * CHARACTER)
}

impl Calcul {
    /// Reads and evaluates.
    ///
    /// # Errors
    /// Of the grammar, or of an operation: all about the argument `expression`, with the column.
    pub(crate) fn new(expression: &str) -> Resultat<Calcul> {
        pay(expression)?;
        let expression: Expression = expression.parse()?;
        let resultat = expression.value()?;
        Ok(Calcul {
            expression,
            resultat,
            etapes: OnceLock::new(),
        })
    }

    /// The same for all fields of a request that have the same text.
    fn shared(expression: &str) -> Resultat<Arc<Calcul>> {
        budget::shared("calcul", expression.as_bytes(), || Calcul::new(expression))
    }

    fn steps(&self) -> Resultat<&[Etape]> {
        let etapes = self.etapes.get_or_init(|| {
            pay(&self.expression.to_string())?;
            self.expression.steps().map(Etape::numbered)
        });
        etapes.as_deref().map_err(Clone::clone)
    }
}

/// An expression and its value.
#[Object]
impl Calcul {
    /// The expression in canonical form: single spaces around operators, no parentheses that are not needed, numbers
    /// without superfluous zeros. Texts with the same canonical form are the same `Calcul`.
    async fn expression(&self) -> String {
        self.expression.to_string()
    }

    /// The value of the expression.
    async fn resultat(&self) -> Decimal {
        self.resultat
    }

    /// The operations that lead to the result, in the order in which they are done. A number alone has none.
    async fn etapes(&self) -> Resultat<Objets<&Etape>> {
        Ok(Objets(self.steps()?.iter().collect()))
    }
}

/// One operation of an evaluation.
#[derive(Debug, Clone, SimpleObject, Serialize)]
pub(crate) struct Etape {
    /// The rank of the step, from 1.
    numero: i32,
    /// The operation: `addition`, `puissance`, the name of a function.
    operation: &'static str,
    /// The operation with its numbers: `3 + 4`.
    calcul: String,
    /// The numbers that the operation takes, in their order.
    operandes: Vec<Decimal>,
    /// What it gives.
    resultat: Decimal,
    /// The whole expression after the step, with the result in the place of the operation. Its numbers are rounded to be shown; what
    /// follows is computed with those that are not.
    reste: String,
}

impl Etape {
    /// Steps with their ranks.
    pub(crate) fn numbered(steps: Vec<Step>) -> Vec<Etape> {
        (1..).zip(steps).map(Etape::from).collect()
    }
}

impl From<(i32, Step)> for Etape {
    fn from((numero, step): (i32, Step)) -> Self {
        Etape {
            numero,
            operation: step.operation,
            calcul: step.text,
            operandes: step.operands,
            resultat: step.result,
            reste: step.left,
        }
    }
}

/// The root fields about expressions.
#[derive(Debug, Default)]
pub(crate) struct Calculs;

#[Object]
impl Calculs {
    /// Evaluates an expression: `2 * (3 + 4)^2 / 7`.
    ///
    /// Computed exactly as long as it is rational (`1/3*3` is 1), with 64 digits and more where it is not, and rounded once.
    ///
    /// Operators, from the loosest to the tightest: `+ -`, `* / %`, a sign, `^` (from the right), `!`, `!!`. So `-2^2` is -4 and
    /// `2^3^2` is 512. `n!!` is the double factorial: `5!!` is 5 × 3 × 1, and the factorial of a factorial is `(5!)!`. Constants:
    /// `pi`, `e`. Functions: `abs`, `arrondi(x, n)`, `atan`, `cos`, `doubleFactorielle`, `exp`, `factorielle`, `ln`,
    /// `log(x, base)`, `log10`, `log2`, `max(…)`, `min(…)`, `pgcd(…)`, `plafond`, `plancher`, `ppcm(…)`, `produit(…)`,
    /// `racine(x, n)`, `signe`, `sin`, `somme(…)`, `tan`, `tronque(x, n)`, and English names such as `sqrt`, `round`, `floor`.
    /// Without a base, `log` is natural, as `logarithme` is. A number has a point, arguments are separated by `,` or `;`.
    ///
    /// At most 1000 characters, 500 operators, 64 levels of nesting.
    #[graphql(complexity = "10 + child_complexity")]
    async fn calcul(
        &self,
        #[graphql(desc = "The expression, such as `2 * (3 + 4)^2 / 7`.")] expression: String,
    ) -> Option<Resultat<Arc<Calcul>>> {
        Some(Calcul::shared(&expression))
    }

    #[graphql(entity)]
    async fn calcul_by_expression(
        &self,
        #[graphql(key)] expression: String,
        #[graphql(name = "__index")] index: Option<usize>,
    ) -> Entity<Arc<Calcul>> {
        Entity::new(index, Calcul::shared(&expression))
    }
}
