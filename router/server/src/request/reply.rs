//! What a request comes to: values, before they are written for any transport.

use std::pin::Pin;

use bytes::Bytes;
use client::Keeper;
use executor::{RequestError, SourceLocation, request_error_body};
use futures_util::Stream;
use memory::{Account, Exhausted};
use planner::QueryPlan;

use crate::refusal::{DocumentLocation, LocatedMessage, Refusal};
use crate::telemetry::Outcome;

/// The answer to a request that was not refused.
pub(crate) enum Reply {
    /// All of it at once.
    Whole(Answer),
    /// A response in parts: each message is one.
    Parts(Messages),
    /// The events of a subscription.
    Events(Messages),
}

/// What is sent one after the other.
pub(crate) type Messages = Pin<Box<dyn Stream<Item = Message> + Send>>;

/// One of them.
pub(crate) enum Message {
    /// A part of a response.
    Part(Bytes),
    /// An event: a GraphQL response.
    Event(Bytes),
    /// An error that is about no event and ends the subscription: a GraphQL response with nothing else.
    Fatal(Bytes),
    /// A sign of life.
    Heartbeat,
    /// Nothing comes after it.
    Complete,
}

/// What an execution gave.
pub(crate) struct Answer {
    /// A GraphQL response.
    pub(crate) body: Bytes,
    /// What is in it.
    pub(crate) shape: Shape,
    /// Who may keep it, as far as that is the router's to say: nobody but an answer to a query, without errors.
    pub(crate) keeper: Keeper,
    has_extensions: bool,
}

/// What is in a response, as far as its status shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Data and no errors.
    Data,
    /// Both, even where the data is null.
    Partial,
    /// Errors and no data: nothing was executed.
    Errors,
    /// A list of responses, for which no single status would be right.
    Batch,
}

impl Answer {
    pub(super) fn new(response: &executor::Response, keeper: Keeper) -> Self {
        let shape = match response.error_codes.is_empty() {
            _ if !response.executed => Shape::Errors,
            true => Shape::Data,
            false => Shape::Partial,
        };
        Self {
            body: response.body.clone(),
            shape,
            keeper,
            has_extensions: response.has_extensions,
        }
    }

    /// A response to what is not executed: there is nothing but its extensions, to be added.
    pub(super) fn without_data() -> Self {
        Self {
            body: Bytes::from_static(b"{\"data\":null}"),
            shape: Shape::Data,
            keeper: Keeper::None,
            has_extensions: false,
        }
    }

    /// Responses, in the order of their requests.
    pub(super) fn batch(body: Bytes) -> Self {
        Self {
            body,
            shape: Shape::Batch,
            keeper: Keeper::None,
            has_extensions: false,
        }
    }

    /// Adds the plan to the response's extensions, and the estimated cost where there is one, with the actual one where it is known.
    pub(super) fn add_plan(&mut self, plan: &QueryPlan, cost: Option<u64>, actual: Option<u64>) {
        let Ok(plan) = serde_json::to_vec(plan) else {
            return;
        };
        let actual = actual.map(|actual| format!(",\"actual\":{actual}"));
        let actual = actual.unwrap_or_default();
        let cost = cost.map(|cost| format!(",\"cost\":{{\"estimated\":{cost}{actual}}}"));
        let cost = cost.as_deref().unwrap_or_default().as_bytes();
        self.extend(&[b"\"plan\":", &plan, cost]);
    }

    /// Adds members to the response's extensions.
    pub(super) fn extend(&mut self, members: &[&[u8]]) {
        let (end, lead): (&[u8], &[u8]) = match self.has_extensions {
            true => (b"}}", b","),
            false => (b"}", b",\"extensions\":{"),
        };
        if let Some(before) = self.body.strip_suffix(end) {
            self.body = [before, lead, &members.concat(), b"}}"].concat().into();
            self.has_extensions = true;
        }
    }

    /// Keeps memory reserved for it, and for nothing else.
    pub(super) fn reserve(&self, account: &Account) -> Result<(), Exhausted> {
        account.keep_response(self.body.len())
    }
}

/// What a client gets whose request was refused.
pub(crate) struct Refused {
    /// Why it was.
    pub(crate) refusal: Refusal,
    /// A GraphQL response.
    pub(crate) body: Bytes,
}

impl Refused {
    /// Keeps memory reserved for the response, and for nothing else. If there is none, the client gets the error for that instead.
    pub(crate) fn within(refusal: Refusal, account: &Account) -> Self {
        let body = refusal_body(&refusal);
        account.keep(0);
        let reserved = account.grow(body.len());
        match reserved.and_then(|()| account.keep_response(body.len())) {
            Ok(()) => Self { refusal, body },
            Err(exhausted) => {
                let refusal = Refusal::Memory(exhausted);
                // It is short.
                let body = refusal_body(&refusal);
                Self { refusal, body }
            }
        }
    }
}

fn refusal_body(refusal: &Refusal) -> Bytes {
    let code = refusal.code().as_str();
    let place = |place: DocumentLocation| SourceLocation {
        line: place.line,
        column: place.column,
    };
    let error = |shown: LocatedMessage| {
        RequestError::new(code, shown.message).at(shown.locations.into_iter().map(place))
    };
    let errors: Vec<RequestError> = refusal.shown().into_iter().map(error).collect();
    request_error_body(&errors).into()
}

/// What a GraphQL response comes to, by its body and the number of its errors.
pub(super) fn outcome(body: &[u8], errors: usize, executed: bool) -> Outcome {
    // `data` comes first.
    match (errors, executed) {
        (0, _) => Outcome::Ok,
        (_, false) => Outcome::Refused,
        (_, true) if body.starts_with(b"{\"data\":null") => Outcome::Failed,
        (_, true) => Outcome::Partial,
    }
}

#[cfg(test)]
mod tests;
