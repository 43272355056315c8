//! One request of a client: made once, passed by reference, never rebuilt.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant as Clock};

use abaque_edge::TraceContext;
use abaque_edge::trace::Recording;
use client::{ClientRequest, Gathered, Observations, Spent};
use http::HeaderMap;
use memory::Account;
use tokio::time::Instant;

use super::Pipeline;
use super::ending::Wave;
use super::expose::Exposed;
use super::expose::trace::{Stage, Trace};
use super::identify::Identity;
use super::rate_limit::Quota;
use super::summary::Summary;

/// What belongs to a request from its head to the last byte of its answer.
pub(crate) struct RequestContext {
    /// Its id, its place in a trace, and its headers.
    pub(crate) client: ClientRequest,
    /// The address that it comes from, as far as trusted proxies report it; none where it did not come by a connection.
    pub(crate) address: Option<IpAddr>,
    /// Who asks.
    pub(crate) identity: Identity,
    /// When it must have its answer.
    pub(crate) deadline: Instant,
    /// What it holds.
    pub(crate) account: Arc<Account>,
    /// What its client has left of its limits.
    pub(crate) quota: Quota,
    /// What the client is sent of subgraphs' headers.
    pub(crate) gathered: Gathered,
    /// What its requests to subgraphs took.
    pub(super) spent: Arc<Spent>,
    /// When the router began to answer it: its body was there.
    began: OnceLock<Clock>,
    /// The outcome of it.
    pub(crate) summary: Summary,
    /// When it has to end if it does not by itself; `None` where that is up to what carries it.
    pub(super) wave: Option<Wave>,
    /// What its client sees of how it is answered.
    pub(super) exposed: Exposed,
    /// `None` where nobody asked for one: then no clock is read for it.
    pub(super) trace: Option<Box<Trace>>,
    /// What happens to its requests to subgraphs; `None` where nobody wants to know it.
    pub(super) fetches: Option<Box<Observations>>,
}

impl RequestContext {
    /// A request that ends at the deadline, and what would not end by itself at its wave. The account may hold something of it already.
    pub(crate) fn begin(
        pipeline: &Pipeline,
        client: ClientRequest,
        identity: Identity,
        address: Option<IpAddr>,
        account: Arc<Account>,
        deadline: Instant,
        wave: Option<Wave>,
    ) -> Arc<Self> {
        let claims = identity.claims().cloned();
        let client = ClientRequest {
            claims: claims.map(|claims| claims as Arc<dyn client::Claims>),
            ..client
        };
        let exposed = Exposed::of(&client.headers, &pipeline.config);
        let trace = exposed.trace.then(|| Box::new(Trace::begin()));
        Arc::new(Self {
            exposed,
            fetches: fetches(&client, trace.as_deref()),
            trace,
            spent: Arc::default(),
            began: OnceLock::new(),
            summary: Summary::new(pipeline, &client.headers),
            client,
            address,
            quota: Quota::default(),
            wave,
            gathered: Gathered::new(Arc::clone(&pipeline.config.client.response)),
            identity,
            deadline,
            account,
        })
    }

    /// Where its spans are recorded, if they are.
    pub(crate) fn recording(&self) -> Option<&Arc<Recording>> {
        self.client.trace.as_ref().and_then(TraceContext::recording)
    }

    /// The router begins to answer.
    pub(super) fn begin_answer(&self) {
        self.began.get_or_init(Clock::now);
    }

    /// How long it has been answering.
    pub(super) fn answering(&self) -> Duration {
        self.began.get().map(Clock::elapsed).unwrap_or_default()
    }

    /// A stage is over.
    pub(super) fn ended(&self, stage: Stage) {
        if let Some(trace) = &self.trace {
            trace.ended(stage);
        }
    }

    /// The same client as the rules of another moment see it: with the identity that it has by them, out of the headers that it sent. What is sent to subgraphs
    /// on its behalf is what these rules say.
    pub(super) fn again(&self, pipeline: &Pipeline, identity: Identity) -> Arc<Self> {
        let authenticator = &pipeline.authenticator;
        let sent = self.sent();
        let mut headers = sent.clone();
        authenticator.set_claims(&mut headers, &identity);
        let claims = identity.claims().cloned();
        let client = ClientRequest {
            sent: authenticator.to_keep(sent),
            headers,
            trace: self.client.trace.clone(),
            id: self.client.id.clone(),
            claims: claims.map(|claims| claims as Arc<dyn client::Claims>),
        };
        self.with(pipeline, client, identity)
    }

    /// The headers as the client sent them.
    pub(super) fn sent(&self) -> &HeaderMap {
        let client = &self.client;
        client.sent.as_deref().unwrap_or(&client.headers)
    }

    /// One entry of this request, which is a batch: with an account and a summary of its own.
    pub(super) fn entry(&self, pipeline: &Pipeline) -> Arc<Self> {
        self.with(pipeline, self.client.clone(), self.identity.clone())
    }

    fn with(&self, pipeline: &Pipeline, client: ClientRequest, identity: Identity) -> Arc<Self> {
        Arc::new(Self {
            identity,
            exposed: self.exposed,
            trace: None,
            spent: Arc::default(),
            began: OnceLock::new(),
            fetches: fetches(&client, None),
            summary: Summary::new(pipeline, &client.headers),
            client,
            address: self.address,
            quota: Quota::default(),
            // What subgraphs say about how long one answer may be kept is not true of all; the rest joins that of the others.
            gathered: Gathered::new(Arc::clone(&pipeline.config.client.response)),
            wave: None,
            deadline: self.deadline,
            account: Arc::new(pipeline.memory.request()),
        })
    }
}

fn fetches(client: &ClientRequest, trace: Option<&Trace>) -> Option<Box<Observations>> {
    let recording = client.trace.as_ref().and_then(TraceContext::recording);
    if recording.is_none() && trace.is_none() {
        return None;
    }
    let begun = trace.map_or_else(Clock::now, Trace::begun);
    let observations = Observations::since(begun, trace.is_some(), recording.cloned());
    Some(Box::new(observations))
}
