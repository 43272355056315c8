//! Waiting for a client, within a time.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Instant;

/// What a future gives; `None` when that takes until the deadline.
///
/// What a client sends together with the head of its request is there at the next turn of its connection, so no timer is set before that: most requests never
/// need one.
pub(crate) async fn until<T>(deadline: Instant, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut has_waited = false;
    let early = poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending if std::mem::replace(&mut has_waited, true) => Poll::Ready(None),
        Poll::Pending => {
            context.waker().wake_by_ref();
            Poll::Pending
        }
    });
    match early.await {
        Some(done) => Some(done),
        None => tokio::time::timeout_at(deadline.into(), future).await.ok(),
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_never_comes_is_waited_for_until_the_deadline() {
        let began = tokio::time::Instant::now();
        let wait = std::time::Duration::from_secs(10);
        assert_eq!(
            until((began + wait).into_std(), pending::<()>()).await,
            None
        );
        assert!(began.elapsed() >= wait);
    }

    #[tokio::test]
    async fn what_is_there_is_given_though_the_deadline_has_passed() {
        let now = Instant::now();
        assert_eq!(until(now, async { 1 }).await, Some(1));
        let next_turn = async {
            tokio::task::yield_now().await;
            2
        };
        assert_eq!(until(now, next_turn).await, Some(2));
    }
}
