//! One WebSocket that is open. It is one task: while a message is written to a slow client nothing else is done for it, so that each client holds back its
//! own operations and no others.
//!
//! - here: what is done; [`came`]: what comes first.

mod came;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant as Clock;

use abaque_edge::{RequestId, TraceContext};
use bytes::Bytes;
use client::ClientRequest;
use futures_util::future::{AbortHandle, Abortable, BoxFuture};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use http::HeaderMap;
use memory::Account;
use tokio::time::{Instant, Interval, MissedTickBehavior};
use tracing::Instrument;

use self::came::Came;
use super::allowance::Allowance;
use super::message::{self, End, Said};
use super::operation::{Operation, Outcome, PROGRAM, Rest, Step, begin};
use super::reading::{Bounds, Received};
use super::socket::Socket;
use super::{AROUND, Sockets, session};
use crate::http::media;
use crate::places::Place;
use crate::refusal::{Code, Refusal};
use crate::request::identify::Identity;
use crate::request::{Message, Pipeline, Refused, RequestContext, Shape, Wave};

/// An operation that the client knows of.
struct Known {
    running: AbortHandle,
    context: Arc<RequestContext>,
    /// Whether it has no end of its own.
    is_endless: bool,
}

pub(super) struct Connection {
    pipeline: Arc<Pipeline>,
    socket: Socket,
    /// All that there are.
    sockets: Sockets,
    /// The headers of the handshake, and of the payload of `connection_init` once it has come.
    headers: HeaderMap,
    /// Where the client is.
    address: Option<IpAddr>,
    is_acknowledged: bool,
    init_by: Instant,
    running: FuturesUnordered<Abortable<BoxFuture<'static, Step>>>,
    known: HashMap<String, Known>,
    route: Arc<str>,
    wave: Wave,
    /// Whether nothing more is begun, since the router ends.
    is_leaving: bool,
    heartbeat: Interval,
    allowance: Allowance,
}

/// The headers of an operation, and who asks, found out before the deadline. What is borrowed of a connection cannot be held while that is found out.
async fn identify(
    pipeline: Arc<Pipeline>,
    mut headers: HeaderMap,
    deadline: Instant,
) -> (HeaderMap, Result<Identity, Refusal>) {
    let authenticator = &pipeline.authenticator;
    let identified = authenticator.identify(&mut headers, deadline).await;
    (headers, identified)
}

