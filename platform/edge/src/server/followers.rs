//! Requests that were sent in one piece with others of their connection, before these were answered.
//!
//! A thousand connections can have hundreds of them each. They wait for each other, so that no more of them than there are cores stand in the way of a client that
//! sends one request and waits for its answer.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::thread::available_parallelism;

use tokio::sync::Semaphore;

use super::activity::Activity;

/// Those of all connections of a server.
pub(super) struct Followers(Semaphore);

impl Followers {
    pub(super) fn new() -> Self {
        Self(Semaphore::new(
            available_parallelism().map_or(1, usize::from),
        ))
    }

    /// Answers one in a later turn of its connection. It has its turn among all until its answer waits for something; until then its connection makes room for others.
    pub(super) async fn answer<F: Future>(
        &self,
        mut answer: Pin<Box<F>>,
        activity: &Arc<Activity>,
    ) -> F::Output {
        let waiting = activity.awaits();
        tokio::task::yield_now().await;
        let turn = self.0.acquire().await;
        drop(waiting);
        let begun = poll_fn(|context| Poll::Ready(answer.as_mut().poll(context))).await;
        drop(turn);
        match begun {
            Poll::Ready(answer) => answer,
            Poll::Pending => answer.await,
        }
    }
}
