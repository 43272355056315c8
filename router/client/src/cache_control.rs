//! How long the client's response may be kept, of how long each answer may: the strictest of them
//! (<https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2>).

use std::fmt::Write;

use http::header::{AGE, AUTHORIZATION, CACHE_CONTROL, HeaderMap, HeaderValue};

use crate::depends::Depends;

/// What several answers allow together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CachePolicy {
    /// Nothing may be kept.
    NoStore,
    /// It may, on these terms.
    Store(Terms),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    /// In seconds, for every cache.
    max_age: u64,
    /// In seconds, for those that serve several users.
    shared_max_age: u64,
    private: bool,
    public: bool,
    no_cache: bool,
    must_revalidate: bool,
    no_transform: bool,
    /// Whether caches that serve several users may use it for requests that say who asks: `public`, `s-maxage` and `must-revalidate` allow that
    /// (<https://www.rfc-editor.org/rfc/rfc9111#section-3.5>).
    serves_several: bool,
}

impl CachePolicy {
    /// What one answer allows. One that says nothing allows nothing.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut says_something = false;
        let mut max_age = None;
        let mut shared_max_age = None;
        let mut terms = Terms {
            max_age: 0,
            shared_max_age: 0,
            private: false,
            public: false,
            no_cache: false,
            must_revalidate: false,
            no_transform: false,
            serves_several: false,
        };
        for line in headers.get_all(CACHE_CONTROL) {
            let Ok(line) = line.to_str() else {
                return Self::NoStore;
            };
            // Where a quote does not end, nobody knows what is in it.
            if line.matches('"').count() % 2 != 0 {
                return Self::NoStore;
            }
            for directive in directives(line) {
                let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
                let value = value.trim().trim_matches('"');
                // What cannot be read is no time at all.
                let seconds = value.parse().unwrap_or(0);
                match name.trim().to_ascii_lowercase().as_str() {
                    "no-store" => return Self::NoStore,
                    "max-age" => {
                        max_age = Some(max_age.map_or(seconds, |age: u64| age.min(seconds)))
                    }
                    "s-maxage" => {
                        shared_max_age =
                            Some(shared_max_age.map_or(seconds, |age: u64| age.min(seconds)));
                    }
                    // With field names they are about these fields only; here they are about everything.
                    "private" => terms.private = true,
                    "no-cache" => terms.no_cache = true,
                    "public" => terms.public = true,
                    "must-revalidate" => {
                        terms.must_revalidate = true;
                        terms.serves_several = true;
                    }
                    "proxy-revalidate" => terms.must_revalidate = true,
                    "no-transform" => terms.no_transform = true,
                    _ => continue,
                }
                says_something = true;
            }
        }
        if !says_something {
            return Self::NoStore;
        }
        // An answer that a cache gave has been kept for a while already.
        let age = headers.get(AGE).map_or(0, |age| {
            age.to_str()
                .ok()
                .and_then(|age| age.trim().parse().ok())
                .unwrap_or(u64::MAX)
        });
        terms.serves_several |= terms.public || shared_max_age.is_some();
        terms.max_age = max_age.unwrap_or(0).saturating_sub(age);
        terms.shared_max_age = shared_max_age.or(max_age).unwrap_or(0).saturating_sub(age);
        Self::Store(terms)
    }

    /// What both allow.
    pub(crate) fn and(self, other: Self) -> Self {
        let (Self::Store(one), Self::Store(other)) = (self, other) else {
            return Self::NoStore;
        };
        Self::Store(Terms {
            max_age: one.max_age.min(other.max_age),
            shared_max_age: one.shared_max_age.min(other.shared_max_age),
            private: one.private || other.private,
            public: one.public && other.public,
            no_cache: one.no_cache || other.no_cache,
            must_revalidate: one.must_revalidate || other.must_revalidate,
            no_transform: one.no_transform || other.no_transform,
            serves_several: one.serves_several && other.serves_several,
        })
    }

    /// The same for one client at most.
    pub(crate) fn privately(self) -> Self {
        match self {
            Self::NoStore => Self::NoStore,
            Self::Store(terms) => Self::Store(Terms {
                private: true,
                ..terms
            }),
        }
    }

    /// The header, and that for what the response depends on.
    pub(crate) fn write(self, depends: &Depends) -> (HeaderValue, Option<HeaderValue>) {
        let nothing = (HeaderValue::from_static("no-store"), None);
        let personally = match depends.is_personal {
            true => self.privately(),
            false => self,
        };
        let Self::Store(terms) = personally else {
            return nothing;
        };
        if depends.is_endless() {
            return nothing;
        }
        let mut text = format!("max-age={}", terms.max_age);
        let has_shared_max_age = terms.shared_max_age != terms.max_age && !terms.private;
        if has_shared_max_age {
            // Writing into a text does not fail.
            let _ = write!(text, ", s-maxage={}", terms.shared_max_age);
        }
        for (holds, directive) in [
            (terms.private, "private"),
            (terms.public && !terms.private, "public"),
            (terms.no_cache, "no-cache"),
            (terms.must_revalidate, "must-revalidate"),
            (terms.no_transform, "no-transform"),
        ] {
            if holds {
                text.push_str(", ");
                text.push_str(directive);
            }
        }
        // What one answer allows of a response to somebody must not count for another that does not.
        let allows_several = has_shared_max_age || (terms.must_revalidate && !terms.private);
        let by_user = (allows_several && !terms.serves_several).then_some(AUTHORIZATION);
        match HeaderValue::try_from(text) {
            Ok(text) => (text, depends.write(by_user)),
            Err(_) => nothing,
        }
    }
}

/// The directives of a line: commas in quotes are none between them.
fn directives(line: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    line.split(move |c| {
        quoted ^= c == '"';
        c == ',' && !quoted
    })
    .map(str::trim)
}

#[cfg(test)]
mod tests;
