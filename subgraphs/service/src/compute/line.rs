//! Who waits for a thread, and who is next.
//!
//! Clients take turns, and what a client sent first comes first for it: one that asks for much waits behind itself. When no more may wait, the client
//! that waits most often gives way to one that waits less, and what it sent last is refused.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::oneshot;

use super::Busy;

/// The threads that are free, and the line for them. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Line(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    free: usize,
    /// Requests that may wait.
    most: usize,
    /// Those that do, without events of streams.
    waiting: usize,
    /// In the order of their turns. None is without something that waits, so that there are no more than requests and streams.
    clients: VecDeque<Client>,
    next_id: u64,
}

#[derive(Debug)]
struct Client {
    address: IpAddr,
    /// What came first is first.
    waiting: VecDeque<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    id: u64,
    what: What,
    granted: oneshot::Sender<()>,
}

/// What waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// One of a bounded number.
    Request,
    /// An event of a stream, which waits however many do.
    Event,
}

/// A place of a thread, taken until it is dropped.
#[derive(Debug)]
pub(crate) struct Free(Line);

/// A place in the line, given up when it is dropped.
struct Standing {
    line: Line,
    id: u64,
    granted: oneshot::Receiver<()>,
    is_over: bool,
}

impl Line {
    /// For this many threads, with room for `most` requests.
    pub(super) fn new(threads: usize, most: usize) -> Self {
        Self(Arc::new(Mutex::new(State {
            free: threads,
            most,
            waiting: 0,
            clients: VecDeque::new(),
            next_id: 0,
        })))
    }

    /// A place, unless all are taken.
    pub(super) fn free(&self) -> Option<Free> {
        let mut state = self.lock();
        state.free = state.free.checked_sub(1)?;
        Some(Free(self.clone()))
    }

    /// A place, when it is the client's turn.
    pub(super) async fn place(
        &self,
        client: IpAddr,
        what: What,
        deadline: Instant,
    ) -> Result<Free, Busy> {
        if let Some(free) = self.free() {
            return Ok(free);
        }
        let mut standing = self.join(client, what)?;
        match tokio::time::timeout_at(deadline.into(), &mut standing.granted).await {
            Ok(Ok(())) => {
                standing.is_over = true;
                Ok(Free(self.clone()))
            }
            Ok(Err(_)) => Err(Busy::Full),
            Err(_) => Err(Busy::Late),
        }
    }

    /// The end of the line, where there is room or somebody gives way.
    fn join(&self, client: IpAddr, what: What) -> Result<Standing, Busy> {
        let (grant, granted) = oneshot::channel();
        let mut state = self.lock();
        if what == What::Request {
            if state.waiting >= state.most && !state.give_way(client) {
                return Err(Busy::Full);
            }
            state.waiting += 1;
        }
        let id = state.next_id;
        state.next_id += 1;
        let own = state.position(client);
        let own = own.unwrap_or_else(|| {
            state.clients.push_back(Client {
                address: client,
                waiting: VecDeque::new(),
            });
            state.clients.len() - 1
        });
        state.clients[own].waiting.push_back(Waiting {
            id,
            what,
            granted: grant,
        });
        Ok(Standing {
            line: self.clone(),
            id,
            granted,
            is_over: false,
        })
    }

    /// A thread is free: whose turn it is has it.
    fn release(&self) {
        let mut state = self.lock();
        let Some(next) = state.next() else {
            state.free += 1;
            return;
        };
        // What is in the line still waits: it leaves it before it goes.
        let _ = next.granted.send(());
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn position(&self, client: IpAddr) -> Option<usize> {
        let mut clients = self.clients.iter();
        clients.position(|known| known.address == client)
    }

    /// What is next, which is in the line no more.
    fn next(&mut self) -> Option<Waiting> {
        let mut client = self.clients.pop_front()?;
        let next = client.waiting.pop_front()?;
        if !client.waiting.is_empty() {
            self.clients.push_back(client);
        }
        self.waiting -= next.counted();
        Some(next)
    }

    /// Makes room for a request of a client by refusing the last one of the client that waits most often, unless that would only change places.
    fn give_way(&mut self, client: IpAddr) -> bool {
        let own = self.position(client);
        let own = own.map_or(0, |own| self.clients[own].requests());
        let clients = self.clients.iter().enumerate();
        let most = clients.max_by_key(|(_, client)| client.requests());
        let Some((index, _)) = most.filter(|(_, client)| client.requests() > own + 1) else {
            return false;
        };
        let waiting = &self.clients[index].waiting;
        let last = waiting.iter().rposition(|one| one.what == What::Request);
        last.is_some_and(|last| self.remove(index, last))
    }

    /// Takes something out of the line. Where nobody was granted it, its sender learns that by its loss.
    fn remove(&mut self, client: usize, place: usize) -> bool {
        let Some(removed) = self.clients[client].waiting.remove(place) else {
            return false;
        };
        self.waiting -= removed.counted();
        if self.clients[client].waiting.is_empty() {
            self.clients.remove(client);
        }
        true
    }

    fn find(&self, id: u64) -> Option<(usize, usize)> {
        let mut clients = self.clients.iter().enumerate();
        clients.find_map(|(client, known)| {
            let place = known.waiting.iter().position(|one| one.id == id);
            place.map(|place| (client, place))
        })
    }
}

impl Client {
    fn requests(&self) -> usize {
        self.waiting.iter().map(Waiting::counted).sum()
    }
}

impl Waiting {
    fn counted(&self) -> usize {
        usize::from(self.what == What::Request)
    }
}

impl Drop for Free {
    fn drop(&mut self) {
        self.0.release();
    }
}

impl Drop for Standing {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        let mut state = self.line.lock();
        if let Some((client, place)) = state.find(self.id) {
            state.remove(client, place);
            return;
        }
        drop(state);
        // Its turn had come, and it was not there to take it.
        if self.granted.try_recv().is_ok() {
            self.line.release();
        }
    }
}

#[cfg(test)]
mod tests;
