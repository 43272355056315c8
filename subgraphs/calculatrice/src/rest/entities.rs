//! The operations that answer more than a number: `calcul` and `serie`.

use serde_json::{Value, json};
use valeurs::{Decimal, Valeurs};

use super::argument::Argument;
use super::operation::{Arguments, Failure, Operation, Parameter};
use crate::expression::functions::FUNCTIONS;
use crate::expression::{Expression, MAX_DEPTH, MAX_LENGTH, MAX_OPERATIONS};
use crate::schema::calcul::Etape;

pub(super) fn routes() -> Vec<Operation> {
    vec![
        Operation {
            name: "calcul".to_owned(),
            description: grammar(),
            parameters: vec![Parameter {
                name: "expression".to_owned(),
                description: "The expression.",
                example: "2 * (3 + 4)^2 / 7",
                schema: String::schema(),
                default: None,
                required: true,
            }],
            answer: "Calcul",
            compute: calcul,
        },
        Operation {
            name: "serie".to_owned(),
            description: "The totals of a list of numbers, and its identifier.".to_owned(),
            parameters: vec![Parameter {
                name: "valeurs".to_owned(),
                description: "The values in their order, at least one.",
                example: "1,2,4",
                schema: Vec::<Decimal>::schema(),
                default: None,
                required: true,
            }],
            answer: "Serie",
            compute: serie,
        },
    ]
}

/// What an expression may be, with every function.
fn grammar() -> String {
    let functions = FUNCTIONS.iter().map(|function| {
        let (names, arity) = (function.names().join("`, `"), function.arity());
        format!("- `{names}`, {arity}: {}", function.description)
    });
    let functions: Vec<String> = functions.collect();
    format!(
        "Evaluates an expression, and shows the steps.\n\n\
         Operators, from the loosest to the tightest: `+ -`, `* / %`, a sign, `^` (from the right), `!`. Constants: `pi`, `e`. \
         A number has a point; the arguments of a function are separated by `,` or `;`. In a query string write `+` as `%2B`, \
         and `%` as `%25`.\n\n\
         Functions:\n\n{}\n\n\
         At most {MAX_LENGTH} characters, {MAX_OPERATIONS} operators, {MAX_DEPTH} levels of nesting.",
        functions.join("\n")
    )
}

fn calcul(arguments: &Arguments) -> Result<Value, Failure> {
    let expression: Expression = arguments.read::<String>("expression", None)?.parse()?;
    let resultat = expression.value()?;
    let etapes = Etape::numbered(expression.steps()?);
    Ok(json!({
        "expression": expression.to_string(),
        "resultat": resultat,
        "etapes": etapes,
    }))
}

fn serie(arguments: &Arguments) -> Result<Value, Failure> {
    let valeurs: Vec<Decimal> = arguments.read("valeurs", None)?;
    let valeurs = Valeurs::new(valeurs)?.within(arguments.limits.series_length)?;
    let values = || valeurs.iter().copied();
    Ok(json!({
        "id": valeurs.id().as_str(),
        "valeurs": &valeurs[..],
        "somme": Decimal::try_sum(values())?,
        "produit": Decimal::try_product(values())?,
        "cumul": Decimal::try_running_sums(values())?,
    }))
}
