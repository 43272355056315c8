//! How long answers may be kept.

use axum::http::HeaderValue;

/// Any cache may keep an answer for an hour: it is a function of what was asked and of the version of the service, and of nothing else.
pub(crate) const MAX_AGE: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// What describes the service is asked for again after an update: by a router, or by an editor.
pub(crate) const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");
