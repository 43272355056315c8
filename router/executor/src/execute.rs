//! Runs the fetches of a plan, each as soon as what it depends on is there, and merges what they bring.

use std::borrow::Cow;
use std::sync::OnceLock;

use apollo_compiler::ExecutableDocument;
use apollo_compiler::validation::Valid;
use bytes::Bytes;
use federation::{SubgraphId, Supergraph};
use futures_util::stream::{FuturesUnordered, StreamExt};
use planner::{ConditionId, Fetch, FetchId, FetchTarget, QueryPlan};

use crate::client::{FetchError, SubgraphClient, SubgraphRequest, SubgraphResponse};
use crate::complete::Completion;
use crate::error::{FieldError, PathSegment, RequestError, SubgraphError, request_error_body};
use crate::failure::{Failure, Failures};
use crate::introspect;
use crate::json::{self, Object, Value};
use crate::locate;
use crate::places::{self, Places};
use crate::variables::Variables;

/// What one execution needs.
pub struct ExecutionRequest<'r, C> {
    /// How the operation is answered.
    pub plan: &'r QueryPlan,
    /// The supergraph that the plan was made for.
    pub supergraph: &'r Supergraph,
    /// The document that was planned, for introspection.
    pub document: &'r Valid<ExecutableDocument>,
    /// The operation in it; `None` when it has only one.
    pub operation_name: Option<&'r str>,
    /// The coerced variables.
    pub variables: &'r Variables<'r>,
    /// How subgraphs are asked.
    pub client: &'r C,
    /// What is allowed.
    pub options: &'r Options,
}

/// What an execution is allowed.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whether `__schema` and `__type` are answered.
    pub introspection: bool,
    /// For each subgraph, by its id, whether clients see its errors as it words them; `false` where the list is too short.
    pub reveal_errors: Vec<bool>,
    /// No more errors than this are in a response.
    pub max_errors: usize,
}

impl Default for Options {
    /// Introspection, masked errors, a hundred of them.
    fn default() -> Self {
        Self {
            introspection: true,
            reveal_errors: Vec::new(),
            max_errors: 100,
        }
    }
}

/// The response to the client, and what happened.
#[derive(Debug)]
pub struct Response {
    /// `{"data":…,"errors":[…]}`
    pub body: Vec<u8>,
    /// The code of each error.
    pub error_codes: Vec<String>,
    /// Whether the operation was executed: the body has `data`.
    pub executed: bool,
    /// How much was asked.
    pub stats: Stats,
}

/// How much was asked of subgraphs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Requests sent.
    pub fetches: usize,
    /// Representations sent.
    pub entities: usize,
    /// Places of entities that shared a representation with another one.
    pub entities_shared: usize,
}

/// Executes a plan. Whatever subgraphs send or fail to send, there is an answer.
pub async fn execute<C: SubgraphClient>(request: ExecutionRequest<'_, C>) -> Response {
    let plan = request.plan;
    let introspection = match introspect::answer(&request) {
        Ok(answer) => answer,
        Err(error) => return refuse(&[error]),
    };
    let introspection = introspection
        .as_deref()
        .and_then(|bytes| json::parse(bytes).ok());
    let conditions: Vec<bool> = plan
        .conditions
        .iter()
        .map(|condition| request.variables.satisfy(condition))
        .collect();
    // One slot a fetch: what is parsed borrows from the bytes received, which stay where they are.
    let slots: Vec<OnceLock<Bytes>> = plan.fetches.iter().map(|_| OnceLock::new()).collect();

    let mut run = Run {
        plan,
        variables: request.variables,
        conditions: &conditions,
        options: request.options,
        data: Value::Object(Object::default()),
        waiting_for: plan
            .fetches
            .iter()
            .map(|fetch| fetch.depends_on.len())
            .collect(),
        places: plan.fetches.iter().map(|_| Vec::new()).collect(),
        failures: Failures::default(),
        errors: Vec::new(),
        stats: Stats::default(),
    };
    let mut in_flight = FuturesUnordered::new();
    let mut ready = run.start();
    loop {
        for (id, body) in ready.drain(..) {
            in_flight.push(send(plan, id, body, request.client));
        }
        let Some((id, result)) = in_flight.next().await else {
            break;
        };
        run.receive(id, result, &slots);
        ready = run.finished(id);
    }

    let root = request
        .supergraph
        .schema()
        .root_operation(plan.operation_type);
    let root = root.map_or("Query", |name| name.as_str());
    run.complete(introspection.as_ref().and_then(Value::as_object), root)
}

