//! What the services are compared with: plain axum handlers with the same JSON in and out, `.ci/instructions.py` and `.ci/cpu.py`.
//!
//! `plain ADDRESS` answers POSTs to `/addition` and `/moyenne` with what `/graphql` would answer to the same body, and to `/api/v1/addition` and
//! `/api/v1/moyenne` with what these would, on the runtime that the services have; `plain ADDRESS single` on one thread, whose scheduler has less to do.

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

impl Terms<'_> {
    fn sum(&self) -> Result<Decimal, StatusCode> {
        Decimal::parse(self.a)
            .and_then(|a| a.try_add(Decimal::parse(self.b)?))
            .map_err(|_| StatusCode::BAD_REQUEST)
    }
}

/// A list of numbers, under the name that it has in the variables or at the REST API.
#[derive(Deserialize)]
struct Numbers<'a> {
    #[serde(borrow, alias = "valeurs")]
    v: Vec<&'a RawValue>,
}

impl Numbers<'_> {
    fn mean(&self) -> Result<Decimal, StatusCode> {
        let values: Result<Vec<Decimal>, _> = self
            .v
            .iter()
            .map(|value| Decimal::parse(value.get()))
            .collect();
        let values = values.map_err(|_| StatusCode::BAD_REQUEST)?;
        Decimal::try_sum(values.iter().copied())
            .and_then(|sum| sum.try_div(Decimal::from(values.len())))
            .map_err(|_| StatusCode::UNPROCESSABLE_ENTITY)
    }
}

type Answer = Result<Json<Value>, StatusCode>;

/// The body as JSON of this type.
fn read<'a, T: Deserialize<'a>>(body: &'a Bytes) -> Result<T, StatusCode> {
    serde_json::from_slice(body).map_err(|_| StatusCode::BAD_REQUEST)
}

async fn addition(body: Bytes) -> Answer {
    let sum = read::<Sent<'_, Terms<'_>>>(&body)?.variables.sum()?;
    Ok(Json(json!({ "data": { "addition": sum } })))
}

async fn moyenne(body: Bytes) -> Answer {
    let mean = read::<Sent<'_, Numbers<'_>>>(&body)?.variables.mean()?;
    Ok(Json(json!({ "data": { "moyenne": mean } })))
}

async fn rest_addition(body: Bytes) -> Answer {
    Ok(Json(
        json!({ "resultat": read::<Terms<'_>>(&body)?.sum()? }),
    ))
}

async fn rest_moyenne(body: Bytes) -> Answer {
    Ok(Json(
        json!({ "resultat": read::<Numbers<'_>>(&body)?.mean()? }),
    ))
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
            .route("/moyenne", post(moyenne))
            .route("/api/v1/addition", post(rest_addition))
            .route("/api/v1/moyenne", post(rest_moyenne));
        axum::serve(listener, app).await
    })
}
