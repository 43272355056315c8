//! One request, one way: the stages between what a client sent and what it is answered. No type of HTTP is known here but the headers.
//!
//! [`Pipeline::run`] is the list of the stages; what each one proves is in the type that it gives to the next.
//!
//! - [`context`]: what belongs to a request from its head to the last byte of its answer; [`summary`]: what came of it, told once;
//! - [`parameters`]: query, operation name and variables, borrowed from the body; [`batch`]: several requests in one;
//! - [`documents`]: which document is meant;
//! - [`identify`]: who asks;
//! - [`variables`](self::variables): coerced;
//! - [`admit`]: the right to go on;
//! - [`authorise`]: what the client may see;
//! - [`uploads`]: where the files that come with a request may stand;
//! - [`rate_limit`]: how often a client may ask; [`cost`]: what it may cost;
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
mod documents;
mod ending;
mod events;
mod execution;
mod expose;
pub(crate) mod identify;
mod parameters;
mod parts;
pub(crate) mod rate_limit;
mod reply;
mod root_span;
mod shared;
pub(crate) mod summary;
pub(crate) mod uploads;
mod variables;

use std::sync::{Arc, Weak};

use abaque_edge::long_work;
use abaque_edge::trace::Attribute;
use access::Rights;
use apollo_compiler::Name;
use apollo_compiler::ast::OperationType;
use apollo_compiler::executable::Operation;
use arc_swap::ArcSwap;
use bytes::Bytes;
use executor::{Format, Variables};
use http::HeaderMap;
use memory::Memory;
use upload::Upload;

use self::admit::Subscriptions;
use self::documents::{DocumentText, Documents};
use self::events::{Asked, Feeds};
use self::execution::Execution;
use self::expose::trace::Stage;
use self::identify::Authenticator;
use self::parameters::Parameters;
use self::rate_limit::RateLimit;
use crate::config::Config;
use crate::prepare::{Decide, Deferring, Prepared, Preparer, Text, Variant};
use crate::refusal::Refusal;
use crate::reload::in_service::Held;
use crate::schema::{Schemas, Serving};
use crate::telemetry::{Clients, Metrics};

pub(crate) use self::context::RequestContext;
pub(crate) use self::ending::{Ending, Wave};
pub(crate) use self::reply::{Answer, Message, Messages, Reply, Shape, refusal_body};
pub(crate) use self::shared::{Made, Shared};

/// What verified tokens, and what was made of them, depend on.
const AUTHENTICATOR: &[&[&str]] = &[
    &["authentication"],
    &["authorization"],
    &["headers", "claims"],
];
/// What the counts of clients depend on.
const RATE_LIMIT: &[&[&str]] = &[&["rate_limit"], &["redis"]];

/// What a client sent.
pub(crate) enum Incoming {
    /// In a URL.
    Query(String),
    /// In a body.
    Json(Bytes),
    /// In a body with files behind it.
    Upload(Arc<Upload>),
}

impl Incoming {
    fn parameters(&self, id_key: &str) -> Result<Parameters<'_>, Refusal> {
        let (json, upload) = match self {
            Self::Query(text) => return Parameters::from_query_string(text, id_key),
            Self::Json(bytes) => (bytes, None),
            Self::Upload(upload) => (upload.operations(), Some(upload)),
        };
        let read = long_work::on(json.len(), || Parameters::from_body(json, id_key));
        Ok(Parameters {
            upload: upload.map(Arc::clone),
            ..read?
        })
    }

    /// What the client may be answered with: nothing waits for files that are still to come, so their request is answered whole.
    fn narrow(&self, allowed: Allowed) -> Allowed {
        match self {
            Self::Query(_) | Self::Json(_) => allowed,
            Self::Upload(_) => Allowed {
                parts: None,
                events: false,
                ..allowed
            },
        }
    }
}

