//! The whole schema in service, for siblings that cannot compose: `GET /composition/seed`.
//!
//! A JSON document with the supergraph and the SDL of each subgraph that it was composed from, and its digest in the header
//! ([RFC 9530](https://www.rfc-editor.org/rfc/rfc9530#section-2)), so that a part of it is not taken for all.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// The version of the document; another one is not understood.
pub(super) const VERSION: u32 = 1;

/// What is offered. Graphs that are not whole are not.
#[derive(Debug)]
pub(crate) struct Offer {
    /// The supergraph's.
    pub(super) hash: String,
    pub(super) supergraph: Arc<str>,
    /// The texts that it was composed from, where they are known.
    pub(super) subgraphs: Vec<OfferedSubgraph>,
}

/// One subgraph.
#[derive(Clone, Debug)]
pub(super) struct OfferedSubgraph {
    pub(super) name: String,
    pub(super) url: Option<String>,
    pub(super) sdl: Arc<str>,
}

/// The document.
#[derive(Serialize)]
struct Document<'o> {
    version: u32,
    hash: &'o str,
    supergraph: &'o str,
    subgraphs: Vec<Member<'o>>,
}

#[derive(Serialize)]
struct Member<'o> {
    name: &'o str,
    url: Option<&'o str>,
    sdl: &'o str,
}

impl Offer {
    /// The document, and the value of its `Content-Digest`.
    pub(crate) fn to_json(&self) -> (Vec<u8>, String) {
        let document = Document {
            version: VERSION,
            hash: &self.hash,
            supergraph: &self.supergraph,
            subgraphs: self.subgraphs.iter().map(Member::of).collect(),
        };
        let body = serde_json::to_vec(&document).unwrap_or_default();
        let digest = digest(&body);
        (body, digest)
    }
}

impl<'o> Member<'o> {
    fn of(subgraph: &'o OfferedSubgraph) -> Self {
        Self {
            name: &subgraph.name,
            url: subgraph.url.as_deref(),
            sdl: &subgraph.sdl,
        }
    }
}

/// The value of `Content-Digest` for a body.
pub(super) fn digest(body: &[u8]) -> String {
    format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(body)))
}
