//! Whether a client accepts JSON, which is all that an operation answers, <https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1>.

use axum::http::{HeaderMap, header};

/// Whether the most specific range of the header for `application/json` does not rule it out. No header accepts everything.
pub(super) fn accepts_json(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT).iter();
    let mut ranges = values
        .map(|value| value.to_str().unwrap_or("not/text"))
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .filter(|range| !range.is_empty())
        .peekable();
    if ranges.peek().is_none() {
        return true;
    }
    let best = ranges
        .filter_map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let specific = match parts.next()?.to_ascii_lowercase().as_str() {
                "application/json" => 2,
                "application/*" => 1,
                "*/*" => 0,
                _ => return None,
            };
            let weight = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
            let weight: f32 = weight.unwrap_or("1").trim().parse().unwrap_or(1.0);
            Some((specific, weight > 0.0))
        })
        .max_by_key(|(specific, _)| *specific);
    best.is_some_and(|(_, accepted)| accepted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(accept: &str, expected: bool) {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, accept.parse().unwrap());
        assert_eq!(accepts_json(&headers), expected, "{accept}");
    }

    #[test]
    fn the_most_specific_range_decides() {
        assert!(accepts_json(&HeaderMap::new()));
        check("*/*", true);
        check("application/json", true);
        check("text/html, application/*;q=0.1", true);
        check("text/html,application/xhtml+xml,*/*;q=0.8", true);
        check("Application/JSON; charset=utf-8", true);
        check("text/html", false);
        check("application/xml", false);
        check("*/*, application/json;q=0", false);
        check("application/json;q=0.000", false);
        check("*/*;q=0, application/json", true);
        check("", true);
    }
}
