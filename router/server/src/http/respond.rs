//! Statuses and bodies: <https://graphql.github.io/graphql-over-http/draft/#sec-Response>.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use executor::{RequestError, SourceLocation, request_error_body};
use http::StatusCode;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER, VARY};
use planner::QueryPlan;

use crate::http::media::ResponseType;
use crate::refusal::{Code, Refusal};
use crate::telemetry::Outcome;
use memory::{Account, Exhausted};

/// What an execution gave.
pub(crate) struct Answer {
    body: Vec<u8>,
    pub(crate) outcome: Outcome,
    pub(crate) codes: Vec<Code>,
    executed: bool,
    has_extensions: bool,
}

impl Answer {
    pub(crate) fn executed(response: executor::Response) -> Self {
        let outcome = match (response.error_codes.is_empty(), response.executed) {
            (true, _) => Outcome::Ok,
            (false, true) if has_data(&response.body) => Outcome::Partial,
            (false, true) => Outcome::Failed,
            (false, false) => Outcome::Refused,
        };
        Self {
            codes: response
                .error_codes
                .iter()
                .map(|code| Code::of(code))
                .collect(),
            body: response.body,
            outcome,
            executed: response.executed,
            has_extensions: response.has_extensions,
        }
    }

    /// Adds the plan to the response's extensions.
    pub(crate) fn add_plan(&mut self, plan: &QueryPlan) {
        let Ok(plan) = serde_json::to_vec(plan) else {
            return;
        };
        if self.body.pop_if(|last| *last == b'}').is_some() {
            let lead: &[u8] = match self.has_extensions {
                true => {
                    self.body.pop();
                    b",\"plan\":"
                }
                false => b",\"extensions\":{\"plan\":",
            };
            self.body.extend_from_slice(lead);
            self.body.extend_from_slice(&plan);
            self.body.extend_from_slice(b"}}");
        }
    }

    /// Keeps memory reserved for it, and for nothing else.
    pub(crate) fn reserve(&self, account: &Account) -> Result<(), Refusal> {
        let kept = account.keep_response(self.body.capacity());
        kept.map_err(Refusal::Memory)
    }

    /// An executed operation is answered 200, with `application/json` any other too.
    ///
    /// What the account has reserved stays reserved until the client has it.
    pub(crate) fn into_response(
        self,
        response_type: ResponseType,
        account: Arc<Account>,
    ) -> Response {
        let refused = !self.executed && response_type == ResponseType::GraphqlResponse;
        let status = if refused {
            StatusCode::BAD_REQUEST
        } else {
            StatusCode::OK
        };
        respond(status, response_type, Account::hold(account, self.body))
    }
}

/// Whether `data`, which comes first, is not null.
fn has_data(body: &[u8]) -> bool {
    !body.starts_with(b"{\"data\":null")
}

/// The answer to a request that was not executed.
pub(crate) fn refusal(refusal: &Refusal, response_type: ResponseType) -> Response {
    let code = refusal.code().as_str();
    let errors: Vec<RequestError> = refusal
        .shown()
        .into_iter()
        .map(|shown| {
            let place = |place: crate::refusal::DocumentLocation| SourceLocation {
                line: place.line,
                column: place.column,
            };
            RequestError::new(code, shown.message).at(shown.locations.into_iter().map(place))
        })
        .collect();
    let status = refusal.status(response_type == ResponseType::GraphqlResponse);
    let mut response = respond(status, response_type, request_error_body(&errors).into());
    let headers = response.headers_mut();
    match refusal {
        Refusal::Method => {
            headers.insert(ALLOW, HeaderValue::from_static("GET, POST"));
        }
        Refusal::MutationByGet => {
            headers.insert(ALLOW, HeaderValue::from_static("POST"));
        }
        Refusal::NotReady | Refusal::TooManyPreparations(_) | Refusal::Memory(Exhausted::All) => {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        _ => {}
    }
    response
}

fn respond(status: StatusCode, response_type: ResponseType, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    // These, and those that are added around.
    let headers = response.headers_mut();
    headers.reserve(8);
    headers.insert(CONTENT_TYPE, response_type.header());
    // What is answered depends on who asks and when; nothing in between may keep it.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(VARY, HeaderValue::from_static("accept"));
    headers.insert(
        "x-content-type-options",
        HeaderValue::from_static("nosniff"),
    );
    response
}
