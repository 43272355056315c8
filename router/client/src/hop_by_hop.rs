//! The headers that are about one connection only, as `Connection` names them (<https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1>).

use http::HeaderMap;
use http::header::{CONNECTION, HeaderName};

/// What `Connection` names of a message's headers; nothing in most of them.
pub(crate) struct HopByHop<'h>(Option<&'h HeaderMap>);

impl<'h> HopByHop<'h> {
    pub(crate) fn of(headers: &'h HeaderMap) -> Self {
        let mut lines = headers.get_all(CONNECTION).iter();
        let names_others = lines.any(|line| !is_usual(line.as_bytes()));
        Self(names_others.then_some(headers))
    }

    /// Whether a header of the message is one of them.
    pub(crate) fn has(&self, name: &HeaderName) -> bool {
        let lines = self.0.map(|headers| headers.get_all(CONNECTION).iter());
        let names = lines.into_iter().flatten().flat_map(|line| {
            let names = line.as_bytes().split(|byte| *byte == b',');
            names.map(<[u8]>::trim_ascii)
        });
        let name = name.as_str().as_bytes();
        names
            .into_iter()
            .any(|named| named.eq_ignore_ascii_case(name))
    }
}

/// What nearly all messages say that have the header.
fn is_usual(line: &[u8]) -> bool {
    [&b"keep-alive"[..], b"close", b"upgrade"]
        .iter()
        .any(|usual| line.eq_ignore_ascii_case(usual))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn what_connection_names_is_found_in_any_line_and_case() {
        let check = |lines: &[&'static str], expect: bool| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(CONNECTION, HeaderValue::from_static(line));
            }
            let name = HeaderName::from_static("x-a");
            assert_eq!(HopByHop::of(&headers).has(&name), expect, "{lines:?}");
        };
        check(&[], false);
        check(&["keep-alive"], false);
        check(&["close", "X-A"], true);
        check(&["keep-alive,\tx-b , x-a"], true);
        check(&["x-ab, b-x-a"], false);
    }
}
