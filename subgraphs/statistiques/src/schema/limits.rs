//! The limits that the domain keeps itself.

use async_graphql::Context;
use service::Limits;

/// The limits of the service; the defaults for a schema that was built without.
pub(super) fn limits(ctx: &Context<'_>) -> Limits {
    ctx.data_opt::<Limits>().copied().unwrap_or_default()
}
