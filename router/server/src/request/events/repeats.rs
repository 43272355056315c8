//! Events that clients have had. A place that is asked for what comes after the last of them may bring some of them again.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

/// Events that are remembered while a stream goes on.
const MOST_REMEMBERED: usize = 32;

/// Events with numbers, in the order in which clients had them.
#[derive(Clone, Default)]
pub(super) struct Repeats {
    events: VecDeque<Event>,
    hashes: RandomState,
}

#[derive(Clone)]
struct Event {
    id: Arc<str>,
    /// The hash of what it says, where it is needed to tell it from another event with its number: a source that has lost its count begins again at 1.
    body: Option<u64>,
}

impl Repeats {
    /// One more event of a stream that goes on: the oldest one is forgotten.
    pub(super) fn remember(&mut self, id: &Arc<str>, body: &[u8]) {
        if self.events.len() >= MOST_REMEMBERED {
            self.events.pop_front();
        }
        let body = Some(self.hashes.hash_one(body));
        self.events.push_back(Event {
            id: Arc::clone(id),
            body,
        });
    }

    /// The last event of the stream was none that clients have had.
    pub(super) fn forget_last(&mut self) {
        self.events.pop_back();
    }

    /// What may come again from the place that brought it, which is asked for what comes after `last`. An event with that very number is no other.
    pub(super) fn up_to(&self, last: Option<&Arc<str>>) -> Self {
        let mut repeats = self.clone();
        match repeats.events.back_mut() {
            Some(event) if last == Some(&event.id) => event.body = None,
            // Another stream brought it.
            _ => {
                repeats.events.clear();
                last.into_iter().for_each(|id| repeats.add(id));
            }
        }
        repeats
    }

    /// The same from another place, which has the numbers in common and may be asked for more of each event.
    pub(super) fn up_to_elsewhere(&self, last: Option<&Arc<str>>) -> Self {
        let mut repeats = self.up_to(last);
        repeats
            .events
            .iter_mut()
            .for_each(|event| event.body = None);
        repeats
    }

    /// One more event, which nothing but its number tells from others.
    pub(super) fn add(&mut self, id: &Arc<str>) {
        self.events.push_back(Event {
            id: Arc::clone(id),
            body: None,
        });
    }

    pub(super) fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether an event that has come is among them. None before it comes again, and none at all after one that is not.
    pub(super) fn take(&mut self, id: Option<&str>, body: &[u8]) -> bool {
        if self.events.is_empty() {
            return false;
        }
        let is_it = |event: &Event| {
            let says_it = |hash| self.hashes.hash_one(body) == hash;
            Some(&*event.id) == id && event.body.is_none_or(says_it)
        };
        let at = self.events.iter().position(is_it);
        match at {
            Some(at) => drop(self.events.drain(..=at)),
            None => self.events.clear(),
        }
        at.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of these events, in this order, the ones that are new after all up to `had`; each says what it is.
    fn new(had: &[(&str, &str)], come: &[(&str, &str)]) -> Vec<String> {
        let mut remembered = Repeats::default();
        let mut last = None;
        for (id, body) in had {
            let id: Arc<str> = (*id).into();
            remembered.remember(&id, body.as_bytes());
            last = Some(id);
        }
        let mut repeats = remembered.up_to(last.as_ref());
        let new = come
            .iter()
            .filter(|(id, body)| !repeats.take(Some(*id), body.as_bytes()));
        new.map(|(_, body)| (*body).to_owned()).collect()
    }

    #[test]
    fn what_begins_further_back_is_new_after_the_last() {
        let had = [("1", "a"), ("2", "b"), ("3", "c")];
        let all = [("1", "a"), ("2", "b"), ("3", "c"), ("4", "d")];
        for first in 0..=3 {
            assert_eq!(new(&had, &all[first..]), ["d"]);
        }
    }

    #[test]
    fn the_last_comes_again_whatever_it_says() {
        assert_eq!(new(&[("1", "a")], &[("1", "later"), ("2", "b")]), ["b"]);
    }

    #[test]
    fn a_source_that_counts_anew_has_new_events() {
        let had = [("1", "a"), ("2", "b"), ("3", "c")];
        let come = [("1", "x"), ("2", "y"), ("3", "z")];
        assert_eq!(new(&had, &come), ["x", "y", "z"]);
    }

    #[test]
    fn no_more_is_remembered_than_is_said() {
        let ids: Vec<String> = (0..100).map(|id| id.to_string()).collect();
        let had: Vec<_> = ids.iter().map(|id| (&**id, "same")).collect();
        assert_eq!(new(&had, &had[100 - MOST_REMEMBERED..]), [""; 0]);
        let further = &had[99 - MOST_REMEMBERED..];
        assert_eq!(new(&had, further).len(), further.len());
    }
}
