//! From an HTTP request to a GraphQL request.

use std::borrow::Cow;
use std::fmt;

use axum::body::{Body, Bytes};
use axum::extract::Query;
use axum::http::{HeaderMap, Uri, header};
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::answer::Refusal;
use super::variables::Given;
use crate::body::{self, Unusable};
use crate::encoding;

/// The parameters of a request, <https://graphql.github.io/graphql-over-http/draft/#sec-Request-Parameters>. Others are
/// passed over, as the specification asks; `extensions` are only checked, for there are none to understand.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters<'a, V> {
    #[serde(borrow)]
    query: Cow<'a, str>,
    #[serde(default, borrow)]
    operation_name: Option<Text<'a>>,
    variables: Option<V>,
    #[serde(default, rename = "extensions")]
    _extensions: Option<Unread>,
}

/// An object of which nothing is kept: as values, it may take a hundred times the memory of its text.
struct Unread;

impl<'de> Deserialize<'de> for Unread {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Unread)
    }
}

impl<'de> Visitor<'de> for Unread {
    type Value = Unread;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self, A::Error> {
        while let Some((IgnoredAny, IgnoredAny)) = members.next_entry()? {}
        Ok(self)
    }
}

/// A text, borrowed where it has no escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// The same in a query string, where maps are JSON texts.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct QueryString {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
}

/// A request as it was sent.
#[derive(Debug)]
pub(super) enum Received {
    /// The bytes of a body.
    Body(Bytes),
    /// The parameters of a query string.
    Query(QueryString),
}

impl Received {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Body(bytes) => bytes.len(),
            Self::Query(given) => {
                let texts = [
                    &given.query,
                    &given.operation_name,
                    &given.variables,
                    &given.extensions,
                ];
                texts.into_iter().flatten().map(String::len).sum()
            }
        }
    }
}

/// The texts of a request, borrowed from what was received.
#[derive(Debug)]
pub(super) struct Texts<'a> {
    pub(super) query: Cow<'a, str>,
    pub(super) operation_name: Option<Cow<'a, str>>,
    /// Their numbers are what they seem.
    pub(super) variables: Given<'a>,
}

/// Receives the body of a POST.
pub(super) async fn body(
    headers: &HeaderMap,
    body: Body,
    max_bytes: usize,
) -> Result<Received, Refusal> {
    check_content_type(headers)?;
    encoding::check_content(headers).map_err(Refusal::media_type)?;
    read(body, max_bytes).await.map(Received::Body)
}

/// Receives a query string.
pub(super) fn query(query: &str) -> Result<Received, Refusal> {
    let uri = Uri::builder().path_and_query(format!("/?{query}")).build();
    let uri = uri.map_err(|_| Refusal::bad_request("the query string is not well-formed"))?;
    let Query(given) = Query::<QueryString>::try_from_uri(&uri)
        .map_err(|error| Refusal::bad_request(error.body_text()))?;
    Ok(Received::Query(given))
}

/// Takes the texts out of what was received.
pub(super) fn texts(received: &Received) -> Result<Texts<'_>, Refusal> {
    match received {
        Received::Body(bytes) => from_body(bytes),
        Received::Query(given) => from_query(given),
    }
}

fn from_body(bytes: &[u8]) -> Result<Texts<'_>, Refusal> {
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return Err(Refusal::batch());
    }
    let parameters: Parameters<'_, Given<'_>> =
        serde_json::from_slice(bytes).map_err(|_| why_not(bytes))?;
    let variables = parameters.variables.unwrap_or_default();
    Ok(Texts {
        query: parameters.query,
        operation_name: parameters.operation_name.map(|Text(name)| name),
        variables: exact(variables)?,
    })
}

/// Why a body is no request. It is read again, for the place of what is wrong.
fn why_not(bytes: &[u8]) -> Refusal {
    let read = serde_json::from_slice::<Parameters<'_, &RawValue>>(bytes);
    match read.map(|parameters| parameters.variables.map_or("null", RawValue::get)) {
        Err(error) => not_a_request(error),
        Ok(text) => match Given::read(text) {
            Err(error) => not_an_object("variables", &error),
            Ok(_) => Refusal::bad_request("the body is not a GraphQL request"),
        },
    }
}

fn from_query(given: &QueryString) -> Result<Texts<'_>, Refusal> {
    let query = given.query.as_deref().ok_or_else(|| {
        Refusal::bad_request("the parameter `query` is missing: send a GraphQL document")
    })?;
    // Empty texts are as good as none.
    if let Some(extensions) = given_text(&given.extensions) {
        serde_json::from_str::<Unread>(extensions)
            .map_err(|error| not_an_object("extensions", &error))?;
    }
    Ok(Texts {
        query: query.into(),
        operation_name: given_text(&given.operation_name).map(Into::into),
        variables: variables(given_text(&given.variables))?,
    })
}

fn given_text(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.is_empty())
}

fn variables(text: Option<&str>) -> Result<Given<'_>, Refusal> {
    let Some(text) = text else {
        return Ok(Given::default());
    };
    exact(Given::read(text).map_err(|error| not_an_object("variables", &error))?)
}

/// The variables, unless a number among them is not what it seems.
fn exact(given: Given<'_>) -> Result<Given<'_>, Refusal> {
    match given.inexact_number() {
        None => Ok(given),
        Some(number) => Err(Refusal::inexact(number)),
    }
}

fn not_a_request(error: serde_json::Error) -> Refusal {
    Refusal::bad_request(match error.classify() {
        serde_json::error::Category::Data => format!("the body is not a GraphQL request: {error}"),
        _ => format!("the body is not valid JSON: {error}"),
    })
}

fn not_an_object(name: &str, error: &serde_json::Error) -> Refusal {
    Refusal::bad_request(format!(
        "the parameter `{name}` is not a JSON object: {error}"
    ))
}

/// `application/json` in UTF-8, and nothing that a form of another site could send.
fn check_content_type(headers: &HeaderMap) -> Result<(), Refusal> {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(Refusal::media_type(
            "the body needs one `content-type`: `application/json`",
        ));
    };
    let text = value.to_str().unwrap_or_default();
    let (name, parameters) = text.split_once(';').unwrap_or((text, ""));
    if !name.trim().eq_ignore_ascii_case("application/json") {
        return Err(Refusal::media_type("the body must be `application/json`"));
    }
    encoding::check_charset(parameters).map_err(Refusal::media_type)
}

async fn read(body: Body, max_bytes: usize) -> Result<Bytes, Refusal> {
    let error = match body::collect(body, max_bytes).await {
        Ok(bytes) if bytes.len() > max_bytes => return Err(Refusal::too_large(max_bytes)),
        Ok(bytes) => return Ok(bytes),
        Err(error) => error,
    };
    Err(match Unusable::because(&error) {
        Unusable::Overloaded => Refusal::overloaded(),
        Unusable::TooLarge => Refusal::too_large(max_bytes),
        Unusable::Wrong(message) => Refusal::bad_request(message),
        Unusable::Lost => Refusal::bad_request("the body ended early"),
    })
}
