//! The one line that each request has in the access log, and how a program adds to it.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::RequestId;
use crate::TraceContext;

/// The target of the access log, for filters such as `info,access=off`.
pub const ACCESS_LOG: &str = "access";

/// What is known of every request when it has ended.
#[derive(Clone, Copy, Debug)]
pub struct AccessLine<'l> {
    /// Which program answered.
    pub program: &'static str,
    /// The method; `_OTHER` where it has no common name.
    pub method: &'static str,
    /// The route; never a raw path.
    pub route: &'l str,
    /// The status of the answer; 499 when the client was gone before its head.
    pub status: u16,
    /// From the head of the request to the last byte of the answer.
    pub duration: Duration,
    /// How much of the answer's body was taken.
    pub bytes: u64,
    /// The request's id.
    pub request_id: &'l RequestId,
    /// Its place in a trace.
    pub trace: &'l TraceContext,
    /// Whether the client disconnected before it had all of the answer.
    pub canceled: bool,
}

impl AccessLine<'_> {
    /// In milliseconds, to whole microseconds, so that it reads well.
    #[must_use]
    pub fn duration_ms(&self) -> f64 {
        self.duration.as_micros() as f64 / 1e3
    }

    pub(super) fn write(&self) {
        tracing::info!(
            target: ACCESS_LOG,
            program = self.program,
            method = self.method,
            route = self.route,
            status = self.status,
            duration_ms = self.duration_ms(),
            bytes = self.bytes,
            canceled = self.canceled.then_some(true),
            request_id = self.request_id.as_str(),
            trace_id = %self.trace.trace_id(),
            "request"
        );
    }
}

/// Writes the line of one request, with what the program knows of it.
pub trait AccessWriter: Send + Sync {
    /// Is called once, when the request has ended.
    fn write(&self, line: &AccessLine<'_>);
}

/// Where a program leaves an [`AccessWriter`].
#[derive(Default)]
pub(crate) struct AccessLog(OnceLock<Arc<dyn AccessWriter>>);

impl AccessLog {
    /// The line will be written by `writer`. Only the first counts.
    pub(super) fn write_with(&self, writer: Arc<dyn AccessWriter>) {
        self.0.get_or_init(|| writer);
    }

    pub(super) fn writer(&self) -> Option<&dyn AccessWriter> {
        self.0.get().map(|writer| &**writer)
    }
}

impl fmt::Debug for AccessLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessLog").finish_non_exhaustive()
    }
}
