//! The types of this API's parameters and answers.

use serde::Serialize;
use serde_json::{Value, json};
use service::rest::table::{Answer, Argument, Given, Refused, named, object, one_of, part};
use valeurs::{Decimal, Erreur, Resultat};

use crate::dispersion::Definition;
use crate::histogramme::Classe;
use crate::liaison::{Correlation, Pairs, Regression};
use crate::quantile::{Methode, Quartiles};
use crate::student::{Alternative, Intervalle, Student, Variante};
use crate::transformation::Aberrantes;

mod bounded;

pub(super) use self::bounded::{Factor, Level, Probabilities};

/// The named schemas of answers.
pub(super) fn schemas() -> Value {
    let decimal = || named("Decimal");
    let or_null = <Option<Decimal> as Answer>::schema;
    json!({
        "Quartiles": object(
            "The three values that cut a series into quarters.",
            json!({ "q1": decimal(), "q2": decimal(), "q3": decimal() }),
        ),
        "RegressionResidus": object(
            "The line y = ordonnee + pente · x, y minus the line for each pair, and the y of the line at the x of `prediction`. R² is null when all y are equal, and each part where it is out of range.",
            json!({
                "pente": or_null(),
                "ordonnee": or_null(),
                "r2": or_null(),
                "residus": <Option<Vec<Decimal>> as Answer>::schema(),
                "prediction": or_null(),
            }),
        ),
        "IntervalleConfiance": object(
            "From borneInf to borneSup: the mean of the sample minus and plus the margin. A part is null where it is out of range.",
            json!({ "niveau": decimal(), "borneInf": or_null(), "borneSup": or_null(), "marge": or_null() }),
        ),
        "TestStudent": object(
            "The statistic t, null where it is out of range, its degrees of freedom, and the p-value.",
            json!({ "statistique": or_null(), "degresLiberte": decimal(), "pValeur": decimal() }),
        ),
        "Regression": object(
            "The line y = ordonnee + pente · x. R² is null when all y are equal, and each part where it is out of range.",
            json!({ "pente": or_null(), "ordonnee": or_null(), "r2": or_null() }),
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

/// Enumerations, by the names that GraphQL has for their values.
macro_rules! named_values {
    ($($type:ty { $($name:literal $value:expr),+ $(,)? })+) => {$(
        impl Argument for $type {
            fn schema() -> Value {
                json!({ "type": "string", "enum": [$($name),+] })
            }

            fn read(given: &Given<'_>) -> Result<Self, Refused> {
                one_of(given, &[$(($name, $value)),+])
            }

            fn to_json(&self) -> Value {
                let names = [$(($name, $value)),+];
                let named = names.iter().find(|(_, value)| value == self);
                named.map_or(Value::Null, |(name, _)| (*name).into())
            }
        }
    )+};
}
named_values! {
    Definition { "ECHANTILLON" Definition::Echantillon, "POPULATION" Definition::Population }
    Aberrantes { "TUKEY" Aberrantes::Tukey, "ECART_TYPE" Aberrantes::EcartType }
    Correlation { "PEARSON" Correlation::Pearson, "SPEARMAN" Correlation::Spearman }
    Variante {
        "WELCH" Variante::Welch,
        "EGALES" Variante::Egales,
        "APPARIEES" Variante::Appariees,
    }
    Alternative {
        "BILATERALE" Alternative::Bilaterale,
        "INFERIEURE" Alternative::Inferieure,
        "SUPERIEURE" Alternative::Superieure,
    }
    Methode {
        "TYPE_1" Methode::Type1,
        "TYPE_2" Methode::Type2,
        "TYPE_3" Methode::Type3,
        "TYPE_4" Methode::Type4,
        "TYPE_5" Methode::Type5,
        "TYPE_6" Methode::Type6,
        "TYPE_7" Methode::Type7,
        "TYPE_8" Methode::Type8,
        "TYPE_9" Methode::Type9,
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
pub(super) struct ResidualsAnswer {
    #[serde(flatten)]
    line: RegressionAnswer,
    residus: Option<Vec<Decimal>>,
    prediction: Option<Decimal>,
}

impl ResidualsAnswer {
    pub(super) fn of(line: Regression, pairs: Pairs<'_>, x: Option<Decimal>) -> Resultat<Self> {
        let residus = part(line.residus(pairs))?;
        let prediction = x.map(|x| part(line.prediction(x))).transpose()?;
        let line = RegressionAnswer::try_from(line)?;
        Ok(Self {
            line,
            residus,
            prediction: prediction.flatten(),
        })
    }
}

impl Answer for ResidualsAnswer {
    fn schema() -> Value {
        named("RegressionResidus")
    }
}

/// As [`QuartilesAnswer`].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct IntervalleAnswer {
    niveau: Decimal,
    borne_inf: Option<Decimal>,
    borne_sup: Option<Decimal>,
    marge: Option<Decimal>,
}

impl IntervalleAnswer {
    pub(super) fn of(interval: Intervalle, niveau: Decimal) -> Resultat<Self> {
        Ok(Self {
            niveau,
            borne_inf: part(interval.borne_inf)?,
            borne_sup: part(interval.borne_sup)?,
            marge: part(interval.marge)?,
        })
    }
}

impl Answer for IntervalleAnswer {
    fn schema() -> Value {
        named("IntervalleConfiance")
    }
}

/// As [`QuartilesAnswer`].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TestAnswer {
    statistique: Option<Decimal>,
    degres_liberte: Decimal,
    p_valeur: Decimal,
}

impl TryFrom<Student> for TestAnswer {
    type Error = Erreur;

    fn try_from(test: Student) -> Resultat<Self> {
        let p_valeur = test.p()?;
        Ok(Self {
            statistique: part(test.statistique)?,
            degres_liberte: test.degres?,
            p_valeur,
        })
    }
}

impl Answer for TestAnswer {
    fn schema() -> Value {
        named("TestStudent")
    }
}

/// As [`QuartilesAnswer`].
#[derive(Serialize)]
pub(super) struct RegressionAnswer {
    pente: Option<Decimal>,
    ordonnee: Option<Decimal>,
    r2: Option<Decimal>,
}

impl TryFrom<Regression> for RegressionAnswer {
    type Error = Erreur;

    fn try_from(line: Regression) -> Resultat<Self> {
        Ok(Self {
            pente: part(line.pente())?,
            ordonnee: part(line.ordonnee())?,
            r2: part(line.r2())?.flatten(),
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