fn refuse(errors: &[RequestError]) -> Response {
    Response {
        body: request_error_body(errors),
        error_codes: errors.iter().map(|error| error.code.to_owned()).collect(),
        executed: false,
        stats: Stats::default(),
    }
}

async fn send<C: SubgraphClient>(
    plan: &QueryPlan,
    id: FetchId,
    body: Vec<u8>,
    client: &C,
) -> (FetchId, Result<SubgraphResponse, FetchError>) {
    let fetch = &plan.fetches[id.0 as usize];
    let request = SubgraphRequest {
        subgraph: fetch.subgraph,
        subgraph_name: &fetch.subgraph_name,
        operation_type: fetch.operation_type,
        fetch: id,
        body: Bytes::from(body),
    };
    (id, client.fetch(request).await)
}

/// One execution under way. `'p` is the plan's, `'a` also that of the bytes received.
struct Run<'p, 'a> {
    plan: &'p QueryPlan,
    variables: &'p Variables<'p>,
    conditions: &'p [bool],
    options: &'p Options,
    /// All data so far, merged.
    data: Value<'a>,
    /// For each fetch, how many of those it depends on are not done.
    waiting_for: Vec<usize>,
    /// For each fetch, and each of its entity fields, where the answers go.
    places: Vec<Vec<Places>>,
    failures: Failures<'p, 'a>,
    errors: Vec<FieldError<'a>>,
    stats: Stats,
}

