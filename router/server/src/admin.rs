//! What the admin port answers beside probes and metrics: the state of the schema, and a page that shows it.

use std::sync::Arc;

use abaque_edge::host;
use axum::extract::{DefaultBodyLimit, Query, Request, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use console::Console;
use serde::Deserialize;

use crate::http::serving::{admin_status, api, supergraph};
use crate::http::{media, page};
use crate::reload::AdminHosts;
use crate::schema::Schemas;

/// Bytes of a request's body.
const MAX_BODY: usize = 4096;

/// `GET /`, `/composition`, `/composition/supergraph`, `/composition/api`, `/composition/seed`; `POST /composition/refresh`, `/composition/accept`.
///
/// Reading is open to everyone who reaches the port, under any host name. Actions are refused to pages of other sites (see
/// [`guard`]); `names` are the names that the port has beside its addresses.
pub(crate) fn app(schemas: Arc<Schemas>, names: AdminHosts) -> axum::Router {
    let guarded = move |request: Request, next: Next| {
        let foreign = guard(request.headers(), &names.load());
        async move {
            match foreign {
                Ok(()) => next.run(request).await,
                Err(reason) => (StatusCode::FORBIDDEN, format!("{reason}\n")).into_response(),
            }
        }
    };
    let actions = axum::Router::new()
        .route("/composition/refresh", post(refresh))
        .route("/composition/accept", post(accept))
        .route_layer(middleware::from_fn(guarded))
        .route_layer(DefaultBodyLimit::max(MAX_BODY));
    axum::Router::new()
        .route("/", get(async || page::admin_page()))
        .route("/composition", get(admin_status))
        .route("/composition/supergraph", get(supergraph))
        .route("/composition/api", get(api))
        .route("/composition/seed", get(seed))
        .merge(actions)
        .with_state(schemas)
        .merge(Console::assets("/"))
}

/// The schema with the texts that it was composed from, for a sibling that cannot compose.
async fn seed(State(schemas): State<Arc<Schemas>>) -> Response {
    let Some(offer) = schemas.offer() else {
        let reason = "no whole schema is served yet\n";
        return (StatusCode::SERVICE_UNAVAILABLE, reason).into_response();
    };
    let (body, digest) = offer.to_json();
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (HeaderName::from_static("content-digest"), digest),
    ];
    (headers, body).into_response()
}

/// Every source is looked at now; what comes of it shows in the status.
async fn refresh(State(schemas): State<Arc<Schemas>>) -> StatusCode {
    schemas.refresh();
    StatusCode::ACCEPTED
}

/// What the gate refused is let through: `{"hash": "…"}` in the body, or `?hash=…`.
async fn accept(
    State(schemas): State<Arc<Schemas>>,
    Query(asked): Query<Accept>,
    body: String,
) -> Response {
    let in_body = || serde_json::from_str::<Accept>(&body).ok()?.hash;
    let Some(hash) = asked.hash.or_else(in_body) else {
        let reason =
            "which schema is accepted? Its hash is missing: ?hash=… or {\"hash\": \"…\"}\n";
        return (StatusCode::BAD_REQUEST, reason).into_response();
    };
    match schemas.accept(&hash) {
        Ok(()) => StatusCode::ACCEPTED.into_response(),
        Err(error) => (StatusCode::CONFLICT, format!("{error}\n")).into_response(),
    }
}

#[derive(Deserialize)]
struct Accept {
    hash: Option<String>,
}

/// Refuses what a browser sends on behalf of another site's page.
///
/// - A page whose name its server resolves to this port (DNS rebinding) is of the same origin to a browser, but its name is in `Host`: only addresses,
///   `localhost` and configured names are accepted.
/// - All others are recognized by [`Sec-Fetch-Site`](https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header); by `Origin`, which comes with every POST to another
///   origin, also where that has no TLS; and by the content types of forms, which need no preflight. No page of this port sends anything, so there is none to
///   be let through.
fn guard(headers: &HeaderMap, names: &[String]) -> Result<(), &'static str> {
    let is_known = |host: &str| {
        host::is_literal(host) || names.iter().any(|name| name.eq_ignore_ascii_case(host))
    };
    if !host::name(headers).is_some_and(is_known) {
        return Err(
            "the Host is neither an address nor localhost, and is not listed in admin_hosts",
        );
    }
    let site = headers.get("sec-fetch-site").map(|value| value.as_bytes());
    if !matches!(site, None | Some(b"none" | b"same-origin")) {
        return Err("a page of another site does not do this: Sec-Fetch-Site");
    }
    if headers.contains_key(header::ORIGIN) || headers.contains_key(header::REFERER) {
        return Err("a page does not do this: Origin or Referer");
    }
    if media::is_simple_request(headers) {
        return Err("a form does not do this: send no content type, or application/json");
    }
    Ok(())
}
