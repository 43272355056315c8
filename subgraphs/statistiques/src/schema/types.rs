//! Output types that several fields share, and how arguments become series.

use std::sync::{Arc, OnceLock};

use async_graphql::{Object, SimpleObject};
use valeurs::{Decimal, Decimaux, Erreur, Liste, Objets, Resultat, budget};

use crate::dispersion::Definition;
use crate::liaison::Pairs;
use crate::quantile::Methode;
use crate::schema::computed::Computed;
use crate::schema::question::Question;
use crate::student::{Alternative, Variante};
use crate::{histogramme, liaison, quantile, score, student};

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
#[derive(Clone, SimpleObject)]
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
pub(super) fn classes(computed: &Arc<Computed>, classes: Option<i32>) -> Resultat<Objets<Classe>> {
    let classes = classes.unwrap_or(histogramme::DEFAULT_CLASSES);
    let question = Question::about([computed]).whole(classes);
    let histogram: Arc<Vec<Classe>> = question.once("histogramme", || {
        computed.pay(2)?;
        budget::charge(u64::from(classes.unsigned_abs().min(1000)) * 8)?;
        let histogram = histogramme::histogramme(computed.series(), classes)?;
        Ok(histogram.into_iter().map(Classe::from).collect())
    })?;
    Ok(Objets(Arc::unwrap_or_clone(histogram)))
}

/// The standard score of a number in a series.
pub(super) fn score(
    computed: &Arc<Computed>,
    number: Decimal,
    definition: Definition,
) -> Resultat<Decimal> {
    let question = Question::about([computed]).choice(definition as u8);
    let score = question.number(number).once("scoreZ", || {
        computed.pay(6)?;
        score::score_z(number, computed.series(), definition)
    })?;
    Ok(*score)
}

/// The least-squares line through the pairs of two series, as fields give it.
pub(super) struct Regression {
    line: Arc<liaison::Regression>,
    x: Arc<Computed>,
    y: Arc<Computed>,
}

impl Regression {
    pub(super) fn new(line: Arc<liaison::Regression>, x: Arc<Computed>, y: Arc<Computed>) -> Self {
        Self { line, x, y }
    }
}

/// What a residual costs.
const RESIDUAL: u64 = 16;

/// A line y = ordonnee + pente · x, fitted by ordinary least squares: the sum of the squared differences of y is the least.
#[Object]
impl Regression {
    /// The slope: how much y grows when x grows by 1. Null, with an error, when it is beyond the largest Decimal.
    async fn pente(&self) -> Option<Resultat<Decimal>> {
        Some(self.line.pente())
    }

    /// The intercept: y where x is 0. Null, with an error, when it is beyond the largest Decimal.
    async fn ordonnee(&self) -> Option<Resultat<Decimal>> {
        Some(self.line.ordonnee())
    }

    /// The coefficient of determination R², from 0 to 1: the part of the variance of y that the line explains, and the square of the
    /// correlation. Null when all y are equal: there is no variance to explain.
    async fn r2(&self) -> Resultat<Option<Decimal>> {
        self.line.r2()
    }

    /// The residuals: each y minus the y of the line at its x, in their order, computed from the exact coefficients and each rounded once.
    /// Null, with an error, when one is beyond the largest Decimal.
    #[graphql(complexity = 20)]
    async fn residus(&self) -> Option<Resultat<Decimaux>> {
        Some(self.residuals())
    }

    /// The y of the line at a given x, computed from the exact coefficients and rounded once. Null, with an error, when it is beyond the
    /// largest Decimal.
    async fn prediction(
        &self,
        #[graphql(desc = "Where on the line.")] x: Decimal,
    ) -> Option<Resultat<Decimal>> {
        Some(self.line.prediction(x))
    }
}

impl Regression {
    fn residuals(&self) -> Resultat<Decimaux> {
        let residuals = Question::about([&self.x, &self.y]).once("residus", || {
            self.x.pay(RESIDUAL)?;
            let pairs = Pairs::new(self.x.series(), self.y.series())?;
            Ok(Decimaux::new(&self.line.residus(pairs)?))
        })?;
        Ok(Decimaux::clone(&residuals))
    }
}

/// The confidence interval of a mean, as fields give it.
pub(super) struct IntervalleConfiance {
    pub(super) interval: student::Intervalle,
    pub(super) niveau: Decimal,
}

