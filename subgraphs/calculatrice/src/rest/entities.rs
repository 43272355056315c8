//! The operations that answer more than a number: `calcul` and `serie`.

use serde_json::{Value, json};
use service::Limits;
use service::rest::table::{Operation, named, object, parameter, part};
use valeurs::{Decimal, Resultat, Valeurs, budget};

use crate::angle::UniteAngle;
use crate::descriptions::descriptions;
use crate::expression::functions::FUNCTIONS;
use crate::expression::{MAX_DEPTH, MAX_LENGTH, MAX_OPERATIONS, Values};
use crate::schema::calcul::Calcul;

use super::affectations::Affectations;

/// What a value of a series costs, in units of work: its sums and its product.
const VALUE: u64 = 9;

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::answering(
            "calcul",
            grammar(),
            (
                parameter::<String>("expression", "The expression.", "2 * (3 + x)^2 / 7")
                    .at_most(MAX_LENGTH),
                parameter::<Affectations>(
                    "avec",
                    "The values of the names in it, each once, at most 64.",
                    "x=4",
                ),
                parameter::<UniteAngle>(
                    "angles",
                    "The unit of the angles that its functions take and give. Those written with `°` are in degrees in any case.",
                    "DEGRE",
                )
                .or(UniteAngle::default()),
            ),
            named("Calcul"),
            |(expression, avec, angles), _| calcul(&expression, avec, angles),
        )
        // A few characters are a number of thousands of digits.
        .slow(),
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

/// What an expression may be, with every function, in both languages.
fn grammar() -> String {
    let dictionary = descriptions();
    let functions = FUNCTIONS.iter().map(|function| {
        let (names, arity) = (function.names().join("`, `"), function.arity());
        let arguments = arity
            .replace("at least", "au moins")
            .replace(" or ", " ou ");
        let (french, english) = dictionary.pair(function.description);
        format!("- `{names}`, {arguments}\u{a0}: {french} (*{arity}: {english}*)")
    });
    let functions: Vec<String> = functions.collect();
    format!(
        "Évalue une expression, et montre les étapes.\n\n\
         Opérateurs, du moins prioritaire au plus prioritaire\u{a0}: `+ -`, `* / %`, un signe, `^` (de droite à gauche), puis, après leur opérande, `!`, `!!` (la \
         double factorielle), `%` (pour cent, sans opérande à sa suite) et `°` (degrés). Constantes\u{a0}: `pi`, `e`. D’autres noms désignent des valeurs\u{a0}: \
         `avec=a=2&avec=x=0.5`. Un nombre s’écrit avec un point\u{a0}; les arguments d’une fonction sont séparés par `,` ou `;`. Dans une adresse, `+` s’écrit `%2B`, et \
         `%` s’écrit `%25`. Au plus {MAX_LENGTH} caractères, {MAX_OPERATIONS} opérateurs, {MAX_DEPTH} niveaux d’imbrication.\n\n\
         *Evaluates an expression, and shows the steps.*\n\n\
         *Operators, from the loosest to the tightest: `+ -`, `* / %`, a sign, `^` (from the right), then after their operand \
         `!`, `!!` (the double factorial), `%` (per cent, where no operand follows) and `°` (degrees). Constants: `pi`, `e`. Other names stand for values: \
         `avec=a=2&avec=x=0.5`. \
         A number has a point; the arguments of a function are separated by `,` or `;`. In a query string write `+` as `%2B`, \
         and `%` as `%25`. At most {MAX_LENGTH} characters, {MAX_OPERATIONS} operators, {MAX_DEPTH} levels of nesting.*\n\n\
         Fonctions (*functions*)\u{a0}:\n\n{}",
        functions.join("\n")
    )
}

fn calcul(expression: &str, avec: Affectations, angles: UniteAngle) -> Resultat<Value> {
    let values = Values::new(avec.0)?;
    let calcul = Calcul::new(expression, &values, angles.into())?;
    let (expression, resultat, etapes) = calcul.parts()?;
    Ok(json!({
        "expression": expression,
        "resultat": resultat,
        "etapes": etapes,
    }))
}

fn serie(valeurs: Vec<Decimal>, limits: &Limits) -> Resultat<Value> {
    let valeurs = Valeurs::new(valeurs)?.within(limits.series_length)?;
    budget::charge(valeurs.len() as u64 * VALUE)?;
    let values = || valeurs.iter().copied();
    Ok(json!({
        "id": valeurs.id().as_str(),
        "valeurs": &valeurs[..],
        "somme": part(Decimal::try_sum(values()))?,
        "produit": part(Decimal::try_product(values()))?,
        "cumul": part(Decimal::try_running_sums(values()))?,
    }))
}

pub(super) fn schemas() -> Value {
    let decimal = || named("Decimal");
    let decimals = || json!({ "type": "array", "items": decimal() });
    let decimal_or_null = |description: &str| json!({ "description": description, "oneOf": [decimal(), { "type": "null" }] });
    let text = |description: &str| json!({ "type": "string", "description": description });
    json!({
        "Calcul": object("An expression and its value.", json!({
            "expression": text("The expression in canonical form."),
            "resultat": decimal(),
            "etapes": {
                "description": "The operations that lead to the result; null when a number in them cannot be shown.",
                "oneOf": [{ "type": "array", "items": named("Etape") }, { "type": "null" }],
            },
        })),
        "Etape": object("One operation of an evaluation.", json!({
            "numero": { "type": "integer", "minimum": 1, "description": "The rank of the step." },
            "operation": text("The operation: `addition`, `puissance`, the name of a function."),
            "calcul": text("The operation with its numbers, written as in `reste`."),
            "operandes": { "type": "array", "items": decimal_or_null("A number; null beyond the largest Decimal, which `calcul` shows.") },
            "resultat": decimal_or_null("What it gives; null beyond the largest Decimal."),
            "reste": text("The whole expression after the step. A number that is too large for a Decimal, or too small for another than 0, is shown by 28 digits and a power of ten."),
        })),
        "Serie": object("A list of numbers and its totals.", json!({
            "id": text("The identifier, which holds the values."),
            "valeurs": decimals(),
            "somme": decimal_or_null("The sum; null when it is out of range."),
            "produit": decimal_or_null("The product; null when it is out of range."),
            "cumul": { "description": "The running sums; null when one of them is out of range.", "oneOf": [decimals(), { "type": "null" }] },
        })),
    })
}
