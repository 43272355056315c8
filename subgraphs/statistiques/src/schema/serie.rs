//! The entity `Serie`: every statistic of a series, whose identifier is its values.

use std::sync::{Arc, OnceLock};

use async_graphql::{ID, Object};
use valeurs::{Decimal, Decimaux, Liste, Objets, Resultat, Valeurs};

use crate::dispersion::{self, Definition};
use crate::quantile::{self, Methode};
use crate::schema::computed::Computed;
use crate::schema::query::centre;
use crate::schema::types::{self, Classe, IntervalleConfiance, Quartiles, TestStudent, classes};
use crate::series::Series;
use crate::student::{Alternative, Variante, default_level};
use crate::transformation::{self, Aberrantes};
use crate::{forme, histogramme, modes, moyenne, score};

/// The entity.
pub(super) struct Serie {
    /// Its values, as a text: written when it is asked for.
    id: OnceLock<ID>,
    /// Decoded, sorted and summed once for all fields that have this entity.
    computed: Arc<Computed>,
}

impl Serie {
    /// The series that `id` encodes.
    ///
    /// # Errors
    /// A forged `id`, or more than `limit` values.
    pub(super) fn from_id(id: ID, limit: usize) -> Resultat<Serie> {
        let computed = Computed::from_id(&id, limit)?;
        let id = id.into();
        Ok(Serie { id, computed })
    }

    /// The series of these values, which a service has made itself.
    pub(super) fn new(series: Series) -> Serie {
        Serie {
            id: OnceLock::new(),
            computed: Arc::new(Computed::new(series)),
        }
    }
}

/// A list of at least one number, in its order.
#[Object]
impl Serie {
    /// The identifier, which holds the values: equal values have equal identifiers, on any server, at any time.
    async fn id(&self) -> Resultat<&ID> {
        if let Some(known) = self.id.get() {
            return Ok(known);
        }
        self.computed.pay(1)?;
        let valeurs = self.computed.series().valeurs();
        Ok(self.id.get_or_init(|| valeurs.id().into()))
    }

    /// The values in their order.
    #[graphql(shareable, complexity = 20)]
    async fn valeurs(&self) -> Resultat<Decimaux> {
        self.computed
            .list(("valeurs", 1), None, |series| Ok(series.values().to_vec()))
    }

    /// How many values there are.
    async fn effectif(&self) -> usize {
        self.computed.series().effectif()
    }

    /// The arithmetic mean: the exact sum of the values divided by their number. It never overflows.
    async fn moyenne(&self) -> Resultat<Decimal> {
        self.computed
            .summary(("moyenne", 1), None, moyenne::moyenne)
    }

    /// The geometric mean: the n-th root of the product of the n values. 0 when a value is 0; null, with an error, when one is
    /// negative.
    async fn moyenne_geometrique(&self) -> Option<Resultat<Decimal>> {
        Some(self.computed.decimal(
            ("moyenneGeometrique", 16),
            None,
            moyenne::moyenne_geometrique,
        ))
    }

    /// The harmonic mean: the number of values divided by the sum of their reciprocals. 0 when a value is 0; null, with an error, when
    /// one is negative.
    async fn moyenne_harmonique(&self) -> Option<Resultat<Decimal>> {
        Some(
            self.computed
                .decimal(("moyenneHarmonique", 16), None, moyenne::moyenne_harmonique),
        )
    }

    /// The median: the middle value in ascending order, or the mean of the two in the middle.
    async fn mediane(&self) -> Resultat<Decimal> {
        self.computed
            .decimal(("mediane", 4), None, quantile::mediane)
    }

    /// The modes: every value that is as frequent as the most frequent one, in ascending order. All values when none is repeated.
    #[graphql(complexity = 20)]
    async fn modes(&self) -> Resultat<Decimaux> {
        self.computed
            .list(("modes", 6), None, |series| Ok(modes::modes(series)))
    }

