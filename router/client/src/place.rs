//! Where a subgraph answers: at a URL, or at a Unix socket.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use http::Uri;
use http::uri::PathAndQuery;
use settings::Key;

/// What precedes the path of a socket; the second is short for the first.
const SCHEMES: [&str; 2] = ["http+unix://", "unix://"];
/// Where a subgraph answers at a socket of which nothing else is said.
const PATH: &str = "/graphql";

/// A place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Over the network.
    Network(Uri),
    /// By a socket of this machine: its file, and the path of requests.
    Socket(PathBuf, PathAndQuery),
}

impl Place {
    pub(crate) fn read(key: Key<'_>) -> Option<Self> {
        key.url_or(
            "a URL such as http://127.0.0.1:4001/graphql, or a Unix socket such as http+unix:///run/products.sock:/graphql",
            Self::Network,
            Self::socket,
        )
    }

    /// A socket as it is written: `http+unix:///run/products.sock:/graphql`.
    fn socket(text: &str) -> Option<Self> {
        let rest = SCHEMES
            .iter()
            .find_map(|scheme| text.strip_prefix(scheme))?;
        let (file, path) = rest.split_once(':').unwrap_or((rest, PATH));
        let is_file = file.starts_with('/') && !file.ends_with('/');
        let path = path.starts_with('/').then_some(path)?;
        is_file.then_some(Self::Socket(file.into(), path.parse().ok()?))
    }

    /// The file of the socket, if it is one.
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            Self::Network(_) => None,
            Self::Socket(file, _) => Some(file),
        }
    }

    /// What requests are for. A socket has no name, so that it is `localhost`.
    pub(crate) fn target(&self) -> Uri {
        match self {
            Self::Network(url) => url.clone(),
            Self::Socket(_, path) => {
                let uri = Uri::builder().scheme("http").authority("localhost");
                let uri = uri.path_and_query(path.clone()).build();
                uri.expect("the parts are valid by themselves")
            }
        }
    }

    /// The same for people: without a name and password, and without the query, which can hold others.
    pub(crate) fn shown(&self) -> Option<String> {
        let Self::Network(url) = self else {
            return Some(self.to_string());
        };
        let authority = url.authority()?.as_str();
        let place = authority.rsplit('@').next().unwrap_or(authority);
        let scheme = url.scheme_str().unwrap_or("http");
        Some(format!("{scheme}://{place}{}", url.path()))
    }
}

impl FromStr for Place {
    type Err = ();

    /// A URL with scheme and host, or a socket.
    fn from_str(text: &str) -> Result<Self, ()> {
        if let Some(socket) = Self::socket(text) {
            return Ok(socket);
        }
        let uri: Uri = text.parse().map_err(drop)?;
        let is_absolute =
            matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some();
        is_absolute.then_some(Self::Network(uri)).ok_or(())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(url) => url.fmt(f),
            Self::Socket(file, path) => write!(f, "{}{}:{path}", SCHEMES[0], file.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_are_written_with_the_path_of_requests_after_a_colon() {
        for (text, shown) in [
            (
                "http+unix:///run/a.sock:/api?b",
                Some("http+unix:///run/a.sock:/api?b"),
            ),
            (
                "unix:///run/a.sock",
                Some("http+unix:///run/a.sock:/graphql"),
            ),
            ("unix://run/a.sock", None),
            ("unix:///run/a.sock:api", None),
            ("unix:///run/:/api", None),
            ("ftp://a/", None),
            ("http://a/b", Some("http://a/b")),
        ] {
            let place = text.parse::<Place>().ok();
            let written = place.as_ref().map(ToString::to_string);
            assert_eq!(written.as_deref(), shown, "{text}");
            let again = written.and_then(|text| text.parse::<Place>().ok());
            assert_eq!(again, place);
        }
    }
}
