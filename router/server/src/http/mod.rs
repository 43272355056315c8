//! What of a request and an answer is HTTP: <https://graphql.github.io/graphql-over-http/draft/>.
//!
//! - [`guard`]: method, media types, cross-site requests; [`media`]: which media types are meant;
//! - [`body`]: read within its bound; [`upload`]: read up to the files in it;
//! - [`respond`]: status and body; [`compression`]: how the body is coded; [`wire`]: events and parts;
//! - [`methods`]: what can be asked at all; [`elsewhere`]: the addresses beside the endpoint;
//! - [`cors`]: which pages may call; [`detached`]: headers that are kept for long; [`serving`]: what is in service, as documents;
//! - [`web_socket`]: operations of all kinds on one connection.

mod body;
pub(crate) mod compression;
pub(crate) mod cors;
mod detached;
pub(crate) mod elsewhere;
mod guard;
pub(crate) mod media;
pub(crate) mod methods;
pub(crate) mod page;
mod respond;
pub(crate) mod serving;
mod upload;
mod web_socket;
mod wire;

use std::convert::Infallible;
use std::sync::Arc;

use abaque_edge::Peer;
use abaque_edge::request::access::AccessWriter;
use abaque_edge::request::arrival::Arrival;
use axum::BoxError;
use axum::body::{Body, HttpBody};
use axum::response::Response;
use bytes::Bytes;
use client::ClientRequest;
use http::header::{HeaderValue, VARY};
use http::request::Parts;
use http::{Method, Request};
use tower::{Service, service_fn};

use self::compression::Compression;
use self::guard::Accepted;
use crate::refusal::Refusal;
use crate::request::identify::Identity;
use crate::request::{Incoming, Pipeline, Refused, Reply, RequestContext, Wave};

/// What a header takes beside its bytes.
const AROUND_HEADER: usize = 32;

pub(crate) use self::web_socket::Sockets;

/// What answers at `config.path`.
pub(crate) fn service<B>(
    pipeline: Arc<Pipeline>,
    sockets: Sockets,
) -> impl Service<Request<B>, Response = Response, Error = Infallible, Future: Send + 'static>
+ Clone
+ Send
+ 'static
where
    B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static,
{
    let endpoint = Arc::new(Endpoint {
        compression: Compression::new(pipeline.config.compression),
        pipeline,
        sockets,
    });
    service_fn(move |request: Request<B>| {
        let endpoint = Arc::clone(&endpoint);
        let (mut head, body) = request.into_parts();
        // In a box from the start: it is large, and the layers around it would move it.
        Box::pin(async move { Ok(handle(&endpoint, &mut head, body).await) })
    })
}

/// What all requests to the endpoint share. In one piece: each of them counts as a user of it, and what several cores count at once is not for nothing.
struct Endpoint {
    pipeline: Arc<Pipeline>,
    compression: Option<Compression>,
    sockets: Sockets,
}

