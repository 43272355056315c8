//! The `authentication` section.

use std::path::PathBuf;
use std::time::Duration;

use http::{HeaderName, Uri, header};
use serde_json::{Value, json};
use settings::Section;

use super::jwk::{Algorithm, Key, KeySet, MAX_BYTES};

/// Who is believed to be who.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Whether a request without a token is refused.
    pub required: bool,
    /// Whose tokens are taken.
    pub jwt: Vec<Jwt>,
    /// Where a token may be sent, in the order in which it is looked for.
    pub sources: Vec<TokenSource>,
}

/// One issuer of tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jwt {
    /// Where its keys are.
    pub jwks: Option<JwksSource>,
    /// What the claim `iss` must be; any, without it.
    pub issuer: Option<String>,
    /// One of which the claim `aud` must name; any, when empty.
    pub audiences: Vec<String>,
    /// The algorithms that are taken.
    pub algorithms: Vec<Algorithm>,
    /// How far clocks may be apart.
    pub leeway: Duration,
    /// Between two looks at the keys.
    pub refresh: Duration,
}

/// Where a JSON Web Key Set is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JwksSource {
    /// Fetched.
    Url(Uri),
    /// Read, relative to the configuration's folder.
    File(PathBuf),
}

/// Where a token may be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenSource {
    /// In a header, after a scheme if it has one.
    Header {
        /// Its name.
        name: HeaderName,
        /// Compared without regard to case.
        scheme: Option<String>,
    },
    /// In a cookie of that name.
    Cookie(String),
}

const SECOND: Duration = Duration::from_secs(1);

impl Config {
    pub(crate) fn read(section: Section<'_>) -> Self {
        let mut config = Self {
            required: section
                .key("required", "Whether a request without a token is refused (401). A token that is not valid always is.")
                .switch(false),
            jwt: section
                .key("jwt", "Whose tokens are taken. An entry has `jwks`: the issuer's keys (JSON Web Key Set), a URL or a file, at most 1 MiB and 1,000 keys; a URL is asked again for a token with an unknown `kid`, at most every 30 s. `issuer`: what `iss` must be. `audiences`: one of these must be in `aud`. `algorithms`: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, EdDSA (all of these when left out); HS256, HS384 and HS512 only when named. `leeway` (30s): how far clocks may be apart. `refresh` (5m): how often the keys are loaded.")
                .sections("{ jwks: https://issuer.example/jwks.json, issuer: https://issuer.example, audiences: [api] }", Jwt::schema(), Jwt::read),
            sources: section
                .key("sources", "Where a token is looked for, in this order: the header `authorization` with the scheme Bearer, when empty.")
                .sections("{ header: authorization, scheme: Bearer } or { cookie: session }", TokenSource::schema(), TokenSource::read)
                .into_iter()
                .flatten()
                .collect(),
        };
        if config.required && config.jwt.is_empty() {
            section.report_key(
                "required",
                "no token can be valid where no issuer is named",
                "at least one entry under `authentication.jwt`",
            );
        }
        if config.sources.is_empty() {
            config.sources.push(TokenSource::Header {
                name: header::AUTHORIZATION,
                scheme: Some("Bearer".to_owned()),
            });
        }
        section.end();
        config
    }

    /// The headers of a request that say who asks.
    pub(crate) fn headers(&self) -> Vec<HeaderName> {
        let of_source = |source: &TokenSource| match source {
            TokenSource::Header { name, .. } => name.clone(),
            TokenSource::Cookie(_) => header::COOKIE,
        };
        match self.jwt.is_empty() {
            true => Vec::new(),
            false => self.sources.iter().map(of_source).collect(),
        }
    }
}

impl Jwt {
    /// Reads the keys, where they are a file.
    ///
    /// # Errors
    /// Why the file cannot be used.
    pub(crate) fn check_file(&self) -> Result<(), String> {
        let Some(JwksSource::File(path)) = &self.jwks else {
            return Ok(());
        };
        let text = crate::text_file::read(path, MAX_BYTES)?;
        let keys = KeySet::parse(text.as_bytes(), 0)?.keys;
        let fits = |key: &Key| self.algorithms.iter().any(|algorithm| key.fits(*algorithm));
        match keys.iter().any(fits) {
            true => Ok(()),
            false => Err(
                "none of its keys fits one of `algorithms`: every token would be refused"
                    .to_owned(),
            ),
        }
    }

