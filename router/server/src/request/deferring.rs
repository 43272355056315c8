//! Requests in which something may be deferred: what is, depends on variables.

use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::ast::OperationType;
use apollo_compiler::executable::Operation;

use super::documents::DocumentText;
use super::events::Asked;
use super::expose::trace::Stage;
use super::incoming::Allowed;
use super::parameters::Parameters;
use super::reply::Reply;
use super::variables::Declared;
use super::{Pipeline, RequestContext, parts, variables};
use crate::prepare::{Decide, Variant};
use crate::refusal::Refusal;
use crate::schema::Serving;

impl Pipeline {
    /// The way of a request from the parameters on, where something may be deferred.
    pub(super) async fn decide(
        self: &Arc<Self>,
        context: &Arc<RequestContext>,
        allowed: Allowed,
        parameters: &Parameters<'_>,
        document: DocumentText<'_>,
        serving: Arc<Serving>,
        variant: Variant,
    ) -> Result<Reply, Refusal> {
        let (text, deadline) = (parameters.text(&document, context), context.deadline);
        let operations = &serving.operations;
        let decide = deciding(&serving, parameters);
        let known = operations
            .get_undecided(&self.preparer, text, variant, decide, deadline)
            .await?;
        self.documents.is_valid(&document).await;
        context.summary.operation(&known);
        if !context.exposed.dry_run {
            allowed.permit(known.operation_type())?;
        }
        let account = &context.account;
        let variables = parameters.variables.as_deref();
        let declared = Declared::of(&known, text);
        let variables = variables::coerce(&serving.supergraph, declared, variables, account)?;
        variables::check_counts(&known.counts, declared, &variables)?;
        let decided = known.decided(|deciding| parts::switched_off(deciding, &variables));
        let prepared = match known.variant == decided {
            true => known,
            false => {
                let preparing = operations.get(&self.preparer, text, decided, deadline);
                preparing.await?
            }
        };
        context.ended(Stage::Prepare);
        context.summary.operation(&prepared);
        self.show_document(context, &serving, text);
        self.config.authorization.permit(&prepared)?;
        if context.exposed.dry_run {
            let variables = parameters.variables.as_deref();
            return self.explain(context, &serving, (&prepared, text), variables);
        }
        let execution = self.execution(context, serving, prepared, variables);
        let execution = execution.await?;
        context.ended(Stage::Variables);
        match execution.prepared.operation_type() {
            OperationType::Subscription => {
                let asked = Asked::of(text, parameters);
                execution.events(asked).await.map(Reply::Events)
            }
            _ if let Some(format) = allowed.parts
                && !execution.prepared.plan.deferred.is_empty() =>
            {
                execution.parts(format).await.map(Reply::Parts)
            }
            _ => execution.whole().await.map(Reply::Whole),
        }
    }
}

/// Whether the text names a directive by which something is delivered later.
pub(super) fn may_be_deferred(document: &str) -> bool {
    document.contains("@defer") || document.contains("@stream")
}

/// What decides about `@defer` and `@stream` on the thread that prepares an operation which nobody has asked for before.
fn deciding(serving: &Serving, parameters: &Parameters<'_>) -> Decide {
    let supergraph = Arc::clone(&serving.supergraph);
    let text = parameters.variables.as_deref().map(str::to_owned);
    Box::new(
        move |operation: &Operation, query: &str, deciding: &[Name]| {
            let declared = Declared { operation, query };
            let variables = variables::coerced(&supergraph, declared, text.as_deref())?;
            Ok(parts::switched_off(deciding, &variables))
        },
    )
}
