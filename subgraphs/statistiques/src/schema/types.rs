//! Output types that several fields share, and how arguments become series.

use async_graphql::{Context, Object, SimpleObject};
use service::Limits;
use valeurs::{Decimal, Objets, Resultat, budget};

use crate::{histogramme, liaison, quantile, schema::computed::Computed};

/// The limits of the service; the defaults for a schema that was built without.
pub(super) fn limits(ctx: &Context<'_>) -> Limits {
    ctx.data_opt::<Limits>().copied().unwrap_or_default()
}

/// The three values that cut a series into quarters: quantiles of type 7 (Hyndman and Fan, 1996).
#[derive(SimpleObject)]
pub(super) struct Quartiles {
    /// The first quartile: the quantile of probability 0.25.
    q1: Decimal,
    /// The second quartile: the median.
    q2: Decimal,
    /// The third quartile: the quantile of probability 0.75.
    q3: Decimal,
}

impl From<quantile::Quartiles> for Quartiles {
    fn from(quantile::Quartiles { q1, q2, q3 }: quantile::Quartiles) -> Self {
        Self { q1, q2, q3 }
    }
}

/// A class of a histogram: the values x with borneInf ≤ x < borneSup, and x = borneSup too in the last class.
#[derive(SimpleObject)]
pub(super) struct Classe {
    /// The lower bound. It belongs to the class.
    borne_inf: Decimal,
    /// The upper bound. It belongs to the next class, or to this one when it is the last.
    borne_sup: Decimal,
    /// How many values are in the class.
    effectif: usize,
    /// The part of all values that are in the class, from 0 to 1.
    frequence: Decimal,
}

impl From<histogramme::Classe> for Classe {
    fn from(classe: histogramme::Classe) -> Self {
        let histogramme::Classe {
            borne_inf,
            borne_sup,
            effectif,
            frequence,
        } = classe;
        Self {
            borne_inf,
            borne_sup,
            effectif,
            frequence,
        }
    }
}

/// The histogram of a series, as fields give it. An explicit null asks for the default too.
pub(super) fn classes(computed: &Computed, classes: Option<i32>) -> Resultat<Objets<Classe>> {
    let classes = classes.unwrap_or(histogramme::DEFAULT_CLASSES);
    computed.pay(2)?;
    budget::charge(u64::from(classes.unsigned_abs().min(1000)) * 8)?;
    let histogram = histogramme::histogramme(computed.series(), classes)?;
    Ok(Objets(histogram.into_iter().map(Classe::from).collect()))
}

/// The least-squares line, as fields give it.
pub(super) struct Regression(pub(super) liaison::Regression);

/// A line y = ordonnee + pente · x, fitted by ordinary least squares: the sum of the squared differences of y is the least.
#[Object]
impl Regression {
    /// The slope: how much y grows when x grows by 1.
    async fn pente(&self) -> Option<Resultat<Decimal>> {
        Some(self.0.pente())
    }

    /// The intercept: y where x is 0.
    async fn ordonnee(&self) -> Option<Resultat<Decimal>> {
        Some(self.0.ordonnee())
    }

    /// The coefficient of determination R², from 0 to 1: the part of the variance of y that the line explains, and the square of the
    /// correlation. Null when all y are equal: there is no variance to explain.
    async fn r2(&self) -> Resultat<Option<Decimal>> {
        self.0.r2()
    }

    /// The y of the line at a given x, computed from the exact coefficients and rounded once.
    async fn prediction(
        &self,
        #[graphql(desc = "Where on the line.")] x: Decimal,
    ) -> Option<Resultat<Decimal>> {
        Some(self.0.prediction(x))
    }
}
