//! Several attempts at what may be lost on the way. The packet that asks for a connection is sent again after a second when nothing comes back
//! (<https://www.rfc-editor.org/rfc/rfc6298#section-2>), and networks do lose it, above all where the rules for a new address are on their way
//! to the nodes of a cluster. A further connection, opened at once, costs nothing beside that second.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::{Either, select};
use futures_util::stream::FuturesUnordered;
use tokio::time::sleep;

/// How long one attempt has for itself: what Happy Eyeballs waits between addresses (<https://www.rfc-editor.org/rfc/rfc8305#section-5>).
pub(crate) const DELAY: Duration = Duration::from_millis(250);

/// Attempts at most.
const MOST: usize = 3;

/// The first of several attempts that succeeds; a further one begins when none has ended within `delay`.
///
/// # Errors
/// That of an attempt which fails while it is the only one, or of the last one when all do.
pub(crate) async fn hedged<T, E, A>(delay: Duration, mut attempt: impl FnMut() -> A) -> Result<T, E>
where
    A: Future<Output = Result<T, E>> + Send + Unpin,
{
    let first = match select(attempt(), Box::pin(sleep(delay))).await {
        Either::Left((over, _)) => return over,
        Either::Right(((), first)) => first,
    };
    let mut running = FuturesUnordered::from_iter([first, attempt()]);
    let mut made = running.len();
    let mut due = Box::pin(sleep(delay));
    loop {
        tokio::select! {
            biased;
            Some(over) = running.next() => {
                if over.is_ok() || running.is_empty() {
                    return over;
                }
            }
            () = &mut due, if made < MOST => {
                running.push(attempt());
                made += 1;
                due = Box::pin(sleep(delay));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::future::pending;

    use futures_util::FutureExt;
    use futures_util::future::BoxFuture;

    use super::*;

    type Attempt = BoxFuture<'static, Result<u8, &'static str>>;

    fn after(millis: u64, outcome: Result<u8, &'static str>) -> Attempt {
        sleep(Duration::from_millis(millis))
            .map(move |()| outcome)
            .boxed()
    }

    /// What the attempts come to, how many were made, and after how many milliseconds of the clock of the test.
    async fn of<const N: usize>(
        attempts: [fn() -> Attempt; N],
    ) -> (Result<u8, &'static str>, usize, u128) {
        let (made, begun) = (Cell::new(0), tokio::time::Instant::now());
        let outcome = hedged(DELAY, || {
            made.set(made.get() + 1);
            attempts[made.get() - 1]()
        });
        let outcome = outcome.await;
        (outcome, made.get(), begun.elapsed().as_millis())
    }

    #[tokio::test(start_paused = true)]
    async fn an_attempt_that_is_over_soon_is_the_only_one() {
        let second: fn() -> Attempt = || after(0, Ok(2));
        assert_eq!(of([|| after(249, Ok(1)), second]).await, (Ok(1), 1, 249));
        let refused: fn() -> Attempt = || after(1, Err("refused"));
        assert_eq!(of([refused, second]).await, (Err("refused"), 1, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_that_succeeds_counts() {
        let lost: fn() -> Attempt = || pending().boxed();
        assert_eq!(of([lost, || after(1, Ok(2))]).await, (Ok(2), 2, 251));
        assert_eq!(of([lost, lost, || after(1, Ok(3))]).await, (Ok(3), 3, 501));
        let late: fn() -> Attempt = || after(300, Ok(1));
        assert_eq!(of([late, lost]).await, (Ok(1), 2, 300));
        assert_eq!(
            of([late, || after(1, Err("refused"))]).await,
            (Ok(1), 2, 300)
        );
        let failing: fn() -> Attempt = || after(300, Err("reset"));
        assert_eq!(of([failing, || after(100, Ok(2))]).await, (Ok(2), 2, 350));
        assert_eq!(
            of([failing, || after(100, Err("refused"))]).await,
            (Err("refused"), 2, 350)
        );
        // There is time for no more than three.
        let slow: fn() -> Attempt = || after(1_000, Ok(1));
        assert_eq!(of([slow, lost, lost]).await, (Ok(1), 3, 1_000));
    }
}
