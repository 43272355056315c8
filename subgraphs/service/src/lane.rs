//! Where a request of the REST API is computed: a short one on the runtime, any other on the pool, each on a budget.

use std::sync::Arc;
use std::time::Instant;

use axum::body::{Body, HttpBody as _};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use valeurs::Code;
use valeurs::budget::{Allowance, Budget};

use crate::admission;
use crate::body::{self, Overloaded, Unusable};
use crate::compute::{Busy, Pool};
use crate::pressure::{Bound, Pressure};
use crate::{Limits, Problem, patience};

/// The longest address and body, together, of what is computed on the runtime.
const SHORT: Bound = Bound {
    bytes: 256,
    work: u64::MAX,
};
/// While that is behind.
const SHORTEST: Bound = Bound {
    bytes: 48,
    work: u64::MAX,
};

/// What it takes.
#[derive(Clone, Debug)]
pub(crate) struct Lane {
    pool: Pool,
    pressure: Pressure,
    limits: Limits,
}

impl Lane {
    pub(crate) fn new(pool: Pool, pressure: Pressure, limits: Limits) -> Self {
        Self {
            pool,
            pressure,
            limits,
        }
    }
}

/// Computes the answer to a request.
pub(crate) async fn compute(State(lane): State<Lane>, request: Request, next: Next) -> Response {
    let now = Instant::now();
    lane.pressure.take_turns(now).await;
    let limits = lane.limits;
    let deadline = now + limits.request_timeout;
    let (parts, body) = request.into_parts();
    // The pool computes; it does not wait for clients.
    let reading = body::collect(body, limits.body_bytes);
    let body = match patience::until(deadline, reading).await {
        Some(Ok(body)) => body,
        Some(Err(error)) => return unusable(&error),
        None => {
            let message = "the request did not arrive in time";
            let status = StatusCode::REQUEST_TIMEOUT;
            return Problem::new(status, "REQUEST_TIMEOUT", message).into_response();
        }
    };
    let length = parts.uri.query().map_or(0, str::len) + body.len();
    let request = Request::from_parts(parts, Body::from(body));
    let budget = Budget::new(Allowance {
        work: limits.work,
        answer: limits.answer_bytes as u64,
        deadline,
    });
    let computing = Arc::clone(&budget).scope(next.run(request));
    let short = lane.pressure.bound(SHORT, SHORTEST);
    let computed = if length <= short.bytes {
        Ok(computing.await)
    } else {
        let runtime = tokio::runtime::Handle::current();
        // The client may go away meanwhile: what is computed for it ends.
        let _waiting = budget.abandoned_on_drop();
        lane.pool
            .run(deadline, move || runtime.block_on(computing))
            .await
    };
    match (computed, budget.failure()) {
        (Ok(_), Some(lost)) if lost.code() == Code::Timeout => late(),
        (Ok(response), _) => within(response, limits.answer_bytes),
        (Err(Busy::Late), _) => late(),
        (Err(Busy::Full), _) => busy("the service is overloaded: try again later"),
        (Err(Busy::Panicked), _) => {
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            let message = "an internal error occurred";
            Problem::new(status, "INTERNAL_SERVER_ERROR", message).into_response()
        }
    }
}

/// The answer, unless it has more bytes than it may.
fn within(response: Response, limit: usize) -> Response {
    let bytes = response.body().size_hint().exact().unwrap_or(0);
    if bytes <= limit as u64 {
        return response;
    }
    let message = format!("bytes in an answer: {bytes} is over the limit of {limit}");
    Problem::new(StatusCode::BAD_REQUEST, "LIMIT_EXCEEDED", message).into_response()
}

/// The answer to a body that cannot be used.
fn unusable(error: &axum::Error) -> Response {
    let bad = |detail: &str| Problem::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", detail);
    match Unusable::because(error) {
        Unusable::Overloaded => return busy(&Overloaded.to_string()),
        Unusable::TooLarge => {
            let detail = "the body is larger than allowed";
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", detail)
        }
        Unusable::Wrong(detail) => bad(&detail),
        Unusable::Lost => bad("the body ended early"),
    }
    .into_response()
}

fn busy(message: &str) -> Response {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    admission::overloaded(Problem::new(status, "OVERLOADED", message))
}

fn late() -> Response {
    let message = "the request took longer than allowed";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "REQUEST_TIMEOUT", message).into_response()
}