impl<'p: 'a, 'a> Run<'p, 'a> {
    /// The fetches that depend on nothing.
    fn start(&mut self) -> Vec<(FetchId, Vec<u8>)> {
        let first: Vec<FetchId> = self
            .ids()
            .filter(|id| self.waiting_for[id.0 as usize] == 0)
            .collect();
        self.prepare_all(first)
    }

    fn ids(&self) -> impl Iterator<Item = FetchId> + use<> {
        (0..u32::try_from(self.plan.fetches.len()).unwrap_or(u32::MAX)).map(FetchId)
    }

    /// The fetches that become ready by the end of one.
    fn finished(&mut self, id: FetchId) -> Vec<(FetchId, Vec<u8>)> {
        let released = self.release(id);
        self.prepare_all(released)
    }

    fn release(&mut self, id: FetchId) -> Vec<FetchId> {
        let mut released = Vec::new();
        for other in self.ids() {
            let index = other.0 as usize;
            let needs = self.plan.fetches[index]
                .depends_on
                .iter()
                .filter(|needed| **needed == id)
                .count();
            if needs > 0 {
                self.waiting_for[index] = self.waiting_for[index].saturating_sub(needs);
                if self.waiting_for[index] == 0 {
                    released.push(other);
                }
            }
        }
        released
    }

    /// Makes the bodies. A fetch with nothing to ask for is done at once, and what waits for it goes on.
    fn prepare_all(&mut self, mut pending: Vec<FetchId>) -> Vec<(FetchId, Vec<u8>)> {
        let mut bodies = Vec::with_capacity(pending.len());
        while let Some(id) = pending.pop() {
            match self.prepare(id) {
                Some(body) => bodies.push((id, body)),
                None => pending.extend(self.release(id)),
            }
        }
        bodies.reverse();
        bodies
    }

    fn holds(&self, condition: Option<ConditionId>) -> bool {
        condition.is_none_or(|id| self.conditions.get(id.0 as usize).copied().unwrap_or(false))
    }

    /// The body of a fetch, or nothing when nothing is to be asked for.
    fn prepare(&mut self, id: FetchId) -> Option<Vec<u8>> {
        let fetch = &self.plan.fetches[id.0 as usize];
        if !self.holds(fetch.condition) {
            return None;
        }
        if let FetchTarget::Entities(entities) = &fetch.target {
            let places: Vec<Places> = entities
                .iter()
                .map(|entity| {
                    if self.holds(entity.condition) {
                        Places::find(entity, &self.data)
                    } else {
                        Places::default()
                    }
                })
                .collect();
            if places.iter().all(|places| places.count == 0) {
                return None;
            }
            for places in &places {
                self.stats.entities += places.count;
                self.stats.entities_shared += places.list.len() - places.count;
            }
            self.places[id.0 as usize] = places;
        }
        self.stats.fetches += 1;
        Some(self.body(fetch, &self.places[id.0 as usize]))
    }

    fn body(&self, fetch: &Fetch, places: &[Places]) -> Vec<u8> {
        let mut body = Vec::with_capacity(fetch.operation.len() + 64);
        body.extend_from_slice(b"{\"query\":");
        json::write_string(&fetch.operation, &mut body);
        let mut separator: &[u8] = b",\"variables\":{";
        let open = separator;
        for name in &fetch.variables {
            if let Some(value) = self.variables.get(name) {
                body.extend_from_slice(separator);
                separator = b",";
                json::write_string(name, &mut body);
                body.push(b':');
                body.extend_from_slice(value.as_bytes());
            }
        }
        if let FetchTarget::Entities(entities) = &fetch.target {
            for (entity, places) in entities.iter().zip(places) {
                body.extend_from_slice(separator);
                separator = b",";
                json::write_string(&entity.variable, &mut body);
                body.push(b':');
                places.write(&mut body);
            }
        }
        if separator != open {
            body.push(b'}');
        }
        body.push(b'}');
        body
    }

    /// Takes the answer of a fetch in.
    fn receive(
        &mut self,
        id: FetchId,
        result: Result<SubgraphResponse, FetchError>,
        slots: &'a [OnceLock<Bytes>],
    ) {
        let fetch = &self.plan.fetches[id.0 as usize];
        let response = match result {
            Ok(response) => response,
            Err(error) => return self.fail(fetch, error.to_string(), error.code()),
        };
        // Each fetch is answered once, so the slot is free.
        let body: &'a Bytes = slots[id.0 as usize].get_or_init(|| response.body);
        let mut answer = match json::parse(body) {
            Ok(Value::Object(answer)) => answer,
            Ok(_) | Err(_) if !(200..300).contains(&response.status) => {
                let error = FetchError::NotGraphql {
                    status: response.status,
                };
                return self.fail(fetch, error.to_string(), error.code());
            }
            Ok(other) => {
                let message = format!("answered {} instead of a GraphQL response", other.kind());
                return self.fail(fetch, message, "SUBREQUEST_MALFORMED_RESPONSE");
            }
            Err(error) => {
                return self.fail(
                    fetch,
                    format!("answered no JSON: {error}"),
                    "SUBREQUEST_MALFORMED_RESPONSE",
                );
            }
        };
        let errors = match answer.take("errors") {
            Some(Value::Array(errors)) => errors,
            _ => Vec::new(),
        };
        let without_errors = errors.is_empty();
        self.take_errors(fetch, id, errors);
        match answer.take("data") {
            Some(Value::Object(data)) => self.take_data(fetch, id, data),
            Some(Value::Null) | None if !without_errors => {}
            None if !(200..300).contains(&response.status) => {
                let error = FetchError::NotGraphql {
                    status: response.status,
                };
                self.fail(fetch, error.to_string(), error.code());
            }
            Some(Value::Null) => {}
            _ => self.fail(
                fetch,
                "answered without data and without errors".to_owned(),
                "SUBREQUEST_MALFORMED_RESPONSE",
            ),
        }
    }

    fn take_data(&mut self, fetch: &'p Fetch, id: FetchId, mut data: Object<'a>) {
        match (&fetch.target, &mut self.data) {
            (FetchTarget::Root, Value::Object(root)) => root.merge(data),
            (FetchTarget::Root, _) => {}
            (FetchTarget::Entities(entities), _) => {
                for (index, entity) in entities.iter().enumerate() {
                    let expected = self.places[id.0 as usize][index].count;
                    if expected == 0 {
                        continue;
                    }
                    match data.take(&entity.response_key) {
                        Some(Value::Array(items)) if items.len() == expected => {
                            self.place(id, index, items);
                        }
                        Some(Value::Null) | None => {}
                        Some(Value::Array(items)) => {
                            let message =
                                format!("answered {} entities of {expected}", items.len());
                            self.fail(fetch, message, "SUBREQUEST_MALFORMED_RESPONSE");
                        }
                        Some(other) => {
                            let message =
                                format!("answered {} instead of a list of entities", other.kind());
                            self.fail(fetch, message, "SUBREQUEST_MALFORMED_RESPONSE");
                        }
                    }
                }
            }
        }
    }

    /// Merges each entity into all of its places; the last one gets it without a copy.
    fn place(&mut self, id: FetchId, index: usize, items: Vec<Value<'a>>) {
        let FetchTarget::Entities(entities) = &self.plan.fetches[id.0 as usize].target else {
            return;
        };
        let places = &self.places[id.0 as usize][index];
        let mut uses = vec![0_usize; items.len()];
        for place in &places.list {
            uses[place.representation] += 1;
        }
        let mut items: Vec<Option<Value<'a>>> = items.into_iter().map(Some).collect();
        for place in &places.list {
            let representation = place.representation;
            uses[representation] -= 1;
            let item = if uses[representation] == 0 {
                items[representation].take()
            } else {
                items[representation].clone()
            };
            let Some(Value::Object(item)) = item else {
                continue;
            };
            let path = &entities[index].paths[place.path];
            if let Some(object) = places::object_at(&mut self.data, path, &place.indices) {
                object.merge(item);
            }
        }
    }

    fn fail(&mut self, fetch: &'p Fetch, message: String, code: &'static str) {
        let service: &'p str = &fetch.subgraph_name;
        let message = format!("the subgraph \"{service}\" {message}").into();
        self.failures.push(Failure::new(
            fetch,
            message,
            Cow::Borrowed(code),
            service,
            None,
        ));
    }

    fn reveals(&self, subgraph: SubgraphId) -> bool {
        self.options
            .reveal_errors
            .get(usize::from(subgraph.0))
            .copied()
            .unwrap_or(false)
    }

    /// Reports what a subgraph reported, at the places that the client knows.
    fn take_errors(&mut self, fetch: &'p Fetch, id: FetchId, errors: Vec<Value<'a>>) {
        let service: &'p str = &fetch.subgraph_name;
        let reveal = self.reveals(fetch.subgraph);
        for error in errors {
            let error = SubgraphError::read(error, service, reveal);
            let paths = error
                .path
                .as_deref()
                .map(|path| {
                    locate::client_paths(self.plan, fetch, &self.places[id.0 as usize], path)
                })
                .unwrap_or_default();
            if paths.is_empty() {
                // It concerns the fetch as a whole: every field that is missing because of it will say so.
                let failure =
                    Failure::new(fetch, error.message, error.code, service, error.extensions);
                self.failures.push(failure);
                continue;
            }
            for path in paths {
                self.push_error(FieldError {
                    message: error.message.clone(),
                    path,
                    code: error.code.clone(),
                    service: Some(service),
                    extensions: error.extensions.clone(),
                });
            }
        }
    }

    fn push_error(&mut self, error: FieldError<'a>) {
        if self.errors.len() < self.options.max_errors {
            self.errors.push(error);
        }
    }

    fn complete(self, introspection: Option<&Object<'a>>, root: &str) -> Response {
        let mut completion = Completion {
            plan: self.plan,
            conditions: self.conditions,
            introspection,
            failures: &self.failures,
            errors: self.errors,
            max_errors: self.options.max_errors,
            path: Vec::new(),
            out: b"{\"data\":".to_vec(),
        };
        completion.data(&self.data, root);
        let Completion {
            mut out,
            mut errors,
            ..
        } = completion;
        for failure in self.failures.unreported() {
            errors.push(FieldError {
                message: failure.message.clone(),
                path: Vec::<PathSegment>::new(),
                code: failure.code.clone(),
                service: Some(failure.service),
                extensions: failure.extensions.clone(),
            });
        }
        if !errors.is_empty() {
            out.extend_from_slice(b",\"errors\":[");
            for (index, error) in errors.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                error.write(&mut out);
            }
            out.push(b']');
        }
        out.push(b'}');
        Response {
            body: out,
            error_codes: errors
                .into_iter()
                .map(|error| error.code.into_owned())
                .collect(),
            executed: true,
            stats: self.stats,
        }
    }
}
