//! The host of a request: <https://www.rfc-editor.org/rfc/rfc9112#section-3.2>, <https://www.rfc-editor.org/rfc/rfc9113#section-8.3.1>.
//!
//! Any intermediary between a client and a program uses the host to choose where a request belongs. One that can be read in two ways
//! may have been let through for another place.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use http::header::{HOST, HeaderMap};
use http::{Request, Version};

/// What is wrong with the host of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// HTTP/1.1 requires one.
    #[error("the request has no Host header")]
    Missing,
    /// Which of them counts?
    #[error("the request has more than one Host header")]
    Repeated,
    /// Not `uri-host [ ":" port ]`.
    #[error("the Host header is not a host, with or without a port")]
    Invalid,
    /// HTTP/2 has it in `:authority`, beside which the header may appear.
    #[error("the Host header and :authority name different hosts")]
    Contradictory,
}

/// Checks that a request names exactly one valid host; before HTTP/1.1 it may name none.
///
/// # Errors
/// What section 3.2 of RFC 9112 has answered 400, and the same for HTTP/2.
pub fn check<B>(request: &Request<B>) -> Result<(), HostError> {
    let mut values = request.headers().get_all(HOST).iter();
    let authority = match request.version() > Version::HTTP_11 {
        true => request.uri().authority(),
        false => None,
    };
    if let Some(authority) = authority {
        return match (values.next(), values.next()) {
            _ if split(authority.as_str().as_bytes()).is_none() => Err(HostError::Invalid),
            (None, _) => Ok(()),
            (Some(_), Some(_)) => Err(HostError::Repeated),
            (Some(host), None) if host == authority.as_str() => Ok(()),
            (Some(_), None) => Err(HostError::Contradictory),
        };
    }
    match (values.next(), values.next()) {
        (None, _) if request.version() < Version::HTTP_11 => Ok(()),
        (None, _) => Err(HostError::Missing),
        (Some(_), Some(_)) => Err(HostError::Repeated),
        (Some(value), None) => match split(value.as_bytes()) {
            Some(_) => Ok(()),
            None => Err(HostError::Invalid),
        },
    }
}

/// The host that a request names, without its port; `None` when it names none, or none that is valid.
#[must_use]
pub fn name(headers: &HeaderMap) -> Option<&str> {
    let host = split(headers.get(HOST)?.as_bytes())?;
    std::str::from_utf8(host).ok()
}

/// The host that a request names, as a name or an address, and its port if it names one.
pub(crate) fn address_and_port(headers: &HeaderMap) -> Option<(&str, Option<u16>)> {
    let host = name(headers)?;
    let port = headers.get(HOST)?.as_bytes().get(host.len() + 1..);
    let port = std::str::from_utf8(port.unwrap_or_default()).ok()?;
    Some((in_brackets(host).unwrap_or(host), port.parse().ok()))
}

/// The address in a host that is one of IPv6: its brackets belong to its place in a URL.
#[must_use]
pub fn in_brackets(host: &str) -> Option<&str> {
    host.strip_prefix('[')?.strip_suffix(']')
}

/// Whether no name server can have made a browser take a host for another: an address, or `localhost`.
#[must_use]
pub fn is_literal(host: &str) -> bool {
    match in_brackets(host) {
        Some(address) => Ipv6Addr::from_str(address).is_ok(),
        None => host.eq_ignore_ascii_case("localhost") || Ipv4Addr::from_str(host).is_ok(),
    }
}

/// The host of a value that is `uri-host [ ":" port ]`, with the host not empty.
fn split(value: &[u8]) -> Option<&[u8]> {
    let (host, rest) = match value {
        [b'[', ..] => {
            let end = value.iter().position(|byte| *byte == b']')? + 1;
            let (host, rest) = value.split_at(end);
            let literal = std::str::from_utf8(host.get(1..end - 1)?).ok()?;
            // An address of a later version than 6 has never been seen.
            Ipv6Addr::from_str(literal).ok()?;
            (host, rest)
        }
        _ => {
            let colon = value.iter().position(|byte| *byte == b':');
            let (host, rest) = value.split_at(colon.unwrap_or(value.len()));
            (is_registered_name(host).then_some(host)?, rest)
        }
    };
    let is_port = match rest {
        [] => true,
        [b':', digits @ ..] => {
            digits.len() <= 5 && digits.iter().all(u8::is_ascii_digit) && is_port(digits)
        }
        _ => false,
    };
    is_port.then_some(host)
}

