//! The operations that answer more than a number: `calcul` and `serie`.

use serde_json::{Value, json};
use service::Limits;
use service::rest::table::{Operation, named, object, parameter};
use valeurs::{Decimal, Resultat, Valeurs};

use crate::expression::functions::FUNCTIONS;
use crate::expression::{Expression, MAX_DEPTH, MAX_LENGTH, MAX_OPERATIONS};
use crate::schema::calcul::Etape;

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::answering(
            "calcul",
            grammar(),
            (parameter::<String>(
                "expression",
                "The expression.",
                "2 * (3 + 4)^2 / 7",
            ),),
            named("Calcul"),
            |(expression,), _| calcul(&expression),
        ),
        Operation::answering(
            "serie",
            "The totals of a list of numbers, and its identifier.",
            (parameter(
                "valeurs",
                "The values in their order, at least one.",
                "1,2,4",
            ),),
            named("Serie"),
            |(valeurs,), limits| serie(valeurs, limits),
        ),
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
        "Évalue une expression, et montre les étapes. Les fonctions sont énumérées ci-dessous. Au plus {MAX_LENGTH} \
         caractères, {MAX_OPERATIONS} opérateurs, {MAX_DEPTH} niveaux d’imbrication.\n\n\
         *Evaluates an expression, and shows the steps.*\n\n\
         Operators, from the loosest to the tightest: `+ -`, `* / %`, a sign, `^` (from the right), `!`, `!!` (the double factorial). Constants: `pi`, `e`. \
         A number has a point; the arguments of a function are separated by `,` or `;`. In a query string write `+` as `%2B`, \
         and `%` as `%25`.\n\n\
         Functions:\n\n{}\n\n\
         At most {MAX_LENGTH} characters, {MAX_OPERATIONS} operators, {MAX_DEPTH} levels of nesting.",
        functions.join("\n")
    )
}

fn calcul(expression: &str) -> Resultat<Value> {
    let expression: Expression = expression.parse()?;
    let resultat = expression.value()?;
    let etapes = Etape::numbered(expression.steps()?);
    Ok(json!({
        "expression": expression.to_string(),
        "resultat": resultat,
        "etapes": etapes,
    }))
}

fn serie(valeurs: Vec<Decimal>, limits: &Limits) -> Resultat<Value> {
    let valeurs = Valeurs::new(valeurs)?.within(limits.series_length)?;
    let values = || valeurs.iter().copied();
    Ok(json!({
        "id": valeurs.id().as_str(),
        "valeurs": &valeurs[..],
        "somme": Decimal::try_sum(values())?,
        "produit": Decimal::try_product(values())?,
        "cumul": Decimal::try_running_sums(values())?,
    }))
}

pub(super) fn schemas() -> Value {
    let decimal = || named("Decimal");
    let decimals = || json!({ "type": "array", "items": decimal() });
    let text = |description: &str| json!({ "type": "string", "description": description });
    json!({
        "Calcul": object("An expression and its value.", json!({
            "expression": text("The expression in canonical form."),
            "resultat": decimal(),
            "etapes": { "type": "array", "items": named("Etape") },
        })),
        "Etape": object("One operation of an evaluation.", json!({
            "numero": { "type": "integer", "minimum": 1, "description": "The rank of the step." },
            "operation": text("The operation: `addition`, `puissance`, the name of a function."),
            "calcul": text("The operation with its numbers."),
            "operandes": decimals(),
            "resultat": decimal(),
            "reste": text("The whole expression after the step."),
        })),
        "Serie": object("A list of numbers and its totals.", json!({
            "id": text("The identifier, which holds the values."),
            "valeurs": decimals(),
            "somme": decimal(),
            "produit": decimal(),
            "cumul": decimals(),
        })),
    })
}