    fn schema() -> Value {
        let texts = json!({ "type": "array", "items": { "type": "string" } });
        json!({
            "type": "object", "additionalProperties": false, "required": ["jwks"],
            "properties": {
                "jwks": { "type": "string" }, "issuer": { "type": "string" },
                "audiences": texts, "algorithms": texts,
                "leeway": { "type": "string" }, "refresh": { "type": "string" },
            },
        })
    }

    fn read(section: &Section<'_>) -> Self {
        let has_keys = section.has("jwks");
        let jwks = section
            .key("jwks", "The issuer's keys (JSON Web Key Set): a URL or a file, at most 1 MiB and 1,000 keys. A URL is asked again for a token with an unknown `kid`, at most every 30 s.")
            .text_or_path("a URL such as https://issuer.example/.well-known/jwks.json, or a file", is_jwks_url);
        let jwks = jwks.map(|found| match found {
            Ok(url) => JwksSource::Url(url),
            Err(path) => JwksSource::File(path),
        });
        let algorithms = section
            .key("algorithms", "The signature algorithms that are taken: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, EdDSA, and, only when named here, HS256, HS384 and HS512. All but those, when empty. `none` never is.")
            .texts("the name of an algorithm, such as RS256", |name| Algorithm::of(name).is_some());
        let algorithms: Vec<Algorithm> = match algorithms.is_empty() {
            true => Algorithm::ASYMMETRIC.to_vec(),
            false => algorithms
                .iter()
                .filter_map(|name| Algorithm::of(name))
                .collect(),
        };
        let issuer = section
            .key(
                "issuer",
                "What the claim `iss` must be. Without it, it may be anything.",
            )
            .text("", "a text", |_| true);
        let jwt = Self {
            issuer: (!issuer.is_empty()).then_some(issuer),
            audiences: section
                .key(
                    "audiences",
                    "The claim `aud` must name one of these. When empty, it may be anything.",
                )
                .texts("a text", |text| !text.is_empty()),
            algorithms,
            leeway: section
                .key(
                    "leeway",
                    "How far the issuer's clock and this one may be apart, for `exp` and `nbf`.",
                )
                .duration(30 * SECOND, Duration::ZERO..=300 * SECOND),
            refresh: section
                .key("refresh", "How often the keys are fetched or read again.")
                .duration(300 * SECOND, SECOND..=86_400 * SECOND),
            jwks,
        };
        if !has_keys {
            section.report("an issuer has keys", "`jwks:` with a URL or a file");
        }
        jwt
    }
}

impl TokenSource {
    fn schema() -> Value {
        json!({
            "type": "object", "additionalProperties": false,
            "properties": {
                "header": { "type": "string" }, "scheme": { "type": "string" }, "cookie": { "type": "string" },
            },
        })
    }

    fn read(section: &Section<'_>) -> Option<Self> {
        let header = section
            .key("header", "A header that may have the token.")
            .text("", "a header name", |name| {
                name.is_empty() || name.parse::<HeaderName>().is_ok()
            });
        let scheme = section
            .key(
                "scheme",
                "What stands before the token in the header, such as Bearer; nothing, when empty.",
            )
            .text("", "letters, digits and hyphens", |text| {
                text.bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            });
        let cookie = section.key("cookie", "Or a cookie that may have it.").text(
            "",
            "a cookie name",
            |name| {
                let fits = |byte: u8| byte.is_ascii_graphic() && !b"=;,\"".contains(&byte);
                name.bytes().all(fits)
            },
        );
        match (header.parse::<HeaderName>().ok(), cookie.is_empty()) {
            (Some(name), true) => Some(Self::Header {
                name,
                scheme: (!scheme.is_empty()).then_some(scheme),
            }),
            (None, false) => {
                if !scheme.is_empty() {
                    let message = "a cookie has the token and nothing else";
                    section.report_key("scheme", message, "`scheme` beside `header`");
                }
                Some(Self::Cookie(cookie))
            }
            _ => {
                section.report(
                    "a token stands in a header or in a cookie",
                    "one of `header:` and `cookie:`",
                );
                None
            }
        }
    }
}

fn is_jwks_url(text: &str) -> Option<Uri> {
    let uri: Uri = text.parse().ok()?;
    matches!(uri.scheme_str(), Some("http" | "https")).then_some(uri)
}