/// What the way on which a request came allows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allowed {
    /// Whether it may have effects.
    pub(crate) mutations: bool,
    /// Whether it may be answered at once.
    pub(crate) whole: bool,
    /// How it may be answered in parts, where it may.
    pub(crate) parts: Option<Format>,
    /// Whether it may be answered by events.
    pub(crate) events: bool,
}

impl Allowed {
    /// A subscription that is open.
    const EVENTS: Self = Self {
        mutations: false,
        whole: false,
        parts: None,
        events: true,
    };

    /// A GET must be safe: <https://graphql.github.io/graphql-over-http/draft/#sec-GET>. Events need a stream, and other answers none.
    fn permit(self, operation_type: OperationType) -> Result<(), Refusal> {
        match operation_type {
            OperationType::Mutation if !self.mutations => Err(Refusal::MutationByGet),
            OperationType::Query | OperationType::Mutation
                if !self.whole && self.parts.is_none() =>
            {
                Err(Refusal::Accept)
            }
            OperationType::Subscription if !self.events => Err(Refusal::Subscription),
            OperationType::Query | OperationType::Mutation | OperationType::Subscription => Ok(()),
        }
    }
}

/// What all requests share that one configuration is in service for.
#[derive(Debug)]
pub(crate) struct Pipeline {
    pub(crate) config: Arc<Config>,
    pub(crate) metrics: Arc<Metrics>,
    /// Requests by the clients that are counted by name.
    clients: Arc<Clients>,
    schemas: Arc<Schemas>,
    memory: Arc<Memory>,
    pub(crate) authenticator: Arc<Authenticator>,
    preparer: Preparer,
    rate_limit: Option<Arc<RateLimit>>,
    documents: Documents,
    subscriptions: Subscriptions,
    feeds: Arc<Feeds>,
    /// Ends the subscriptions, which do not end by themselves.
    pub(crate) ending: Arc<Ending>,
    latest: Latest,
    _held: Held,
}

/// The pipeline that requests go to which come now.
type Latest = Arc<ArcSwap<Weak<Pipeline>>>;

impl Pipeline {
    /// What `previous` has and this configuration would make again is taken over.
    pub(crate) fn new(
        config: Arc<Config>,
        shared: Shared,
        made: Made,
        previous: Option<&Self>,
    ) -> Self {
        let Shared {
            metrics, schemas, ..
        } = shared;
        let same =
            |keys: &[&[&str]]| previous.filter(|previous| config.is_same(&previous.config, keys));
        Self {
            authenticator: match same(AUTHENTICATOR).filter(|_| made.keeps_connections) {
                Some(previous) => Arc::clone(&previous.authenticator),
                None => Arc::new(Authenticator::new(
                    &config.authentication,
                    &config.client.headers.claims,
                    &made.issuers,
                    previous
                        .filter(|_| made.keeps_connections)
                        .map(|previous| &*previous.authenticator),
                )),
            },
            subscriptions: match previous {
                Some(previous) => previous.subscriptions.again(config.subscriptions.max),
                None => Subscriptions::new(config.subscriptions.max, &metrics),
            },
            rate_limit: match same(RATE_LIMIT).filter(|_| made.keeps_connections) {
                Some(previous) => previous.rate_limit.clone(),
                None => {
                    RateLimit::new(&config.rate_limit, made.redis, &metrics.recorder).map(Arc::new)
                }
            },
            preparer: match same(&[&["limits"]]) {
                Some(previous) => previous.preparer.again(),
                None => Preparer::new(&config, Arc::clone(&metrics), shared.recording),
            },
            documents: Documents::new(
                &config.persisted_documents,
                made.persisted,
                &metrics,
                previous.map(|previous| &previous.documents),
            ),
            feeds: match previous {
                Some(previous) => Arc::clone(&previous.feeds),
                None => Arc::default(),
            },
            _held: schemas.configuration.hold(),
            clients: Arc::new(Clients::new(&config.telemetry.client, &metrics.recorder)),
            config,
            metrics,
            schemas,
            memory: shared.memory,
            ending: shared.ending,
            latest: shared.latest,
        }
    }

