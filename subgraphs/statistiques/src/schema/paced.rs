//! Lets a request with much to compute give way.
//!
//! Statistics are computed without waiting for anything, so that async-graphql would resolve all fields of a request in one turn of its
//! task: no time limit could end it, and other requests would wait. Here a request gives its turn back after every [`SLICE`].

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use async_graphql::{
    ServerResult, Value, async_trait,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextResolve, ResolveInfo},
};

/// How long fields are resolved before the task gives way. The field that passes it is finished.
const SLICE: Duration = Duration::from_millis(5);

/// The extension.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paced;

impl ExtensionFactory for Paced {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Pace(Mutex::new(Slice {
            number: 0,
            start: Instant::now(),
        })))
    }
}

/// The pace of one request.
struct Pace(Mutex<Slice>);

/// A stretch of time in which fields are resolved.
struct Slice {
    number: u64,
    start: Instant,
}

#[async_trait::async_trait]
impl Extension for Pace {
    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        self.turn().await;
        next.run(ctx, info).await
    }
}

impl Pace {
    /// Returns at once within a slice; after it, when the task has given way. The fields of a request wait here together, and the
    /// first to go on begins the next slice.
    async fn turn(&self) {
        while let Some(over) = self.over() {
            tokio::task::yield_now().await;
            let mut slice = self.slice();
            if slice.number == over {
                *slice = Slice {
                    number: over + 1,
                    start: Instant::now(),
                };
            }
        }
    }

    /// The number of the slice, if it is over.
    fn over(&self) -> Option<u64> {
        let slice = self.slice();
        (slice.start.elapsed() > SLICE).then_some(slice.number)
    }

    fn slice(&self) -> MutexGuard<'_, Slice> {
        // Nothing panics while it is held; if it did, a slice would still be whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
