//! What a client sent, and how it may be answered.

use std::sync::Arc;

use abaque_edge::long_work;
use apollo_compiler::ast::OperationType;
use bytes::Bytes;
use executor::Format;
use upload::Upload;

use super::parameters::Parameters;
use crate::refusal::Refusal;

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
    pub(super) fn parameters(&self, id_key: &str) -> Result<Parameters<'_>, Refusal> {
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
    pub(super) fn narrow(&self, allowed: Allowed) -> Allowed {
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
    /// Whether it may be a batch: its answer is an array, which is no event.
    pub(crate) batches: bool,
    /// How it may be answered in parts, where it may.
    pub(crate) parts: Option<Format>,
    /// Whether it may be answered by events.
    pub(crate) events: bool,
}

impl Allowed {
    /// A subscription that is open.
    pub(super) const EVENTS: Self = Self {
        mutations: false,
        whole: false,
        batches: false,
        parts: None,
        events: true,
    };

    /// A GET must be safe: <https://graphql.github.io/graphql-over-http/draft/#sec-GET>. Events need a stream, and other answers none.
    pub(super) fn permit(self, operation_type: OperationType) -> Result<(), Refusal> {
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
