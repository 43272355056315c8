//! A service as data: its names, its schema, its REST API.

use std::sync::Arc;

use async_graphql::futures_util::future::BoxFuture;
use async_graphql::futures_util::stream::BoxStream;
use async_graphql::{
    Name, ObjectType, Request, Response, SDLExportOptions, Schema, SchemaBuilder, ServerError,
    SubscriptionType,
};
use futures_util::{FutureExt, StreamExt};

use crate::directives::{self, Directives};
use crate::rest::table::Table;
use crate::{Descriptions, Limits, RootField};

/// A service.
pub struct Program {
    /// Its name in the command line, logs and metrics, and the prefix of its environment variables. Lower-case ASCII.
    pub name: &'static str,
    /// One sentence for `--help`.
    pub about: &'static str,
    /// Its version for `--version`: `env!("CARGO_PKG_VERSION")`.
    pub version: &'static str,
    /// The ports it listens on by default.
    pub ports: Ports,
    /// What `/graphql` answers.
    pub schema: Subgraph,
    /// What `/api/v1` answers.
    pub rest: Table,
    /// The OpenAPI document that describes it: that of the table, with whatever the program adds.
    pub openapi: serde_json::Value,
    /// What the console shows first.
    pub default_query: &'static str,
}

/// Default ports of a program, on the loopback interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ports {
    /// `/graphql` and `/api/v1`.
    pub public: u16,
    /// `/metrics` and `/health`.
    pub admin: u16,
}

impl Program {
    /// The federation SDL of the schema: what `_service { sdl }` answers.
    #[must_use]
    pub fn sdl(self) -> String {
        self.schema.sdl()
    }
}

/// A schema that is not finished: limits and switches come from the configuration.
pub struct Subgraph {
    finish: Box<Finish>,
    shortcuts: Vec<RootField>,
    directives: Directives,
    pub(crate) slow_entities: &'static [&'static str],
}

/// Finishes a schema with the limits of the configuration.
type Finish = dyn FnOnce(&Limits) -> Arc<dyn Executable> + Send;

impl Subgraph {
    /// A schema from its builder, with its types and data but no limits.
    pub fn new<Q, M, S>(builder: SchemaBuilder<Q, M, S>) -> Self
    where
        Q: ObjectType + 'static,
        M: ObjectType + 'static,
        S: SubscriptionType + 'static,
    {
        let finish = |limits: &Limits| -> Arc<dyn Executable> {
            let builder = builder
                .enable_federation()
                .limit_depth(limits.depth)
                .limit_complexity(limits.complexity)
                .limit_recursive_depth(limits.recursion)
                .limit_directives(limits.directives)
                .data(*limits);
            Arc::new(builder.finish())
        };
        Self {
            finish: Box::new(finish),
            shortcuts: Vec::new(),
            directives: &[],
            slow_entities: &[],
        }
    }

    /// The same schema, with these directives on fields, such as `("Query.histogramme", "@cost(weight: 20)")`, in its SDL. They are shown by a schema that is
    /// [`described`](Self::described) after it.
    #[must_use]
    pub fn directives(self, directives: Directives) -> Self {
        Self { directives, ..self }
    }

    /// The same schema, described in two languages.
    #[must_use]
    pub fn described(self, descriptions: Descriptions) -> Self {
        let (bare, directives) = (self.finish, self.directives);
        let finish = move |limits: &Limits| -> Arc<dyn Executable> {
            Arc::new(Described {
                schema: bare(limits),
                descriptions: Arc::new(descriptions),
                directives,
            })
        };
        Self {
            finish: Box::new(finish),
            shortcuts: self.shortcuts,
            directives,
            slow_entities: self.slow_entities,
        }
    }

    /// The same schema, of which these entities may take milliseconds to resolve whatever their keys are: a request for one of them is executed on the pool. Fields
    /// that do are those of the [slow operations](crate::rest::table::Operation::slow).
    #[must_use]
    pub fn slow_entities(self, slow_entities: &'static [&'static str]) -> Self {
        Self {
            slow_entities,
            ..self
        }
    }

    /// The same schema, with a fast path to some root fields of its queries: each computes what the schema would.
    #[must_use]
    pub fn shortcuts(self, shortcuts: Vec<RootField>) -> Self {
        Self { shortcuts, ..self }
    }

    /// The federation SDL: what `_service { sdl }` answers.
    #[must_use]
    pub fn sdl(self) -> String {
        self.finish(&Limits::default()).0.sdl()
    }

    pub(crate) fn finish(self, limits: &Limits) -> (Arc<dyn Executable>, Vec<RootField>) {
        ((self.finish)(limits), self.shortcuts)
    }
}

