//! What the page loads, and the routes that serve it.

use std::sync::{LazyLock, OnceLock};

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use miniz_oxide::inflate::decompress_to_vec_with_limit;

use super::negotiation::accepts_gzip;

/// A year: the name of an asset changes with its content. <https://www.rfc-editor.org/rfc/rfc8246>
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// The members of a gzip file around its compressed data, when it has no optional header field.
/// <https://www.rfc-editor.org/rfc/rfc1952#section-2.3>
const GZIP_HEADER: usize = 10;
const GZIP_TRAILER: usize = 8;

/// No embedded file inflates to more, in bytes.
const MAX_INFLATED: usize = 4 << 20;

const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const PLAIN: &str = "text/plain; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// Embeds a file of `web/`.
macro_rules! embedded {
    ($name:literal, $media_type:ident, gzip $file:literal) => {
        Asset::new(
            $name,
            $media_type,
            true,
            include_bytes!(concat!("../web/", $file)),
        )
    };
    ($name:literal, $media_type:ident, $file:literal) => {
        Asset::new(
            $name,
            $media_type,
            false,
            include_bytes!(concat!("../web/", $file)),
        )
    };
}

static ASSETS: LazyLock<[Asset; 4]> = LazyLock::new(|| {
    [
        embedded!("console.js", JAVASCRIPT, gzip "dist/console.js.gz"),
        embedded!("console.css", CSS, gzip "dist/console.css.gz"),
        embedded!("favicon.svg", SVG, "src/favicon.svg"),
        embedded!("THIRD-PARTY.md", PLAIN, "THIRD-PARTY.md"),
    ]
});

/// One embedded file.
struct Asset {
    /// `console.js`: what the page's template calls it.
    name: &'static str,
    media_type: &'static str,
    /// `playground/console.0123456789abcdef.js`: its address from the program's root.
    address: String,
    /// The hash of the content, as in the address.
    hash: String,
    /// As embedded, and as a client without gzip gets it.
    embedded: Bytes,
    gzip: bool,
    inflated: OnceLock<Bytes>,
}

impl Asset {
    fn new(
        name: &'static str,
        media_type: &'static str,
        gzip: bool,
        embedded: &'static [u8],
    ) -> Self {
        let hash = format!("{:016x}", fnv1a(embedded));
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "bin"));
        Self {
            name,
            media_type,
            address: format!("playground/{stem}.{hash}.{extension}"),
            hash,
            embedded: Bytes::from_static(embedded),
            gzip,
            inflated: OnceLock::new(),
        }
    }

    /// The content itself, inflated at the first use: a proxy that wants to rewrite pages may strip `Accept-Encoding`.
    fn identity(&self) -> Bytes {
        if !self.gzip {
            return self.embedded.clone();
        }
        let inflate = || {
            let end = self.embedded.len().saturating_sub(GZIP_TRAILER);
            let deflated = self.embedded.get(GZIP_HEADER..end).unwrap_or_default();
            decompress_to_vec_with_limit(deflated, MAX_INFLATED)
                .expect("the embedded files are inflated by a test")
                .into()
        };
        self.inflated.get_or_init(inflate).clone()
    }

    fn response(&self, headers: &HeaderMap) -> Response {
        let gzip = self.gzip && accepts_gzip(headers);
        // Two encodings of the same content are two representations, so their strong validators differ.
        let etag = format!("\"{}{}\"", self.hash, if gzip { "-gzip" } else { "" });
        let mut response = Response::builder()
            .header(header::ETAG, &etag)
            .header(header::CACHE_CONTROL, IMMUTABLE)
            .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
        if self.gzip {
            response = response.header(header::VARY, "accept-encoding");
        }
        let response = if is_cached(headers, &etag) {
            response
                .status(StatusCode::NOT_MODIFIED)
                .body(Body::empty())
        } else if gzip {
            response
                .header(header::CONTENT_TYPE, self.media_type)
                .header(header::CONTENT_ENCODING, "gzip")
                .body(self.embedded.clone().into())
        } else {
            response
                .header(header::CONTENT_TYPE, self.media_type)
                .body(self.identity().into())
        };
        response.expect("header values are visible ASCII: constants, and a hash in hexadecimal")
    }
}

/// The address, from the page's folder, of the asset that the page's template calls `name`.
///
/// The template is a constant, and a test renders it: a name that no asset has does not leave this crate.
pub(super) fn address(name: &str) -> &'static str {
    let asset = ASSETS.iter().find(|asset| asset.name == name);
    asset.map_or("", |asset| asset.address.as_str())
}

/// `folder` has slashes around it.
pub(super) fn routes(folder: &str) -> Router {
    Router::new().route(&format!("{folder}playground/{{file}}"), get(serve))
}

async fn serve(Path(file): Path<String>, headers: HeaderMap) -> Response {
    let named = |asset: &&Asset| asset.address.strip_prefix("playground/") == Some(file.as_str());
    match ASSETS.iter().find(named) {
        Some(asset) => asset.response(&headers),
        None => (
            StatusCode::NOT_FOUND,
            [(header::CACHE_CONTROL, "no-store")],
            "no such asset in this build; reload the page that named it\n",
        )
            .into_response(),
    }
}

/// Whether `If-None-Match` holds the tag: weak comparison. <https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2>
fn is_cached(headers: &HeaderMap, etag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|field| field.to_str().ok())
        .flat_map(|field| field.split(','))
        .map(|tag| tag.trim())
        .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

/// 64-bit FNV-1a: tells builds apart, and is the same on every machine.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
