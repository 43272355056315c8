//! One subgraph: where it is, and on what terms it is asked.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use abaque_edge::trace::{OpenSpan, SpanKind};
use abaque_edge::{Recorder, RequestId, TraceContext};
use bytes::Bytes;
use executor::{Entities, FetchProblem, SubgraphResponse};
use futures_util::future::Either;
use http::Uri;
use tokio::time::Instant;

use crate::client_span::{self, Asked};
use crate::config::{Config, SubgraphConfig};
use crate::depends::Varying;
use crate::events::{EventTransport, Events, Opening};
use crate::failure::Failure;
use crate::header_rules::{ClientRequest, HeaderRules};
use crate::headers::bytes_of;
use crate::metrics::SubgraphMetrics;
use crate::observed::Timing;
use crate::payload::Payload;
use crate::place::Place;
use crate::place_stack::{RouteState, Stack, Terms, shown};
use crate::route::Routes;
use crate::sampled::Sampled;
use crate::schema_bounds::SchemaBounds;
use crate::spent::Spent;
use crate::stack::{BreakerState, Dedupe, Expiry, Request, Routed};
use crate::transport::Transport;

/// Where a subgraph answers, and on what terms it is asked.
#[derive(Debug)]
pub struct Subgraph {
    name: Arc<str>,
    place: Option<Place>,
    /// What requests there are for.
    url: Option<Uri>,
    /// Where else, for some clients.
    routes: Routes,
    headers: Arc<HeaderRules>,
    /// What of a client's request its answers depend on.
    varying: Varying,
    /// All that one request may take.
    timeout: Duration,
    metrics: SubgraphMetrics,
    problems: Sampled,
    /// Where subscriptions are opened.
    events: EventTransport,
    /// Where those of clients whose route leads elsewhere are, by [`Routes::places`]; empty where one place is configured for all.
    events_elsewhere: Box<[EventTransport]>,
    /// Whether clients that ask for the same may share a stream.
    shares_events: bool,
    stack: Stack,
}

/// What is asked.
#[derive(Debug)]
pub struct Call<'c> {
    /// The GraphQL request.
    pub payload: Payload,
    /// From where on it is what is asked: before that stand the kind of the operation and its name.
    pub unnamed_from: usize,
    /// Queries may be sent again when there is no answer; mutations never.
    pub idempotent: bool,
    /// On whose behalf.
    pub client: &'c ClientRequest,
    /// Its place in a trace.
    pub trace: Option<&'c TraceContext>,
    /// When the client's request must have its answer.
    pub deadline: Option<Instant>,
    /// Whether the answer to an equal query will do.
    pub shared: bool,
    /// Where the times of sending and answering are noted.
    pub timing: Option<Arc<Timing>>,
    /// Where it is noted that it is sent again.
    pub spent: Option<Arc<Spent>>,
}

impl Subgraph {
    /// The subgraph at `url`, unless the configuration says another.
    pub fn new(
        name: &str,
        url: &str,
        own: &SubgraphConfig,
        config: &Config,
        transport: &Transport,
        recorder: &Recorder,
    ) -> Self {
        Self::build(name, url, own, config, transport, recorder, None)
    }

    /// The same to ask for its schema: failures show how the answer begins, the answer is not among what requests hold, and as it is asked again and again anyway,
    /// nothing is sent twice or refused.
    pub fn for_schema(
        name: &str,
        url: &str,
        own: &SubgraphConfig,
        config: &Config,
        transport: &Transport,
        recorder: &Recorder,
        bounds: SchemaBounds,
    ) -> Self {
        let own = SubgraphConfig {
            routes: Vec::new(),
            retry: None,
            breaker: None,
            ..own.clone()
        };
        Self::build(name, url, &own, config, transport, recorder, Some(bounds))
    }

