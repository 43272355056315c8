//! Where operations are answered, each on its budget: a short request on the runtime, any other on the pool, and so is each of an operation that is slow.
//!
//! What is checked first needs nothing of the body: what the client accepts, the method, how the body is written. Then it is read, within its bounds, and computed.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rustc_hash::FxHashMap;
use valeurs::Code;
use valeurs::budget::Budget;

use super::negotiate::accepts_json;
use super::table::{Asked, Operation, Table};
use super::{PATH, method_not_allowed};
use crate::admission::{Room, client};
use crate::body::{self, Overloaded, Unusable};
use crate::caching::MAX_AGE;
use crate::compute::{Busy, Pool};
use crate::pressure::{Bound, Pressure};
use crate::{Limits, Problem, encoding, patience};

/// The longest query string or body of what is computed on the runtime.
const SHORT: Bound = Bound {
    bytes: 256,
    work: u64::MAX,
};
/// While that is behind: two numbers with all the digits that they may have.
const SHORTEST: Bound = Bound {
    bytes: 128,
    work: u64::MAX,
};

/// The methods of an operation.
const METHODS: HeaderValue = HeaderValue::from_static("GET,HEAD,POST");

/// What answers the operations of a table.
pub(crate) struct Door {
    /// By their paths.
    operations: FxHashMap<String, Arc<Operation>>,
    pool: Pool,
    pressure: Pressure,
    pub(crate) room: Room,
    limits: Limits,
}

/// What was sent to an operation.
enum Sent {
    Query(Uri),
    Body(Bytes),
}

impl Sent {
    fn asked(&self) -> Asked<'_> {
        match self {
            Self::Query(uri) => Asked::Query(uri.query().unwrap_or_default()),
            Self::Body(body) => Asked::Body(body),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Query(uri) => uri.query().map_or(0, str::len),
            Self::Body(body) => body.len(),
        }
    }
}

impl Door {
    pub(crate) fn new(
        table: Table,
        pool: Pool,
        pressure: Pressure,
        room: Room,
        limits: Limits,
    ) -> Self {
        let operations = table.operations.into_iter();
        let operations =
            operations.map(|operation| (format!("{PATH}/{}", operation.name()), operation.into()));
        Self {
            operations: operations.collect(),
            pool,
            pressure,
            room,
            limits,
        }
    }

    /// The paths of its operations.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.operations.keys().map(String::as_str)
    }

    /// The operation at a path.
    pub(crate) fn operation(&self, path: &str) -> Option<Arc<Operation>> {
        self.operations.get(path).map(Arc::clone)
    }

    /// Answers a request to an operation.
    pub(crate) async fn answer(&self, operation: Arc<Operation>, request: Request) -> Response {
        let now = Instant::now();
        self.pressure.take_turns(now).await;
        let deadline = now + self.limits.request_timeout;
        let client = client(request.extensions());
        let (head, body) = request.into_parts();
        let (method, uri, headers) = (head.method, head.uri, head.headers);
        let mut response = match method {
            _ if !accepts_json(&headers) => not_acceptable().into_response(),
            Method::GET | Method::HEAD => {
                let answer = self
                    .compute(operation, Sent::Query(uri), client, deadline)
                    .await;
                respond(answer, Some(MAX_AGE))
            }
            Method::POST => {
                let answer = match self.receive(&uri, &headers, body, deadline).await {
                    Ok(body) => {
                        self.compute(operation, Sent::Body(body), client, deadline)
                            .await
                    }
                    Err(problem) => Err(problem),
                };
                respond(answer, None)
            }
            ref method => {
                let mut response = method_not_allowed(method, &uri);
                response.headers_mut().insert(header::ALLOW, METHODS);
                response
            }
        };
        let vary = HeaderValue::from_static("accept");
        response.headers_mut().append(header::VARY, vary);
        match method {
            Method::HEAD => without_body(response),
            _ => response,
        }
    }

    /// The body of a POST.
    async fn receive(
        &self,
        uri: &Uri,
        headers: &HeaderMap,
        body: Body,
        deadline: Instant,
    ) -> Result<Bytes, Problem> {
        if let Some(query) = uri.query().filter(|query| !query.is_empty()) {
            return Err(misplaced(query));
        }
        encoding::check_json(headers).map_err(|told| {
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            Problem::new(status, "UNSUPPORTED_MEDIA_TYPE", told)
        })?;
        let most = self.limits.body_bytes;
        // The pool computes; it does not wait for clients.
        match patience::until(deadline, body::collect(body, most)).await {
            Some(Ok(body)) if body.len() > most => Err(too_large()),
            Some(Ok(body)) => Ok(body),
            Some(Err(error)) => Err(unusable(&error)),
            None => {
                let message = "the request did not arrive in time";
                let status = StatusCode::REQUEST_TIMEOUT;
                Err(Problem::new(status, "REQUEST_TIMEOUT", message))
            }
        }
    }

    /// The JSON text of the answer.
    async fn compute(
        &self,
        operation: Arc<Operation>,
        sent: Sent,
        client: IpAddr,
        deadline: Instant,
    ) -> Result<Vec<u8>, Problem> {
        let limits = self.limits;
        let budget = Budget::new(limits.allowance(deadline));
        let is_short =
            !operation.is_slow() && sent.len() <= self.pressure.bound(SHORT, SHORTEST).bytes;
        let paying = Arc::clone(&budget);
        let compute = move || paying.sync_scope(|| operation.answer(&sent.asked(), &limits));
        let computed = match is_short {
            true => Ok(compute()),
            false => {
                // The client may go away meanwhile: what is computed for it ends.
                let _waiting = budget.abandoned_on_drop();
                self.pool.run(client, deadline, compute).await
            }
        };
        let answer = match (computed, budget.failure()) {
            (Ok(_), Some(lost)) if lost.code() == Code::Timeout => Err(late()),
            (Ok(answer), _) => answer,
            (Err(Busy::Late), _) => Err(late()),
            (Err(Busy::Full), _) => {
                let message = "the service is overloaded: try again later";
                Err(Problem::overloaded(message))
            }
            (Err(Busy::Panicked), _) => Err(Problem::internal()),
        }?;
        within(answer, limits.answer_bytes)
    }
}

