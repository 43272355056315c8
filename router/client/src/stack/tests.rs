//! The layers over a subgraph of which each test plays the part. Time is paused: it passes when everything waits.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;

use super::*;

/// A subgraph that answers what is next in the list, and the last one for ever.
pub(super) struct Scripted {
    answers: Mutex<VecDeque<Answer>>,
    pub(super) asked: AtomicUsize,
}

impl Scripted {
    pub(super) fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self {
            answers: Mutex::new(answers.into_iter().collect()),
            asked: AtomicUsize::new(0),
        }
    }

    pub(super) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

/// What a subgraph comes to that says nothing.
pub(super) struct Silent;

impl Fetch for Silent {
    async fn fetch(&self, request: &Request) -> Answer {
        tokio::time::sleep_until(request.expiry.at).await;
        Err(request.expiry.failure())
    }
}

impl Fetch for Scripted {
    async fn fetch(&self, _: &Request) -> Answer {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let mut answers = self.answers.lock().expect("no panic");
        match answers.len() {
            1 => answers[0].clone(),
            _ => answers.pop_front().expect("an answer"),
        }
    }
}

pub(super) fn answered(status: u16) -> Answer {
    Ok(SubgraphResponse {
        status,
        headers: HeaderMap::new(),
        body: Bytes::from_static(b"{}"),
    })
}

pub(super) fn unreachable() -> Answer {
    Err(Failure::Unreachable("nobody listens".to_owned()))
}

pub(super) fn query() -> Request {
    Request {
        payload: Bytes::from_static(b"{}").into(),
        unnamed_from: 0,
        passed_on: HeaderMap::new(),
        id: None,
        trace: None,
        route: None,
        idempotent: true,
        is_probe: AtomicBool::new(false),
        expiry: Expiry::within(Duration::from_secs(30), None),
        awaited: Instant::now() + Duration::from_secs(30),
        timing: None,
        spent: None,
    }
}

pub(super) fn mutation() -> Request {
    Request {
        idempotent: false,
        ..query()
    }
}
