//! Which document a request means: the text that it has, or the one that its id stands for.
//!
//! - [`DocumentText`]: the text, and where it comes from. Where only persisted documents are executed, the inline variant cannot be made: making one takes an
//!   [`Inline`], which there is none of;
//! - [`registered`]: documents that clients have made known (automatic persisted queries).

mod registered;

use std::sync::Arc;

use metrics::Counter;
use redis::Redis;
use sha2::{Digest, Sha256};

use self::registered::Registered;
use super::parameters::Asked;
use crate::persisted::config::Config;
use crate::persisted::{Persisted, normal_id};
use crate::refusal::Refusal;
use crate::telemetry::Metrics;

/// A SHA-256.
pub(super) type Hash = [u8; 32];

/// The right to execute documents that come with requests.
#[derive(Clone, Copy, Debug)]
struct Inline(());

/// The text of an operation's document.
#[derive(Debug)]
pub(super) struct DocumentText<'r> {
    source: Source<'r>,
    /// Under which hash it is to be known, once it has turned out to be valid.
    registering: Option<Hash>,
}

#[derive(Debug)]
enum Source<'r> {
    /// It came with the request.
    Inline(&'r str, Inline),
    /// It is known by an id.
    Persisted(Arc<str>),
}

impl DocumentText<'_> {
    /// The text itself.
    pub(super) fn as_str(&self) -> &str {
        match &self.source {
            Source::Inline(text, Inline(())) => text,
            Source::Persisted(text) => text,
        }
    }
}

impl<'r> From<Source<'r>> for DocumentText<'r> {
    fn from(source: Source<'r>) -> Self {
        Self {
            source,
            registering: None,
        }
    }
}

/// The stage.
#[derive(Debug)]
pub(super) struct Documents {
    /// `None` where only persisted documents are executed.
    inline: Option<Inline>,
    persisted: Option<Arc<Persisted>>,
    /// `None` where clients make none known.
    registered: Option<Registered>,
    counters: Counters,
}

#[derive(Debug)]
struct Counters {
    hit: Counter,
    unknown: Counter,
    refused: Counter,
    apq_hit: Counter,
    apq_miss: Counter,
    apq_registered: Counter,
}

impl Documents {
    pub(super) fn new(
        config: &Config,
        persisted: Option<Arc<Persisted>>,
        redis: Option<Redis>,
        metrics: &Metrics,
        previous: Option<&Self>,
    ) -> Self {
        let counter = |name, outcome| metrics.recorder.counter(name, &[("outcome", outcome)]);
        let persisted_documents = |outcome| counter("router_persisted_documents_total", outcome);
        let apq = |outcome| counter("router_apq_total", outcome);
        let inline = (!config.required).then_some(Inline(()));
        // What clients have made known stays known.
        let known = previous.and_then(|previous| previous.registered.as_ref());
        let registered = |redis: Option<Redis>| match known {
            Some(known) => known.again(redis),
            None => Registered::new(redis),
        };
        Self {
            inline,
            persisted,
            registered: inline.filter(|_| config.apq).map(|_| registered(redis)),
            counters: Counters {
                hit: persisted_documents("hit"),
                unknown: persisted_documents("unknown"),
                refused: persisted_documents("refused"),
                apq_hit: apq("hit"),
                apq_miss: apq("miss"),
                apq_registered: apq("registered"),
            },
        }
    }

