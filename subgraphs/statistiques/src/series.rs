//! A series of values prepared for statistics: what several of them need is computed once.

use std::sync::OnceLock;

use dashu_int::IBig;
use valeurs::{Cause, Decimal, Erreur, Resultat, Valeurs, exact};

/// The values of a series, and the name of the argument that brought it, for messages.
///
/// [`Valeurs`] has at least one value, so that no statistic needs to ask for one.
///
/// Sorting and deviations from the mean are computed when a statistic first asks for them, and kept: an entity that is asked for ten
/// statistics sorts once.
#[derive(Debug)]
pub(crate) struct Series {
    argument: &'static str,
    values: Valeurs,
    scale: u32,
    sorted: OnceLock<Vec<Decimal>>,
    sum: OnceLock<IBig>,
    deviations: OnceLock<Vec<IBig>>,
    sum_of_squares: OnceLock<IBig>,
    /// The smallest and the largest value.
    ends: OnceLock<(Decimal, Decimal)>,
    sum_of_cubes: OnceLock<IBig>,
    sum_of_fourths: OnceLock<IBig>,
}

impl Series {
    /// Reads the argument named `argument`, at most `limit` values.
    ///
    /// # Errors
    /// [`EmptySeries`](valeurs::Code::EmptySeries) and [`LimitExceeded`](valeurs::Code::LimitExceeded), of that argument.
    pub(crate) fn read(
        argument: &'static str,
        values: Vec<Decimal>,
        limit: usize,
    ) -> Resultat<Series> {
        let values = Valeurs::new(values).and_then(|values| values.within(limit));
        values
            .map(|values| Series::new(argument, values))
            .map_err(|error| error.on(argument))
    }

    /// The series `values`, that came as the argument named `argument`.
    pub(crate) fn new(argument: &'static str, values: Valeurs) -> Series {
        let scale = values.iter().map(|value| value.scale()).max().unwrap_or(0);
        Series {
            argument,
            values,
            scale,
            sorted: OnceLock::new(),
            sum: OnceLock::new(),
            deviations: OnceLock::new(),
            sum_of_squares: OnceLock::new(),
            ends: OnceLock::new(),
            sum_of_cubes: OnceLock::new(),
            sum_of_fourths: OnceLock::new(),
        }
    }

    /// A series whose sums are known: Σx and Σ(n·x − Σx)² in units of 10^-`scale` and their squares, and both ends. `scale` is that of its most
    /// precise value or a larger one.
    pub(crate) fn summed(
        values: Valeurs,
        scale: u32,
        (sum, sum_of_squares): (IBig, IBig),
        ends: (Decimal, Decimal),
    ) -> Series {
        Series {
            scale,
            sum: sum.into(),
            sum_of_squares: sum_of_squares.into(),
            ends: ends.into(),
            argument: "valeurs",
            values,
            sorted: OnceLock::new(),
            deviations: OnceLock::new(),
            sum_of_cubes: OnceLock::new(),
            sum_of_fourths: OnceLock::new(),
        }
    }

    /// Whether what follows from the sums and the ends takes the same time however long the series is.
    pub(crate) fn is_summed(&self) -> bool {
        self.sum.get().is_some() && self.sum_of_squares.get().is_some() && self.ends.get().is_some()
    }

