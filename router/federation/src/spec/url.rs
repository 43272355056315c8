//! The URL that names a specification and its version.

use std::fmt;

use super::{Version, catalog};

/// `https://specs.apollo.dev/federation/v2.9`: where, what, which version.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SpecUrl {
    /// The URL without its version: two versions of one specification share it.
    pub identity: String,
    /// The last segment of the identity, the prefix of namespaced names (`federation__key`).
    pub name: String,
    /// The version asked for.
    pub version: Version,
}

impl SpecUrl {
    /// A URL put together from its parts; `name` is the last segment of `identity`.
    pub fn new(identity: &str, version: Version) -> Self {
        let name = identity.rsplit('/').next().unwrap_or(identity);
        Self {
            identity: identity.to_owned(),
            name: name.to_owned(),
            version,
        }
    }

    /// Reads a URL.
    ///
    /// # Errors
    /// A sentence that says which part is missing.
    pub fn parse(text: &str) -> Result<Self, String> {
        let trimmed = text.trim();
        let Some((scheme, rest)) = trimmed.split_once("://") else {
            return Err(format!("\"{text}\" is not a URL"));
        };
        let rest = rest.split(['?', '#']).next().unwrap_or(rest);
        let Some((authority, path)) = rest.split_once('/') else {
            return Err(format!("the URL \"{text}\" has no path"));
        };
        // A name and a password in the URL do not tell two specifications apart.
        let host = authority.rsplit('@').next().unwrap_or(authority);
        if scheme.is_empty() || host.is_empty() {
            return Err(format!("\"{text}\" is not a URL"));
        }
        let path = path.strip_suffix('/').unwrap_or(path);
        let (parent, last) = path.rsplit_once('/').unwrap_or(("", path));
        let Some(version) = Version::parse(last) else {
            return Err(format!(
                "the URL \"{text}\" does not end in a version such as v1.0"
            ));
        };
        let name = parent.rsplit('/').next().unwrap_or(parent);
        if name.is_empty() {
            return Err(format!("the URL \"{text}\" has no name before its version"));
        }
        let scheme = scheme.to_ascii_lowercase();
        let host = host.to_ascii_lowercase();
        Ok(Self {
            identity: format!("{scheme}://{host}/{parent}"),
            name: name.to_owned(),
            version,
        })
    }
}

impl SpecUrl {
    /// A clause that says so, where this is a version of Federation later than those known, so that not all of it may be.
    pub fn unknown_federation(&self) -> Option<String> {
        let latest = catalog::LATEST_FEDERATION;
        let is_newer = self.identity == catalog::FEDERATION && self.version > latest;
        is_newer.then(|| {
            format!(
                "Federation {} is linked, and the newest version known here is {latest}",
                self.version
            )
        })
    }
}

impl fmt::Display for SpecUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.identity, self.version)
    }
}