    /// The variance: the sum of the squared deviations from the mean, divided by n - 1 for a sample (the default, at least two values)
    /// or by n for a population.
    async fn variance(
        &self,
        #[graphql(
            default,
            desc = "Whether the values are a sample or the whole population."
        )]
        definition: Definition,
    ) -> Option<Resultat<Decimal>> {
        Some(
            self.computed
                .summary(("variance", 6), Some(definition), |series| {
                    dispersion::variance(series, definition)
                }),
        )
    }

    /// The standard deviation: the square root of the variance, of a sample (divided by n - 1, the default, at least two values) or of
    /// a population (divided by n).
    async fn ecart_type(
        &self,
        #[graphql(
            default,
            desc = "Whether the values are a sample or the whole population."
        )]
        definition: Definition,
    ) -> Option<Resultat<Decimal>> {
        Some(
            self.computed
                .summary(("ecartType", 6), Some(definition), |series| {
                    dispersion::ecart_type(series, definition)
                }),
        )
    }

    /// The coefficient of variation: the standard deviation divided by the magnitude of the mean. Null, with an error, when the mean
    /// is zero or a sample has one value.
    async fn coefficient_variation(
        &self,
        #[graphql(
            default,
            desc = "Whether the values are a sample or the whole population."
        )]
        definition: Definition,
    ) -> Option<Resultat<Decimal>> {
        Some(
            self.computed
                .summary(("coefficientVariation", 6), Some(definition), |series| {
                    dispersion::coefficient_variation(series, definition)
                }),
        )
    }

    /// The smallest value.
    async fn minimum(&self) -> Decimal {
        self.computed.series().minimum()
    }

    /// The largest value.
    async fn maximum(&self) -> Decimal {
        self.computed.series().maximum()
    }

    /// The range: the largest value minus the smallest.
    async fn etendue(&self) -> Option<Resultat<Decimal>> {
        Some(
            self.computed
                .summary(("etendue", 1), None, dispersion::etendue),
        )
    }

    /// The quantile of type 7 (Hyndman and Fan, 1996): with the n values in ascending order numbered from 0, the value at (n - 1) · p,
    /// interpolated linearly between its neighbours. The default of R and NumPy.
    async fn quantile(
        &self,
        #[graphql(
            desc = "The probability, from 0 (the minimum) to 1 (the maximum). 0.1 is exactly one tenth."
        )]
        p: f64,
    ) -> Option<Resultat<Decimal>> {
        Some(centre::quantile(&self.computed, p))
    }

    /// The quantiles of several probabilities, in their order, by one of the nine definitions of Hyndman and Fan (1996): type 7 unless another
    /// is asked for.
    #[graphql(complexity = 20)]
    async fn quantiles(
        &self,
        #[graphql(desc = "The probabilities, from 0 to 1, at most 1000.")] ps: Liste,
        #[graphql(default, desc = "Which quantiles.")] methode: Methode,
    ) -> Option<Resultat<Decimaux>> {
        Some(types::quantiles(&self.computed, &ps, methode))
    }

    /// The three quartiles: quantiles of type 7 of probabilities 0.25, 0.5 and 0.75.
    async fn quartiles(&self) -> Resultat<Quartiles> {
        centre::quartiles(&self.computed)
    }

    /// The interquartile range: the third quartile minus the first (quantiles of type 7).
    async fn ecart_interquartile(&self) -> Option<Resultat<Decimal>> {
        Some(self.computed.decimal(
            ("ecartInterquartile", 4),
            None,
            quantile::ecart_interquartile,
        ))
    }

    /// The skewness, 0 for a symmetric distribution: of a population g1 = m3 / m2^(3/2), with mk the k-th moment about the mean; of a
    /// sample (the default, at least three values) the adjusted G1 = g1 · √(n(n - 1)) / (n - 2) (Joanes and Gill, 1998). Null, with an
    /// error, when all values are equal or too few.
    async fn asymetrie(
        &self,
        #[graphql(
            default,
            desc = "Whether the values are a sample or the whole population."
        )]
        definition: Definition,
    ) -> Option<Resultat<Decimal>> {
        Some(
            self.computed
                .decimal(("asymetrie", 16), Some(definition), |series| {
                    forme::asymetrie(series, definition)
                }),
        )
    }

    /// The excess kurtosis, 0 for a normal distribution: of a population g2 = m4 / m2² - 3, with mk the k-th moment about the mean; of
    /// a sample (the default, at least four values) the adjusted G2 = (n - 1)((n + 1) · g2 + 6) / ((n - 2)(n - 3)) (Joanes and Gill,
    /// 1998). Null, with an error, when all values are equal or too few.
    async fn aplatissement(
        &self,
        #[graphql(
            default,
            desc = "Whether the values are a sample or the whole population."
        )]
        definition: Definition,
    ) -> Option<Resultat<Decimal>> {
        Some(
            self.computed
                .decimal(("aplatissement", 16), Some(definition), |series| {
                    forme::aplatissement(series, definition)
                }),
        )
    }

    /// The histogram: classes of equal width from the smallest value to the largest, each with the values from its lower bound to
    /// below its upper one; the last has its upper bound too. When all values are equal, from one half below to one half above.
    #[graphql(complexity = "20 + child_complexity")]
    async fn histogramme(
        &self,
        #[graphql(
            default_with = "Some(histogramme::DEFAULT_CLASSES)",
            desc = "How many classes, from 1 to 1000."
        )]
        classes: Option<i32>,
    ) -> Option<Resultat<Objets<Classe>>> {
        Some(self::classes(&self.computed, classes))
    }

    /// The standard score z = (x - mean) / standard deviation of each value, in their order. Null, with an error, when all values are
    /// equal or a sample has one value.
    #[graphql(complexity = 20)]
    async fn scores_z(
        &self,
        #[graphql(
            default,
            desc = "Whether the values are a sample (n - 1) or the whole population (n)."
        )]
        definition: Definition,
    ) -> Option<Resultat<Decimaux>> {
        Some(
            self.computed
                .list(("scoresZ", 24), Some(definition), |series| {
                    score::scores_z(series, definition)
                }),
        )
    }

    /// The confidence interval of the mean of a population, of which the values are a sample: x̄ ± t · s / √n, with s the standard deviation of the
    /// sample and t the quantile of probability (1 + niveau) / 2 of Student's distribution with n - 1 degrees of freedom. The population is supposed to be normally distributed
    /// (NIST/SEMATECH e-Handbook 1.3.5.2). Null, with an error, for one value.
    #[graphql(complexity = "50 + child_complexity")]
    async fn intervalle_confiance(
        &self,
        #[graphql(
            default_with = "default_level()",
            desc = "The level of confidence, above 0 and below 1."
        )]
        niveau: Decimal,
    ) -> Option<Resultat<Arc<IntervalleConfiance>>> {
        Some(types::intervalle(&self.computed, niveau))
    }

    /// Student's t-test of the mean. The population is supposed to be normally distributed (NIST/SEMATECH e-Handbook 1.3.5.2). Null, with an error,
    /// for one value and for equal ones.
    #[graphql(complexity = "50 + child_complexity")]
    async fn test_student(
        &self,
        #[graphql(default, desc = "What the mean is tested against.")] moyenne: Decimal,
        #[graphql(
            default,
            desc = "The alternative hypothesis: another mean, a smaller or a larger one."
        )]
        alternative: Alternative,
    ) -> Option<Resultat<Arc<TestStudent>>> {
        let variante = Variante::default();
        Some(types::test(
            &self.computed,
            None,
            moyenne,
            variante,
            alternative,
        ))
    }

    /// The series of the same values in ascending order.
    #[graphql(complexity = "5 + child_complexity")]
    async fn triee(&self) -> Option<Resultat<Serie>> {
        Some(self.derived(SORTED, |series| Ok(transformation::triee(series))))
    }

    /// The series of the deviations: each value minus the mean, in their order, computed from the exact mean and rounded once. Null, with an
    /// error, when one is beyond the largest Decimal.
    #[graphql(complexity = "5 + child_complexity")]
    async fn centree(&self) -> Option<Resultat<Serie>> {
        Some(self.derived(CENTRED, transformation::centree))
    }

    /// The series without its outliers, in the order of its values; what lies on a bound is none. Null, with an error, when nothing is left.
    #[graphql(complexity = "5 + child_complexity")]
    async fn sans(
        &self,
        #[graphql(default, desc = "Which values are outliers.")] aberrantes: Aberrantes,
        #[graphql(
            desc = "The factor k of their definition, not negative. Without it 1.5 for TUKEY and 3 for ECART_TYPE."
        )]
        facteur: Option<Decimal>,
    ) -> Option<Resultat<Serie>> {
        Some(self.derived(SORTED, |series| {
            transformation::sans(series, aberrantes, facteur)
        }))
    }
}

/// What sorting a series costs, for each value.
const SORTED: u64 = 8;

/// What centring it costs.
const CENTRED: u64 = 16;

impl Serie {
    /// The series of the values that `compute` makes of this one.
    fn derived(
        &self,
        units: u64,
        compute: impl FnOnce(&Series) -> Resultat<Vec<Decimal>>,
    ) -> Resultat<Serie> {
        self.computed.pay(units)?;
        let values = Valeurs::new(compute(self.computed.series())?)?;
        Ok(Serie::new(Series::new("valeurs", values)))
    }
}