    /// The document that a request means.
    ///
    /// # Errors
    ///
    /// An id that is not known, a hash of another document, or a document where only ids are taken.
    pub(super) async fn resolve<'r>(
        &self,
        asked: &'r Asked<'_>,
    ) -> Result<DocumentText<'r>, Refusal> {
        let query = asked.query.as_deref();
        let hash = asked.persisted_query.as_ref().map(|named| &*named.hash);
        let (id, by_hash) = match (&asked.id, hash) {
            (Some(id), Some(hash)) if is_another(id, hash) => {
                let message = "the request names one document by its id and another one in extensions.persistedQuery: send one of them";
                return Err(Refusal::Malformed(message.into()));
            }
            (Some(id), _) => (&**id, false),
            (None, Some(hash)) => (hash, true),
            (None, None) => return self.inline(query),
        };
        if let Some(text) = self.persisted.as_ref().and_then(|all| all.get(id)) {
            // With a text of its own a request must mean the same one.
            if query.is_none_or(|query| query == &*text || is_hash_of(id, query)) {
                self.counters.hit.increment(1);
                return Ok(Source::Persisted(text).into());
            }
        }
        match query {
            Some(query) => self.named_inline(query, id, by_hash),
            None if by_hash || (self.registered.is_some() && id.starts_with("sha256:")) => {
                self.by_hash(normal_id(id)).await
            }
            None => {
                self.counters.unknown.increment(1);
                Err(unknown(id))
            }
        }
    }

    fn inline<'r>(&self, query: Option<&'r str>) -> Result<DocumentText<'r>, Refusal> {
        let Some(inline) = self.inline else {
            self.counters.refused.increment(1);
            return Err(Refusal::DocumentRequired);
        };
        let query = query.ok_or_else(|| Refusal::Malformed("the request has no query".into()))?;
        Ok(Source::Inline(query, inline).into())
    }

    /// A document that came with what it is to be known by.
    fn named_inline<'r>(
        &self,
        query: &'r str,
        id: &str,
        by_hash: bool,
    ) -> Result<DocumentText<'r>, Refusal> {
        let document = self.inline(Some(query))?;
        if !by_hash && !id.starts_with("sha256:") {
            return Ok(document);
        }
        let hash: Hash = Sha256::digest(query.as_bytes()).into();
        if parse(normal_id(id)) != Some(hash) {
            return Err(Refusal::PersistedQueryHash);
        }
        Ok(DocumentText {
            registering: self.registered.as_ref().map(|_| hash),
            ..document
        })
    }

    /// What a client made known.
    async fn by_hash<'r>(&self, hash: &str) -> Result<DocumentText<'r>, Refusal> {
        let Some(registered) = &self.registered else {
            self.counters.unknown.increment(1);
            return Err(match &self.persisted {
                // A client that tries again with the document would get the same answer.
                Some(_) if self.inline.is_none() => unknown(hash),
                Some(_) => Refusal::PersistedQueryUnknown,
                None => Refusal::PersistedQueryOff,
            });
        };
        let found = match parse(hash) {
            Some(hash) => registered.get(&hash).await,
            None => None,
        };
        match found {
            Some(text) => {
                self.counters.apq_hit.increment(1);
                Ok(Source::Persisted(text).into())
            }
            None => {
                self.counters.apq_miss.increment(1);
                Err(Refusal::PersistedQueryUnknown)
            }
        }
    }

    /// The document turned out to be valid: from now on its hash is enough, if that was asked for.
    pub(super) async fn is_valid(&self, document: &DocumentText<'_>) {
        if let (Some(hash), Some(registered)) = (document.registering, &self.registered)
            && registered.put(hash, document.as_str()).await
        {
            self.counters.apq_registered.increment(1);
        }
    }
}

/// Whether an id is the hash of this text. A document that is kept may lack the final newline of it.
fn is_hash_of(id: &str, text: &str) -> bool {
    parse(normal_id(id)).is_some_and(|hash| hash == Hash::from(Sha256::digest(text.as_bytes())))
}

/// Whether an id is the hash of another document. One that is no hash may be of any.
fn is_another(id: &str, hash: &str) -> bool {
    parse(normal_id(id)).is_some_and(|own| parse(hash) != Some(own))
}

fn unknown(id: &str) -> Refusal {
    let shown: String = id.chars().take(100).collect();
    Refusal::UnknownDocument(shown.into())
}

/// 64 hexadecimal digits.
fn parse(text: &str) -> Option<Hash> {
    let mut hash = [0; 32];
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        let digit = |digit: u8| char::from(digit).to_digit(16);
        *byte = u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()?;
    }
    Some(hash)
}
