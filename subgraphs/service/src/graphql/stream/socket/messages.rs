//! The messages of `graphql-transport-ws`, both ways.

use std::borrow::Cow;

use async_graphql::ServerError;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// What a client sends.
#[derive(Deserialize)]
pub(super) struct Incoming<'m> {
    #[serde(borrow, rename = "type")]
    pub(super) kind: Cow<'m, str>,
    pub(super) id: Option<String>,
    #[serde(borrow)]
    pub(super) payload: Option<&'m RawValue>,
}

/// What is sent to it, except for the payload of an event.
#[derive(Serialize)]
pub(super) struct Sent<'m> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<&'m str>,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) payload: Option<&'m [ServerError]>,
}
