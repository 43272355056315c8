//! `Serie`: a list of numbers. The entity *is* its values: the identifier holds them.

use async_graphql::{Context, ID, Object};
use service::Limits;
use valeurs::entity::Entity;
use valeurs::{Decimal, Resultat, Valeurs};

/// A list of numbers.
#[derive(Debug, Clone)]
pub(crate) struct Serie(Valeurs);

impl Serie {
    /// The series of these values, at most `limit` of them.
    ///
    /// # Errors
    /// [`EmptySeries`](valeurs::Code::EmptySeries), [`LimitExceeded`](valeurs::Code::LimitExceeded).
    pub(crate) fn new(valeurs: Vec<Decimal>, limit: usize) -> Resultat<Serie> {
        Valeurs::new(valeurs)?.within(limit).map(Serie)
    }

    /// The series with this identifier, of at most `limit` values.
    ///
    /// # Errors
    /// [`InvalidSerieId`](valeurs::Code::InvalidSerieId), [`LimitExceeded`](valeurs::Code::LimitExceeded).
    fn from_id(id: &str, limit: usize) -> Resultat<Serie> {
        let valeurs = Valeurs::from_id(id)?.within(limit);
        valeurs.map(Serie).map_err(|erreur| erreur.on("id"))
    }
}

/// A list of at least one number, in its order.
#[Object]
impl Serie {
    /// The identifier, which holds the values: equal values have equal identifiers, on any server, at any time.
    async fn id(&self) -> ID {
        self.0.id().into()
    }

    /// The values in their order.
    #[graphql(shareable)]
    async fn valeurs(&self) -> &[Decimal] {
        &self.0
    }

    /// The sum of the values: exact, rounded once if it has more digits than a Decimal.
    async fn somme(&self) -> Resultat<Decimal> {
        Decimal::try_sum(self.0.iter().copied())
    }

    /// The product of the values.
    async fn produit(&self) -> Resultat<Decimal> {
        Decimal::try_product(self.0.iter().copied())
    }

    /// The running sums: the first value, the sum of the first two, and so on. As many as there are values.
    async fn cumul(&self) -> Resultat<Vec<Decimal>> {
        Decimal::try_running_sums(self.0.iter().copied())
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
        #[graphql(desc = "The values in their order, at least one.")] valeurs: Vec<Decimal>,
    ) -> Resultat<Serie> {
        Serie::new(valeurs, limit(ctx))
    }

    #[graphql(entity)]
    async fn serie_by_id(
        &self,
        ctx: &Context<'_>,
        #[graphql(key)] id: ID,
        #[graphql(name = "__index")] index: Option<usize>,
    ) -> Entity<Serie> {
        Entity::new(index, Serie::from_id(&id, limit(ctx)))
    }
}

/// The longest series that the service accepts.
fn limit(ctx: &Context<'_>) -> usize {
    let configured = ctx.data_opt::<Limits>().copied().unwrap_or_default();
    configured.series_length
}
