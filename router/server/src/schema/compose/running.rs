//! A composition under way.

use std::pin::Pin;
use std::time::Instant;

use abaque_edge::TraceContext;
use federation::Cancellation;

use crate::schema::making::{Composition, NotComposed};
use crate::schema::members::Texts;
use crate::schema::status::Origin;

/// A composition under way.
pub(super) struct Running {
    pub(super) work: Pin<Box<dyn Future<Output = Result<Composition, NotComposed>> + Send>>,
    pub(super) cancellation: Cancellation,
    pub(super) begun: Instant,
    /// Where its span is recorded, if it is.
    pub(super) trace: Option<TraceContext>,
    /// The texts it composes.
    pub(super) texts: Texts,
    pub(super) origin: Origin,
    /// Whether the last good texts of those stand in whose new ones are wrong by themselves.
    pub(super) stands_in: bool,
}

/// Waits for the composition under way, and takes it away; forever where there is none.
pub(super) async fn end(
    running: &mut Option<Running>,
) -> (Running, Result<Composition, NotComposed>) {
    let made = match running {
        Some(running) => running.work.as_mut().await,
        None => std::future::pending().await,
    };
    match running.take() {
        Some(ended) => (ended, made),
        None => std::future::pending().await,
    }
}