/// An interval that contains the mean of the population with a given confidence: of all samples of a normally distributed population, this share have an
/// interval that contains it. Its bounds are the mean of the sample minus and plus the margin.
#[Object]
impl IntervalleConfiance {
    /// The level of confidence, as it was asked for.
    async fn niveau(&self) -> Decimal {
        self.niveau
    }

    /// The lower bound. Null, with an error, when it is beyond the largest Decimal.
    async fn borne_inf(&self) -> Option<Resultat<Decimal>> {
        Some(self.interval.borne_inf.clone())
    }

    /// The upper bound. Null, with an error, when it is beyond the largest Decimal.
    async fn borne_sup(&self) -> Option<Resultat<Decimal>> {
        Some(self.interval.borne_sup.clone())
    }

    /// The margin: half the width of the interval, t · s / √n. Null, with an error, when it is beyond the largest Decimal.
    async fn marge(&self) -> Option<Resultat<Decimal>> {
        Some(self.interval.marge.clone())
    }
}

/// The outcome of a test, as fields give it.
pub(super) struct TestStudent {
    outcome: student::Student,
    p: OnceLock<Resultat<Decimal>>,
}

/// The outcome of a test of Student: whether a mean, or a difference of means, can be explained by chance.
#[Object]
impl TestStudent {
    /// The statistic t: how many standard errors the mean, or the difference of means, is away from what it is tested against. Null, with an
    /// error, when it is beyond the largest Decimal.
    async fn statistique(&self) -> Option<Resultat<Decimal>> {
        Some(self.outcome.statistique.clone())
    }

    /// The degrees of freedom of Student's distribution that t is compared with: not whole for two samples whose variances may differ.
    async fn degres_liberte(&self) -> Resultat<Decimal> {
        self.outcome.degres.clone()
    }

    /// The p-value, from 0 to 1: the probability of a t at least as far away under the null hypothesis. 0 when it is below half of 10^-28.
    async fn p_valeur(&self) -> Resultat<Decimal> {
        self.p.get_or_init(|| self.outcome.p()).clone()
    }
}

/// What the sums of squares of a series cost.
const SQUARES: u64 = 6;

/// The confidence interval of the mean of a series.
pub(super) fn intervalle(
    computed: &Arc<Computed>,
    niveau: Decimal,
) -> Resultat<Arc<IntervalleConfiance>> {
    let question = Question::about([computed]).number(niveau);
    question.once("intervalleConfiance", || {
        computed.pay(SQUARES)?;
        let interval = student::intervalle(computed.series(), niveau)?;
        Ok(IntervalleConfiance { interval, niveau })
    })
}

/// The test of the mean of a series, or of the difference to that of another.
pub(super) fn test(
    x: &Arc<Computed>,
    y: Option<&Arc<Computed>>,
    mean: Decimal,
    variante: Variante,
    alternative: Alternative,
) -> Resultat<Arc<TestStudent>> {
    let question = Question::about([x].into_iter().chain(y)).number(mean);
    let question = question.choice(variante as u8).choice(alternative as u8);
    question.once("testStudent", || {
        x.pay(SQUARES)?;
        if let Some(y) = y {
            y.pay(SQUARES)?;
        }
        let y = y.map(|y| y.series());
        let outcome = student::test(x.series(), y, mean, variante, alternative)?;
        let p = OnceLock::new();
        Ok(TestStudent { outcome, p })
    })
}

/// The quantiles of a series; sorting it is paid once.
pub(super) fn quantiles(
    computed: &Arc<Computed>,
    ps: &Liste,
    methode: Methode,
) -> Resultat<Decimaux> {
    let most = quantile::MAX_QUANTILES;
    if ps.len() > most {
        return Err(Erreur::limit("quantiles", most, ps.len()).on("ps"));
    }
    let question = Question::about([computed]).choice(methode as u8);
    let quantiles = question.numbers(ps).once("quantiles", || {
        budget::charge(ps.len() as u64 * 8)?;
        computed.decimal(("mediane", 4), None, quantile::mediane)?;
        let quantiles = quantile::quantiles(computed.series(), &ps.decimals(), methode)?;
        Ok(Decimaux::new(&quantiles))
    })?;
    Ok(Decimaux::clone(&quantiles))
}
