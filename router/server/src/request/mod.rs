//! One request, one way: the stages between what a client sent and what it is answered. No type of HTTP is known here but the headers.
//!
//! [`Pipeline::run`] is the list of the stages; what each one proves is in the type that it gives to the next.
//!
//! - [`incoming`]: what a client sent; [`pipeline`]: what all stages have in common;
//! - [`context`]: what belongs to a request from its head to the last byte of its answer; [`summary`]: its outcome, reported once;
//! - [`parameters`]: query, operation name and variables, borrowed from the body; [`batch`]: several requests in one;
//! - [`documents`]: which document is meant;
//! - [`identify`]: who asks;
//! - [`variables`](self::variables): coerced;
//! - [`admit`]: the right to go on;
//! - [`authorise`]: what the client may see;
//! - [`uploads`]: where the files that come with a request may appear;
//! - [`rate_limit`]: how often a client may ask; [`cost`]: what it may cost;
//! - [`deferring`]: what variables decide about `@defer` and `@stream`;
//! - [`mutations`]: what goes on when its client has left;
//! - [`execution`]: one run, whole, in [`parts`], or as [`events`];
//! - [`expose`]: what a client may see of it: the plan and the trace;
//! - [`reply`]: what it comes to;
//! - [`ending`]: when what does not end by itself has to;
//! - [`shared`](self::shared): what requests have in common whatever the configuration.

mod admit;
pub(crate) mod authorise;
pub(crate) mod batch;
mod context;
pub(crate) mod cost;
mod deferring;
mod documents;
mod ending;
mod events;
mod execution;
mod expose;
pub(crate) mod identify;
mod incoming;
mod mutations;
mod parameters;
mod parts;
mod pipeline;
pub(crate) mod rate_limit;
mod reply;
mod root_span;
mod shared;
pub(crate) mod summary;
pub(crate) mod uploads;
mod variables;

use std::sync::Arc;

use abaque_edge::trace::Attribute;
use access::Rights;
use apollo_compiler::ast::OperationType;
use executor::Variables;

use self::deferring::may_be_deferred;
use self::documents::DocumentText;
use self::events::Asked;
use self::execution::Execution;
use self::expose::trace::Stage;
use self::parameters::Parameters;
use self::variables::Declared;
use crate::prepare::{Deferring, Prepared, Text, Variant};
use crate::refusal::Refusal;
use crate::schema::Serving;

pub(crate) use self::context::RequestContext;
pub(crate) use self::ending::{Ending, Wave};
pub(crate) use self::incoming::{Allowed, Incoming};
pub(crate) use self::mutations::Mutations;
pub(crate) use self::pipeline::Pipeline;
#[cfg(test)]
pub(crate) use self::pipeline::{AUTHENTICATOR, RATE_LIMIT};
pub(crate) use self::reply::{Answer, Message, Messages, Refused, Reply, Shape};
pub(crate) use self::shared::{Resources, Shared};

impl Pipeline {
    /// The way of a request, from its body on; `incoming` reads that within its bound.
    pub(crate) async fn run<F>(
        self: &Arc<Self>,
        context: &Arc<RequestContext>,
        allowed: Allowed,
        incoming: impl FnOnce() -> F,
    ) -> Result<Reply, Refusal>
    where
        F: Future<Output = Result<Incoming, Refusal>>,
    {
        self.count(context).await?;
        let incoming = incoming().await?;
        context.ended(Stage::Receive);
        if self.config.batching.max > 0
            && let Some(body) = incoming.array()
        {
            if !allowed.batches {
                return Err(Refusal::Accept);
            }
            return Box::pin(self.batch(context, allowed, body)).await;
        }
        let allowed = incoming.narrow(allowed);
        let parameters = incoming.parameters(&self.config.persisted_documents.id_key)?;
        context.ended(Stage::Parse);
        self.answer(context, allowed, &parameters).await
    }

    /// Refuses a request of which it is not known who makes it. It counts like any other.
    pub(crate) async fn refuse(
        &self,
        context: &RequestContext,
        refusal: Refusal,
    ) -> Result<Reply, Refusal> {
        self.count(context).await?;
        Err(refusal)
    }

    /// Counts a request of a client.
    pub(crate) async fn count(&self, context: &RequestContext) -> Result<(), Refusal> {
        match &self.rate_limit {
            Some(limit) => limit.request(context).await,
            None => Ok(()),
        }
    }

