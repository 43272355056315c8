//! The beginning of a service's schema.

use async_graphql::{
    EmptyMutation, EmptySubscription, ObjectType, Schema, SchemaBuilder, SubscriptionType,
};

use crate::entity::Indexed;
use crate::literals::ExactLiterals;
use crate::metered::Metered;
use crate::non_null::NonNull;

/// A federated schema of queries: numbers are exact, entities fail alone, `null` is where the specification puts it, and
/// every field pays.
pub fn schema<Query: ObjectType + 'static>(
    query: Query,
) -> SchemaBuilder<Query, EmptyMutation, EmptySubscription> {
    with(Schema::build(query, EmptyMutation, EmptySubscription))
}

/// The same with subscriptions, which the federation SDL shows.
pub fn schema_with_subscription<Query, Subscription>(
    query: Query,
    subscription: Subscription,
) -> SchemaBuilder<Query, EmptyMutation, Subscription>
where
    Query: ObjectType + 'static,
    Subscription: SubscriptionType + 'static,
{
    with(Schema::build(query, EmptyMutation, subscription)).enable_subscription_in_federation()
}

fn with<Query, Subscription>(
    builder: SchemaBuilder<Query, EmptyMutation, Subscription>,
) -> SchemaBuilder<Query, EmptyMutation, Subscription>
where
    Query: ObjectType + 'static,
    Subscription: SubscriptionType + 'static,
{
    builder
        .enable_federation()
        .extension(ExactLiterals)
        .extension(Indexed)
        .extension(NonNull)
        .extension(Metered)
}
