//! Who asks: the first stage, by the head alone.
//!
//! A token is looked for where the configuration says ([`sent`]), taken apart ([`token`]), and checked with the keys of its issuer ([`issuer`], [`jwk`]).
//! One that is not valid is a refusal, never nobody; what it says is read ([`claims`]) once its signature is known to be right. A token that was verified is remembered until it expires or the keys change, so that the next request with it costs a
//! look-up. It is looked up by all of its text, by a hash that is keyed by chance: a hash that is safe without the text would take longer than all else that guards a field.

mod claims;
pub(crate) mod config;
mod issuer;
mod jwk;
mod sent;
pub(crate) mod token;

use std::sync::Arc;

use abaque_edge::Recorder;
use fetch::Client;
use http::header::{HeaderMap, HeaderName};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use serde_json::{Map, Value};
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

pub(crate) use self::claims::Claims;
use self::claims::now;
use self::config::{Config, Jwt};
use self::issuer::Issuer;
pub(crate) use self::issuer::METRICS;
use self::jwk::{Algorithm, KeySet};
use self::token::Token;
use crate::refusal::Refusal;

use self::token::TokenError;

/// Who asks.
#[derive(Clone, Debug, Default)]
pub(crate) enum Identity {
    /// Nobody who says so.
    #[default]
    Anonymous,
    /// The holder of a token that was verified.
    Verified(Arc<Claims>),
}

impl Identity {
    /// What the token says, if there is one.
    pub(crate) fn claims(&self) -> Option<&Arc<Claims>> {
        match self {
            Self::Anonymous => None,
            Self::Verified(claims) => Some(claims),
        }
    }
}

/// A token that was verified, with which keys.
#[derive(Clone)]
struct Known {
    claims: Arc<Claims>,
    issuer: usize,
    generation: u64,
    bytes: usize,
}

#[derive(Clone)]
struct Weight;

impl Weighter<Box<str>, Known> for Weight {
    fn weight(&self, _: &Box<str>, known: &Known) -> u64 {
        u64::try_from(known.bytes).unwrap_or(u64::MAX)
    }
}

/// Memory for tokens that were verified, in bytes, estimated.
const CACHE_BYTES: u64 = 16 * 1024 * 1024;
/// What an entry takes without its text and its claims.
const ENTRY: usize = 512;

/// An issuer, whose keys are kept up to date for as long as somebody has it.
struct Watched {
    issuer: Arc<Issuer>,
    _watching: AbortOnDropHandle<()>,
}

impl Watched {
    fn new(jwt: Jwt, client: &Client, recorder: &Recorder, keys: Option<Arc<KeySet>>) -> Self {
        let issuer = Arc::new(Issuer::new(jwt, recorder, keys));
        let watching = tokio::spawn(Arc::clone(&issuer).watch(client.clone()));
        Self {
            issuer,
            _watching: AbortOnDropHandle::new(watching),
        }
    }
}

/// Says who asks.
pub(crate) struct Authenticator {
    config: Config,
    issuers: Vec<Arc<Watched>>,
    verified: Cache<Box<str>, Known, Weight>,
    /// Headers for subgraphs, and the claims that they have.
    headers: Vec<(HeaderName, String)>,
}

impl Authenticator {
    /// `headers` are those that subgraphs are sent claims in; keys are fetched by `client`. Issuers of `previous` are taken over where that was made with the
    /// same client; at any rate, their keys are the last good ones from the same place.
    pub(crate) fn new(
        config: &Config,
        headers: &[(HeaderName, String)],
        client: &Client,
        recorder: &Recorder,
        previous: Option<&Self>,
        same_client: bool,
    ) -> Self {
        let known = previous.map_or(&[][..], |previous| &previous.issuers);
        let issuer = |jwt: &Jwt| {
            let is_same = |known: &&Arc<Watched>| same_client && known.issuer.jwt == *jwt;
            let keys = || {
                let there = known.iter().find(|known| known.issuer.jwt.jwks == jwt.jwks);
                there?.issuer.keys()
            };
            let made = || Arc::new(Watched::new(jwt.clone(), client, recorder, keys()));
            known.iter().find(is_same).cloned().unwrap_or_else(made)
        };
        Self {
            issuers: config.jwt.iter().map(issuer).collect(),
            config: config.clone(),
            verified: Cache::with_weighter(4096, CACHE_BYTES, Weight),
            headers: headers.to_vec(),
        }
    }

    /// Says who sends these headers, and sets those in which subgraphs are sent claims; whatever a client sends in them is removed. It waits for an issuer's
    /// keys until the deadline at most.
    ///
    /// # Errors
    /// When there is a token that is not valid, or has to be one, or whose issuer has not given its keys.
    pub(crate) async fn identify(
        &self,
        headers: &mut HeaderMap,
        deadline: Instant,
    ) -> Result<Identity, Refusal> {
        let identity = self.identity(headers, deadline).await;
        self.set_claims(headers, identity.as_ref().unwrap_or(&Identity::Anonymous));
        identity
    }

    /// Sets the headers that are claims to what they are for somebody.
    pub(super) fn set_claims(&self, headers: &mut HeaderMap, identity: &Identity) {
        for (name, path) in &self.headers {
            headers.remove(name);
            if let Identity::Verified(claims) = identity
                && let Some(value) = client::Claims::header(&**claims, path)
            {
                headers.insert(name, value);
            }
        }
    }