/// Empty means the default one.
fn is_port(digits: &[u8]) -> bool {
    let number = digits
        .iter()
        .fold(0_u32, |number, digit| number * 10 + u32::from(digit - b'0'));
    u16::try_from(number).is_ok()
}

/// `reg-name` of [RFC 3986](https://www.rfc-editor.org/rfc/rfc3986#section-3.2.2), not empty and without percent-encoding, which no name of a host has.
fn is_registered_name(name: &[u8]) -> bool {
    !name.is_empty()
        && name
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn checked(version: Version, hosts: &[&str]) -> Result<(), HostError> {
        let mut request = Request::builder().version(version);
        for host in hosts {
            request = request.header(HOST, *host);
        }
        check(&request.body(()).unwrap())
    }

    #[test]
    fn one_valid_host_is_required_of_http_1_1() {
        let valid = [
            "a",
            "a.b:80",
            "a_b",
            "127.0.0.1:4000",
            "[::1]",
            "[::1]:65535",
            "a:",
            "x--y.example.",
        ];
        for host in valid {
            assert_eq!(checked(Version::HTTP_11, &[host]), Ok(()), "{host}");
        }
        let invalid = [
            "", " ", "a b", "a:b", "a:65536", "a:000080", "a,b:", "http://a", "a/b", "user@a",
            "[::1", "[::1]x", "[]", "[v1.a]", ":80", "a:80:80", "ä", "a%41", "a\\b", "a#b", "a?b",
        ];
        for host in invalid {
            let expected = match host {
                // A comma is a character of names.
                "a,b:" => Ok(()),
                _ => Err(HostError::Invalid),
            };
            assert_eq!(checked(Version::HTTP_11, &[host]), expected, "{host}");
            assert_eq!(checked(Version::HTTP_10, &[host]), expected, "{host}");
        }
        assert_eq!(checked(Version::HTTP_11, &[]), Err(HostError::Missing));
        assert_eq!(checked(Version::HTTP_10, &[]), Ok(()));
        for version in [Version::HTTP_10, Version::HTTP_11] {
            assert_eq!(checked(version, &["a", "a"]), Err(HostError::Repeated));
        }
    }

    #[test]
    fn http_2_names_it_before_the_headers() {
        let check = |uri: &str, host: Option<&str>| {
            let mut request = Request::builder().version(Version::HTTP_2).uri(uri);
            if let Some(host) = host {
                request = request.header(HOST, host);
            }
            check(&request.body(()).unwrap())
        };
        assert_eq!(check("http://a:1/", None), Ok(()));
        assert_eq!(check("http://a:1/", Some("a:1")), Ok(()));
        assert_eq!(check("/", Some("a:1")), Ok(()));
        assert_eq!(check("/", None), Err(HostError::Missing));
        assert_eq!(check("http://me@a/", None), Err(HostError::Invalid));
        assert_eq!(check("http://a/", Some("b")), Err(HostError::Contradictory));
    }

    #[test]
    fn addresses_and_localhost_cannot_be_another_sites_name() {
        for host in ["127.0.0.1", "10.1.2.3", "[::1]", "localhost", "LOCALHOST"] {
            assert!(is_literal(host), "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "1",
            "[x]",
            "",
        ] {
            assert!(!is_literal(host), "{host}");
        }
    }

    #[test]
    fn the_address_is_told_apart_from_its_brackets_and_its_port() {
        for (host, expected) in [
            ("a.b", Some(("a.b", None))),
            ("a.b:", Some(("a.b", None))),
            ("a.b:80", Some(("a.b", Some(80)))),
            ("[::1]:4000", Some(("::1", Some(4000)))),
            ("[::1]", Some(("::1", None))),
            ("[::1", None),
        ] {
            let headers = HeaderMap::from_iter([(HOST, host.parse().expect("a value"))]);
            assert_eq!(address_and_port(&headers), expected, "{host}");
        }
    }
}
