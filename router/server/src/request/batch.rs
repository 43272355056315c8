//! Several requests in one, as a JSON array
//! ([request batching](https://github.com/graphql/graphql-over-http/blob/main/spec/Appendix%20C%20-%20Request%20Batching.md)).
//!
//! Each entry goes the way of a request from its parameters on, with memory of its own and the deadline of all. It is answered whole: it has no stream.

use std::fmt;
use std::sync::Arc;

use abaque_edge::long_work;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt};
use serde::Deserializer as _;
use serde::de::{SeqAccess, Visitor};
use serde_json::value::RawValue;
use settings::Section;

use super::parameters::{self, Parameters};
use super::reply::{Answer, Refused};
use super::{Allowed, Incoming, Pipeline, Reply, RequestContext};
use crate::refusal::Refusal;

/// The section `batching`.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Requests in one; 0 where there may be no batches.
    pub max: usize,
}

impl Config {
    pub(crate) fn read(section: Section<'_>) -> Self {
        let config = Self {
            max: section
                .key("max", "Requests that may be sent as one, in a JSON array. They are executed at the same time and answered in their order. `0` refuses arrays.")
                .count(0, 0..=1_000),
        };
        section.end();
        config
    }
}

/// Entries that are executed at once.
const AT_ONCE: usize = 16;

impl Incoming {
    /// The body, where it is an array.
    pub(super) fn array(&self) -> Option<&[u8]> {
        match self {
            Self::Json(bytes) if bytes.trim_ascii_start().starts_with(b"[") => Some(bytes),
            Self::Json(_) | Self::Query(_) | Self::Upload(_) => None,
        }
    }
}

impl Pipeline {
    /// Answers each entry of an array.
    pub(super) async fn batch(
        self: &Arc<Self>,
        context: &Arc<RequestContext>,
        allowed: Allowed,
        body: &[u8],
    ) -> Result<Reply, Refusal> {
        let entries = long_work::on(body.len(), || split(body, self.config.batching.max))?;
        let allowed = Allowed {
            parts: None,
            events: false,
            ..allowed
        };
        let mut each: Vec<BoxFuture<'_, (Bytes, Arc<RequestContext>)>> = Vec::new();
        for (index, entry) in entries.into_iter().enumerate() {
            each.push(Box::pin(async move {
                let own = context.entry(self);
                let _reported = Reported {
                    index,
                    own: Arc::clone(&own),
                    whole: context,
                };
                // The first has been counted with the request.
                let counted = match index {
                    0 => Ok(()),
                    _ => self.count(&own).await,
                };
                let body = self.entry(&own, allowed, entry, counted).await;
                // What it reserved is given back with it.
                (body, own)
            }));
        }
        let mut answering = stream::iter(each).buffered(AT_ONCE);
        let mut answered = Vec::new();
        // In their order, and at once: no more of them hold headers than are executed together.
        while let Some((body, own)) = answering.next().await {
            context.gathered.absorb(answered.len(), &own.gathered);
            context.quota.absorb(&own.quota);
            answered.push((body, own));
        }
        let bytes = answered
            .iter()
            .map(|(body, _)| body.len() + 1)
            .sum::<usize>()
            + 1;
        context.account.grow(bytes).map_err(Refusal::Memory)?;
        let mut all = Vec::with_capacity(bytes);
        for (index, (body, _)) in answered.iter().enumerate() {
            all.push(if index == 0 { b'[' } else { b',' });
            all.extend_from_slice(body);
        }
        all.push(b']');
        drop(answered);
        let answer = Answer::batch(all.into());
        answer.reserve(&context.account).map_err(Refusal::Memory)?;
        context.summary.settle();
        Ok(Reply::Whole(answer))
    }

    /// The response to one entry, whatever comes of it.
    async fn entry(
        self: &Arc<Self>,
        context: &Arc<RequestContext>,
        allowed: Allowed,
        entry: &RawValue,
        counted: Result<(), Refusal>,
    ) -> Bytes {
        let id_key = &self.config.persisted_documents.id_key;
        let parameters = counted.and_then(|()| Parameters::from_text(entry.get(), id_key));
        let replied = match parameters {
            Ok(parameters) => Box::pin(self.answer(context, allowed, &parameters)).await,
            Err(refusal) => Err(refusal),
        };
        let refusal = match replied {
            Ok(Reply::Whole(answer)) => return answer.body,
            // It is not allowed to come to these.
            Ok(Reply::Parts(_) | Reply::Events(_)) => Refusal::Subscription,
            Err(refusal) => refusal,
        };
        let refused = Refused::within(refusal, &context.account);
        context.summary.refused(&refused.refusal);
        refused.body
    }
}

/// An entry whose outcome the whole takes over when it ends, by itself or because the client is gone.
struct Reported<'b> {
    index: usize,
    own: Arc<RequestContext>,
    whole: &'b RequestContext,
}

impl Drop for Reported<'_> {
    fn drop(&mut self) {
        self.whole.summary.absorb(self.index, &self.own.summary);
        self.whole.spent.absorb_retries(&self.own.spent);
    }
}

/// The entries of an array, of which each must be an object.
fn split(body: &[u8], max: usize) -> Result<Vec<&RawValue>, Refusal> {
    let text = parameters::utf8(body)?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let entries = reader.deserialize_seq(Entries(max));
    let entries = entries.and_then(|entries| reader.end().map(|()| entries));
    let entries = entries.map_err(parameters::not_json)?;
    if entries.len() > max {
        return Err(Refusal::BatchTooLarge(max));
    }
    let malformed = |message: &'static str| Err(Refusal::Malformed(message.into()));
    if entries.is_empty() {
        return malformed("the batch has no requests");
    }
    match entries.iter().all(|entry| entry.get().starts_with('{')) {
        true => Ok(entries),
        false => malformed("each entry of a batch must be an object: a request"),
    }
}

/// Keeps one entry more than there may be, and passes over the rest.
struct Entries(usize);

impl<'de> Visitor<'de> for Entries {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of requests")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = seq.next_element::<&'de RawValue>()? {
            if entries.len() <= self.0 {
                entries.push(entry);
            }
        }
        Ok(entries)
    }
}
