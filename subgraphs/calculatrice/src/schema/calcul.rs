//! `Calcul`: an expression and its value. The entity *is* the expression, in canonical form.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use async_graphql::{InputObject, Object, SimpleObject};
use serde::Serialize;
use valeurs::entity::Entity;
use valeurs::{Decimal, Objets, Resultat, budget};

use crate::angle::UniteAngle;
use crate::expression::{Angles, Evaluation, Expression, Step, Values};

/// An expression that was evaluated.
#[derive(Debug)]
pub(crate) struct Calcul {
    expression: Expression,
    resultat: Decimal,
    /// For the steps, where it takes little to keep.
    evaluation: Mutex<Option<Evaluation>>,
    /// Made once for all fields that ask for them.
    etapes: OnceLock<Resultat<Vec<Etape>>>,
}

/// What reading a character of an expression costs, in units of work. Its operations pay for themselves.
const CHARACTER: u64 = 4;

/// What an expression costs before it is evaluated.
fn pay(expression: &str) -> Resultat<()> {
    budget::charge(expression.len() as u64 * CHARACTER)
}

impl Calcul {
    /// Reads and evaluates.
    ///
    /// # Errors
    /// Those of the grammar, or of an operation: all about the argument `expression`, with the column.
    pub(crate) fn new(expression: &str, values: &Values, angles: Angles) -> Resultat<Calcul> {
        pay(expression)?;
        Calcul::of(Expression::read(expression, values, angles)?)
    }

    fn of(expression: Expression) -> Resultat<Calcul> {
        let mut evaluation = expression.evaluate()?;
        let resultat = expression.value(&mut evaluation)?;
        Ok(Calcul {
            expression,
            resultat,
            evaluation: Mutex::new(Some(evaluation).filter(Evaluation::is_small)),
            etapes: OnceLock::new(),
        })
    }

    /// The same for all fields of a request that have the same text, the same values and the same unit.
    fn shared(expression: &str, values: &Values, angles: Angles) -> Resultat<Arc<Calcul>> {
        let source = values.written(expression, angles);
        budget::shared("calcul", source.as_bytes(), || {
            Calcul::new(expression, values, angles)
        })
    }

    /// The same of a canonical form, which is the key of the entity.
    fn by_key(expression: &str) -> Resultat<Arc<Calcul>> {
        budget::shared("expression", expression.as_bytes(), || {
            pay(expression)?;
            Calcul::of(Expression::canonical(expression)?)
        })
    }

    /// The expression, its value and its steps, for the REST API: no steps where a number in them cannot be shown.
    ///
    /// # Errors
    /// The request cannot pay for the steps.
    pub(crate) fn parts(&self) -> Resultat<(String, Decimal, Option<&[Etape]>)> {
        let steps = self.steps();
        if steps.is_err() {
            budget::charge(0)?;
        }
        Ok((self.expression.to_string(), self.resultat, steps.ok()))
    }

    fn steps(&self) -> Resultat<&[Etape]> {
        let etapes = self
            .etapes
            .get_or_init(|| self.make_steps().map(Etape::numbered));
        etapes.as_deref().map_err(Clone::clone)
    }

    fn make_steps(&self) -> Resultat<Vec<Step>> {
        let mut kept = self
            .evaluation
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut evaluation = match kept.take() {
            Some(evaluation) => evaluation,
            None => self.expression.evaluate()?,
        };
        self.expression.steps(&mut evaluation)
    }
}

/// A value for a name in an expression.
#[derive(Debug, InputObject)]
pub(crate) struct Affectation {
    /// The name: a letter, then letters, digits and `_`, at most 32 characters. Upper and lower case are the same.
    nom: String,
    /// Its value.
    valeur: Decimal,
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

    /// The operations that lead to the result, in the order in which they are done. A number alone has none. Null, with an error, when a number in them cannot
    /// be shown, though the result is known.
    async fn etapes(&self) -> Option<Resultat<Objets<&Etape>>> {
        let steps = self.steps().map(|steps| Objets(steps.iter().collect()));
        Some(steps)
    }
}

