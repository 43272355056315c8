//! The parameters of a GraphQL request, out of a body or a query string:
//! <https://graphql.github.io/graphql-over-http/draft/#sec-Request-Parameters>.
//!
//! Nothing is copied that need not be: texts borrow from the body, and variables stay the JSON that they came as, so that no
//! number loses a digit. A member that is there twice is refused: a proxy that inspects requests might go by the other one.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer as _};
use serde_json::value::RawValue;
use upload::Upload;

use crate::refusal::Refusal;

/// One request.
#[derive(Debug)]
pub(crate) struct Parameters<'b> {
    pub(crate) document: Asked<'b>,
    pub(crate) operation_name: Option<Cow<'b, str>>,
    /// A JSON object.
    pub(crate) variables: Option<Cow<'b, str>>,
    /// The files behind it.
    pub(crate) upload: Option<Arc<Upload>>,
}

/// What the id of a document is called, whatever else the configuration calls it.
const DOCUMENT_ID: &str = "documentId";

/// Which document a request asks for. At least one of its members is there.
#[derive(Debug, Default)]
pub(crate) struct Asked<'b> {
    /// The text.
    pub(crate) query: Option<Cow<'b, str>>,
    /// `documentId`, or what the configuration calls it.
    pub(crate) id: Option<Cow<'b, str>>,
    /// `extensions.persistedQuery`.
    pub(crate) persisted_query: Option<PersistedQuery<'b>>,
}

/// What clients of Apollo's protocol send instead of a document, or with one to make it known.
#[derive(Debug)]
pub(crate) struct PersistedQuery<'b> {
    /// Hexadecimal.
    pub(crate) hash: Cow<'b, str>,
}

#[derive(Deserialize)]
struct Body<'b> {
    #[serde(borrow)]
    query: Option<Text<'b>>,
    #[serde(borrow, rename = "documentId")]
    document_id: Option<Text<'b>>,
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
    /// Reads the body of a POST. `id_key` is the configured name of a document's id.
    pub(crate) fn from_body(body: &'b [u8], id_key: &str) -> Result<Self, Refusal> {
        Self::from_text(utf8(body)?, id_key)
    }

    /// Reads a JSON text.
    pub(crate) fn from_text(body: &'b str, id_key: &str) -> Result<Self, Refusal> {
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
        let text = body;
        let body: Body<'b> = serde_json::from_str(text).map_err(not_json)?;
        let query = body.query.map(|text| text.0);
        let mut id = body.document_id.map(|text| text.0);
        // Most requests with a text have no id: the bytes are looked for first.
        if id_key != DOCUMENT_ID && (query.is_none() || text.contains(id_key)) {
            let named = member(text, id_key).map_err(not_json)?;
            if id.is_some() && named.is_some() {
                return Err(Refusal::malformed(format_args!(
                    "{DOCUMENT_ID} and {id_key} are both there: send one of them"
                )));
            }
            id = id.or(named);
        }
        Self::new(
            query,
            id,
            body.operation_name.map(|text| text.0),
            body.variables.map(|raw| Cow::Borrowed(raw.get())),
            body.extensions.map(|raw| Cow::Borrowed(raw.get())),
        )
    }

    /// Reads the query string of a GET.
    pub(crate) fn from_query_string(text: &'b str, id_key: &str) -> Result<Self, Refusal> {
        let [
            mut query,
            mut id,
            mut operation_name,
            mut variables,
            mut extensions,
        ] = [None, None, None, None, None];
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            let slot = match &*name {
                "query" => &mut query,
                "operationName" => &mut operation_name,
                "variables" => &mut variables,
                "extensions" => &mut extensions,
                "documentId" => &mut id,
                other if other == id_key => &mut id,
                _ => continue,
            };
            if slot.replace(value).is_some() {
                return Err(Refusal::malformed(format_args!(
                    "duplicate parameter {name}"
                )));
            }
        }
        // What is empty in a URL is left out: forms send every field that they have.
        let given = |value: &Cow<'b, str>| !value.is_empty();
        let operation_name = operation_name.filter(given);
        let (variables, extensions) = (variables.filter(given), extensions.filter(given));
        for (name, json) in [("variables", &variables), ("extensions", &extensions)] {
            if let Some(json) = json
                && let Err(error) = serde_json::from_str::<&RawValue>(json)
            {
                return Err(Refusal::malformed(format_args!(
                    "the parameter {name} is not JSON: {error}"
                )));
            }
        }
        Self::new(query, id, operation_name, variables, extensions)
    }

    /// Bytes of the texts that had to be copied, as they had escapes.
    pub(crate) fn copied(&self) -> usize {
        let hash = self.document.persisted_query.as_ref();
        let texts = [
            self.document.query.as_ref(),
            self.document.id.as_ref(),
            hash.map(|named| &named.hash),
            self.operation_name.as_ref(),
            self.variables.as_ref(),
        ];
        let copied = texts.into_iter().map(|text| match text {
            Some(Cow::Owned(text)) => text.len(),
            Some(Cow::Borrowed(_)) | None => 0,
        });
        copied.sum()
    }

    fn new(
        query: Option<Cow<'b, str>>,
        id: Option<Cow<'b, str>>,
        operation_name: Option<Cow<'b, str>>,
        variables: Option<Cow<'b, str>>,
        extensions: Option<Cow<'b, str>>,
    ) -> Result<Self, Refusal> {
        let variables = object("variables", variables)?;
        let extensions = object("extensions", extensions)?;
        let document = Asked {
            query: query.filter(|query| !query.is_empty()),
            id: id.filter(|id| !id.is_empty()),
            persisted_query: match extensions {
                Some(Cow::Borrowed(json)) => persisted_query(json)?,
                Some(Cow::Owned(json)) => persisted_query(&json)?.map(PersistedQuery::into_owned),
                None => None,
            },
        };
        if let Asked {
            query: None,
            id: None,
            persisted_query: None,
        } = document
        {
            return Err(Refusal::Malformed("the request has no query".into()));
        }
        Ok(Self {
            document,
            operation_name,
            variables,
            upload: None,
        })
    }
}

