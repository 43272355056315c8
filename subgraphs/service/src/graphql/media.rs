//! Media types of a response, <https://graphql.github.io/graphql-over-http/draft/#sec-Media-Types>.

use axum::http::{HeaderMap, HeaderValue, header};

/// What a response may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MediaType {
    /// `application/graphql-response+json`: the status code says whether the request was executed.
    GraphqlResponse,
    /// `application/json`: a well-formed request is answered with 200, whatever came of it.
    Json,
}

impl MediaType {
    pub(super) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        })
    }

    /// What the client likes best; `None` when it accepts neither.
    ///
    /// The newer type is only given to who names it: clients that send no `Accept`, or `*/*`, may be older than it.
    pub(super) fn accepted(headers: &HeaderMap) -> Option<Self> {
        let mut ranges = Ranges::default();
        for value in headers.get_all(header::ACCEPT) {
            // Not text: accepts nothing that could be given.
            value
                .to_str()
                .unwrap_or("invalid/invalid")
                .split(',')
                .for_each(|r| ranges.read(r));
        }
        if !ranges.any {
            return Some(Self::Json);
        }
        let wild = ranges.application.or(ranges.all).unwrap_or(0);
        let json = ranges.json.unwrap_or(wild);
        let graphql = ranges.graphql.unwrap_or(wild);
        match (graphql, json) {
            (0, 0) => None,
            (graphql, json) if graphql > json => Some(Self::GraphqlResponse),
            (graphql, json) if graphql == json && ranges.graphql.is_some() => {
                Some(Self::GraphqlResponse)
            }
            _ => Some(Self::Json),
        }
    }
}

/// Whether the client accepts events, which it has to name.
pub(super) fn accepts_events(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT).iter();
    let mut ranges = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    ranges.any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        name.eq_ignore_ascii_case("text/event-stream") && quality_of(parts) > 0
    })
}

/// The `q` among the parameters of a range.
fn quality_of<'a>(mut parameters: impl Iterator<Item = &'a str>) -> u16 {
    let given = parameters.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("q")
            .then(|| quality(value.trim()))
    });
    given.unwrap_or(1000)
}

/// Quality in thousandths of the ranges that matter here, RFC 9110 §12.5.1.
#[derive(Default)]
struct Ranges {
    any: bool,
    graphql: Option<u16>,
    json: Option<u16>,
    application: Option<u16>,
    all: Option<u16>,
}

impl Ranges {
    fn read(&mut self, range: &str) {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        if name.is_empty() {
            return;
        }
        self.any = true;
        let quality = quality_of(parts);
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        let place = if is("application/graphql-response+json") {
            &mut self.graphql
        } else if is("application/json") {
            &mut self.json
        } else if is("application/*") {
            &mut self.application
        } else if is("*/*") {
            &mut self.all
        } else {
            return;
        };
        *place = Some(place.unwrap_or(0).max(quality));
    }
}

/// `0`, `1`, or with up to three decimals; what is neither counts as not accepted.
fn quality(text: &str) -> u16 {
    match text.parse::<f32>() {
        Ok(quality) if (0.0..=1.0).contains(&quality) => (quality * 1000.0) as u16,
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
