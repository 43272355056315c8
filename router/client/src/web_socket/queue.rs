//! Events between a connection that several subscriptions share and one of them.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use memory::Account;
use tokio::sync::Notify;

use crate::failure::Failure;

/// Events that wait to be taken at most, and their bytes, except for the last one.
const MOST: usize = 64;
const MOST_BYTES: usize = 1024 * 1024;

/// Filled by the connection, emptied by its one reader.
#[derive(Debug)]
pub(super) struct Queue {
    /// What the events take.
    account: Account,
    state: Mutex<State>,
    filled: Notify,
    emptied: Notify,
}

#[derive(Debug, Default)]
struct State {
    events: VecDeque<Bytes>,
    bytes: usize,
    end: Option<Result<(), Failure>>,
}

impl Queue {
    /// An empty one; events are counted by the account.
    pub(super) fn new(account: Account) -> Self {
        Self {
            account,
            state: Mutex::default(),
            filled: Notify::new(),
            emptied: Notify::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_full(&self) -> bool {
        let state = self.state();
        state.events.len() >= MOST || state.bytes >= MOST_BYTES
    }

    /// Resolves when something may have been taken.
    pub(super) async fn emptied(&self) {
        self.emptied.notified().await;
    }

    /// Keeps an event until it is taken.
    ///
    /// # Errors
    ///
    /// There is no memory for it.
    pub(super) fn push(&self, event: &[u8]) -> Result<(), Failure> {
        let reserved = self.account.grow(event.len());
        reserved.map_err(|_| Failure::Memory)?;
        let mut state = self.state();
        state.bytes += event.len();
        state.events.push_back(Bytes::copy_from_slice(event));
        drop(state);
        self.filled.notify_one();
        Ok(())
    }

    /// Nothing more will come. The first end counts.
    pub(super) fn end(&self, end: Result<(), Failure>) {
        self.state().end.get_or_insert(end);
        self.filled.notify_one();
    }

    /// The next event; `None` when the server has said that it was the last.
    pub(super) async fn next(&self) -> Option<Result<Bytes, Failure>> {
        loop {
            {
                let mut state = self.state();
                if let Some(event) = state.events.pop_front() {
                    state.bytes -= event.len();
                    drop(state);
                    self.account.release(event.len());
                    self.emptied.notify_one();
                    return Some(Ok(event));
                }
                match &state.end {
                    Some(Ok(())) => return None,
                    Some(Err(failure)) => {
                        let failure = failure.clone();
                        state.end = Some(Ok(()));
                        return Some(Err(failure));
                    }
                    None => {}
                }
            }
            self.filled.notified().await;
        }
    }
}
