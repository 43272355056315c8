//! Entities whose failures stay their own, for federation's `_entities`.
//!
//! async-graphql resolves the representations of one `_entities` together: the first error fails the whole list, and
//! the paths of errors inside an entity lack its index, without which a router cannot know whose they are
//! (<https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec>). Here:
//!
//! - [`Indexed`], an extension of the schema, writes into each representation its index, before execution;
//! - an entity resolver takes it as the argument named [`INDEX`], beside the key, and answers an [`Entity`];
//! - [`Entity`] resolves what it holds under a path with the index; an error makes this entity `null`, and no other;
//! - [`Isolated`], around the root of queries, does the same for representations that no resolver takes.

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextParseQuery, NextPrepareRequest,
};
use async_graphql::parser::types::{
    BaseType, DocumentOperations, ExecutableDocument, Field, OperationDefinition, Selection,
    SelectionSet,
};
use async_graphql::registry::Registry;
use async_graphql::{
    ContextSelectionSet, Name, OutputType, Positioned, Request, ServerResult, Value, Variables,
    async_trait,
};
use async_graphql_value::Value as Literal;

use crate::erreur::Resultat;
use crate::liste::object;
use crate::metered::{pay_object, tell};

mod isolated;
#[cfg(test)]
mod tests;

pub use self::isolated::Isolated;

/// The member of a representation that holds its index. Names with two underscores are reserved by GraphQL, so that
/// no key has it.
pub const INDEX: &str = "__index";

/// What an entity resolver answers: the entity or its error, and its index among the representations.
///
/// ```
/// use async_graphql::{EmptyMutation, EmptySubscription, ID, Object, Schema, SimpleObject};
/// use valeurs::{Resultat, Valeurs, entity::{Entity, Indexed}};
///
/// #[derive(SimpleObject)]
/// struct Serie { id: ID, effectif: usize }
///
/// fn serie(id: ID) -> Resultat<Serie> {
///     let effectif = Valeurs::from_id(&id)?.len();
///     Ok(Serie { id, effectif })
/// }
///
/// struct Query;
///
/// #[Object]
/// impl Query {
///     #[graphql(entity)]
///     async fn serie(
///         &self,
///         #[graphql(key)] id: ID,
///         #[graphql(name = "__index")] index: Option<usize>,
///     ) -> Entity<Serie> {
///         Entity::new(index, serie(id))
///     }
/// }
///
/// let schema = Schema::build(Query, EmptyMutation, EmptySubscription).extension(Indexed).finish();
/// # let _ = schema;
/// ```
#[derive(Debug)]
pub struct Entity<T> {
    index: Option<usize>,
    entity: Resultat<T>,
}

impl<T> Entity<T> {
    /// The `entity` for the representation at `index`, which is what [`Indexed`] put into it under [`INDEX`].
    pub fn new(index: Option<usize>, entity: Resultat<T>) -> Self {
        Entity { index, entity }
    }
}

impl<T: OutputType> OutputType for Entity<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn qualified_type_name() -> String {
        T::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        let ctx = match self.index {
            Some(index) => ctx.with_index(index),
            None => ctx.clone(),
        };
        let resolved = match &self.entity {
            Ok(entity) => entity.resolve(&ctx, field).await,
            Err(erreur) => {
                let error = async_graphql::Error::from(erreur.clone());
                Err(ctx.set_error_path(error.into_server_error(field.pos)))
            }
        };
        match resolved.map(object) {
            Ok(value) => {
                if pay_object(&T::type_name(), &value).is_err() {
                    drop(value);
                    return std::future::pending().await;
                }
                Ok(value)
            }
            Err(mut error) => {
                tell(&mut error, ctx.path_node.as_ref()).await;
                ctx.add_error(error);
                Ok(Value::Null)
            }
        }
    }
}

/// The extension that writes indexes into representations, wherever they are: in a variable, or in the query.
#[derive(Debug, Clone, Copy)]
pub struct Indexed;