    /// The headers of a client that may have to be identified again; `None` where they stay as they are.
    pub(crate) fn to_keep(&self, headers: &HeaderMap) -> Option<Arc<HeaderMap>> {
        (!self.headers.is_empty()).then(|| Arc::new(headers.clone()))
    }

    /// Another number whenever the keys of an issuer have changed: a token that was verified before may not be any more.
    pub(super) fn keys(&self) -> u64 {
        let all = self.issuers.iter();
        let each = all.map(|watched| watched.issuer.generation());
        each.fold(0, u64::wrapping_add)
    }

    /// Says who sends these headers.
    ///
    /// # Errors
    /// As [`Authenticator::identify`].
    pub(super) async fn identity(
        &self,
        headers: &HeaderMap,
        deadline: Instant,
    ) -> Result<Identity, Refusal> {
        if self.issuers.is_empty() {
            return Ok(Identity::Anonymous);
        }
        let sent = sent::token(&self.config.sources, headers);
        let token = match sent.map_err(Refusal::Token)? {
            Some(token) => token,
            None if self.config.required => return Err(Refusal::Unauthenticated),
            None => return Ok(Identity::Anonymous),
        };
        if let Some(known) = self.verified.get(token) {
            let keys = self.issuers[known.issuer].issuer.keys();
            let same = keys.is_some_and(|keys| keys.generation == known.generation);
            if same && known.claims.are_valid() {
                return Ok(Identity::Verified(known.claims));
            }
            self.verified.remove(token);
        }
        let known = self.verify(token, deadline).await?;
        let claims = Arc::clone(&known.claims);
        self.verified.insert(token.into(), known);
        Ok(Identity::Verified(claims))
    }

    async fn verify(&self, text: &str, deadline: Instant) -> Result<Known, Refusal> {
        let token = Token::parse(text).map_err(Refusal::Token)?;
        let mut failed = TokenError::Issuer;
        let mut asking = Vec::new();
        for (index, watched) in self.issuers.iter().enumerate() {
            match token.names(&watched.issuer.jwt) {
                Ok(algorithm) => asking.push((index, algorithm)),
                Err(error) => failed = worse(failed, error),
            }
        }
        // With the keys that are there, and then with newer ones: what one issuer can say does not wait for another.
        for looks in 0..=MAX_LOOKS {
            let mut lacking = Vec::new();
            for (index, algorithm) in asking {
                match self.check(&token, index, algorithm) {
                    Ok((generation, claims)) => {
                        let from = (index, generation);
                        return Ok(self.known(&token, text, claims, from));
                    }
                    Err(None | Some(TokenError::UnknownKey)) => lacking.push((index, algorithm)),
                    Err(Some(error)) => failed = worse(failed, error),
                }
            }
            asking = lacking;
            if looks == MAX_LOOKS || asking.is_empty() {
                break;
            }
            let each = asking
                .iter()
                .map(|(index, _)| self.issuers[*index].issuer.look_again(deadline));
            let looked = futures_util::future::join_all(each).await;
            if !looked.contains(&true) {
                break;
            }
        }
        let mut lacks_keys = false;
        for (index, _) in asking {
            match self.issuers[index].issuer.keys() {
                Some(_) => failed = worse(failed, TokenError::UnknownKey),
                None => lacks_keys = true,
            }
        }
        // Whose it is cannot be said, unless a key has verified it; it is not that nobody is there.
        match lacks_keys && !is_of_verified(failed) {
            true => Err(Refusal::NoKeys),
            false => Err(Refusal::Token(failed)),
        }
    }

    /// Checks a token with the keys of an issuer that are there; which ones they are, and what it claims. Nothing is wrong with it where there are none.
    fn check(
        &self,
        token: &Token<'_>,
        index: usize,
        algorithm: Algorithm,
    ) -> Result<(u64, Map<String, Value>), Option<TokenError>> {
        let issuer = &self.issuers[index].issuer;
        let keys = issuer.keys().ok_or(None)?;
        let checked = token.verify(&issuer.jwt, algorithm, &keys, now());
        let checked = checked.map(|claims| (keys.generation, claims));
        checked.map_err(Some)
    }

    /// A token that was verified, by which keys of which issuer.
    fn known(
        &self,
        token: &Token<'_>,
        text: &str,
        claims: Map<String, Value>,
        (issuer, generation): (usize, u64),
    ) -> Known {
        let leeway = self.issuers[issuer].issuer.jwt.leeway.as_secs_f64();
        Known {
            bytes: ENTRY + text.len() + claims::weight(&claims),
            claims: Arc::new(Claims::new(claims, token.expires + leeway)),
            issuer,
            generation,
        }
    }
}

/// Looks that a request waits for: one that is under way may have begun too early.
const MAX_LOOKS: usize = 2;

/// Whether that is said only of tokens whose signature is right.
fn is_of_verified(error: TokenError) -> bool {
    matches!(
        error,
        TokenError::Expired | TokenError::NotYetValid | TokenError::Audience
    )
}

/// The more informative of the errors of two issuers.
fn worse(known: TokenError, other: TokenError) -> TokenError {
    let rank = |error: TokenError| match error {
        TokenError::Issuer => 0,
        TokenError::Algorithm => 1,
        TokenError::UnknownKey => 2,
        TokenError::Signature => 3,
        _ => 4,
    };
    if rank(other) > rank(known) {
        other
    } else {
        known
    }
}

impl std::fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authenticator")
            .field("issuers", &self.issuers.len())
            .finish_non_exhaustive()
    }
}
