//! From an HTTP request to a GraphQL request.

use async_graphql::{Request, Variables};
use axum::body::{Body, Bytes};
use axum::extract::Query;
use axum::http::{HeaderMap, Uri, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::Deserialize;

use super::answer::Refusal;

/// The parameters of a request, <https://graphql.github.io/graphql-over-http/draft/#sec-Request-Parameters>. Others are
/// passed over, as the specification asks; `extensions` are only checked, for there are none to understand.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    query: String,
    #[serde(default)]
    operation_name: Option<String>,
    #[serde(default)]
    variables: Variables,
    #[serde(default, rename = "extensions")]
    _extensions: Option<serde_json::Map<String, serde_json::Value>>,
}

/// The same in a query string, where maps are JSON texts.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct QueryString {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
}

/// Reads the body of a POST.
pub(super) async fn from_body(
    headers: &HeaderMap,
    body: Body,
    max_bytes: usize,
) -> Result<Request, Refusal> {
    check_content_type(headers)?;
    let bytes = read(body, max_bytes).await?;
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return Err(Refusal::batch());
    }
    let parameters: Parameters = serde_json::from_slice(&bytes).map_err(|error| {
        Refusal::bad_request(match error.classify() {
            serde_json::error::Category::Data => {
                format!("the body is no GraphQL request: {error}")
            }
            _ => format!("the body is not valid JSON: {error}"),
        })
    })?;
    Ok(parameters.into())
}

/// Reads the query string of a GET.
pub(super) fn from_query(query: &str) -> Result<Request, Refusal> {
    let uri = Uri::builder().path_and_query(format!("/?{query}")).build();
    let uri = uri.map_err(|_| Refusal::bad_request("the query string is not well-formed"))?;
    let Query(given) = Query::<QueryString>::try_from_uri(&uri)
        .map_err(|error| Refusal::bad_request(error.body_text()))?;
    let query = given.query.ok_or_else(|| {
        Refusal::bad_request("the parameter `query` is missing: send a GraphQL document")
    })?;
    Ok(Parameters {
        query,
        operation_name: given.operation_name,
        variables: map("variables", given.variables)?.unwrap_or_default(),
        _extensions: map("extensions", given.extensions)?,
    }
    .into())
}

impl From<Parameters> for Request {
    fn from(parameters: Parameters) -> Self {
        let mut request = Self::new(parameters.query).variables(parameters.variables);
        request.operation_name = parameters.operation_name;
        request
    }
}

/// A JSON object in a parameter; an empty text is as good as none.
fn map<T: for<'de> Deserialize<'de>>(
    name: &str,
    text: Option<String>,
) -> Result<Option<T>, Refusal> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    serde_json::from_str(&text).map(Some).map_err(|error| {
        Refusal::bad_request(format!("the parameter `{name}` is no JSON object: {error}"))
    })
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
    let charset = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("charset")
            .then(|| value.trim().trim_matches('"'))
    });
    match charset {
        Some(charset) if !charset.eq_ignore_ascii_case("utf-8") => {
            Err(Refusal::media_type("the body must be in UTF-8"))
        }
        _ => Ok(()),
    }
}

async fn read(body: Body, max_bytes: usize) -> Result<Bytes, Refusal> {
    match Limited::new(body, max_bytes).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Refusal::too_large(max_bytes)),
        Err(_) => Err(Refusal::bad_request("the body ended early")),
    }
}