async fn handle<B>(endpoint: &Endpoint, head: &mut Parts, body: B) -> Response
where
    B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static,
{
    let (pipeline, sockets) = (&endpoint.pipeline, &endpoint.sockets);
    let config = &pipeline.config;
    if config.playground && guard::wants_page(head) {
        return page::page(config, pipeline.schema());
    }
    let address = head.extensions.get::<Peer>().map(|Peer(peer)| {
        let proxies = &config.clients.trusted_proxies;
        proxies.client(peer.ip(), &head.headers)
    });
    let (accepted, checked) = match web_socket::is_wanted(head, config) {
        // In a box: what all other requests have to carry along is smaller without it.
        true => match Box::pin(web_socket::open(pipeline, sockets, head, address)).await {
            Ok(response) => return response,
            Err(refusal) => (Ok(Accepted::NOTHING), Err(refusal)),
        },
        false => (guard::accepted(head), guard::check(head, config)),
    };
    // Finding out who asks is part of the request's time.
    let deadline = pipeline.deadline();
    let mut headers = std::mem::take(&mut head.headers);
    let mut sent = None;
    let is_streamed = |accepted: &Accepted| accepted.stream.is_some();
    if accepted.as_ref().is_ok_and(is_streamed) {
        headers = detached::detached(&headers);
        // What it brings may last longer than the rules by which its client is identified.
        sent = pipeline.authenticator.to_keep(&headers);
    }
    let authenticator = &pipeline.authenticator;
    let (identity, checked, is_unidentified) = match checked {
        Ok(()) => match authenticator.identify(&mut headers, deadline).await {
            Ok(identity) => (identity, Ok(()), false),
            Err(refusal) => (Identity::Anonymous, Err(refusal), true),
        },
        Err(refusal) => (Identity::Anonymous, Err(refusal), false),
    };
    let arrival = head.extensions.get::<Arrival>();
    let client = ClientRequest {
        headers,
        trace: arrival.map(|arrival| arrival.trace().clone()),
        id: arrival.map(|arrival| arrival.id().clone()),
        sent,
        claims: None,
    };
    let (account, wave) = (Arc::new(pipeline.memory.request()), Some(Wave::any()));
    let context =
        RequestContext::begin(pipeline, client, identity, address, account, deadline, wave);
    if let Some(arrival) = arrival {
        arrival.write_with(Arc::clone(&context) as Arc<dyn AccessWriter>);
    }
    let checked = checked.and_then(|()| {
        let held = context.account.hold_to_end(size(head, &context));
        held.map_err(Refusal::Memory)
    });
    let refused = |refusal| (Accepted::NOTHING, Err(refusal));
    let (accepted, checked) = accepted.map_or_else(refused, |accepted| (accepted, checked));
    let replied = match checked {
        Ok(()) => {
            let allowed = accepted.allowed(&head.method);
            let incoming = || incoming(pipeline, &context, head, body);
            pipeline.run(&context, allowed, incoming).await
        }
        // Tokens are not tried more often than requests are made.
        Err(refusal) if is_unidentified => pipeline.refuse(&context, refusal).await,
        Err(refusal) => Err(refusal),
    };
    let mut response = answer(replied, accepted, &context, endpoint.compression.as_ref());
    pipeline.tell_quota(&context, response.headers_mut());
    response
}

/// What the head of a request takes, in bytes: the compression of HTTP/2 lets a client send much of it in a few.
fn size(head: &Parts, context: &RequestContext) -> usize {
    let headers = context.client.headers.iter();
    let headers = headers.map(|(name, value)| name.as_str().len() + value.len() + AROUND_HEADER);
    // Their values are shared.
    let sent = context.client.sent.as_ref();
    let sent = sent.map_or(0, |sent| sent.len() * AROUND_HEADER);
    let query = head.uri.query().map_or(0, str::len);
    headers.sum::<usize>() + sent + 2 * query
}

/// The answer that a request comes to, executed or not.
fn answer(
    replied: Result<Reply, Refusal>,
    accepted: Accepted,
    context: &RequestContext,
    compression: Option<&Compression>,
) -> Response {
    let mut response = match replied {
        Ok(reply) => respond::reply(reply, accepted, context, compression),
        Err(refusal) => {
            let refused = Refused::within(refusal, &context.account);
            context.summary.refused(&refused.refusal);
            respond::refused(refused, accepted, context)
        }
    };
    if compression.is_some() {
        // Beside the header that says what all answers depend on.
        let headers = response.headers_mut();
        headers.append(VARY, HeaderValue::from_static("accept-encoding"));
    }
    response
}

/// What the client sent, read when it is asked for.
async fn incoming<B>(
    pipeline: &Pipeline,
    context: &RequestContext,
    head: &Parts,
    body: B,
) -> Result<Incoming, Refusal>
where
    B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static,
{
    match head.method {
        Method::GET | Method::HEAD => Ok(Incoming::Query(
            head.uri.query().unwrap_or_default().to_owned(),
        )),
        _ if media::is_multipart(&context.client.headers) => {
            let bounds = pipeline.config.uploads.bounds(&pipeline.config.limits);
            // In a box: what all other requests have to carry along is smaller without it.
            Box::pin(upload::read(context, Body::new(body), bounds)).await
        }
        _ => {
            let limit = pipeline.config.limits.request_body;
            let (headers, account) = (&context.client.headers, &context.account);
            body::read(headers, body, limit, context.deadline, account).await
        }
    }
}
