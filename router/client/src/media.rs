//! Media types of what subgraphs answer: <https://graphql.github.io/graphql-over-http/draft/#sec-Media-Types>.

use http::header::HeaderValue;

/// Whether a subgraph's answer says that it is a GraphQL response.
pub fn is_graphql_response(content_type: &HeaderValue) -> bool {
    is_utf8(
        content_type,
        &["application/json", "application/graphql-response+json"],
    )
}

/// Whether a subgraph's answer says that it is a stream of events.
pub fn is_event_stream(content_type: &HeaderValue) -> bool {
    is_utf8(content_type, &["text/event-stream"])
}

/// Whether a content type is one of these, in UTF-8.
pub fn is_utf8(value: &HeaderValue, types: &[&str]) -> bool {
    // As nearly all say it.
    if types.iter().any(|name| value == name) {
        return true;
    }
    let Ok(text) = value.to_str() else {
        return false;
    };
    let mut parts = text.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    let utf8 = parts.all(|parameter| match parameter.split_once('=') {
        Some((name, charset)) if name.trim().eq_ignore_ascii_case("charset") => ["utf-8", "utf8"]
            .iter()
            .any(|name| charset.trim().trim_matches('"').eq_ignore_ascii_case(name)),
        _ => true,
    });
    utf8 && types.iter().any(|name| essence.eq_ignore_ascii_case(name))
}
