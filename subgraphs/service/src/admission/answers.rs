//! The room for answers that are not read yet, and who gives theirs up when others need it.
//!
//! A client that reads slowly holds what it has been answered. While there is room for all, that is nobody's concern but the time limits'. When there is none, an answer
//! takes the place of
//!
//! 1. those that are not read as fast as they must be, the latest first;
//! 2. where its client has less than an equal share of the room, those of the clients that have more, the oldest first.
//!
//! It never takes places in vain: where all that may go does not make enough room, nothing goes, and the answer is refused. Some of the room is kept from the large answers,
//! so that they never keep out the others.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use abaque_edge::Cut;
use tokio::time::Instant;

/// What a client may do nothing for, though others need its room: the round trips of a slow network.
const PATIENCE: Duration = Duration::from_millis(200);

/// The time in which an answer has to be read while others need its room, evenly.
const BRISK: Duration = Duration::from_secs(10);

/// No answer has to be read faster than that, in bytes a second, except for its part of [`BRISK`].
const LEAST_RATE: u64 = 64 * 1024;

/// What is sent in one piece is looked at as a whole: this many bytes a second.
const RATE_OF_WHOLES: u64 = 4 * 1024 * 1024;

/// An answer that is read as fast as it must be keeps its place this long, however much its client has.
const SETTLED: Duration = Duration::from_secs(1);

/// Larger answers leave one sixth of the room to others.
const LARGE: usize = 256 * 1024;

/// How an answer goes to its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// Piece by piece: [`Place::takes`] is called for each.
    InPieces,
    /// All at once.
    Whole,
}

/// The client of an answer, and the signal that ends its connection.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    client: IpAddr,
    pub(crate) cut: Cut,
}

impl Reader {
    /// A client, as [`client`](super::client) gives it.
    pub(crate) fn of(client: IpAddr) -> Self {
        Self {
            client,
            cut: Cut::default(),
        }
    }

    pub(crate) fn client(&self) -> IpAddr {
        self.client
    }
}

/// The room. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Answers(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    capacity: usize,
    /// What is kept from large answers.
    reserve: usize,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    bytes: usize,
    next: u64,
    /// Bounded by the room: each has more than what needs none.
    places: HashMap<u64, Occupied>,
}

/// An answer that has a place.
#[derive(Debug)]
struct Occupied {
    reader: Reader,
    bytes: usize,
    taken: u64,
    /// How fast it must be read, in bytes a second.
    rate: u64,
    since: Instant,
    /// When it must go on at the latest, if others need its room.
    due: Instant,
}

impl Answers {
    /// Room for this many bytes. The largest answer that there may be always fits in while nothing else is there.
    pub(crate) fn new(capacity: usize, largest: usize) -> Self {
        Self(Arc::new(Shared {
            capacity,
            reserve: (capacity / 6).min(capacity.saturating_sub(largest)),
            held: Mutex::default(),
        }))
    }

    /// A place for an answer of this many bytes, which may be that of another: its connection is cut then. `None` when there is none.
    pub(crate) fn place(&self, bytes: usize, reader: &Reader, sent: Sent) -> Option<Place> {
        let now = Instant::now();
        let capacity = match bytes > LARGE {
            true => self.0.capacity - self.0.reserve,
            false => self.0.capacity,
        };
        let mut held = self.held();
        let missing = held.bytes.saturating_add(bytes).saturating_sub(capacity);
        if missing > 0 {
            let going = held.who_goes(missing, bytes, reader.client, capacity, now)?;
            for id in going {
                held.end(id);
            }
        }
        let id = held.next;
        held.next += 1;
        held.bytes += bytes;
        held.places
            .insert(id, Occupied::new(bytes, reader.clone(), sent, now));
        Some(Place {
            answers: self.clone(),
            id,
        })
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    /// The places that make this much room for an answer; `None` where there are not enough.
    fn who_goes(
        &self,
        missing: usize,
        bytes: usize,
        client: IpAddr,
        capacity: usize,
        now: Instant,
    ) -> Option<Vec<u64>> {
        let mut shares: HashMap<IpAddr, usize> = HashMap::new();
        for place in self.places.values() {
            *shares.entry(place.reader.client).or_default() += place.bytes;
        }
        shares.entry(client).or_default();
        let share = capacity / shares.len();

        let mut slow: Vec<(&u64, &Occupied)> = self.places.iter().collect();
        slow.retain(|(_, place)| place.due < now);
        slow.sort_unstable_by_key(|(_, place)| place.due);
        let mut settled: Vec<(&u64, &Occupied)> = self.places.iter().collect();
        settled.retain(|(_, place)| place.due >= now && place.since + SETTLED < now);
        settled.sort_unstable_by_key(|(_, place)| place.since);

        let (mut going, mut room) = (Vec::new(), 0);
        for (id, place) in slow {
            if room >= missing {
                break;
            }
            room += place.bytes;
            *shares.entry(place.reader.client).or_default() -= place.bytes;
            going.push(*id);
        }
        let may_claim = shares.get(&client).is_some_and(|own| own + bytes <= share);
        for (id, place) in settled.into_iter().filter(|_| may_claim) {
            if room >= missing {
                break;
            }
            let theirs = shares.entry(place.reader.client).or_default();
            if *theirs > share {
                room += place.bytes;
                *theirs -= place.bytes;
                going.push(*id);
            }
        }
        (room >= missing).then_some(going)
    }

    fn end(&mut self, id: u64) {
        if let Some(place) = self.places.remove(&id) {
            self.bytes -= place.bytes;
            place.reader.cut.cut();
        }
    }
}

impl Occupied {
    fn new(bytes: usize, reader: Reader, sent: Sent, now: Instant) -> Self {
        let rate = match sent {
            Sent::InPieces => (bytes as u64 / BRISK.as_secs()).max(LEAST_RATE),
            Sent::Whole => RATE_OF_WHOLES,
        };
        let first = match sent {
            Sent::InPieces => Duration::ZERO,
            Sent::Whole => lasts(bytes as u64, rate),
        };
        Self {
            reader,
            bytes,
            taken: 0,
            rate,
            since: now,
            due: now + PATIENCE + first,
        }
    }

    /// A piece is taken: the next one is due when this one has had its time, and all of them together have had theirs. What the system's buffers take at once
    /// is therefore not read yet.
    fn takes(&mut self, bytes: u64, now: Instant) {
        self.taken = self.taken.saturating_add(bytes);
        let evenly = self.since + lasts(self.taken, self.rate);
        self.due = evenly.min(now + lasts(bytes, self.rate)) + PATIENCE;
    }
}

/// How long this many bytes take.
fn lasts(bytes: u64, rate: u64) -> Duration {
    Duration::from_micros(bytes.saturating_mul(1_000_000) / rate)
}

/// The place of an answer, until it is dropped or given to another.
#[derive(Debug)]
pub(crate) struct Place {
    answers: Answers,
    id: u64,
}

impl Place {
    /// A piece of this many bytes goes to the client; false when the place is another's by now.
    pub(crate) fn takes(&self, bytes: usize) -> bool {
        let mut held = self.answers.held();
        let place = held.places.get_mut(&self.id);
        place.is_some_and(|place| {
            place.takes(bytes as u64, Instant::now());
            true
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.answers.held();
        if let Some(place) = held.places.remove(&self.id) {
            held.bytes -= place.bytes;
        }
    }
}

#[cfg(test)]
mod tests;