/// A body as text.
pub(crate) fn utf8(body: &[u8]) -> Result<&str, Refusal> {
    std::str::from_utf8(body).map_err(|_| Refusal::Malformed("the body is not UTF-8".into()))
}

pub(super) fn not_json(error: serde_json::Error) -> Refusal {
    let kind = match error.is_data() {
        true => "a GraphQL request",
        false => "JSON",
    };
    Refusal::malformed(format_args!("the body is not {kind}: {error}"))
}

/// The text that a JSON object has under a key which is only known at run time.
fn member<'b>(object: &'b str, key: &str) -> Result<Option<Cow<'b, str>>, serde_json::Error> {
    struct Member<'k>(&'k str);

    impl<'de> Visitor<'de> for Member<'_> {
        type Value = Option<Cow<'de, str>>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut found = None;
            while let Some(Text(name)) = map.next_key::<Text<'de>>()? {
                if name == self.0 {
                    let value = map.next_value::<Option<Text<'de>>>()?.map(|text| text.0);
                    // A proxy that inspects requests might go by the other one.
                    if found.replace(value).is_some() {
                        let message = format_args!("duplicate field `{name}`");
                        return Err(serde::de::Error::custom(message));
                    }
                } else {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            Ok(found.flatten())
        }
    }

    serde_json::Deserializer::from_str(object).deserialize_map(Member(key))
}

/// A member that is an object or null.
fn object<'b>(name: &str, json: Option<Cow<'b, str>>) -> Result<Option<Cow<'b, str>>, Refusal> {
    match json.as_deref().map(str::trim_ascii) {
        None | Some("null") => Ok(None),
        Some(text) if text.starts_with('{') => Ok(json),
        Some(_) => Err(Refusal::malformed(format_args!("{name} must be an object"))),
    }
}

/// `extensions.persistedQuery`, of which there is one version. What it is made of stays text until it is known to be a version and a hash: a tree of it would
/// take a hundred times as much, and it may be anything.
fn persisted_query(extensions: &str) -> Result<Option<PersistedQuery<'_>>, Refusal> {
    #[derive(Deserialize)]
    struct Extensions<'b> {
        #[serde(borrow, rename = "persistedQuery")]
        persisted_query: Option<&'b RawValue>,
    }
    #[derive(Deserialize)]
    struct Sent<'b> {
        #[serde(borrow)]
        version: Option<&'b RawValue>,
        #[serde(borrow, rename = "sha256Hash")]
        hash: Option<&'b RawValue>,
    }
    let malformed = |message: &'static str| Refusal::Malformed(message.into());
    let misunderstood = |error: serde_json::Error| {
        Refusal::malformed(format_args!(
            "extensions.persistedQuery is not understood: {error}"
        ))
    };
    let read: Extensions<'_> = serde_json::from_str(extensions).map_err(misunderstood)?;
    let Some(sent) = read.persisted_query.map(RawValue::get) else {
        return Ok(None);
    };
    if !sent.starts_with('{') {
        return Err(malformed(
            "extensions.persistedQuery must be an object with `version` and `sha256Hash`",
        ));
    }
    let sent: Sent<'_> = serde_json::from_str(sent).map_err(misunderstood)?;
    if sent.version.is_some_and(|version| version.get() != "1") {
        return Err(malformed(
            "extensions.persistedQuery.version must be 1: there is no other version",
        ));
    }
    let text = sent.hash.map(RawValue::get);
    match text.filter(|text| text.starts_with('"')) {
        Some(text) => {
            let Text(hash) = serde_json::from_str(text).map_err(misunderstood)?;
            Ok(Some(PersistedQuery { hash }))
        }
        None => Err(malformed(
            "extensions.persistedQuery.sha256Hash must be a string: the SHA-256 of the document, in hexadecimal",
        )),
    }
}

impl PersistedQuery<'_> {
    fn into_owned(self) -> PersistedQuery<'static> {
        PersistedQuery {
            hash: Cow::Owned(self.hash.into_owned()),
        }
    }
}

#[cfg(test)]
mod tests;
