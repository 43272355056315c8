//! Long computations give way.
//!
//! Everything here is computed without waiting for anything, so that async-graphql would resolve a whole request in one
//! turn of its task: no time limit could end it, and the requests beside it would wait. With this extension a request
//! yields before the first field after each [`SLICE`] of time.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextResolve, ResolveInfo,
};
use async_graphql::{ServerResult, Value, async_trait};

#[cfg(test)]
mod tests;

/// How long fields are resolved before the task yields. A field that has begun is finished.
const SLICE: Duration = Duration::from_millis(5);

/// The extension that makes a request yield between its fields.
#[derive(Debug, Clone, Copy)]
pub struct Paced;

impl ExtensionFactory for Paced {
    fn create(&self) -> Arc<dyn Extension> {
        let turn = Turn {
            number: 0,
            start: Instant::now(),
        };
        Arc::new(Pace(Mutex::new(turn)))
    }
}

/// The turns of one request.
struct Pace(Mutex<Turn>);

#[derive(Clone, Copy)]
struct Turn {
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
        loop {
            let turn = self.turn(|_| {});
            if turn.start.elapsed() < SLICE {
                break;
            }
            tokio::task::yield_now().await;
            // All fields that wait come back together: the first begins the turn of all, which the others find begun.
            self.turn(|current| {
                if current.number == turn.number {
                    current.number += 1;
                    current.start = Instant::now();
                }
            });
        }
        next.run(ctx, info).await
    }
}

impl Pace {
    fn turn(&self, change: impl FnOnce(&mut Turn)) -> Turn {
        // A panic elsewhere leaves a turn whole.
        let mut turn = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut turn);
        *turn
    }
}
