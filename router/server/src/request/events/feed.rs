//! The events of one stream on their way to the clients that have it.
//!
//! A task makes them, and waits until some client wants the next one: the fastest sets the pace, and one that is alone holds its own stream back. What the others
//! have not taken is kept, up to a number of events and bytes. Where that is not enough for a client, the others wait for it a little; then it has been left behind.
//!
//! - here: the stream, and what is kept of it;
//! - [`generation`]: what is made of an event, and for whom;
//! - [`seat`]: one client.

mod generation;
mod seat;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use abaque_edge::request::in_current;
use client::Patience;
use executor::{RequestError, request_error_body};
use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;
use tracing::Instrument;

pub(super) use self::generation::{Generation, Told};
pub(super) use self::seat::{Next, Seat, behind};
use super::asked::{Asked, Source};
use super::sharing::{Feeds, Likeness};
use super::upstream::Upstream;
use crate::refusal::Refusal;
use crate::request::execution::Execution;
use crate::telemetry::{Metrics, SubscriptionEnd};

/// Events that are kept for those who are behind, and their bytes, except for the last one.
const MOST: usize = 64;

const MOST_BYTES: usize = 1024 * 1024;

/// One stream.
pub(super) struct Feed {
    /// Where others find it.
    feeds: Arc<Feeds>,
    metrics: Arc<Metrics>,
    asked: Arc<Asked>,
    state: Mutex<State>,
    head: watch::Sender<Head>,
    /// How many events some client has, and the next that it wants.
    wanted: watch::Sender<u64>,
    /// Something of what is kept has been taken by all.
    taken: Notify,
    /// Whether those who are alike have another one, which its clients join as soon as they can.
    is_apart: AtomicBool,
}

struct State {
    kept: VecDeque<Kept>,
    /// How many came before those that are kept.
    first: u64,
    /// The number of the event before those that are kept, where it has one.
    before: Option<Arc<str>>,
    bytes: usize,
    /// Clients.
    seats: usize,
    generation: Arc<Generation>,
    last_id: Option<Arc<str>>,
    task: Option<AbortHandle>,
}

struct Kept {
    told: Arc<Told>,
    /// Clients that have not taken it.
    missing: usize,
}

/// How far a stream is.
#[derive(Clone, Copy, Default)]
struct Head {
    /// Events so far.
    count: u64,
    /// The number of the generation.
    generation: u64,
    /// Whether the subgraph has opened it, once that is known.
    opened: Option<bool>,
    is_over: bool,
}

/// How a stream begins.
pub(super) enum Begin {
    Open,
    /// It goes on after an event that its client has had.
    After(Option<Arc<str>>),
}

/// Ends a stream, however its task does.
struct Ending(Arc<Feed>);

impl Drop for Ending {
    fn drop(&mut self) {
        let feed = &self.0;
        feed.feeds.forget(feed);
        feed.metrics.streams.decrement(1.0);
        feed.head.send_modify(|head| head.is_over = true);
    }
}

impl Feed {
    /// A stream whose first client is to sit down, and whose task is to be started.
    pub(super) fn begin(execution: &Execution, asked: &Arc<Asked>) -> Arc<Self> {
        let generation = Generation::of(execution, asked, 0);
        Arc::new(Self {
            feeds: Arc::clone(&execution.pipeline.feeds),
            metrics: Arc::clone(&execution.pipeline.metrics),
            asked: Arc::clone(asked),
            state: Mutex::new(State {
                kept: VecDeque::new(),
                first: 0,
                before: None,
                bytes: 0,
                seats: 0,
                generation,
                last_id: None,
                task: None,
            }),
            head: watch::Sender::new(Head::default()),
            wanted: watch::Sender::new(0),
            taken: Notify::new(),
            is_apart: AtomicBool::new(false),
        })
    }

    /// Makes its events from now on.
    pub(super) fn start(self: &Arc<Self>, execution: Execution, source: Source, begin: Begin) {
        let ending = Ending(Arc::clone(self));
        self.metrics.streams.increment(1.0);
        let running = async move {
            let feed = Arc::clone(&ending.0);
            feed.run(Upstream::new(execution, source, Arc::clone(&feed)), begin)
                .await;
            drop(ending);
        };
        // What is logged of the stream is logged of the request that opened it.
        let task = tokio::spawn(in_current(running).in_current_span());
        self.state().task = Some(task.abort_handle());
    }

    async fn run(&self, mut upstream: Upstream, begin: Begin) {
        let is_open = match begin {
            Begin::Open => upstream.open().await,
            Begin::After(id) => {
                upstream.go_on_after(id);
                true
            }
        };
        self.head.send_modify(|head| head.opened = Some(is_open));
        let mut wanted = self.wanted.subscribe();
        let mut patience = Patience::new();
        loop {
            let count = self.head.borrow().count;
            if wanted.wait_for(|wanted| *wanted > count).await.is_err() {
                return;
            }
            match upstream.next().await {
                Some(told) => {
                    if !self.state().has_room(&told) {
                        patience.wait_for(self.room(&told)).await;
                    }
                    self.push(told);
                }
                None => return,
            }
        }
    }

