//! The root of queries, with representations that no resolver takes failing alone.
//!
//! An [`Entity`](super::Entity) begins where a resolver does. For a representation of an unknown type, without its key,
//! or with a key of another type, async-graphql calls none, and gives up the whole list.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::resolver_utils::resolve_container;
use async_graphql::{
    ContainerType, Context, ContextSelectionSet, Error, ObjectType, OutputType, PathSegment,
    Positioned, ServerResult, Value,
};

use super::INDEX;
use crate::erreur::{Code, Erreur};
use crate::metered::tell;

/// A root of queries, for [`schema`](crate::schema()): what it does not find is `null` with an error at its index.
#[derive(Debug, Clone, Copy, Default)]
pub struct Isolated<Query>(pub Query);

impl<Query: ObjectType> ContainerType for Isolated<Query> {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        self.0.resolve_field(ctx).await
    }

    async fn find_entity(
        &self,
        ctx: &Context<'_>,
        representation: &Value,
    ) -> ServerResult<Option<Value>> {
        let named = matches!(member(representation, "__typename"), Some(Value::String(_)));
        let found = if named {
            self.0.find_entity(ctx, representation).await
        } else {
            Ok(None)
        };
        let error = match found {
            Ok(Some(entity)) => return Ok(Some(entity)),
            Ok(None) => Error::from(not_found(representation)).into_server_error(ctx.item.pos),
            // A field that the resolver requires beside the key was not of its type.
            Err(mut error) => {
                let extensions = error.extensions.get_or_insert_default();
                if extensions.get("code").is_none() {
                    extensions.set("code", Code::InvalidArgument.as_str());
                }
                error
            }
        };
        let mut error = ctx.set_error_path(error);
        error.path.extend(index(representation));
        tell(&mut error).await;
        ctx.add_error(error);
        Ok(Some(Value::Null))
    }
}

/// As the root itself, with the fields found through [`Isolated`].
impl<Query: ObjectType> OutputType for Isolated<Query> {
    fn type_name() -> Cow<'static, str> {
        Query::type_name()
    }

    fn qualified_type_name() -> String {
        Query::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Query::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        _: &Positioned<Field>,
    ) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }
}

impl<Query: ObjectType> ObjectType for Isolated<Query> {}

fn not_found(representation: &Value) -> Erreur {
    let reason = match member(representation, "__typename") {
        Some(Value::String(name)) => {
            let shown: String = name.chars().take(64).collect();
            format!(
                "no `{shown}` has this representation: its key is missing or not of its type, or there is no such entity"
            )
        }
        _ => "a representation is an object with a `__typename` and a key".to_owned(),
    };
    Erreur::invalid("representations", reason)
}

fn index(representation: &Value) -> Option<PathSegment> {
    match member(representation, INDEX)? {
        Value::Number(index) => Some(PathSegment::Index(index.as_u64()?.try_into().ok()?)),
        _ => None,
    }
}

fn member<'a>(representation: &'a Value, name: &str) -> Option<&'a Value> {
    match representation {
        Value::Object(members) => members.get(name),
        _ => None,
    }
}
