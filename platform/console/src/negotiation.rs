//! Proactive negotiation: what a request's `Accept` and `Accept-Encoding` ask for.
//! <https://www.rfc-editor.org/rfc/rfc9110#section-12>

use std::cmp::Reverse;

use axum::http::{HeaderMap, HeaderName, header};

/// Whether the sender wants a page more than a GraphQL response.
///
/// True when `Accept` gives `text/html` a higher quality than both media types of GraphQL responses (`application/json` and
/// `application/graphql-response+json`); at the same quality, when it names HTML more specifically; then, when it names it
/// earlier. A browser's navigation is true; no `Accept` at all, `*/*` and what a GraphQL client sends are false.
pub fn prefers_html(headers: &HeaderMap) -> bool {
    let html = preference(headers, "text", "html");
    let graphql = preference(headers, "application", "json").max(preference(
        headers,
        "application",
        "graphql-response+json",
    ));
    html > graphql && html.is_some_and(|preference| preference.quality > 0)
}

/// Whether the sender takes a gzipped answer. <https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3>
pub(super) fn accepts_gzip(headers: &HeaderMap) -> bool {
    let of = |wanted: &[&str]| {
        members(headers, &header::ACCEPT_ENCODING)
            .filter(|(coding, _)| wanted.iter().any(|name| coding.eq_ignore_ascii_case(name)))
            .map(|(_, quality)| quality)
            .max()
    };
    of(&["gzip", "x-gzip"])
        .or_else(|| of(&["*"]))
        .is_some_and(|quality| quality > 0)
}

/// How much a media type is wanted: compared field by field, more is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Preference {
    /// In thousandths; 0 is "not acceptable".
    quality: u16,
    /// 2 for `type/subtype`, 1 for `type/*`, 0 for `*/*`.
    specificity: u8,
    position: Reverse<usize>,
}

/// What the most specific range for `kind/subtype` says, if any range matches. Parameters of a range do not narrow it.
fn preference(headers: &HeaderMap, kind: &str, subtype: &str) -> Option<Preference> {
    members(headers, &header::ACCEPT)
        .enumerate()
        .filter_map(|(position, (range, quality))| {
            let (range_kind, range_subtype) = range.split_once('/')?;
            let specificity = match (range_kind.trim(), range_subtype.trim()) {
                ("*", "*") => 0,
                (a, "*") if a.eq_ignore_ascii_case(kind) => 1,
                (a, b) if a.eq_ignore_ascii_case(kind) && b.eq_ignore_ascii_case(subtype) => 2,
                _ => return None,
            };
            Some(Preference {
                quality,
                specificity,
                position: Reverse(position),
            })
        })
        .max_by_key(|preference| {
            (
                preference.specificity,
                preference.quality,
                preference.position,
            )
        })
}

/// The members of a list header, over all its fields: each without its parameters, and its quality in thousandths. What is
/// not well-formed is left out, as if it were not sent.
fn members<'h>(
    headers: &'h HeaderMap,
    name: &HeaderName,
) -> impl Iterator<Item = (&'h str, u16)> + use<'h> {
    headers
        .get_all(name)
        .iter()
        .filter_map(|field| field.to_str().ok())
        .flat_map(|field| split(field, ','))
        .filter_map(|member| {
            let mut parts = split(member, ';').map(str::trim);
            let value = parts.next().filter(|value| !value.is_empty())?;
            let weight = parts.find_map(|parameter| {
                let (name, weight) = parameter.split_once('=')?;
                name.trim().eq_ignore_ascii_case("q").then_some(weight)
            });
            Some((value, weight.map_or(Some(1000), quality)?))
        })
}

/// `text` between `separator`s that are outside quoted strings.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |character| {
        if escaped {
            escaped = false;
        } else if quoted && character == '\\' {
            escaped = true;
        } else if character == '"' {
            quoted = !quoted;
        }
        !quoted && character == separator
    })
}

/// A quality value in thousandths: `0`, `1`, or with up to three digits after the point, and at most 1.
/// <https://www.rfc-editor.org/rfc/rfc9110#section-12.4.2>
fn quality(text: &str) -> Option<u16> {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let digits = fraction.bytes().all(|byte| byte.is_ascii_digit());
    if !matches!(whole, "0" | "1") || fraction.len() > 3 || !digits {
        return None;
    }
    let thousandths: u16 = format!("{whole}{fraction:0<3}").parse().ok()?;
    (thousandths <= 1000).then_some(thousandths)
}
