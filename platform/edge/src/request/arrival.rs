//! What a program finds in the extensions of a request that is observed by itself.

use std::sync::Arc;

use super::RequestId;
use super::access::AccessWriter;
use super::current::Said;
use crate::TraceContext;

/// What is known of a request of a route of its own ([`around_routes`](super::Observer::around_routes)) when it arrives: in its extensions in one piece, since
/// each piece there is an allocation.
#[derive(Clone, Debug)]
pub struct Arrival(pub(super) Arc<Said>);

impl Arrival {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> &RequestId {
        &self.0.id
    }

    /// Its place in a trace.
    #[must_use]
    pub fn trace(&self) -> &TraceContext {
        &self.0.trace
    }

    /// Its line in the access log will be written by `writer`. Only the first counts.
    pub fn write_with(&self, writer: Arc<dyn AccessWriter>) {
        self.0.log.write_with(writer);
    }
}
