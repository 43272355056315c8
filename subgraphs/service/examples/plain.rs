//! What the services are compared with: plain axum handlers with the same JSON in and out, `.ci/cpu.py`.
//!
//! `plain ADDRESS` answers POSTs to `/addition` and `/moyenne` with what `/graphql` would answer to the same body, on the runtime that the services have;
//! `plain ADDRESS single` on one thread, whose scheduler has less to do.

use std::io;

use axum::body::Bytes;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use valeurs::Decimal;

#[derive(Deserialize)]
struct Sent<'a, V> {
    /// Read as any handler would that is sent it.
    #[serde(rename = "query")]
    _query: &'a str,
    variables: V,
}

#[derive(Deserialize)]
struct Terms<'a> {
    a: &'a str,
    b: &'a str,
}

#[derive(Deserialize)]
struct Numbers<'a> {
    #[serde(borrow)]
    v: Vec<&'a RawValue>,
}

type Answer = Result<Json<Value>, StatusCode>;

async fn addition(body: Bytes) -> Answer {
    let bad = |_| StatusCode::BAD_REQUEST;
    let sent: Sent<'_, Terms<'_>> =
        serde_json::from_slice(&body).map_err(|_| StatusCode::BAD_REQUEST)?;
    let (a, b) = (sent.variables.a, sent.variables.b);
    let sum = Decimal::parse(a).and_then(|a| a.try_add(Decimal::parse(b)?));
    let sum = sum.map_err(bad)?;
    Ok(Json(json!({ "data": { "addition": sum } })))
}

async fn moyenne(body: Bytes) -> Answer {
    let sent: Sent<'_, Numbers<'_>> =
        serde_json::from_slice(&body).map_err(|_| StatusCode::BAD_REQUEST)?;
    let values: Result<Vec<Decimal>, _> = sent
        .variables
        .v
        .iter()
        .map(|value| Decimal::parse(value.get()))
        .collect();
    let values = values.map_err(|_| StatusCode::BAD_REQUEST)?;
    let mean = Decimal::try_sum(values.iter().copied())
        .and_then(|sum| sum.try_div(Decimal::from(values.len())))
        .map_err(|_| StatusCode::UNPROCESSABLE_ENTITY)?;
    Ok(Json(json!({ "data": { "moyenne": mean } })))
}

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next();
    let address = address.ok_or_else(|| io::Error::other("usage: plain ADDRESS [single]"))?;
    let mut runtime = match arguments.next().as_deref() {
        Some("single") => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    runtime.enable_all().build()?.block_on(async {
        let listener = tokio::net::TcpListener::bind(address).await?;
        let app = Router::new()
            .route("/addition", post(addition))
            .route("/moyenne", post(moyenne));
        axum::serve(listener, app).await
    })
}