impl ExtensionFactory for Indexed {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Indexed)
    }
}

#[async_trait::async_trait]
impl Extension for Indexed {
    async fn prepare_request(
        &self,
        ctx: &ExtensionContext<'_>,
        mut request: Request,
        next: NextPrepareRequest<'_>,
    ) -> ServerResult<Request> {
        for name in variables_of_entities(&mut request) {
            if let Some(value) = request.variables.get_mut(&name) {
                write_indexes(value);
            }
        }
        next.run(ctx, request).await
    }

    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        let mut document = next.run(ctx, query, variables).await?;
        match &mut document.operations {
            DocumentOperations::Single(operation) => visit_operation(&mut operation.node),
            DocumentOperations::Multiple(operations) => {
                for operation in operations.values_mut() {
                    visit_operation(&mut operation.node);
                }
            }
        }
        for fragment in document.fragments.values_mut() {
            visit(&mut fragment.node.selection_set.node);
        }
        Ok(document)
    }
}

/// Defaults of variables are representations too.
fn visit_operation(operation: &mut OperationDefinition) {
    for definition in &mut operation.variable_definitions {
        let definition = &mut definition.node;
        if let Some(default) = &mut definition.default_value
            && is_any(&definition.var_type.node.base)
        {
            write_indexes(&mut default.node);
        }
    }
    visit(&mut operation.selection_set.node);
}

/// Finds `_entities` among the fields of `selections`, through inline fragments. The parser bounds their nesting.
fn visit(selections: &mut SelectionSet) {
    for selection in &mut selections.items {
        match &mut selection.node {
            Selection::Field(field) if field.node.name.node == "_entities" => {
                for (_, value) in &mut field.node.arguments {
                    write_literal_indexes(&mut value.node);
                }
            }
            Selection::InlineFragment(fragment) => {
                visit(&mut fragment.node.selection_set.node);
            }
            Selection::Field(_) | Selection::FragmentSpread(_) => {}
        }
    }
}

/// The variables whose type is made of `_Any`. A document that does not parse has none, and is refused later.
fn variables_of_entities(request: &mut Request) -> Vec<Name> {
    let Ok(document) = request.parsed_query() else {
        return Vec::new();
    };
    let definitions = document
        .operations
        .iter()
        .flat_map(|(_, operation)| &operation.node.variable_definitions);
    definitions
        .filter(|definition| is_any(&definition.node.var_type.node.base))
        .map(|definition| definition.node.name.node.clone())
        .collect()
}

fn is_any(mut base: &BaseType) -> bool {
    loop {
        match base {
            BaseType::Named(name) => return name == "_Any",
            BaseType::List(item) => base = &item.base,
        }
    }
}

/// Writes their index into a list of representations. One that is no object becomes its index, which fails alone and takes no more memory than it did: nobody has
/// counted them yet. What a client wrote there is dropped, from a representation that is alone too: it has no index but the one that [`Isolated`] gives it.
fn write_indexes(value: &mut Value) {
    match value {
        Value::List(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                match item {
                    Value::Object(members) => {
                        members.insert(Name::new(INDEX), Value::from(index));
                    }
                    other => *other = Value::from(index),
                }
            }
        }
        Value::Object(members) => {
            members.shift_remove(INDEX);
        }
        Value::Null => {}
        // A number would be taken for an index.
        alone => *alone = Value::Object(Default::default()),
    }
}

/// The same in a document, where there may be variables in the representations. One that is a variable has none.
fn write_literal_indexes(value: &mut Literal) {
    match value {
        Literal::List(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                match item {
                    Literal::Object(members) => {
                        members.insert(Name::new(INDEX), Value::from(index).into());
                    }
                    Literal::Variable(_) => {}
                    other => *other = Value::from(index).into(),
                }
            }
        }
        Literal::Object(members) => {
            members.shift_remove(INDEX);
        }
        Literal::Variable(_) | Literal::Null => {}
        alone => *alone = Literal::Object(Default::default()),
    }
}
