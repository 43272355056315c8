//! The bounded places of connections: when all are taken, the connection that has been idle longest gives its own up, or has waited longest for its client.

use std::pin::pin;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;

use super::activity::{Activity, Waiting, age};
use super::size::Size;

/// One look at all connections finds so many that may go: a part of them all, so that a flood of new ones does not make each scan fruitless.
const FOUND_AT_ONCE: usize = 32;
/// How soon the connections are looked at again when none could make room: one whose client takes nothing may by then.
const LOOK_AGAIN: Duration = Duration::from_millis(25);
/// Ended connections are forgotten when they outnumber the open ones by this much.
const SLACK: usize = 64;

/// The places of one listener.
#[derive(Debug)]
pub(super) struct Places {
    pub(super) size: Arc<Size>,
    pub(super) waiting: Arc<Waiting>,
    connections: Vec<Weak<Activity>>,
    /// Idle when they were looked at, the one that has been so longest last, with since when.
    candidates: Vec<(u64, Weak<Activity>)>,
    /// How many have been asked to leave for connections that wait, and may not have left yet.
    leaving: usize,
    /// Whether it was logged that there is no place, since there was one the last time.
    is_full: bool,
}

impl Places {
    /// This many places, on which a client that takes nothing of its answer is left this long while others wait.
    pub(super) fn new(most: usize, reader_patience: Duration) -> Self {
        Self {
            size: Size::new(most),
            waiting: Waiting::new(most, reader_patience),
            connections: Vec::new(),
            candidates: Vec::new(),
            leaving: 0,
            is_full: false,
        }
    }

    /// Whether a further connection has to wait.
    pub(super) fn are_taken(&self) -> bool {
        self.size.is_full()
    }

    /// A place for the first of so many connections that wait, as soon as there is one; its activity holds it. As many are asked to leave at once.
    pub(super) async fn take(&mut self, waiting: usize) -> Arc<Activity> {
        let permit = match self.size.try_take() {
            Some(permit) => {
                self.is_full = false;
                permit
            }
            None => self.make_room(waiting).await,
        };
        self.leaving = self.leaving.saturating_sub(1);
        let activity = Activity::new(&self.waiting, permit);
        if self.connections.len() >= self.size.taken().saturating_mul(2).saturating_add(SLACK) {
            self.connections
                .retain(|connection| connection.strong_count() > 0);
        }
        self.connections.push(Arc::downgrade(&activity));
        activity
    }

    /// Has the connection closed that has been idle, or has waited for its client, longest; false when there is none.
    pub(super) fn close_oldest_idle(&mut self) -> bool {
        loop {
            let Some((since, oldest)) = self.candidates.pop() else {
                self.look();
                if self.candidates.is_empty() {
                    return false;
                }
                continue;
            };
            let Some(oldest) = oldest.upgrade() else {
                continue;
            };
            // It may have been used since.
            if oldest.spare_since() == Some(since) {
                oldest.ask_to_leave();
                return true;
            }
        }
    }

    async fn make_room(&mut self, waiting: usize) -> OwnedSemaphorePermit {
        if !std::mem::replace(&mut self.is_full, true) {
            tracing::warn!(
                connections = self.size.most(),
                "all connections are taken: a new one takes the place of the one that has been idle longest"
            );
        }
        self.waiting.want(true);
        let size = Arc::clone(&self.size);
        let mut acquire = pin!(size.take());
        let permit = loop {
            let leaving = waiting.saturating_add(size.owed());
            while self.leaving < leaving && self.close_oldest_idle() {
                self.leaving += 1;
            }
            tokio::select! {
                biased;
                permit = &mut acquire => break permit,
                // One that was asked to leave may have been used in the meantime; then it is asked again when it is idle.
                () = self.waiting.until_idle() => self.leaving = self.leaving.saturating_sub(1),
                // Nothing signals that time has passed.
                () = tokio::time::sleep(LOOK_AGAIN) => self.leaving = 0,
            }
        };
        self.waiting.want(false);
        permit
    }

    /// Finds the connections that have been idle longest.
    fn look(&mut self) {
        let mut idle: Vec<(u64, Weak<Activity>)> = Vec::new();
        self.connections.retain(|connection| {
            let Some(activity) = connection.upgrade() else {
                return false;
            };
            if let Some(since) = activity.spare_since() {
                idle.push((since, Weak::clone(connection)));
            }
            true
        });
        if idle.len() > FOUND_AT_ONCE {
            idle.select_nth_unstable_by_key(FOUND_AT_ONCE, |(since, _)| *since);
            idle.truncate(FOUND_AT_ONCE);
        }
        idle.sort_unstable_by_key(|(since, _)| std::cmp::Reverse(*since));
        if let Some((since, _)) = idle.last() {
            let longest = age(&self.waiting, *since);
            tracing::debug!(idle = idle.len(), ?longest, "looked for idle connections");
        }
        self.candidates = idle;
    }
}