    /// What comes after this many events for one of its clients; `Err` where it is not kept any more.
    fn take(&self, at: u64) -> Result<Option<Arc<Told>>, ()> {
        let mut state = self.state();
        let taken = state.take(at);
        if state.drop_taken() {
            drop(state);
            self.taken.notify_one();
        }
        taken
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn asked(&self) -> &Arc<Asked> {
        &self.asked
    }

    pub(super) fn generation(&self) -> Arc<Generation> {
        Arc::clone(&self.state().generation)
    }

    /// From now on events are made by that execution.
    pub(super) fn go_over(self: &Arc<Self>, execution: &Execution) {
        let number = self.state().generation.number + 1;
        let generation = Generation::of(execution, &self.asked, number);
        self.feeds.move_to(self, &generation, || {
            self.state().generation = Arc::clone(&generation);
        });
        self.head.send_modify(|head| head.generation = number);
    }

    /// Whether it will be for those who are so alike, once it is on the schema of that execution.
    pub(super) fn will_be(&self, execution: &Execution, likeness: &Likeness) -> bool {
        let Execution {
            pipeline,
            serving,
            prepared,
            ..
        } = execution;
        let context = &self.generation().context;
        // As it will be by that configuration.
        let context = context.again(pipeline, context.identity.clone());
        Likeness::of(pipeline, &context, &self.asked, serving, prepared) == *likeness
    }

    /// Others have one that is like it.
    pub(super) fn stand_apart(&self) {
        self.is_apart.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_apart(&self) -> bool {
        self.is_apart.load(Ordering::Relaxed)
    }

    /// Under what others find it, if they do.
    pub(super) fn key(&self) -> Arc<Likeness> {
        Arc::clone(&self.state().generation.likeness)
    }

    /// What clients get when the schema in service refuses their operation.
    pub(super) fn refused(&self, refusal: &Refusal) -> Told {
        let shown = refusal.shown();
        let why = shown.first().map_or("", |shown| &*shown.message);
        let message = format!("the schema has changed, and the operation does not fit it: {why}");
        let code = refusal.code().as_str();
        Told {
            body: request_error_body(&[RequestError::new(code, message)]).into(),
            is_fatal: true,
            end: Some(SubscriptionEnd::Schema),
            codes: vec![code.to_owned()],
            outcome: None,
            fetches: AtomicUsize::new(0),
            id: None,
            generation: self.generation(),
        }
    }

    /// Resolves when an event can be kept beside those that some client has not taken.
    async fn room(&self, told: &Told) {
        while !self.state().has_room(told) {
            // What is taken meanwhile is not missed: it leaves a permit.
            self.taken.notified().await;
        }
    }

    fn push(&self, told: Told) {
        let mut state = self.state();
        state.last_id.clone_from(&told.id);
        state.bytes += told.body.len();
        let missing = state.seats;
        let told = Arc::new(told);
        state.kept.push_back(Kept { told, missing });
        while state.kept.len() > MOST || (state.bytes > MOST_BYTES && state.kept.len() > 1) {
            state.drop_first();
        }
        let count = state.first + state.kept.len() as u64;
        drop(state);
        self.head.send_modify(|head| head.count = count);
    }
}

impl State {
    /// Whether an event can be kept beside all others.
    fn has_room(&self, told: &Told) -> bool {
        let bytes = self.bytes + told.body.len();
        self.kept.is_empty() || (self.kept.len() < MOST && bytes <= MOST_BYTES)
    }

    fn drop_first(&mut self) {
        if let Some(kept) = self.kept.pop_front() {
            self.bytes -= kept.told.body.len();
            self.first += 1;
            self.before.clone_from(&kept.told.id);
        }
    }

    /// Whether there was anything that all have taken.
    fn drop_taken(&mut self) -> bool {
        let before = self.first;
        while self.kept.front().is_some_and(|kept| kept.missing == 0) {
            self.drop_first();
        }
        self.first > before
    }

    /// How many events there were up to the one with that number, where what comes after it is still kept.
    fn after(&self, id: &str) -> Option<u64> {
        let numbers = self.kept.iter().map(|kept| kept.told.id.as_deref());
        let mut numbers = std::iter::once(self.before.as_deref()).chain(numbers);
        let at = numbers.position(|number| number == Some(id))?;
        Some(self.first + at as u64)
    }

    /// What comes after this many; `Err` where it is not kept any more.
    fn take(&mut self, at: u64) -> Result<Option<Arc<Told>>, ()> {
        let index = at.checked_sub(self.first).ok_or(())?;
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        let Some(kept) = self.kept.get_mut(index) else {
            return Ok(None);
        };
        kept.missing = kept.missing.saturating_sub(1);
        Ok(Some(Arc::clone(&kept.told)))
    }
}
