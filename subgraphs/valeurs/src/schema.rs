//! The beginning of a service's schema.

use async_graphql::{EmptyMutation, EmptySubscription, ObjectType, Schema, SchemaBuilder};

use crate::entity::Indexed;
use crate::literals::ExactLiterals;
use crate::metered::Metered;
use crate::non_null::NonNull;

/// A federated schema of queries: numbers are exact, entities fail alone, `null` is where the specification puts it, and
/// every field pays.
pub fn schema<Query: ObjectType + 'static>(
    query: Query,
) -> SchemaBuilder<Query, EmptyMutation, EmptySubscription> {
    Schema::build(query, EmptyMutation, EmptySubscription)
        .enable_federation()
        .extension(ExactLiterals)
        .extension(Indexed)
        .extension(NonNull)
        .extension(Metered)
}
