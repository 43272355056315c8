//! The console: the page that a browser gets at a GraphQL endpoint, with every asset embedded, so that it works without a network.
//!
//! - [`Console::page`] is the page of one API, small and without a script or style of its own;
//! - [`Console::assets`] routes what it loads: `playground/{name}.{hash}.{extension}` beside the page, kept by browsers for good;
//! - [`prefers_html`] tells a browser from a client of the API at the address that both share.
//!
//! What is in the assets and how they are made: `web/README.md`.
//!
//! ```
//! use console::{Console, Offers, prefers_html};
//! use axum::{Router, http::HeaderMap, response::IntoResponse, routing::get};
//!
//! const PAGE: Console<'_> =
//!     Console { title: "Example", endpoint: "/graphql", default_query: "{ __typename }", offers: Offers::OPERATIONS };
//!
//! let door = get(async |headers: HeaderMap| {
//!     if prefers_html(&headers) { PAGE.page() } else { "a GraphQL response".into_response() }
//! });
//! # let _: Router =
//! Router::new().route(PAGE.endpoint, door).merge(Console::assets(PAGE.endpoint));
//! ```

mod assets;
mod negotiation;
#[cfg(test)]
mod tests;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};

pub use self::negotiation::prefers_html;

/// What the page may do: load what its own origin serves, and ask it. No inline script or style, no `eval`, no frame around
/// it; `data:` is for the small pictures inside style sheets. <https://www.w3.org/TR/CSP3/>
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page's template. `{name.extension}` is an asset's address; the other names in braces are [`Console`]'s fields.
const PAGE: &str = include_str!("../web/src/page.html");

/// The page of one GraphQL API.
///
/// All addresses on the page are relative, so it works behind a proxy that adds a prefix and strips it again.
#[derive(Clone, Copy, Debug)]
pub struct Console<'a> {
    /// The name of the API, shown in the browser's tab and on the page.
    pub title: &'a str,
    /// The path, as the program routes it, at which both the page is shown and operations are answered: `/graphql`.
    pub endpoint: &'a str,
    /// What the first tab holds until the reader writes something else.
    pub default_query: &'a str,
    /// What there is beside answers.
    pub offers: Offers<'a>,
}

/// What a program has to show beside answers to operations: each is a view of the page, which is left out where it is not offered. The addresses are
/// relative to the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Offers<'a> {
    /// Whether operations are answered at the endpoint at all.
    pub operations: bool,
    /// Whether the endpoint exposes plans and traces, by headers.
    pub plans: bool,
    /// Where the supergraph is, and under `api` beside it the API schema: the SDL of each.
    pub graph: Option<&'a str>,
    /// Where the state of the composition is, as JSON.
    pub status: Option<&'a str>,
}

impl Offers<'_> {
    /// Answers to operations, and nothing else.
    pub const OPERATIONS: Self = Self {
        operations: true,
        plans: false,
        graph: None,
        status: None,
    };
}

impl Console<'_> {
    /// Answers with the page.
    ///
    /// The answer varies by `Accept`, since the same address answers operations, and is revalidated each time, since it names
    /// assets of this very build.
    pub fn page(&self) -> Response {
        const HEADERS: [(HeaderName, HeaderValue); 6] = [
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static("text/html; charset=utf-8"),
            ),
            (
                header::CONTENT_SECURITY_POLICY,
                HeaderValue::from_static(POLICY),
            ),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
            (header::VARY, HeaderValue::from_static("accept")),
            (
                header::X_CONTENT_TYPE_OPTIONS,
                HeaderValue::from_static("nosniff"),
            ),
            (
                header::REFERRER_POLICY,
                HeaderValue::from_static("no-referrer"),
            ),
        ];
        (HEADERS, self.html()).into_response()
    }

    /// The routes of what the page at `endpoint` loads, `GET playground/{file}` in the folder of the page: so they are where the page is, behind a
    /// proxy that lets through that folder alone. Pages in one folder share them: they are merged once in an app.
    pub fn assets(endpoint: &str) -> Router {
        let (folder, _) = split(endpoint);
        assets::routes(folder)
    }

    /// [`PAGE`], its names in braces replaced in one pass: a field's text is never searched for names again.
    fn html(&self) -> String {
        let (_, endpoint) = split(self.endpoint);
        let mut html = String::with_capacity(PAGE.len() + self.default_query.len() + 512);
        let mut rest = PAGE;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            html.push_str(before);
            match name {
                "title" => escape_into(&mut html, self.title),
                "endpoint" => escape_into(&mut html, endpoint),
                "query" => escape_into(&mut html, self.default_query),
                "operations" => html.push_str(switch(self.offers.operations)),
                "plans" => html.push_str(switch(self.offers.plans)),
                "graph" => escape_into(&mut html, self.offers.graph.unwrap_or_default()),
                "status" => escape_into(&mut html, self.offers.status.unwrap_or_default()),
                asset => html.push_str(assets::address(asset)),
            }
            rest = after;
        }
        html.push_str(rest);
        html
    }
}

/// How the page's template has a switch.
fn switch(on: bool) -> &'static str {
    if on { "on" } else { "" }
}

/// The folder of the page at `endpoint`, with slashes around it, and the page itself.
fn split(endpoint: &str) -> (&str, &str) {
    let own = endpoint.rfind('/').map_or(0, |slash| slash + 1);
    match endpoint.split_at(own) {
        ("", own) => ("/", own),
        both => both,
    }
}

/// Writes `text` so that it is the same text inside an HTML element or a quoted attribute.
fn escape_into(html: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
}
