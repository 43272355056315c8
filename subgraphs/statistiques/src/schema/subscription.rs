//! Streams of statistics.

use std::time::Duration;

use async_graphql::futures_util::stream::{self, BoxStream, StreamExt};
use async_graphql::{Context, Subscription};
use service::Pace;
use valeurs::{Erreur, Liste, Resultat, Valeurs, budget};

use crate::courantes::Courantes;
use crate::schema::{limits::limits, serie::Serie};

/// Milliseconds between two events when nothing is asked for.
const DEFAULT_INTERVAL: i32 = 250;

/// The longest time between two events, in milliseconds.
const MAX_INTERVAL: i32 = 60_000;

/// What adding a value to the sums costs.
const VALUE: u64 = 8;

/// The streams.
pub(crate) struct Subscription;

/// Statistics that come one after the other.
#[Subscription]
impl Subscription {
    /// Running statistics: an event for each value, with the series of the values so far. Its `effectif`, `moyenne`, `variance`, `ecartType`,
    /// `coefficientVariation`, `minimum`, `maximum` and `etendue` are updated from event to event, in the same time however many values came
    /// before; everything else that a `Serie` has can be asked for too.
    #[graphql(complexity = "20 + child_complexity")]
    async fn statistiques_courantes(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The values, at least one, at most as many as the service lets a stream have (1000 by default)."
        )]
        valeurs: Liste,
        #[graphql(
            default_with = "Some(DEFAULT_INTERVAL)",
            desc = "Milliseconds between two events, from 0 (as fast as they are read) to 60000. All of them together may take as long as the service lets a stream last (10 minutes by default)."
        )]
        intervalle: Option<i32>,
    ) -> Result<BoxStream<'static, Serie>, Erreur> {
        let limits = limits(ctx);
        let count = valeurs.len();
        if count > limits.stream_values {
            let what = "values of a stream";
            return Err(Erreur::limit(what, limits.stream_values, count).on("valeurs"));
        }
        budget::charge(count as u64)?;
        let values = Valeurs::new(valeurs.decimals())?;
        let interval = interval(intervalle, count, limits.stream_duration)?;
        let pace = ctx.data_opt::<Pace>().cloned().unwrap_or_default();
        pace.set(interval);
        let mut running = Courantes::new(values);
        let events = std::iter::from_fn(move || {
            // A stream that cannot pay is ended by its caller.
            budget::charge(VALUE).ok()?;
            let series = running.next()?;
            if running.len() == 0 {
                // That it was the last event is known at once.
                pace.set(Duration::ZERO);
            }
            Some(Serie::new(series))
        });
        Ok(stream::iter(events).boxed())
    }
}

/// The time between two of `count` events. An explicit null asks for the default too.
fn interval(millis: Option<i32>, count: usize, longest: Duration) -> Resultat<Duration> {
    let given = millis.unwrap_or(DEFAULT_INTERVAL);
    let millis = u64::try_from(given)
        .ok()
        .filter(|_| given <= MAX_INTERVAL)
        .ok_or_else(|| {
            let reason = format!("from 0 to {MAX_INTERVAL} milliseconds, not {given}");
            Erreur::invalid("intervalle", reason)
        })?;
    let whole = millis.saturating_mul(count.saturating_sub(1) as u64);
    if Duration::from_millis(whole) > longest {
        let limit = usize::try_from(longest.as_millis()).unwrap_or(usize::MAX);
        let actual = usize::try_from(whole).unwrap_or(usize::MAX);
        return Err(Erreur::limit("milliseconds of a stream", limit, actual).on("intervalle"));
    }
    Ok(Duration::from_millis(millis))
}
