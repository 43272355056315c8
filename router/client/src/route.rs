//! Another place for some requests: a canary, or a region.

use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use serde_json::json;
use settings::Section;

/// Where requests of some clients go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The header of the client's request that decides.
    header: HeaderName,
    /// The value that it must have.
    is: HeaderValue,
    /// Where they go.
    pub(crate) url: Uri,
}

impl Route {
    pub(crate) fn read_all(section: &Section<'_>) -> Vec<Self> {
        let schema = json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["when", "url"],
            "properties": {
                "when": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["header", "is"],
                    "properties": { "header": { "type": "string" }, "is": { "type": "string" } },
                },
                "url": { "type": "string" },
            },
        });
        let routes = section
            .key("routes", "Other URLs for the requests of some clients: the first route whose header has the value counts. The schema is asked for at `url`, and subscriptions are opened there.")
            .sections(
                "a route such as { when: { header: x-canary, is: \"1\" }, url: http://canary/graphql }",
                schema,
                Self::read,
            );
        routes.into_iter().flatten().collect()
    }

    fn read(section: &Section<'_>) -> Option<Self> {
        let when = section.section("when");
        let header = when.key("header", "").text("", "a header name", |text| {
            text.parse::<HeaderName>().is_ok()
        });
        let is = when.key("is", "").text("", "a header value", |text| {
            HeaderValue::from_str(text).is_ok()
        });
        when.end();
        let url = section.key("url", "").url();
        match (header.parse(), is.parse(), url) {
            (Ok(header), Ok(is), Some(url)) => Some(Self { header, is, url }),
            _ => {
                let expected = "`when` with `header` and `is`, and `url`";
                section.report("this route is not complete", expected);
                None
            }
        }
    }

    /// Which of them a client's request takes.
    pub(crate) fn of(routes: &[Self], client: &HeaderMap) -> Option<usize> {
        let taken = |route: &Self| client.get(&route.header) == Some(&route.is);
        routes.iter().position(taken)
    }
}
