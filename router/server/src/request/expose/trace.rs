//! When what happened to a request: the stages of the router, and each request to a subgraph. The format is in `docs/console.md`.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use client::{Observations, Observed};
use serde_json::{Value, json};

/// The version of the format.
const VERSION: u32 = 1;

/// A part of the router's work on a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Reading the body.
    Receive,
    /// Reading what is in it.
    Parse,
    /// From the text to a plan, or finding one that was made before.
    Prepare,
    /// Coercing the variables, and what they make the operation cost.
    Variables,
    /// Everything that needs subgraphs, and the answer made of it.
    Execute,
}

impl Stage {
    fn as_str(self) -> &'static str {
        match self {
            Stage::Receive => "receive",
            Stage::Parse => "parse",
            Stage::Prepare => "prepare",
            Stage::Variables => "variables",
            Stage::Execute => "execute",
        }
    }
}

/// What is recorded of a request whose client asked for it.
#[derive(Debug)]
pub(crate) struct Trace {
    begun: Instant,
    /// Each stage with its end, one after the other.
    stages: Mutex<Vec<(Stage, Duration)>>,
}

impl Trace {
    /// A request that begins now.
    pub(crate) fn begin() -> Self {
        Self {
            begun: Instant::now(),
            stages: Mutex::default(),
        }
    }

    /// When the request began.
    pub(crate) fn begun(&self) -> Instant {
        self.begun
    }

    /// A stage is over.
    pub(crate) fn ended(&self, stage: Stage) {
        let mut stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
        stages.push((stage, self.begun.elapsed()));
    }

    /// All of it with the requests to subgraphs, as `extensions.trace`. Times are in microseconds since the head of the request was read.
    pub(crate) fn to_json(&self, fetches: Option<&Observations>) -> Value {
        let stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
        let mut start = Duration::ZERO;
        let stages: Vec<Value> = stages
            .iter()
            .map(|(stage, end)| {
                let start = std::mem::replace(&mut start, *end);
                json!({ "name": stage.as_str(), "start": micros(start), "end": micros(*end) })
            })
            .collect();
        let fetches = fetches.map(Observations::requests).unwrap_or_default();
        let fetches: Vec<Value> = fetches.iter().map(fetch).collect();
        json!({
            "version": VERSION,
            "duration": micros(self.begun.elapsed()),
            "stages": stages,
            "fetches": fetches,
        })
    }
}

fn fetch(observed: &Observed) -> Value {
    let timing = &observed.timing;
    json!({
        "fetch": observed.fetch,
        "subgraph": observed.subgraph,
        "start": micros(observed.start),
        "sent": timing.sent().map(micros),
        "firstByte": timing.first_byte().map(micros),
        "end": micros(observed.end),
        "attempts": timing.attempts(),
        "joined": timing.joined(),
        "entities": { "sent": observed.entities.sent, "shared": observed.entities.shared },
        "requestBytes": timing.request_bytes(),
        "responseBytes": observed.response_bytes,
        "status": observed.status,
        "error": observed.error,
    })
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
