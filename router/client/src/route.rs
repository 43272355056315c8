//! Another place for some requests: a canary, or a region.
//!
//! Only URLs of the configuration are ever chosen; a client decides by a header, or its token by a claim, which of them it is.

use http::{HeaderName, HeaderValue, Uri};
use serde_json::json;
use settings::Section;

use crate::header_rules::ClientRequest;

/// Where requests of some clients go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    when: When,
    /// Where they go.
    url: Uri,
}

/// What decides.
#[derive(Clone, Debug, PartialEq, Eq)]
enum When {
    /// A header of the client's request, and the value that it must have.
    Header(HeaderName, HeaderValue),
    /// A claim of its verified token, likewise.
    Claim(String, String),
}

impl When {
    fn holds(&self, client: &ClientRequest) -> bool {
        match self {
            Self::Header(name, is) => client.headers.get(name) == Some(is),
            Self::Claim(path, is) => {
                let claims = client.claims.as_ref();
                claims.is_some_and(|claims| claims.is(path, is))
            }
        }
    }
}

impl Route {
    /// Where the requests go.
    pub(crate) fn url(&self) -> &Uri {
        &self.url
    }

    pub(crate) fn read_all(section: &Section<'_>) -> Vec<Self> {
        let when = |key: &str| {
            json!({
                "type": "object",
                "additionalProperties": false,
                "required": [key, "is"],
                "properties": { key: { "type": "string" }, "is": { "type": "string" } },
            })
        };
        let schema = json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["when", "url"],
            "properties": {
                "when": { "anyOf": [when("header"), when("claim")] },
                "url": { "type": "string" },
            },
        });
        let routes = section
            .key("routes", "Other URLs for the requests of some clients: the first route counts whose header, or whose claim of the verified token, has the value. Each URL has retries, a breaker, `max_requests` and metrics of its own. The schema is asked for at `url`. Subscriptions follow the routes unless `subscriptions.url` is given.")
            .sections(
                "a route such as { when: { header: x-canary, is: \"1\" }, url: http://canary/graphql } or { when: { claim: region, is: eu }, url: http://eu/graphql }",
                schema,
                Self::read,
            );
        routes.into_iter().flatten().collect()
    }

    fn read(section: &Section<'_>) -> Option<Self> {
        let when = section.section("when");
        let header = when
            .key("header", "")
            .text_opt("a header name", |text| text.parse::<HeaderName>().is_ok());
        let claim = when
            .key("claim", "")
            .text_opt("the name of a claim", |text| !text.is_empty());
        let is = when.key("is", "").text_opt("a text", |_| true);
        when.end();
        let url = section.key("url", "").url();
        let read = match (header, claim, is) {
            (Some(name), None, Some(is)) => match (name.parse(), HeaderValue::from_str(&is)) {
                (Ok(name), Ok(is)) => Some(When::Header(name, is)),
                _ => None,
            },
            (None, Some(path), Some(is)) => Some(When::Claim(path, is)),
            _ => None,
        };
        match (read, url) {
            (Some(when), Some(url)) => Some(Self { when, url }),
            _ => {
                let expected =
                    "`when` with `header` or `claim` and the value that it `is`, and `url`";
                section.report("this route is not complete", expected);
                None
            }
        }
    }
}

/// All routes of a subgraph.
#[derive(Debug)]
pub(crate) struct Routes {
    /// Who goes to which of the places; `None` for the subgraph's own.
    routes: Box<[(When, Option<usize>)]>,
    /// Where some go, each place once.
    places: Box<[Uri]>,
}

impl Routes {
    /// The routes of a subgraph at `own`.
    pub(crate) fn new(routes: &[Route], own: Option<&Uri>) -> Self {
        let mut places: Vec<Uri> = Vec::new();
        let routes = routes.iter().map(|Route { when, url }| {
            let index = match own == Some(url) {
                true => None,
                false => {
                    let known = places.iter().position(|known| known == url);
                    Some(known.unwrap_or_else(|| {
                        places.push(url.clone());
                        places.len() - 1
                    }))
                }
            };
            (when.clone(), index)
        });
        Self {
            routes: routes.collect(),
            places: places.into(),
        }
    }

    /// The places beside the subgraph's own.
    pub(crate) fn places(&self) -> &[Uri] {
        &self.places
    }

    /// The headers that decide.
    pub(crate) fn headers(&self) -> impl Iterator<Item = &HeaderName> {
        self.routes.iter().filter_map(|(when, _)| match when {
            When::Header(name, _) => Some(name),
            When::Claim(..) => None,
        })
    }

    /// Whether claims of the token decide.
    pub(crate) fn ask_for_claims(&self) -> bool {
        let mut routes = self.routes.iter();
        routes.any(|(when, _)| matches!(when, When::Claim(..)))
    }

    /// Which of them a client's request goes to; `None` for the subgraph's own.
    pub(crate) fn of(&self, client: &ClientRequest) -> Option<usize> {
        let (_, place) = self.routes.iter().find(|(when, _)| when.holds(client))?;
        *place
    }
}

#[cfg(test)]
mod tests;