    /// The argument that brought the series.
    pub(crate) fn argument(&self) -> &'static str {
        self.argument
    }

    /// The values in the order they came.
    pub(crate) fn values(&self) -> &[Decimal] {
        &self.values
    }

    /// The same, shared.
    pub(crate) fn valeurs(&self) -> &Valeurs {
        &self.values
    }

    /// The number of values, n ≥ 1.
    pub(crate) fn effectif(&self) -> usize {
        self.values.len()
    }

    /// Refuses a series with fewer than `needed` values, for the statistic `operation`.
    pub(crate) fn at_least(&self, needed: usize, operation: &'static str) -> Resultat<()> {
        let actual = self.effectif();
        if actual < needed {
            let cause = Cause::InsufficientData {
                operation: operation.into(),
                needed,
                actual,
            };
            return Err(Erreur::from(cause).on(self.argument));
        }
        Ok(())
    }

    /// Refuses a series of another length than `other`, that is paired with it.
    pub(crate) fn same_length(&self, other: &Series) -> Resultat<()> {
        let (here, there) = (self.effectif(), other.effectif());
        if here != there {
            let reason = format!(
                "it has {there} values, `{}` has {here}: they go in pairs",
                self.argument
            );
            return Err(Erreur::invalid(other.argument, reason));
        }
        Ok(())
    }

    /// Refuses a series whose values are all equal, for the statistic `operation`, which divides by their variance.
    pub(crate) fn not_constant(&self, operation: &'static str) -> Resultat<()> {
        if self.sum_of_squares().is_zero() {
            let reason = format!(
                "all values are equal: `{operation}` divides by their variance, which is zero"
            );
            return Err(Erreur::domain(self.argument, reason));
        }
        Ok(())
    }

    /// The smallest value.
    pub(crate) fn minimum(&self) -> Decimal {
        self.ends().0
    }

    /// The largest value.
    pub(crate) fn maximum(&self) -> Decimal {
        self.ends().1
    }

    fn ends(&self) -> (Decimal, Decimal) {
        *self.ends.get_or_init(|| {
            let values = self.values.iter().copied();
            let ends = values.fold(None, |ends: Option<(Decimal, Decimal)>, value| {
                let (low, high) = ends.unwrap_or((value, value));
                Some((low.min(value), high.max(value)))
            });
            ends.expect("Valeurs has at least one value")
        })
    }

    /// n as an integer of the exact computations.
    pub(crate) fn n(&self) -> IBig {
        IBig::from(self.effectif())
    }

    /// The values in ascending order.
    pub(crate) fn sorted(&self) -> &[Decimal] {
        self.sorted.get_or_init(|| {
            let mut sorted = self.values.to_vec();
            sorted.sort_unstable();
            sorted
        })
    }

    /// The number of decimals of the most precise value: the exact integers below count units of 10^-scale.
    pub(crate) fn scale(&self) -> u32 {
        self.scale
    }

    /// How many units are 1: 10^scale.
    pub(crate) fn unit(&self) -> IBig {
        exact::pow10(self.scale)
    }

    /// Σxᵢ, in units of 10^-scale.
    pub(crate) fn sum(&self) -> &IBig {
        self.sum.get_or_init(|| {
            self.values
                .iter()
                .map(|value| exact::units(*value, self.scale))
                .sum()
        })
    }

    /// n·xᵢ − Σx for each i, in units of 10^-scale: the deviations from the mean times n, which keeps them integers.
    pub(crate) fn deviations(&self) -> &[IBig] {
        self.deviations.get_or_init(|| {
            let (n, sum) = (self.n(), self.sum());
            self.values
                .iter()
                .map(|value| exact::units(*value, self.scale) * &n - sum)
                .collect()
        })
    }

    /// Σ(n·xᵢ − Σx)², in units of 10^-2scale: n² times the sum of the squared deviations. Zero exactly when all values are equal.
    pub(crate) fn sum_of_squares(&self) -> &IBig {
        self.sum_of_squares.get_or_init(|| self.power_sum(2))
    }

    /// Σ(n·xᵢ − Σx)³, in units of 10^-3scale.
    pub(crate) fn sum_of_cubes(&self) -> &IBig {
        self.sum_of_cubes.get_or_init(|| self.power_sum(3))
    }

    /// Σ(n·xᵢ − Σx)⁴, in units of 10^-4scale.
    pub(crate) fn sum_of_fourths(&self) -> &IBig {
        self.sum_of_fourths.get_or_init(|| self.power_sum(4))
    }

    fn power_sum(&self, k: usize) -> IBig {
        self.deviations()
            .iter()
            .map(|deviation| deviation.pow(k))
            .sum()
    }
}

#[cfg(test)]
mod tests;
