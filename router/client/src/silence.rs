//! How long a stream of server-sent events may bring nothing.

use std::time::Duration;

use tokio::time::Instant;

use crate::failure::Failure;

/// Unless the configuration says otherwise.
pub(crate) const SILENCE: Duration = Duration::from_secs(60);
/// What has come and was not looked at yet is looked at first, within this time.
const GRACE: Duration = Duration::from_secs(1);

/// What is expected of one stream.
#[derive(Debug)]
pub(crate) struct Silence {
    /// `None` while it need not give signs of life.
    longest: Option<Duration>,
    /// Whether it has brought a comment.
    has_comments: bool,
    /// When it brought something, or its reader was last ready for it.
    heard: Instant,
}

impl Silence {
    /// The stream is open from now on; `None` where nothing is configured.
    pub(crate) fn new(longest: Option<Duration>) -> Self {
        Self {
            longest,
            has_comments: false,
            heard: Instant::now(),
        }
    }

    /// An event has come.
    pub(crate) fn event(&mut self) {
        self.heard = Instant::now();
    }

    /// A comment has come. The first one may only have been there to send the head of the answer on its way; who sends another one sends them as signs of life,
    /// and goes on to.
    pub(crate) fn comment(&mut self) {
        if std::mem::replace(&mut self.has_comments, true) {
            self.longest.get_or_insert(SILENCE);
        }
        self.heard = Instant::now();
    }

    /// Resolves when it has lasted too long; its reader has been ready since it `called`.
    pub(crate) async fn broken(&self, called: Instant) -> Failure {
        let Some(longest) = self.longest else {
            return std::future::pending().await;
        };
        let until = (self.heard + longest).max(called + GRACE.min(longest));
        tokio::time::sleep_until(until).await;
        Failure::Silent(longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After how long it counts as broken.
    async fn broken(silence: &Silence) -> Option<Duration> {
        let called = Instant::now();
        let day = Duration::from_secs(24 * 3600);
        let waited = tokio::time::timeout(day, silence.broken(called)).await;
        waited.ok().map(|_| called.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn signs_of_life_are_expected_of_who_has_given_some_and_not_of_who_has_sent_one_comment()
    {
        let mut silence = Silence::new(None);
        assert_eq!(broken(&silence).await, None);
        silence.comment();
        assert_eq!(broken(&silence).await, None);
        silence.event();
        assert_eq!(broken(&silence).await, None);
        silence.comment();
        assert_eq!(broken(&silence).await, Some(SILENCE));
        silence.event();
        assert_eq!(broken(&silence).await, Some(SILENCE));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_configured_counts_from_the_beginning() {
        let second = Duration::from_secs(1);
        let mut silence = Silence::new(Some(second));
        assert_eq!(broken(&silence).await, Some(second));
        silence.comment();
        silence.comment();
        assert_eq!(broken(&silence).await, Some(second));
    }
}
