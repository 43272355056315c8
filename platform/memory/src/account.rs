//! What one request holds of the memory of all.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use crate::part::Part;
use crate::{Exhausted, FREE, Memory, UNIT};

/// What is held to the end is counted from this many bytes on: there may be as many requests as there are streams over HTTP/2.
const LASTING: usize = 4 * 1024;

/// How long an account that holds something waits for more.
const PATIENCE: Duration = Duration::from_secs(1);

/// What one request holds; given back when it is dropped.
#[derive(Debug)]
pub struct Account {
    memory: Arc<Memory>,
    share: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// In bytes.
    held: usize,
    /// Of these, what is held until the request ends.
    lasting: usize,
    /// What is reserved of the memory of all.
    units: usize,
    /// Of these, what a body has that is being read.
    body_units: usize,
    /// Of these, what a response has that is being sent.
    response_units: usize,
    /// Of these, what a subscription has that is open.
    subscription_units: usize,
    /// Held by others on behalf of the request, in bytes: it counts against its share only.
    elsewhere: usize,
    /// In bytes, what is reserved even where less is held, and for what is counted nowhere else.
    prepaid: Prepaid,
    refused: Option<Exhausted>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Prepaid {
    least: usize,
    besides: usize,
}

impl State {
    /// The units that are to be reserved for what is held.
    fn needed(&self) -> usize {
        let counted = match self.held > FREE || self.lasting > LASTING {
            true => self.held,
            false => 0,
        };
        let Prepaid { least, besides } = self.prepaid;
        counted.max(least).saturating_add(besides).div_ceil(UNIT)
    }

