//! The parameters of a GraphQL request, out of a body or a query string:
//! <https://graphql.github.io/graphql-over-http/draft/#sec-Request-Parameters>.
//!
//! Nothing is copied that need not be: texts borrow from the body, and variables stay the JSON that they came as, so that no
//! number loses a digit.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::refusal::Refusal;

/// One request.
#[derive(Debug)]
pub(crate) struct Parameters<'b> {
    pub(crate) query: Cow<'b, str>,
    pub(crate) operation_name: Option<Cow<'b, str>>,
    /// A JSON object.
    pub(crate) variables: Option<Cow<'b, str>>,
}

#[derive(Deserialize)]
struct Body<'b> {
    #[serde(borrow)]
    query: Option<Text<'b>>,
    #[serde(borrow, rename = "operationName")]
    operation_name: Option<Text<'b>>,
    #[serde(borrow)]
    variables: Option<&'b RawValue>,
    #[serde(borrow)]
    extensions: Option<&'b RawValue>,
}

/// A string that borrows unless it has escapes.
#[derive(Deserialize)]
struct Text<'b>(#[serde(borrow)] Cow<'b, str>);

impl<'b> Parameters<'b> {
    /// Reads the body of a POST.
    pub(crate) fn from_body(body: &'b [u8]) -> Result<Self, Refusal> {
        let body = std::str::from_utf8(body)
            .map_err(|_| Refusal::Malformed("the body is not UTF-8".into()))?;
        match body.trim_ascii_start().as_bytes().first() {
            None => return Err(Refusal::Malformed("the body is empty".into())),
            Some(b'[') => return Err(Refusal::Batch),
            Some(b'{') => {}
            Some(_) if serde_json::from_str::<&RawValue>(body).is_ok() => {
                let message = "the body is not a GraphQL request: it must be a JSON object";
                return Err(Refusal::Malformed(message.into()));
            }
            Some(_) => {}
        }
        let body: Body<'b> = serde_json::from_str(body).map_err(|error| {
            let kind = if error.is_data() {
                "a GraphQL request"
            } else {
                "JSON"
            };
            Refusal::Malformed(format!("the body is not {kind}: {error}").into())
        })?;
        Self::new(
            body.query.map(|text| text.0),
            body.operation_name.map(|text| text.0),
            body.variables.map(|raw| Cow::Borrowed(raw.get())),
            body.extensions.map(|raw| Cow::Borrowed(raw.get())),
        )
    }

    /// Reads the query string of a GET.
    pub(crate) fn from_query_string(text: &'b str) -> Result<Self, Refusal> {
        let [mut query, mut operation_name, mut variables, mut extensions] =
            [None, None, None, None];
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            let slot = match &*name {
                "query" => &mut query,
                "operationName" => &mut operation_name,
                "variables" => &mut variables,
                "extensions" => &mut extensions,
                _ => continue,
            };
            if slot.replace(value).is_some() {
                return Err(Refusal::Malformed(
                    format!("the parameter {name} stands twice").into(),
                ));
            }
        }
        for (name, json) in [("variables", &variables), ("extensions", &extensions)] {
            if let Some(json) = json
                && let Err(error) = serde_json::from_str::<&RawValue>(json)
            {
                let message = format!("the parameter {name} is not JSON: {error}");
                return Err(Refusal::Malformed(message.into()));
            }
        }
        // An empty name in a URL is one that was left out.
        let operation_name = operation_name.filter(|name| !name.is_empty());
        Self::new(query, operation_name, variables, extensions)
    }

    fn new(
        query: Option<Cow<'b, str>>,
        operation_name: Option<Cow<'b, str>>,
        variables: Option<Cow<'b, str>>,
        extensions: Option<Cow<'b, str>>,
    ) -> Result<Self, Refusal> {
        let variables = object("variables", variables)?;
        let extensions = object("extensions", extensions)?;
        let Some(query) = query.filter(|query| !query.is_empty()) else {
            return Err(
                match extensions.is_some_and(|json| names_persisted_query(&json)) {
                    true => Refusal::PersistedQuery,
                    false => Refusal::Malformed("the request has no query".into()),
                },
            );
        };
        Ok(Self {
            query,
            operation_name,
            variables,
        })
    }
}

/// A member that is an object or null.
fn object<'b>(name: &str, json: Option<Cow<'b, str>>) -> Result<Option<Cow<'b, str>>, Refusal> {
    match json.as_deref().map(str::trim_ascii) {
        None | Some("null") => Ok(None),
        Some(text) if text.starts_with('{') => Ok(json),
        Some(_) => Err(Refusal::Malformed(
            format!("{name} must be an object").into(),
        )),
    }
}

fn names_persisted_query(extensions: &str) -> bool {
    #[derive(Deserialize)]
    struct Extensions<'b> {
        #[serde(borrow, rename = "persistedQuery")]
        persisted_query: Option<&'b RawValue>,
    }
    serde_json::from_str::<Extensions<'_>>(extensions)
        .is_ok_and(|extensions| extensions.persisted_query.is_some())
}

#[cfg(test)]
mod tests;