/// One operation of an evaluation.
#[derive(Debug, Clone, SimpleObject, Serialize)]
pub(crate) struct Etape {
    /// The rank of the step, from 1.
    numero: i32,
    /// The operation: `addition`, `puissance`, the name of a function.
    operation: &'static str,
    /// The operation with its numbers, written as in `reste`: `3 + 4`.
    calcul: String,
    /// The numbers that the operation takes, in their order. Null for one beyond the largest Decimal, which `calcul` shows.
    operandes: Vec<Option<Decimal>>,
    /// What it gives. Null beyond the largest Decimal, which is no error of a step: only the result of the whole expression must be a Decimal.
    resultat: Option<Decimal>,
    /// The whole expression after the step, with the result in the place of the operation. Its numbers are rounded to be shown; what
    /// follows is computed with those that are not. One that is too large for a Decimal, or too small for another than 0, is shown by
    /// 28 digits and a power of ten: `30! / 28!` leaves `2.6525285981219105863630848e32 / 28!`.
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
    /// Computed exactly as long as it is rational (`1/3*3` is 1); where it is not, with as many digits as it takes to know the nearest Decimal; and
    /// rounded once. What 616 digits cannot tell from 0, from a whole number or from half way between two is taken for it
    /// (`plancher(racine(2)^2)` is 2); what they leave open in any other way is refused (`LIMIT_EXCEEDED`).
    ///
    /// Operators, from the loosest to the tightest: `+ -`, `* / %`, a sign, `^` (from the right), `! !! % °`. So `-2^2` is -4 and
    /// `2^3^2` is 512. `n!!` is the double factorial: `5!!` is 5 × 3 × 1, and the factorial of a factorial is `(5!)!`. `7 % 4` is a
    /// remainder, and `20 %`, with no operand after it, per cent: 0.2. `30°` is an angle in degrees: `sin(30°)` is 0.5. Constants:
    /// `pi`, `e`. Functions: `abs`, `arrondi(x, n)`, `atan`, `cos`, `degres`, `doubleFactorielle`, `exp`, `factorielle`, `ln`,
    /// `log(x, base)`, `log10`, `log2`, `max(…)`, `min(…)`, `pgcd(…)`, `plafond`, `plancher`, `ppcm(…)`, `produit(…)`,
    /// `racine(x, n)`, `signe`, `sin`, `somme(…)`, `tan`, `tronque(x, n)`, and English names such as `sqrt`, `round`, `floor`.
    /// Without a base, `log` is natural, as `logarithme` is. A number has a point, arguments are separated by `,` or `;`.
    ///
    /// Other names stand for values: `a*x + b` with `avec: [{nom: "a", valeur: 2}, …]`. The values take the places of their names, in the
    /// canonical form too, so that a `Calcul` is one expression on any server.
    ///
    /// At most 1000 characters, 500 operators, 64 levels of nesting.
    #[graphql(complexity = "10 + child_complexity")]
    async fn calcul(
        &self,
        #[graphql(desc = "The expression, such as `2 * (3 + 4)^2 / 7`.")] expression: String,
        #[graphql(desc = "The values of the names in it, each once, at most 64.")] avec: Option<
            Vec<Affectation>,
        >,
        #[graphql(
            desc = "The unit of the angles that its functions take and give. Those written with `°` are in degrees in any case.",
            default
        )]
        angles: UniteAngle,
    ) -> Option<Resultat<Arc<Calcul>>> {
        let named = avec.into_iter().flatten();
        let values = Values::new(named.map(|one| (one.nom, one.valeur)).collect());
        Some(values.and_then(|values| Calcul::shared(&expression, &values, angles.into())))
    }

    #[graphql(entity)]
    async fn calcul_by_expression(
        &self,
        #[graphql(key)] expression: String,
        #[graphql(name = "__index")] index: Option<usize>,
    ) -> Entity<Arc<Calcul>> {
        Entity::new(index, Calcul::by_key(&expression))
    }
}