    fn build(
        name: &str,
        url: &str,
        own: &SubgraphConfig,
        config: &Config,
        transport: &Transport,
        recorder: &Recorder,
        schema: Option<SchemaBounds>,
    ) -> Self {
        let place = Self::place_of(own, url);
        let url = place.as_ref().map(Place::target);
        let name: Arc<str> = name.into();
        let headers = Arc::new(HeaderRules::new(&config.headers, &own.headers));
        let metrics = SubgraphMetrics::new(recorder, &name);
        let terms = Terms {
            name: &name,
            own,
            config,
            transport,
            headers: &headers,
            schema,
        };
        let routes = Routes::new(&own.routes, url.as_ref());
        let others = routes.places().iter().map(|url| {
            let metrics = metrics.place(Some(shown(url)));
            terms.stack(Some(Place::Network(url.clone())), metrics)
        });
        let routed = Routed::new(terms.stack(place.clone(), metrics.place(None)), others);
        let events = |place: Option<Place>| {
            EventTransport::new(
                &own.subscriptions,
                place.map(|place| transport.origin(place, &own.tls, own.http2)),
                config.max_response,
                transport.memory(),
            )
        };
        let at = |url: &Uri| events(Some(Place::Network(url.clone())));
        let (events, events_elsewhere) = match &own.subscriptions.url {
            Some(url) => (at(url), Box::default()),
            None => {
                let elsewhere = routes.places().iter().map(at);
                (events(place.clone()), elsewhere.collect())
            }
        };
        let joined = metrics.joined.clone();
        // A cookie is for one client, not for all that ask the same.
        let dedupes = config.deduplicate_queries && !config.response.has_cookies();
        Self {
            stack: Dedupe::new(routed, dedupes, joined),
            events,
            events_elsewhere,
            shares_events: own.subscriptions.share,
            timeout: match schema {
                Some(schema) => schema.timeout,
                None => own.timeout.unwrap_or(config.timeout),
            },
            varying: Varying::new(&headers, &routes),
            name,
            place,
            url,
            routes,
            headers,
            metrics,
            problems: Sampled::default(),
        }
    }

    /// Where a subgraph is that the schema has at `url`.
    pub(crate) fn place_of(own: &SubgraphConfig, url: &str) -> Option<Place> {
        own.url.clone().or_else(|| url.parse().ok())
    }

    /// Its name in the schema.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the requests of a client go.
    pub(crate) fn place(&self, client: &ClientRequest) -> Option<&Uri> {
        let route = self.routes.of(client);
        let other = route.and_then(|index| self.routes.places().get(index));
        other.or(self.url.as_ref())
    }

    /// What of a client's request its answers depend on.
    pub(crate) fn varying(&self) -> &Varying {
        &self.varying
    }

    /// Whether it is asked at its own place; `None` where no breaker is configured.
    pub fn breaker(&self) -> Option<BreakerState> {
        self.stack.inner().own().inner().state()
    }

    /// The places that routes lead to.
    pub fn routes(&self) -> impl Iterator<Item = RouteState> {
        let stacks = self.stack.inner().others().iter();
        let places = self.routes.places().iter();
        places.zip(stacks).map(|(url, stack)| RouteState {
            url: shown(url),
            breaker: stack.inner().state(),
        })
    }

    /// Whether it is the subgraph of that name at that place.
    pub(crate) fn is_at(&self, name: &str, place: Option<&Place>) -> bool {
        &*self.name == name && self.place.as_ref() == place
    }

    /// Where it is, for people: without a name and password, and without the query, which can hold others.
    pub fn shown_url(&self) -> Option<String> {
        self.place.as_ref()?.shown()
    }

    /// Logs what went wrong with a request, this many times in a while.
    pub(crate) fn log(&self, problem: &FetchProblem<'_>, id: Option<&RequestId>) {
        let Some(unlogged) = self.problems.take(Instant::now()) else {
            return;
        };
        tracing::warn!(
            subgraph = %self.name,
            code = shortened(problem.code),
            errors = problem.errors,
            error = shortened(problem.message),
            reason = problem.reason.map(shortened),
            request_id = id.map(RequestId::as_str),
            unlogged = (unlogged > 0).then_some(unlogged),
            "a request to a subgraph brought errors"
        );
    }

    /// An answer to a client's request that should be a GraphQL response is none.
    pub(crate) fn malformed(&self, client: &ClientRequest) {
        let record = self.stack.inner().of(self.routes.of(client));
        record.inner().malformed();
    }

    /// Counts what a request asks for.
    pub fn asked_for(&self, entities: Entities) {
        self.metrics.asked_for(entities);
    }