impl Connection {
    pub(super) fn new(
        pipeline: Arc<Pipeline>,
        socket: Socket,
        sockets: Sockets,
        headers: HeaderMap,
        address: Option<IpAddr>,
    ) -> Self {
        let terms = &pipeline.config.subscriptions;
        let now = Instant::now();
        let mut heartbeat = tokio::time::interval_at(now + terms.heartbeat, terms.heartbeat);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            init_by: now + terms.init_timeout,
            route: pipeline.config.path.as_str().into(),
            pipeline,
            socket,
            sockets,
            headers,
            address,
            is_acknowledged: false,
            running: FuturesUnordered::new(),
            known: HashMap::new(),
            wave: Wave::any(),
            is_leaving: false,
            heartbeat,
            allowance: Allowance::new(now),
        }
    }

    pub(super) async fn run(mut self) {
        let end = loop {
            if let Err(end) = self.step().await {
                break end;
            }
        };
        // What runs goes first, so that its places are free when the client reads of the end.
        self.running.clear();
        self.socket.close(end).await;
    }

    /// Waits for what comes first, and does it.
    async fn step(&mut self) -> Result<(), End> {
        if self.is_leaving && self.is_done() {
            return Err(self.leave());
        }
        match self.came().await? {
            Came::Ending => {
                self.is_leaving = true;
                Ok(())
            }
            Came::Step(operation, outcome) => self.outcome(*operation, outcome).await,
            Came::Nothing => Ok(()),
            Came::Silence => self.ping().await,
            // In a box: what is kept for each connection is smaller without it.
            Came::Received(Received::Text(text, account)) => {
                Box::pin(self.message(&text, account)).await
            }
            Came::Received(Received::Ping(payload)) => {
                self.allowance.take(Instant::now())?;
                self.socket.pong(&payload).await
            }
            Came::Received(Received::Pong) => self.allowance.take(Instant::now()),
            Came::Received(Received::Close(code)) => Err(End::Left(code)),
        }
    }

    /// What the next message may be: before the client has introduced itself, nothing but that.
    fn bounds(&self) -> Bounds {
        let config = &self.pipeline.config;
        let most = match self.is_acknowledged {
            true => config.limits.request_body,
            false => session::MAX_PAYLOAD,
        };
        Bounds {
            most: most.saturating_add(AROUND),
            by: self.pipeline.deadline(),
        }
    }

    /// Whether only such operations are left as have no end of their own. They go on until then: clients open them again, elsewhere, when the connection is closed, and what
    /// happens meanwhile would be lost on them.
    fn is_done(&self) -> bool {
        self.known.values().all(|known| known.is_endless)
    }

    /// Says why the operations that are left end.
    fn leave(&self) -> End {
        let code = Code::ShuttingDown.as_str();
        for known in self.known.values() {
            known.context.summary.errors(&[code.to_owned()]);
        }
        End::closed(1001, code)
    }

    async fn ping(&mut self) -> Result<(), End> {
        self.pipeline = self.pipeline.latest();
        let terms = &self.pipeline.config.subscriptions;
        let patience = terms.client_silence.max(3 * terms.heartbeat);
        match self.socket.heard().elapsed() > patience {
            true => Err(End::Gone),
            false => self.socket.ping().await,
        }
    }

    async fn message(&mut self, text: &Bytes, account: Arc<Account>) -> Result<(), End> {
        match message::read(text)? {
            Said::Init(_) if self.is_acknowledged => {
                Err(End::closed(4429, "Too many initialisation requests"))
            }
            Said::Init(payload) => {
                self.pipeline = self.pipeline.latest();
                let config = &self.pipeline.config;
                let (allowed, client) = (config.init_headers(), &config.telemetry.client);
                let added = session::add_headers(&mut self.headers, payload, &allowed, client);
                added.map_err(|error| End::closed(4400, error.to_string()))?;
                // Each operation asks again: a token that expires opens no further one.
                let (pipeline, headers) = (Arc::clone(&self.pipeline), self.headers.clone());
                let deadline = pipeline.deadline();
                let (headers, identified) = identify(pipeline, headers, deadline).await;
                if let Err(refusal) = identified {
                    let code = match refusal {
                        Refusal::Unauthenticated => 4401,
                        _ => 4403,
                    };
                    let (pipeline, address) = (Arc::clone(&self.pipeline), self.address);
                    let refusal = session::counted(&pipeline, headers, address, refusal).await;
                    return Err(End::closed(code, refusal.to_string()));
                }
                self.is_acknowledged = true;
                self.socket.say(message::acknowledged()).await
            }
            Said::Ping => {
                self.allowance.take(Instant::now())?;
                self.socket.say(message::pong()).await
            }
            Said::Pong => self.allowance.take(Instant::now()),
            Said::Subscribe { .. } if !self.is_acknowledged => {
                Err(End::closed(4401, "Unauthorized"))
            }
            Said::Subscribe { id, payload } => {
                // Without what is around it.
                let body = text.slice_ref(payload.get().as_bytes());
                self.subscribe(id, body, account).await
            }
            Said::Complete { id } => match self.known.remove(&id) {
                Some(known) => {
                    known.running.abort();
                    Ok(())
                }
                None => self.allowance.take(Instant::now()),
            },
        }
    }

    /// Begins an operation, for which the account has reserved what its message takes.
    async fn subscribe(
        &mut self,
        id: String,
        body: Bytes,
        account: Arc<Account>,
    ) -> Result<(), End> {
        if self.known.contains_key(&id) {
            let reason = format!("Subscriber for {id} already exists");
            return Err(End::closed(4409, reason));
        }
        // What a client begins now is begun by the configuration of now.
        self.pipeline = self.pipeline.latest();
        let (pipeline, headers) = (Arc::clone(&self.pipeline), self.headers.clone());
        let deadline = pipeline.deadline();
        let (headers, identified) = identify(pipeline, headers, deadline).await;
        let (identity, bad_token) = match identified {
            Ok(identity) => (identity, None),
            Err(refusal) => (Identity::Anonymous, Some(refusal)),
        };
        let client = self.client(headers);
        let span = tracing::info_span!(
            "request",
            program = PROGRAM,
            request_id = client.id.as_ref().map(RequestId::as_str),
            trace_id = client
                .trace
                .as_ref()
                .map(|trace| tracing::field::display(trace.trace_id())),
        );
        let (pipeline, address) = (&self.pipeline, self.address);
        let context =
            RequestContext::begin(pipeline, client, identity, address, account, deadline, None);
        let (place, refused) = match self.admit() {
            Ok(place) => (place, None),
            Err(refusal) => (None, Some(refusal)),
        };
        let operation = Operation {
            span,
            id,
            began: Clock::now(),
            route: Arc::clone(&self.route),
            status: 200,
            bytes: 0,
            is_canceled: true,
            context,
            _place: place,
        };
        let refused = match (refused, bad_token) {
            (None, Some(refusal)) => {
                let pipeline = Arc::clone(&self.pipeline);
                pipeline.refuse(&operation.context, refusal).await.err()
            }
            (refused, _) => refused,
        };
        if let Some(refusal) = refused {
            return self.outcome(operation, Outcome::Refused(refusal)).await;
        }
        let pipeline = Arc::clone(&self.pipeline);
        let parts = media::accepted_parts(&self.headers).map(|parts| parts.format);
        self.start(operation, false, |operation| {
            begin(pipeline, operation, body, parts)
        });
        Ok(())
    }

    /// The right to begin one more operation. The first is bounded by the sockets, and needs no place beside others.
    fn admit(&self) -> Result<Option<Place>, Refusal> {
        let most = self.pipeline.config.subscriptions.operations_per_socket;
        match self.known.len() {
            _ if self.is_leaving => Err(Refusal::ShuttingDown),
            0 => Ok(None),
            under_way if under_way >= most => Err(Refusal::TooManyOperations(most)),
            _ => self.sockets.beside().map(Some),
        }
    }

    /// On whose behalf subgraphs are asked for an operation.
    fn client(&self, headers: HeaderMap) -> ClientRequest {
        ClientRequest {
            // Each operation has an id of its own.
            id: Some(RequestId::receive(&HeaderMap::new())),
            trace: Some(match &self.pipeline.tracer {
                Some(tracer) => tracer.receive(&self.headers),
                None => TraceContext::receive(&self.headers),
            }),
            headers,
            sent: self.pipeline.authenticator.to_keep(&self.headers),
            claims: None,
        }
    }

    fn start<F>(
        &mut self,
        operation: Operation,
        is_endless: bool,
        step: impl FnOnce(Operation) -> F,
    ) where
        F: Future<Output = Step> + Send + 'static,
    {
        let (running, registration) = AbortHandle::new_pair();
        let known = Known {
            running,
            context: Arc::clone(&operation.context),
            is_endless,
        };
        self.known.insert(operation.id.clone(), known);
        let span = operation.span.clone();
        let step = step(operation).instrument(span).boxed();
        self.running.push(Abortable::new(step, registration));
    }

    /// Sends the outcome of a step, and goes on.
    async fn outcome(&mut self, mut operation: Operation, outcome: Outcome) -> Result<(), End> {
        // Until it goes on, nobody can end it but the client, which is not heard meanwhile.
        self.known.remove(&operation.id);
        let id = &operation.id;
        let (message, rest) = match outcome {
            Outcome::Refused(refusal) => {
                let refused = Refused::within(refusal, &operation.context.account);
                operation.context.summary.refused(&refused.refusal);
                operation.status = refused.refusal.status(true).as_u16();
                (message::error(id, &refused.body), None)
            }
            Outcome::Whole(answer) if answer.shape == Shape::Errors => {
                (message::error(id, &answer.body), None)
            }
            Outcome::Whole(answer) => {
                operation.bytes += answer.body.len() as u64;
                self.socket.say(message::next(id, answer.body)).await?;
                (message::complete(id), None)
            }
            Outcome::Begun(rest) => {
                self.go_on(operation, rest);
                return Ok(());
            }
            Outcome::Message(None | Some(Message::Complete), _) => (message::complete(id), None),
            Outcome::Message(Some(message), rest) => match message {
                Message::Event(response) | Message::Part(response) => {
                    operation.bytes += response.len() as u64;
                    (message::next(id, response), Some(rest))
                }
                Message::Fatal(errors) => (message::error(id, &errors), None),
                // A connection has its own signs of life.
                Message::Heartbeat => {
                    self.go_on(operation, rest);
                    return Ok(());
                }
                Message::Complete => (message::complete(id), None),
            },
        };
        self.socket.say(message).await?;
        match rest {
            Some(rest) => self.go_on(operation, rest),
            None => operation.is_canceled = false,
        }
        Ok(())
    }

    fn go_on(&mut self, operation: Operation, mut rest: Rest) {
        self.start(operation, rest.is_endless, async move |operation| {
            let message = rest.messages.next().await;
            (operation, Outcome::Message(message, rest))
        });
    }
}
