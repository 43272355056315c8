//! What a subscription asked for, so that it can be planned again on another schema.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use bytes::Bytes;
use client::Subgraph;
use tokio::time::Instant;

use super::spelling::Spelt;
use crate::prepare::{Deferring, Prepared, Text, Variant};
use crate::refusal::Refusal;
use crate::request::authorise::shown;
use crate::request::execution::Execution;
use crate::request::parameters::Parameters;
use crate::request::variables::Declared;
use crate::request::{Allowed, Pipeline, RequestContext, variables};
use crate::schema::Serving;

/// The text of an operation and its variables. Those are equal that ask for the same, however it is written.
#[derive(Debug)]
pub(in crate::request) struct Asked {
    query: Box<str>,
    operation_name: Option<Box<str>>,
    variables: Option<Box<str>>,
    spelt: Spelt,
}

impl PartialEq for Asked {
    fn eq(&self, other: &Self) -> bool {
        self.spelt == other.spelt
    }
}

impl Eq for Asked {}

impl Hash for Asked {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.spelt.hash(state);
    }
}

impl Asked {
    pub(in crate::request) fn of(text: Text<'_>, parameters: &Parameters<'_>) -> Self {
        let variables = parameters.variables.as_deref();
        Self {
            query: text.query.into(),
            operation_name: text.operation_name.map(Into::into),
            variables: variables.map(Into::into),
            spelt: Spelt::of(text.query, text.operation_name, variables),
        }
    }

    /// What it takes.
    pub(super) fn bytes(&self) -> usize {
        let variables = self.variables.as_ref().map_or(0, |text| text.len());
        self.query.len() + variables + self.spelt.bytes()
    }

    fn text(&self) -> Text<'_> {
        Text {
            query: &self.query,
            operation_name: self.operation_name.as_deref(),
            spans: None,
            account: None,
        }
    }

    /// What a schema has prepared of it for such a client, if it has.
    pub(super) fn known(
        &self,
        pipeline: &Pipeline,
        context: &RequestContext,
        serving: &Serving,
    ) -> Option<Arc<Prepared>> {
        let variant = variant(pipeline, context, serving);
        serving.operations.known(self.text(), variant)
    }
}

/// In which variant a subscription is prepared.
fn variant(pipeline: &Pipeline, context: &RequestContext, serving: &Serving) -> Variant {
    Variant {
        labels: serving.operations.planners.decide(),
        rights: pipeline.rights(context, serving),
        deferring: Deferring::Nothing,
    }
}

/// Where the events of an execution come from.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) subgraph: Arc<Subgraph>,
    /// By which of its routes.
    route: Option<usize>,
    /// The request that opens them.
    pub(super) body: Bytes,
}

impl Source {
    /// Whether an event of the one can be completed as an event of the other.
    pub(super) fn has_events_of(&self, other: &Self) -> bool {
        let (subgraph, others) = (&self.subgraph, &other.subgraph);
        self.body == other.body && subgraph.has_events_of(self.route, others, other.route)
    }
}

impl Execution {
    pub(super) fn source(&self) -> Result<Source, Refusal> {
        let (plan, options) = (&self.prepared.plan, &self.serving.options);
        let request = executor::source_request(plan, &self.variables, options);
        let request = request.ok_or_else(|| {
            let denied = &self.prepared.denied;
            match denied.is_empty() {
                true => Refusal::Operation(
                    "@skip or @include leaves out the subscription's field".to_owned(),
                ),
                false => Refusal::Unauthorized(shown(denied)),
            }
        })?;
        let subgraph = self.serving.subgraphs.get(request.subgraph);
        let subgraph = subgraph.ok_or(Refusal::NotReady)?;
        Ok(Source {
            subgraph: Arc::clone(subgraph),
            route: subgraph.events_route(&self.context.client),
            body: request.body.write(),
        })
    }

    /// An operation on a schema that it may not have been prepared for, and where its events come from there.
    ///
    /// # Errors
    /// What the schema, or a rule that has come with it, has against the operation; or why it could not be prepared now.
    pub(super) async fn on(
        pipeline: &Arc<Pipeline>,
        context: &Arc<RequestContext>,
        asked: &Asked,
        serving: Arc<Serving>,
    ) -> Result<(Self, Source), Refusal> {
        let variables = asked.variables.as_deref();
        let deadline = Instant::now() + pipeline.config.timeouts.request;
        let preparing = serving.operations.get_with_variables(
            &pipeline.preparer,
            asked.text(),
            variant(pipeline, context, &serving),
            variables,
            deadline,
        );
        let (prepared, with_literals) = preparing.await?;
        Allowed::EVENTS.permit(prepared.operation_type())?;
        pipeline.config.authorization.permit(&prepared)?;
        let variables = with_literals.as_deref().or(variables);
        // They take the place of those that there are, whose memory is reserved.
        let declared = Declared::of(&prepared, asked.text());
        let variables = variables::coerced(&serving.supergraph, declared, variables)?;
        pipeline.check_cost(&prepared, &variables)?;
        let execution = pipeline.execution_again(context, serving, prepared, variables);
        let source = execution.source()?;
        Ok((execution, source))
    }
}
