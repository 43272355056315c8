//! `Serie`: a list of numbers. The entity *is* its values: the identifier holds them.

use std::sync::{Arc, OnceLock};

use async_graphql::{Context, ID, Object};
use service::Limits;
use valeurs::entity::Entity;
use valeurs::{Decimal, Decimaux, Liste, Resultat, Valeurs, budget};

/// What a value costs in a sum, written or not, in units of work.
const SUM: u64 = 1;

/// What it costs in a list of sums, or in a product of 64 digits.
const EACH: u64 = 4;

/// A list of numbers. What fields ask for is made once, however many there are.
#[derive(Debug)]
pub(crate) struct Serie {
    valeurs: Valeurs,
    text: OnceLock<Decimaux>,
    somme: OnceLock<Resultat<Decimal>>,
    produit: OnceLock<Resultat<Decimal>>,
    cumul: OnceLock<Resultat<Decimaux>>,
}

impl Serie {
    /// The series of these values, at most `limit` of them.
    ///
    /// # Errors
    /// [`EmptySeries`](valeurs::Code::EmptySeries), [`LimitExceeded`](valeurs::Code::LimitExceeded).
    fn of(list: &Liste, limit: usize) -> Resultat<Arc<Serie>> {
        budget::shared("serie", list.as_bytes(), || {
            // One that is too long is refused by its length.
            budget::charge(list.len().min(limit) as u64)?;
            Valeurs::new(list.decimals())?.within(limit).map(Serie::new)
        })
    }

    /// The series with this identifier, of at most `limit` values.
    ///
    /// # Errors
    /// [`InvalidSerieId`](valeurs::Code::InvalidSerieId), [`LimitExceeded`](valeurs::Code::LimitExceeded).
    fn from_id(id: &str, limit: usize) -> Resultat<Arc<Serie>> {
        budget::shared("id", id.as_bytes(), || {
            budget::charge(id.len() as u64)?;
            let valeurs = Valeurs::from_id(id)?.within(limit);
            valeurs.map(Serie::new).map_err(|erreur| erreur.on("id"))
        })
    }

    fn new(valeurs: Valeurs) -> Serie {
        Serie {
            valeurs,
            text: OnceLock::new(),
            somme: OnceLock::new(),
            produit: OnceLock::new(),
            cumul: OnceLock::new(),
        }
    }

    /// The known result, or a new one, which costs `units` for each value.
    fn once<T: Clone>(
        &self,
        known: &OnceLock<Resultat<T>>,
        units: u64,
        compute: impl FnOnce(&[Decimal]) -> Resultat<T>,
    ) -> Option<Resultat<T>> {
        let result = known.get_or_init(|| {
            budget::charge(self.valeurs.len() as u64 * units)?;
            compute(&self.valeurs)
        });
        Some(result.clone())
    }
}

/// A list of at least one number, in its order.
#[Object]
impl Serie {
    /// The identifier, which holds the values: equal values have equal identifiers, on any server, at any time.
    async fn id(&self) -> Resultat<ID> {
        budget::charge(self.valeurs.len() as u64)?;
        Ok(self.valeurs.id().into())
    }

    /// The values in their order.
    #[graphql(shareable)]
    async fn valeurs(&self) -> &Decimaux {
        self.text.get_or_init(|| Decimaux::new(&self.valeurs))
    }

    /// The sum of the values: exact, rounded once if it has more digits than a Decimal. Null, with an error, when it is out of range.
    async fn somme(&self) -> Option<Resultat<Decimal>> {
        self.once(&self.somme, SUM, |valeurs| {
            Decimal::try_sum(valeurs.iter().copied())
        })
    }

    /// The product of the values. Null, with an error, when it is out of range.
    async fn produit(&self) -> Option<Resultat<Decimal>> {
        self.once(&self.produit, EACH, |valeurs| {
            Decimal::try_product(valeurs.iter().copied())
        })
    }

    /// The running sums: the first value, the sum of the first two, and so on. As many as there are values. Null, with an error, when one
    /// of them is out of range.
    async fn cumul(&self) -> Option<Resultat<Decimaux>> {
        self.once(&self.cumul, EACH, |valeurs| {
            let sums = Decimal::try_running_sums(valeurs.iter().copied())?;
            Ok(Decimaux::new(&sums))
        })
    }
}

/// The root fields about series.
#[derive(Debug, Default)]
pub(crate) struct Series;

#[Object]
impl Series {
    /// A list of numbers as an entity: what each service knows of it can be asked in one query.
    async fn serie(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values in their order, at least one.")] valeurs: Liste,
    ) -> Option<Resultat<Arc<Serie>>> {
        Some(Serie::of(&valeurs, limit(ctx)))
    }

    #[graphql(entity)]
    async fn serie_by_id(
        &self,
        ctx: &Context<'_>,
        #[graphql(key)] id: ID,
        #[graphql(name = "__index")] index: Option<usize>,
    ) -> Entity<Arc<Serie>> {
        Entity::new(index, Serie::from_id(&id, limit(ctx)))
    }
}

/// The longest series that the service accepts.
fn limit(ctx: &Context<'_>) -> usize {
    let configured = ctx.data_opt::<Limits>().copied().unwrap_or_default();
    configured.series_length
}