    /// The pipeline for what begins now: this one, unless another configuration is in service.
    pub(crate) fn latest(self: &Arc<Self>) -> Arc<Self> {
        let latest = self.latest.load().upgrade();
        latest.unwrap_or_else(|| Arc::clone(self))
    }

    /// The schema in service.
    pub(crate) fn schema(&self) -> Option<Arc<Serving>> {
        self.schemas.current()
    }

    /// Tells the client of a request, in the head of its answer, what it has left of its limits.
    pub(crate) fn tell_quota(&self, context: &RequestContext, headers: &mut HeaderMap) {
        if let Some(limit) = &self.rate_limit {
            limit.tell(&context.quota, headers);
        }
    }

    /// The way of a request, from its body on; `incoming` reads that within its bound.
    pub(crate) async fn run(
        self: &Arc<Self>,
        context: &Arc<RequestContext>,
        allowed: Allowed,
        incoming: impl Future<Output = Result<Incoming, Refusal>>,
    ) -> Result<Reply, Refusal> {
        self.count(context).await?;
        let incoming = incoming.await?;
        context.ended(Stage::Receive);
        if self.config.batching.max > 0
            && let Some(body) = incoming.array()
        {
            return Box::pin(self.batch(context, allowed, body)).await;
        }
        let allowed = incoming.narrow(allowed);
        let parameters = incoming.parameters(&self.config.persisted_documents.id_key)?;
        context.ended(Stage::Parse);
        self.answer(context, allowed, &parameters).await
    }

    /// Counts a request of a client.
    async fn count(&self, context: &RequestContext) -> Result<(), Refusal> {
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
        let document = self.documents.resolve(&parameters.document).await?;
        let serving = self.schemas.current().ok_or(Refusal::NotReady)?;
        let variant = Variant {
            labels: serving.operations.planners.decide(),
            rights: self.rights(context, &serving),
            deferring: Deferring::Nothing,
        };
        if allowed.parts.is_some() && document.as_str().contains("@defer") {
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
            return self.explain(context, &serving, &prepared, variables);
        }
        allowed.permit(prepared.operation_type())?;
        let (supergraph, account) = (&serving.supergraph, &context.account);
        let upload = parameters.upload.as_deref();
        let files = uploads::paths(upload);
        let operation = &prepared.operation;
        let variables =
            variables::coerce_with_files(supergraph, operation, variables, &files, account)?;
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

    /// The same where something may be deferred: what is, depends on variables.
    async fn decide(
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
        let variables =
            variables::coerce(&serving.supergraph, &known.operation, variables, account)?;
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
            return self.explain(context, &serving, &prepared, variables);
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
                Ok(Reply::Parts(execution.parts(format).await))
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

    /// One run, within what it may cost.
    async fn execution(
        self: &Arc<Self>,
        context: &Arc<RequestContext>,
        serving: Arc<Serving>,
        prepared: Arc<Prepared>,
        variables: Variables,
    ) -> Result<Execution, Refusal> {
        self.charge(context, &prepared, &variables).await?;
        Ok(Execution {
            pipeline: Arc::clone(self),
            context: Arc::clone(context),
            serving,
            prepared,
            variables,
            upload: None,
        })
    }
}

impl Parameters<'_> {
    fn text<'t>(&'t self, document: &'t DocumentText<'_>, context: &'t RequestContext) -> Text<'t> {
        Text {
            query: document.as_str(),
            operation_name: self.operation_name.as_deref(),
            spans: context.recording(),
        }
    }
}

/// What decides about `@defer` on the thread that prepares an operation which nobody has asked for before.
fn deciding(serving: &Serving, parameters: &Parameters<'_>) -> Decide {
    let supergraph = Arc::clone(&serving.supergraph);
    let text = parameters.variables.as_deref().map(str::to_owned);
    Box::new(move |operation: &Operation, deciding: &[Name]| {
        let variables = variables::coerced(&supergraph, operation, text.as_deref())?;
        Ok(parts::switched_off(deciding, &variables))
    })
}
