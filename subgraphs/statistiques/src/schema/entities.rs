//! The entity resolvers: a representation becomes an entity without looking anything up, as the key is the data.

use async_graphql::{Context, ID, Object};
use valeurs::{Decimal, entity::Entity};

use crate::schema::{calcul::Calcul, limits::limits, serie::Serie};

#[derive(Default)]
pub(super) struct Entities;

#[Object]
impl Entities {
    #[graphql(entity)]
    async fn serie(
        &self,
        ctx: &Context<'_>,
        #[graphql(key)] id: ID,
        #[graphql(name = "__index")] index: Option<usize>,
    ) -> Entity<Serie> {
        Entity::new(index, Serie::from_id(id, limits(ctx).series_length))
    }

    #[graphql(entity)]
    async fn calcul(
        &self,
        #[graphql(key)] expression: String,
        resultat: Option<Decimal>,
        #[graphql(name = "__index")] index: Option<usize>,
    ) -> Entity<Calcul> {
        Entity::new(
            index,
            Ok(Calcul {
                expression,
                resultat,
            }),
        )
    }
}