    /// Those of them that are missing.
    fn due(&self) -> usize {
        self.needed().saturating_sub(self.units)
    }
}

impl Account {
    /// One that holds nothing yet, of this share in bytes.
    pub(crate) fn new(memory: Arc<Memory>, share: usize) -> Self {
        Self {
            memory,
            share,
            state: Mutex::default(),
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts what is about to be held; gives the units that must be reserved for it.
    fn claim(&self, bytes: usize) -> Result<usize, Exhausted> {
        let mut state = self.state();
        let held = state.held.saturating_add(bytes);
        if held.saturating_add(state.elsewhere) > self.share {
            drop(state);
            return Err(self.refuse(Exhausted::Share));
        }
        state.held = held;
        Ok(state.due())
    }

    fn refuse(&self, why: Exhausted) -> Exhausted {
        self.state().refused = Some(why);
        self.memory.refused(why);
        why
    }

    fn reserved(&self, units: usize) {
        self.state().units += units;
        self.memory.took(units);
    }

    fn unclaim(&self, bytes: usize) -> Exhausted {
        let mut state = self.state();
        state.held = state.held.saturating_sub(bytes);
        drop(state);
        self.refuse(Exhausted::All)
    }

    /// Reserves more if it is there.
    pub fn grow(&self, bytes: usize) -> Result<(), Exhausted> {
        let units = self.claim(bytes)?;
        if units == 0 {
            return Ok(());
        }
        match self.memory.free.try_take(permits(units)) {
            Ok(permit) => {
                permit.forget();
                self.reserved(units);
                Ok(())
            }
            Err(_) => Err(self.unclaim(bytes)),
        }
    }

    /// Reserves what is held until the request ends, whatever else is given back. It is counted by itself, where it is more than little.
    pub fn hold_to_end(&self, bytes: usize) -> Result<(), Exhausted> {
        self.state().lasting += bytes;
        self.grow(bytes)
            .inspect_err(|_| self.state().lasting -= bytes)
    }

    /// Reserves all that may be held without being counted, and this many bytes for what is counted nowhere else: for what goes on when the connection
    /// that would bound it is gone. Where it is not there, nothing changes.
    pub fn prepay(&self, besides: usize) -> Result<(), Exhausted> {
        let mut state = self.state();
        let before = state.prepaid;
        state.prepaid = Prepaid {
            least: FREE,
            besides,
        };
        let units = state.due();
        match self.memory.free.try_take(permits(units)) {
            Ok(permit) => permit.forget(),
            Err(_) => {
                state.prepaid = before;
                return Err(Exhausted::All);
            }
        }
        state.units += units;
        drop(state);
        self.memory.took(units);
        Ok(())
    }

    /// Reserves more, waiting for it no longer than until the deadline.
    pub async fn grow_by(&self, bytes: usize, deadline: Instant) -> Result<(), Exhausted> {
        let units = self.claim(bytes)?;
        if units == 0 {
            return Ok(());
        }
        let (free, wanted) = (&self.memory.free, permits(units));
        let granted = match free.try_take(wanted) {
            Ok(permit) => Ok(Ok(permit)),
            // In a box: what need not wait does not carry along what waiting takes.
            Err(_) => {
                let until = self.patience(deadline);
                Box::pin(tokio::time::timeout_at(until, free.take(wanted))).await
            }
        };
        match granted {
            Ok(Ok(permit)) => {
                permit.forget();
                self.reserved(units);
                Ok(())
            }
            _ => Err(self.unclaim(bytes)),
        }
    }

    /// The same for a body that is being read.
    pub async fn grow_body(&self, bytes: usize, deadline: Instant) -> Result<(), Exhausted> {
        let units = self.claim(bytes)?;
        if units == 0 {
            return Ok(());
        }
        let (until, wanted) = (self.patience(deadline), permits(units));
        let both = async {
            let body = self.memory.bodies.take(wanted).await?;
            let free = self.memory.free.take(wanted).await?;
            body.forget();
            free.forget();
            Ok::<_, tokio::sync::AcquireError>(())
        };
        match tokio::time::timeout_at(until, both).await {
            Ok(Ok(())) => {
                self.state().body_units += units;
                self.reserved(units);
                Ok(())
            }
            _ => Err(self.unclaim(bytes)),
        }
    }

    /// The same where nobody can wait.
    pub fn grow_body_at_once(&self, bytes: usize) -> Result<(), Exhausted> {
        let units = self.claim(bytes)?;
        if units == 0 {
            return Ok(());
        }
        let wanted = permits(units);
        let memory = &self.memory;
        let body = memory.bodies.try_take(wanted);
        let both = body.and_then(|body| Ok((body, memory.free.try_take(wanted)?)));
        let Ok((body, free)) = both else {
            return Err(self.unclaim(bytes));
        };
        body.forget();
        free.forget();
        self.state().body_units += units;
        self.reserved(units);
        Ok(())
    }

    fn patience(&self, deadline: Instant) -> Instant {
        match self.state().units {
            0 => deadline,
            _ => deadline.min(Instant::now() + PATIENCE),
        }
    }

    /// The body is there: others may be read.
    pub fn body_is_read(&self) {
        let units = std::mem::take(&mut self.state().body_units);
        self.memory.bodies.give_back(units);
    }

    /// Counts what another account holds on behalf of this request.
    pub fn count(&self, bytes: usize) -> Result<(), Exhausted> {
        let mut state = self.state();
        state.elsewhere = state.elsewhere.saturating_add(bytes);
        let beyond = state.held.saturating_add(state.elsewhere) > self.share;
        drop(state);
        match beyond {
            true => Err(self.refuse(Exhausted::Share)),
            false => Ok(()),
        }
    }

    /// Gives back all but this many bytes, and what is held to the end.
    pub fn keep(&self, bytes: usize) {
        let mut state = self.state();
        state.held = state.held.min(state.lasting.saturating_add(bytes));
        let units = state.units.saturating_sub(state.needed());
        state.units -= units;
        drop(state);
        self.memory.give_back(units);
    }

    /// Gives back this many bytes of what was reserved.
    pub fn release(&self, bytes: usize) {
        let state = self.state();
        let kept = state.held.saturating_sub(state.lasting);
        drop(state);
        self.keep(kept.saturating_sub(bytes));
    }

    /// All that is left is a response of this many bytes, which is sent from now on.
    pub fn keep_response(&self, bytes: usize) -> Result<(), Exhausted> {
        let units = self.keep_within(&self.memory.responses, bytes)?;
        self.state().response_units += units;
        Ok(())
    }

    /// All that is left is a subscription that keeps this many bytes for as long as its client likes.
    pub fn keep_subscription(&self, bytes: usize) -> Result<(), Exhausted> {
        let units = self.keep_within(&self.memory.subscriptions, bytes)?;
        self.state().subscription_units += units;
        Ok(())
    }

    /// Gives back all but this many bytes, which are also taken from a part of the memory; gives their units.
    fn keep_within(&self, part: &Part, bytes: usize) -> Result<usize, Exhausted> {
        self.keep(bytes);
        let units = self.state().units;
        let permit = part.try_take(permits(units));
        permit.map_err(|_| self.refuse(Exhausted::All))?.forget();
        Ok(units)
    }

    /// Something was refused to another account that acts for this one.
    pub fn note(&self, why: Exhausted) {
        self.state().refused = Some(why);
    }

    /// Why something was refused, if it was.
    pub fn refusal(&self) -> Option<Exhausted> {
        self.state().refused
    }

    /// These bytes, which hold what the account has reserved until the last of them is gone.
    pub fn hold(account: Arc<Self>, bytes: Bytes) -> Bytes {
        if account.state().units == 0 {
            return bytes;
        }
        Bytes::from_owner(Held {
            bytes,
            _account: account,
        })
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        self.body_is_read();
        let State {
            units,
            response_units,
            subscription_units,
            ..
        } = std::mem::take(&mut *self.state());
        self.memory.responses.give_back(response_units);
        self.memory.subscriptions.give_back(subscription_units);
        self.memory.give_back(units);
    }
}

struct Held {
    bytes: Bytes,
    _account: Arc<Account>,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// More than can be counted is more than there is.
fn permits(units: usize) -> u32 {
    u32::try_from(units).unwrap_or(u32::MAX)
}
