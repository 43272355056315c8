//! A query root whose representations fail one by one.
//!
//! [`Entity`](valeurs::entity::Entity) keeps an error to its entity once there is a resolver for the representation. Before that,
//! async-graphql gives up the whole of `_entities`: for a representation of a type it does not know, without the fields of a key, or
//! with a required field that its type does not accept.

use std::borrow::Cow;

use async_graphql::{
    ContainerType, Context, ContextSelectionSet, ObjectType, OutputType, PathSegment, Positioned,
    ServerError, ServerResult, Value, parser::types::Field, registry::Registry,
    resolver_utils::resolve_container,
};
use valeurs::{Erreur, entity::INDEX};

/// The root `Query`, with `null` and an error at its index for a representation that is not resolved.
pub(crate) struct Isolated<Query>(pub(super) Query);

impl<Query: ObjectType> ContainerType for Isolated<Query> {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        self.0.resolve_field(ctx).await
    }

    async fn find_entity(
        &self,
        ctx: &Context<'_>,
        representation: &Value,
    ) -> ServerResult<Option<Value>> {
        let error = match self.0.find_entity(ctx, representation).await {
            Ok(Some(entity)) => return Ok(Some(entity)),
            Ok(None) => {
                let error = async_graphql::Error::from(not_found(representation));
                error.into_server_error(ctx.item.pos)
            }
            Err(error) => error,
        };
        ctx.add_error(at_index(ctx.set_error_path(error), representation));
        Ok(Some(Value::Null))
    }
}

impl<Query: ObjectType> OutputType for Isolated<Query> {
    fn type_name() -> Cow<'static, str> {
        Query::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Query::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        _field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }
}

impl<Query: ObjectType> ObjectType for Isolated<Query> {}

fn member<'a>(representation: &'a Value, name: &str) -> Option<&'a Value> {
    match representation {
        Value::Object(members) => members.get(name),
        _ => None,
    }
}

fn not_found(representation: &Value) -> Erreur {
    let reason = match member(representation, "__typename") {
        Some(Value::String(name)) => {
            let name: String = name.chars().take(64).collect();
            format!(
                "no entity `{name}` is found by the fields of this representation: a key is missing or not of its type"
            )
        }
        _ => "a representation is an object with a `__typename` and the fields of a key".to_owned(),
    };
    Erreur::invalid("representations", reason)
}

/// The error at the index that [`Indexed`](valeurs::entity::Indexed) wrote into the representation.
fn at_index(mut error: ServerError, representation: &Value) -> ServerError {
    if let Some(Value::Number(index)) = member(representation, INDEX)
        && let Some(index) = index.as_u64()
    {
        error.path.push(PathSegment::Index(index as usize));
    }
    error
}
