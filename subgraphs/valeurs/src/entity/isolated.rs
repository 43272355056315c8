//! The root of queries, with representations that no resolver takes failing alone.
//!
//! An [`Entity`](super::Entity) begins where a resolver does. For a representation of an unknown type, without its key,
//! or with a key of another type, async-graphql calls none, and gives up the whole list.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::resolver_utils::resolve_container;
use async_graphql::{
    ContainerType, Context, ContextSelectionSet, Error, Name, ObjectType, OutputType, PathSegment,
    Positioned, ServerResult, Value,
};
use async_graphql_value::Value as Literal;

use super::INDEX;
use crate::budget::charge;
use crate::erreur::{Code, Erreur};
use crate::metered::tell;

/// What a representation costs, whatever it is.
const REPRESENTATION: u64 = 8;

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
        // All of them are asked, whatever comes of those before.
        if charge(REPRESENTATION).is_err() {
            return std::future::pending().await;
        }
        let alone = with_index(ctx, representation);
        let representation = alone.as_ref().unwrap_or(representation);
        let named = matches!(member(representation, "__typename"), Some(Value::String(_)));
        let found = if named {
            self.0.find_entity(ctx, representation).await
        } else {
            Ok(None)
        };
        let mut error = match found {
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
        tell(&mut error, ctx.path_node.as_ref()).await;
        let mut error = ctx.set_error_path(error);
        error.path.extend(index(representation));
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

/// A representation that is no item of a list is a list of one, as any value of an argument is: here is its index.
fn with_index(ctx: &Context<'_>, representation: &Value) -> Option<Value> {
    let Value::Object(members) = representation else {
        return None;
    };
    let argument = ctx.item.node.get_argument("representations")?;
    if members.contains_key(INDEX) || matches!(argument.node, Literal::List(_)) {
        return None;
    }
    let mut members = members.clone();
    members.insert(Name::new(INDEX), Value::from(0));
    Some(Value::Object(members))
}

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
    let index = match representation {
        // One that was no object.
        Value::Number(_) => representation,
        _ => member(representation, INDEX)?,
    };
    match index {
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