/// What async-graphql says where no operation has the name that was asked for, which is `""`.
const NO_OPERATION: &str = "Unknown operation named \"\"";

/// A schema whose root types are forgotten.
pub(crate) trait Executable: Send + Sync {
    /// Executes one operation, whose answer has introspection under the keys `introspected`.
    fn execute(&self, request: Request, introspected: Vec<Name>) -> BoxFuture<'_, Response>;
    /// Executes a subscription, or another operation as a stream of one response.
    fn execute_stream(
        &self,
        request: Request,
        introspected: Vec<Name>,
    ) -> BoxStream<'static, Response>;
    /// The errors of a document; where there are none, `reason` is. Nothing is executed.
    fn reject(&self, request: Request, reason: ServerError) -> BoxFuture<'_, Response>;
    /// The SDL that this crate shows.
    fn sdl(&self) -> String;
    /// The SDL that async-graphql answers to `_service`: it leaves `@specifiedBy` out.
    fn bare_sdl(&self) -> String;
    /// The name of the root type of queries.
    fn query_type(&self) -> String;
}

impl<Q, M, S> Executable for Schema<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    fn execute(&self, request: Request, _: Vec<Name>) -> BoxFuture<'_, Response> {
        Schema::execute(self, request).boxed()
    }

    fn execute_stream(&self, request: Request, _: Vec<Name>) -> BoxStream<'static, Response> {
        Schema::execute_stream(self, request)
    }

    fn reject(&self, request: Request, reason: ServerError) -> BoxFuture<'_, Response> {
        // A document is validated as a whole before the operation is looked for, and none has this name.
        let request = request.operation_name("");
        async move {
            let mut response = Schema::execute(self, request).await;
            if matches!(&*response.errors, [error] if error.message == NO_OPERATION) {
                response.errors = vec![reason];
            }
            response
        }
        .boxed()
    }

    fn sdl(&self) -> String {
        self.sdl_with_options(sdl_options().include_specified_by())
    }

    fn bare_sdl(&self) -> String {
        self.sdl_with_options(sdl_options())
    }

    fn query_type(&self) -> String {
        Q::type_name().into_owned()
    }
}

/// A schema whose descriptions are in two languages.
struct Described {
    schema: Arc<dyn Executable>,
    descriptions: Arc<Descriptions>,
    directives: Directives,
}

impl Executable for Described {
    fn execute(&self, request: Request, introspected: Vec<Name>) -> BoxFuture<'_, Response> {
        async move {
            let mut response = self.schema.execute(request, Vec::new()).await;
            let translated = self
                .descriptions
                .in_answer(&mut response.data, &introspected);
            if translated.is_err() {
                // Nothing is reported for a request that is lost, as in a field that cannot pay.
                return std::future::pending().await;
            }
            response
        }
        .boxed()
    }

    fn execute_stream(
        &self,
        request: Request,
        introspected: Vec<Name>,
    ) -> BoxStream<'static, Response> {
        let responses = self.schema.execute_stream(request, Vec::new());
        if introspected.is_empty() {
            return responses;
        }
        let descriptions = Arc::clone(&self.descriptions);
        responses
            .map(move |mut response| {
                // Who waits for the event asks the budget before it takes it.
                let _paid = descriptions.in_answer(&mut response.data, &introspected);
                response
            })
            .boxed()
    }

    fn reject(&self, request: Request, reason: ServerError) -> BoxFuture<'_, Response> {
        self.schema.reject(request, reason)
    }

    fn sdl(&self) -> String {
        let described = self.descriptions.in_sdl(&self.schema.sdl());
        directives::apply(&described, self.directives)
    }

    fn bare_sdl(&self) -> String {
        self.schema.bare_sdl()
    }

    fn query_type(&self) -> String {
        self.schema.query_type()
    }
}

fn sdl_options() -> SDLExportOptions {
    SDLExportOptions::new().federation().compose_directive()
}
