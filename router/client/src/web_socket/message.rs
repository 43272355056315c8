//! Messages of [`graphql-transport-ws`](https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md).

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::failure::Failure;

pub(super) const PROTOCOL: &str = "graphql-transport-ws";

/// What a server sends.
#[derive(Deserialize)]
pub(super) struct Message<'m> {
    #[serde(borrow, rename = "type")]
    pub(super) kind: Cow<'m, str>,
    #[serde(borrow)]
    pub(super) id: Option<Cow<'m, str>>,
    #[serde(borrow)]
    pub(super) payload: Option<&'m RawValue>,
}

pub(super) fn read(text: &str) -> Result<Message<'_>, Failure> {
    serde_json::from_str(text).map_err(|error| {
        Failure::Broken(format!("it sent what is no message of {PROTOCOL}: {error}"))
    })
}

pub(super) fn unexpected(kind: &str) -> Failure {
    let kind: String = kind.chars().take(40).collect();
    Failure::Broken(format!(
        "it sent {kind}, which was not expected of {PROTOCOL}"
    ))
}
