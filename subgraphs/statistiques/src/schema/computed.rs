//! A series of a request, and what was computed of it: each statistic once, however many fields ask for it, and paid for before.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::Context;
use valeurs::{Decimal, Decimaux, Liste, Resultat, Valeurs, budget};

use crate::{dispersion::Definition, schema::limits::limits, series::Series};

/// A statistic, by the name of its field, and what it costs: units of work for each value of the series.
pub(super) type Statistic = (&'static str, u64);

/// A statistic of a series, with its definition where it has one.
type Key = (&'static str, Option<Definition>);

/// What a statistic costs that is computed from a few large numbers.
const SUMMARY: u64 = 16;

/// A series with its results so far. There are as many as there are statistics, at most.
#[derive(Debug)]
pub(super) struct Computed {
    series: Series,
    decimals: Mutex<HashMap<Key, Resultat<Decimal>>>,
    lists: Mutex<HashMap<Key, Resultat<Decimaux>>>,
}

impl Computed {
    pub(super) fn new(series: Series) -> Self {
        Self {
            series,
            decimals: Mutex::default(),
            lists: Mutex::default(),
        }
    }

    /// The series that came as the argument named `argument`, as long as the service allows: one for all fields that it is given to.
    ///
    /// # Errors
    /// No value, too many, or more than the request may cost.
    pub(super) fn read(
        ctx: &Context<'_>,
        argument: &'static str,
        list: &Liste,
    ) -> Resultat<Arc<Self>> {
        budget::shared(argument, list.as_bytes(), || {
            // One that is too long is refused by its length.
            let limit = limits(ctx).series_length;
            budget::charge(list.len().min(limit) as u64)?;
            Series::read(argument, list.decimals(), limit).map(Self::new)
        })
    }

    /// The series that `id` encodes.
    ///
    /// # Errors
    /// A forged `id`, more than `limit` values, or more than the request may cost.
    pub(super) fn from_id(id: &str, limit: usize) -> Resultat<Arc<Self>> {
        budget::shared("id", id.as_bytes(), || {
            budget::charge(id.len() as u64)?;
            let valeurs = Valeurs::from_id(id)?;
            let valeurs = valeurs.within(limit).map_err(|error| error.on("id"))?;
            Ok(Self::new(Series::new("valeurs", valeurs)))
        })
    }

    pub(super) fn series(&self) -> &Series {
        &self.series
    }

    /// Pays `units` of work for each value of the series.
    ///
    /// # Errors
    /// More than the request may cost.
    pub(super) fn pay(&self, units: u64) -> Resultat<()> {
        budget::charge(self.series.effectif() as u64 * units)
    }

    /// A number.
    ///
    /// # Errors
    /// Those of the statistic, or more than the request may cost.
    pub(super) fn decimal(
        &self,
        (name, units): Statistic,
        definition: Option<Definition>,
        compute: impl FnOnce(&Series) -> Resultat<Decimal>,
    ) -> Resultat<Decimal> {
        once(&self.decimals, (name, definition), || {
            self.pay(units)?;
            compute(&self.series)
        })
    }

    /// A number that follows from the sums and the ends of the series, in constant time where these are known.
    ///
    /// # Errors
    /// As [`decimal`](Self::decimal).
    pub(super) fn summary(
        &self,
        (name, units): Statistic,
        definition: Option<Definition>,
        compute: impl FnOnce(&Series) -> Resultat<Decimal>,
    ) -> Resultat<Decimal> {
        once(&self.decimals, (name, definition), || {
            if self.series.is_summed() {
                budget::charge(SUMMARY)?;
            } else {
                self.pay(units)?;
            }
            compute(&self.series)
        })
    }

    /// A list of numbers.
    ///
    /// # Errors
    /// Those of the statistic, or more than the request may cost.
    pub(super) fn list(
        &self,
        (name, units): Statistic,
        definition: Option<Definition>,
        compute: impl FnOnce(&Series) -> Resultat<Vec<Decimal>>,
    ) -> Resultat<Decimaux> {
        once(&self.lists, (name, definition), || {
            self.pay(units)?;
            Ok(Decimaux::new(&compute(&self.series)?))
        })
    }
}

/// A number of the series in an argument.
pub(super) fn of(
    ctx: &Context<'_>,
    argument: &'static str,
    list: &Liste,
    statistic: Statistic,
    definition: Option<Definition>,
    compute: impl FnOnce(&Series) -> Resultat<Decimal>,
) -> Option<Resultat<Decimal>> {
    let computed = Computed::read(ctx, argument, list);
    Some(computed.and_then(|computed| computed.decimal(statistic, definition, compute)))
}

/// A list of numbers of the series in an argument.
pub(super) fn list_of(
    ctx: &Context<'_>,
    argument: &'static str,
    list: &Liste,
    statistic: Statistic,
    definition: Option<Definition>,
    compute: impl FnOnce(&Series) -> Resultat<Vec<Decimal>>,
) -> Option<Resultat<Decimaux>> {
    let computed = Computed::read(ctx, argument, list);
    Some(computed.and_then(|computed| computed.list(statistic, definition, compute)))
}

/// The known result, or a new one. Fields of a request are resolved one after the other, so that nobody waits here.
fn once<T: Clone>(
    results: &Mutex<HashMap<Key, Resultat<T>>>,
    key: Key,
    compute: impl FnOnce() -> Resultat<T>,
) -> Resultat<T> {
    let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
    results.entry(key).or_insert_with(compute).clone()
}