    /// The same from the parameters on.
    async fn answer(
        self: &Arc<Self>,
        context: &Arc<RequestContext>,
        allowed: Allowed,
        parameters: &Parameters<'_>,
    ) -> Result<Reply, Refusal> {
        context.begin_answer();
        let copied = context.account.grow(parameters.copied());
        copied.map_err(Refusal::Memory)?;
        let document = self.documents.resolve(&parameters.document).await?;
        let serving = self.schema().ok_or(Refusal::NotReady)?;
        let variant = Variant {
            labels: serving.operations.planners.decide(),
            rights: self.rights(context, &serving),
            deferring: Deferring::Nothing,
        };
        if allowed.parts.is_some() && may_be_deferred(document.as_str()) {
            // In a box: what all other requests have to carry along is smaller without it.
            let deciding = self.decide(context, allowed, parameters, document, serving, variant);
            return Box::pin(deciding).await;
        }
        let (text, deadline) = (parameters.text(&document, context), context.deadline);
        let variables = parameters.variables.as_deref();
        let preparing = serving.operations.get_with_variables(
            &self.preparer,
            text,
            variant,
            variables,
            deadline,
        );
        let (prepared, with_literals) = preparing.await?;
        self.documents.is_valid(&document).await;
        let variables = with_literals.as_deref().or(variables);
        context.ended(Stage::Prepare);
        context.summary.operation(&prepared);
        self.show_document(context, &serving, text);
        self.config.authorization.permit(&prepared)?;
        if context.exposed.dry_run {
            return self.explain(context, &serving, (&prepared, text), variables);
        }
        allowed.permit(prepared.operation_type())?;
        let (supergraph, account) = (&serving.supergraph, &context.account);
        let upload = parameters.upload.as_deref();
        let files = uploads::paths(upload);
        let declared = Declared::of(&prepared, text);
        let variables =
            variables::coerce_with_files(supergraph, declared, variables, &files, account)?;
        // It is a copy that nobody has counted, and what follows may wait.
        drop(with_literals);
        variables::check_counts(&prepared.counts, declared, &variables)?;
        uploads::check(&prepared.plan, &variables)?;
        let execution = self.execution(context, serving, prepared, variables);
        let execution = Execution {
            upload: parameters.upload.clone(),
            ..execution.await?
        };
        context.ended(Stage::Variables);
        match execution.prepared.operation_type() {
            OperationType::Subscription => {
                let asked = Asked::of(text, parameters);
                Box::pin(execution.events(asked)).await.map(Reply::Events)
            }
            _ => execution.whole().await.map(Reply::Whole),
        }
    }

    /// Puts the text into the request's span, where that is wanted and there is one.
    fn show_document(&self, context: &RequestContext, serving: &Serving, text: Text<'_>) {
        if self.config.telemetry.document
            && let Some(recording) = context.recording()
        {
            let bare = serving.operations.without_literals(text);
            recording.describe(bare.map(|bare| Attribute::text("graphql.document", bare)));
        }
    }

    /// What the client may see of this schema.
    pub(super) fn rights(&self, context: &RequestContext, serving: &Serving) -> Rights {
        let access = serving.operations.access.as_ref();
        let rights = |access| self.config.authorization.rights(access, &context.identity);
        access.map(rights).unwrap_or_default()
    }

    /// One run, within what it may cost and its client has left.
    async fn execution(
        self: &Arc<Self>,
        context: &Arc<RequestContext>,
        serving: Arc<Serving>,
        prepared: Arc<Prepared>,
        variables: Variables,
    ) -> Result<Execution, Refusal> {
        self.charge(context, &prepared, &variables).await?;
        Ok(self.execution_again(context, serving, prepared, variables))
    }

    /// The same of what has been paid for.
    fn execution_again(
        self: &Arc<Self>,
        context: &Arc<RequestContext>,
        serving: Arc<Serving>,
        prepared: Arc<Prepared>,
        variables: Variables,
    ) -> Execution {
        Execution {
            pipeline: Arc::clone(self),
            context: Arc::clone(context),
            serving,
            prepared,
            variables,
            upload: None,
        }
    }
}

impl Parameters<'_> {
    fn text<'t>(&'t self, document: &'t DocumentText<'_>, context: &'t RequestContext) -> Text<'t> {
        Text {
            query: document.as_str(),
            operation_name: self.operation_name.as_deref(),
            spans: context.recording(),
            account: Some(&context.account),
        }
    }
}
