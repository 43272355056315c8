//! One client of a stream: what it has had, and what comes next for it.

use std::sync::{Arc, MutexGuard};

use bytes::Bytes;
use executor::{RequestError, request_error_body};
use tokio::sync::watch;

use super::{Begin, Feed, Generation, Head, State, Told};
use crate::refusal::Code;
use crate::request::events::asked::Asked;

/// A client of a stream; dropped, it leaves.
pub(in crate::request::events) struct Seat {
    feed: Arc<Feed>,
    /// How many events it has had.
    at: u64,
    head: watch::Receiver<Head>,
    /// The number of the last event that the client has had, where it has one.
    pub(in crate::request::events) last_id: Option<Arc<str>>,
    /// The last generation of which it is known that it is for this client.
    pub(in crate::request::events) verified: u64,
}

/// What a client gets.
pub(in crate::request::events) enum Next {
    Told(Arc<Told>),
    /// There is a new one.
    Generation(Arc<Generation>),
    /// What came next is not kept any more.
    Behind,
    Over,
}

impl Feed {
    /// One more client, which gets what comes from now on.
    pub(in crate::request::events) fn sit(self: &Arc<Self>) -> Seat {
        let state = self.state();
        let end = state.first + state.kept.len() as u64;
        let last_id = state.last_id.clone();
        self.sit_at(state, end, last_id)
    }

    /// The same after an event that the client has had; where that had no number, from now on. Nothing where what comes after it is not kept any more, or has
    /// not come so far.
    pub(in crate::request::events) fn sit_after(
        self: &Arc<Self>,
        last_id: Option<&Arc<str>>,
    ) -> Option<Seat> {
        let Some(last_id) = last_id else {
            return Some(self.sit());
        };
        let state = self.state();
        let at = state.after(last_id)?;
        Some(self.sit_at(state, at, Some(Arc::clone(last_id))))
    }

    /// The first client, which may have had an event from elsewhere.
    pub(in crate::request::events) fn sit_first(self: &Arc<Self>, begin: &Begin) -> Seat {
        let last_id = match begin {
            Begin::Open => None,
            Begin::After(last_id) => last_id.clone(),
        };
        let mut state = self.state();
        state.before.clone_from(&last_id);
        state.last_id.clone_from(&last_id);
        self.sit_at(state, 0, last_id)
    }

    /// A client that has had this many events.
    fn sit_at(
        self: &Arc<Self>,
        mut state: MutexGuard<'_, State>,
        at: u64,
        last_id: Option<Arc<str>>,
    ) -> Seat {
        state.seats += 1;
        let had = usize::try_from(at.saturating_sub(state.first)).unwrap_or(usize::MAX);
        for kept in state.kept.iter_mut().skip(had) {
            kept.missing += 1;
        }
        Seat {
            feed: Arc::clone(self),
            at,
            head: self.head.subscribe(),
            last_id,
            verified: state.generation.number,
        }
    }

    /// A client leaves after this many events; returns whether it was the last.
    pub(in crate::request::events) fn leave(&self, at: u64) -> bool {
        let mut state = self.state();
        state.seats -= 1;
        let had = at.saturating_sub(state.first);
        let had = usize::try_from(had).unwrap_or(usize::MAX);
        for kept in state.kept.iter_mut().skip(had) {
            kept.missing = kept.missing.saturating_sub(1);
        }
        if state.drop_taken() {
            self.taken.notify_one();
        }
        let is_last = state.seats == 0;
        if is_last && let Some(task) = &state.task {
            task.abort();
        }
        is_last
    }
}

impl Seat {
    /// Waits until the subgraph has opened the stream, or not; whether it has.
    pub(in crate::request::events) async fn opened(&mut self) -> bool {
        let known = |head: &Head| head.opened.is_some() || head.is_over;
        let head = self.head.wait_for(known).await;
        head.is_ok_and(|head| head.opened == Some(true))
    }

    pub(in crate::request::events) fn feed(&self) -> &Arc<Feed> {
        &self.feed
    }

    /// What the stream is on now.
    pub(in crate::request::events) fn generation(&self) -> Arc<Generation> {
        self.feed.generation()
    }

    /// It has to be looked at again whether the stream is for this client.
    pub(in crate::request::events) fn doubt(&mut self) {
        self.verified = u64::MAX;
    }

    pub(in crate::request::events) fn asked(&self) -> &Arc<Asked> {
        &self.feed.asked
    }

    /// What comes next. It may be dropped and asked for again.
    pub(in crate::request::events) async fn next(&mut self) -> Next {
        loop {
            let next = self.at + 1;
            self.feed.wanted.send_if_modified(|wanted| {
                let is_more = *wanted < next;
                *wanted = next.max(*wanted);
                is_more
            });
            let head = *self.head.borrow_and_update();
            if self.at < head.count {
                match self.feed.take(self.at) {
                    Err(()) => return Next::Behind,
                    Ok(Some(told)) => {
                        self.at = next;
                        return Next::Told(told);
                    }
                    Ok(None) => {}
                }
            } else if head.generation != self.verified {
                return Next::Generation(self.feed.generation());
            } else if head.is_over {
                return Next::Over;
            }
            if self.head.changed().await.is_err() {
                return Next::Over;
            }
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.feed.feeds.leave(&self.feed, self.at);
    }
}

/// The last message of a subscription that was left behind and cannot go on alone.
pub(in crate::request::events) fn behind() -> (Bytes, &'static str) {
    let code = Code::SubscriptionBehind.as_str();
    let message = "the events came faster than they were taken; subscribe again";
    (
        request_error_body(&[RequestError::new(code, message)]).into(),
        code,
    )
}