/// The answer, unless it has more bytes than it may.
fn within(answer: Vec<u8>, limit: usize) -> Result<Vec<u8>, Problem> {
    if answer.len() <= limit {
        return Ok(answer);
    }
    let bytes = answer.len();
    let message = format!("bytes in an answer: {bytes} is over the limit of {limit}");
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    Err(Problem::new(status, "LIMIT_EXCEEDED", message))
}

fn respond(answer: Result<Vec<u8>, Problem>, lasting: Option<HeaderValue>) -> Response {
    let text = match answer {
        Ok(text) => text,
        Err(problem) => return problem.into_response(),
    };
    let mut response = Response::new(Body::from(text));
    let headers = response.headers_mut();
    let json = HeaderValue::from_static("application/json");
    headers.insert(header::CONTENT_TYPE, json);
    let nosniff = HeaderValue::from_static("nosniff");
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    if let Some(lasting) = lasting {
        headers.insert(header::CACHE_CONTROL, lasting);
    }
    response
}

/// The same answer to HEAD.
fn without_body(response: Response) -> Response {
    let length = response.body().size_hint().exact();
    let mut response = response.map(|_| Body::empty());
    if let Some(length) = length {
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_LENGTH, length.into());
    }
    response
}

/// Parameters in the address of a POST, which would be passed over.
fn misplaced(query: &str) -> Problem {
    let name: String = query
        .chars()
        .take_while(|c| !matches!(c, '=' | '&'))
        .take(64)
        .collect();
    let detail =
        format!("the parameters of a POST are in its body, but `{name}` is in its address");
    Problem::new(StatusCode::BAD_REQUEST, "BAD_PARAMETER", detail).parameter(name)
}

/// The answer to a body that cannot be used.
fn unusable(error: &axum::Error) -> Problem {
    let bad = |detail: &str| Problem::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", detail);
    match Unusable::because(error) {
        Unusable::Overloaded => Problem::overloaded(Overloaded.to_string()),
        Unusable::TooLarge => too_large(),
        Unusable::Wrong(detail) => bad(&detail),
        Unusable::Lost => bad("the body ended early"),
    }
}

fn too_large() -> Problem {
    let detail = "the body is larger than allowed";
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", detail)
}

fn late() -> Problem {
    let message = "the request took longer than allowed";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "REQUEST_TIMEOUT", message)
}

fn not_acceptable() -> Problem {
    let detail = "the answers are `application/json`, problems `application/problem+json`";
    Problem::new(StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE", detail)
}

#[cfg(test)]
mod tests;