    /// Sends a request and gives its answer, whose body is JSON by its content type only.
    pub fn call(&self, call: Call<'_>) -> impl Future<Output = Result<SubgraphResponse, Failure>> {
        let expiry = Expiry::within(self.timeout, call.deadline);
        let request = Request {
            payload: call.payload,
            unnamed_from: call.unnamed_from,
            passed_on: self.headers.passed_on(call.client),
            id: call.client.id.clone(),
            trace: call.trace.cloned(),
            route: self.routes.of(call.client),
            idempotent: call.idempotent,
            is_probe: AtomicBool::new(false),
            expiry,
            awaited: expiry.at,
            timing: call.timing,
            spent: call.spent,
        };
        match call.shared {
            true => Either::Left(self.stack.fetch(request, self.timeout)),
            false => Either::Right(self.stack.fetch_alone(request)),
        }
    }

    /// Opens the event stream of a subscription, within the bounds of any request: the breaker, one of the permits, the subgraph's timeout and the
    /// deadline. How long it lives after that is up to the reader.
    pub async fn subscribe(
        &self,
        body: Bytes,
        client: &ClientRequest,
        deadline: Instant,
        opening: Opening<'_>,
    ) -> Result<Events, Failure> {
        let passed_on = self.headers.passed_on(client);
        let (id, trace) = (client.id.as_ref(), client.trace.as_ref());
        let recording = trace.and_then(TraceContext::recording);
        let route = self.events_route(client);
        let events = self.events_at(route);
        let (method, url) = (events.method(), events.url());
        let mut span = recording.and_then(|recording| {
            let path = url.map_or("/", Uri::path);
            recording.open(format!("{method} {path}"), SpanKind::Client)
        });
        let parent = span.as_ref().map(OpenSpan::id);
        let headers = self
            .headers
            .complete(&passed_on, id, trace.map(|trace| (trace, parent)));
        let expiry = Expiry::within(self.timeout, Some(deadline));
        let record = self.stack.inner().of(route);
        let breaker = record.inner();
        let limit = breaker.inner().inner();
        let asking = pin!(async {
            let _permit = limit.permit(&expiry).await?;
            let opening = events.open(headers, &passed_on, body, opening);
            let opened = tokio::time::timeout_at(expiry.at, opening).await;
            opened.unwrap_or_else(|_| Err(expiry.failure()))
        });
        let guarded = breaker.guard(true, || (), asking, |events| events.status() >= 500);
        let opened = record.watch(guarded, Events::status).await;
        if let Some(span) = &mut span {
            let asked = Asked {
                subgraph: &self.name,
                url,
                method,
            };
            client_span::opened(span, &asked, opened.as_ref().map(Events::answered));
        }
        opened
    }

    /// By which route a client's subscriptions are opened; `None` for the place that is for all others.
    pub fn events_route(&self, client: &ClientRequest) -> Option<usize> {
        let route = self.routes.of(client);
        route.filter(|route| *route < self.events_elsewhere.len())
    }

    fn events_at(&self, route: Option<usize>) -> &EventTransport {
        let elsewhere = route.and_then(|route| self.events_elsewhere.get(route));
        elsewhere.unwrap_or(&self.events)
    }

    /// Whether an event stream by a route is one of the other subgraph by its route.
    pub fn has_events_of(
        &self,
        route: Option<usize>,
        other: &Subgraph,
        other_route: Option<usize>,
    ) -> bool {
        let (events, others) = (self.events_at(route), other.events_at(other_route));
        self.is_at(&other.name, other.place.as_ref()) && events.is_same_place(others)
    }

    /// Whether clients that ask for the same may share an event stream.
    pub fn shares_events(&self) -> bool {
        self.shares_events
    }

    /// On whose behalf a request of that client is, as far as this subgraph can tell: the headers that are passed on, and where it is asked.
    pub fn identity(&self, client: &ClientRequest) -> Box<[u8]> {
        let route = self.routes.of(client);
        let mut identity = bytes_of(&self.headers.passed_on(client));
        // One more than there are places stands for its own.
        let route = route.unwrap_or(self.routes.places().len());
        identity.extend_from_slice(&route.to_be_bytes());
        identity.into()
    }

    /// Counts an event of a subscription.
    pub fn event(&self) {
        self.metrics.events.increment(1);
    }
}

/// Subgraphs word what they show, and it may be long.
fn shortened(text: &str) -> &str {
    let end = text.char_indices().nth(300);
    end.map_or(text, |(end, _)| &text[..end])
}
