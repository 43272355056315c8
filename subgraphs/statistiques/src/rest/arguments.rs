//! The types of this API's parameters and answers.

use serde::Serialize;
use serde_json::{Value, json};
use service::rest::table::{Answer, Argument, Given, Refused, named, object, one_of};
use valeurs::{Decimal, Erreur, Resultat};

use crate::dispersion::Definition;
use crate::histogramme::Classe;
use crate::liaison::Regression;
use crate::quantile::{Probability, Quartiles};

/// The named schemas of answers.
pub(super) fn schemas() -> Value {
    let decimal = || named("Decimal");
    json!({
        "Quartiles": object(
            "The three values that cut a series into quarters.",
            json!({ "q1": decimal(), "q2": decimal(), "q3": decimal() }),
        ),
        "Regression": object(
            "The line y = ordonnee + pente · x. R² is null when all y are equal.",
            json!({ "pente": decimal(), "ordonnee": decimal(), "r2": <Option<Decimal> as Answer>::schema() }),
        ),
        "Classe": object(
            "borneInf ≤ x < borneSup, and x = borneSup too in the last class.",
            json!({
                "borneInf": decimal(),
                "borneSup": decimal(),
                "effectif": usize::schema(),
                "frequence": decimal(),
            }),
        ),
    })
}

const DEFINITIONS: [(&str, Definition); 2] = [
    ("ECHANTILLON", Definition::Echantillon),
    ("POPULATION", Definition::Population),
];

impl Argument for Definition {
    fn schema() -> Value {
        json!({ "type": "string", "enum": DEFINITIONS.map(|(name, _)| name) })
    }

    fn read(given: &Given) -> Result<Self, Refused> {
        one_of(given, &DEFINITIONS)
    }

    fn to_json(&self) -> Value {
        let named = DEFINITIONS.iter().find(|(_, value)| value == self);
        named.map_or(Value::Null, |(name, _)| (*name).into())
    }
}

/// From 0 to 1, without an exponent.
const PROBABILITY: &str = r"[+]?(0+(\.[0-9]{1,28})?|0*1(\.0{1,28})?)";

impl Argument for Probability {
    fn schema() -> Value {
        json!({ "anyOf": [
            { "type": "string", "pattern": format!("^{PROBABILITY}$"), "maxLength": 256 },
            { "type": "number", "minimum": 0, "maximum": 1 },
        ] })
    }

    fn query_schema() -> Value {
        json!({ "type": "string", "pattern": format!("^ *{PROBABILITY} *$"), "maxLength": 256 })
    }

    fn read(given: &Given) -> Result<Self, Refused> {
        let p = Decimal::read(given)?;
        Probability::from_decimal(p).map_err(Refused::Domain)
    }
}

/// The answer of an operation, as the table gives it to JSON.
#[derive(Serialize)]
pub(super) struct QuartilesAnswer {
    q1: Decimal,
    q2: Decimal,
    q3: Decimal,
}

impl From<Quartiles> for QuartilesAnswer {
    fn from(Quartiles { q1, q2, q3 }: Quartiles) -> Self {
        Self { q1, q2, q3 }
    }
}

impl Answer for QuartilesAnswer {
    fn schema() -> Value {
        named("Quartiles")
    }
}

/// As [`QuartilesAnswer`].
#[derive(Serialize)]
pub(super) struct RegressionAnswer {
    pente: Decimal,
    ordonnee: Decimal,
    r2: Option<Decimal>,
}

impl TryFrom<Regression> for RegressionAnswer {
    type Error = Erreur;

    fn try_from(line: Regression) -> Resultat<Self> {
        Ok(Self {
            pente: line.pente()?,
            ordonnee: line.ordonnee()?,
            r2: line.r2()?,
        })
    }
}

impl Answer for RegressionAnswer {
    fn schema() -> Value {
        named("Regression")
    }
}

/// As [`QuartilesAnswer`].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ClasseAnswer {
    borne_inf: Decimal,
    borne_sup: Decimal,
    effectif: usize,
    frequence: Decimal,
}

impl From<Classe> for ClasseAnswer {
    fn from(classe: Classe) -> Self {
        Self {
            borne_inf: classe.borne_inf,
            borne_sup: classe.borne_sup,
            effectif: classe.effectif,
            frequence: classe.frequence,
        }
    }
}

impl Answer for ClasseAnswer {
    fn schema() -> Value {
        named("Classe")
    }
}
