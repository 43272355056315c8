//! Nobody is cut, nothing is doubled, and nothing is missed but what the subgraph did not keep, while the schema changes, the subgraph restarts, and clients
//! come and go.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use clap::Args;
use tokio::task::{AbortHandle, spawn_local};

use super::Transport;
use super::source::{Events, labels, ticks};
use super::stage::{PATIENCE, Stage};
use super::subscriber::{Heard, Subscriber};
use crate::Failure;

/// After this part of the changes the router's memory must not grow by more than [`MOST_GROWTH`]. Until then it approaches what thousands of streams that are opened at
/// changing times take of the allocator; what is never freed grows by as much in the second half as in the first.
const WARM: f64 = 0.5;
const MOST_GROWTH: f64 = 1.1;
/// Letters of a reason that are shown.
const LONGEST_REASON: usize = 300;
/// Events that come while the subgraph is down, and are lost every second time.
const WHILE_DOWN: u64 = 3;

#[derive(Args)]
pub(crate) struct Soak {
    /// The binary of the router; without it, it is built.
    #[arg(long)]
    pub(crate) router: Option<PathBuf>,
    /// Subscriptions over each transport.
    #[arg(long, default_value_t = 1000)]
    clients: usize,
    /// How many ask for the same; the streams of subgraphs are as many fewer.
    #[arg(long, default_value_t = 10)]
    sharing: usize,
    /// How often the schema changes.
    #[arg(long, default_value_t = 100)]
    changes: usize,
    /// How often the subgraph restarts.
    #[arg(long, default_value_t = 10)]
    restarts: usize,
    /// Clients that go, and others that come, with each change; of a hundred.
    #[arg(long, default_value_t = 2)]
    churn: usize,
    /// Between two changes.
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// Events in this time.
    #[arg(long, default_value_t = 4)]
    events: u64,
    /// The core of the router.
    #[arg(long, default_value_t = 0)]
    core: usize,
    /// The core of the clients and the subgraphs.
    #[arg(long, default_value_t = 1)]
    pub(crate) load_core: usize,
}

impl Soak {
    /// How many different subscriptions there are.
    fn groups(&self) -> usize {
        (3 * self.clients / self.sharing.max(1)).max(1)
    }
}

/// What all clients came to.
#[derive(Default)]
struct Tally {
    received: Cell<u64>,
    missed: Cell<u64>,
    doubled: Cell<u64>,
    /// Events of which a subgraph did not answer for a part.
    partial: Reasons,
    /// Events in whose place there was an error, after which others came.
    failed: Reasons,
    cut: Reasons,
}

/// How often something happened, by what was said of it: figures apart, which tell one event from the other.
#[derive(Default)]
struct Reasons(RefCell<BTreeMap<String, u64>>);

impl Reasons {
    fn add(&self, why: &str) {
        let why = why.replace(|letter: char| letter.is_ascii_digit(), "");
        let why = why.chars().take(LONGEST_REASON).collect();
        *self.0.borrow_mut().entry(why).or_default() += 1;
    }

    fn count(&self) -> u64 {
        self.0.borrow().values().sum()
    }

    fn print(&self, what: &str) {
        for (why, count) in &*self.0.borrow() {
            println!("  {count} {what}: {why:?}");
        }
    }
}

/// A client, which goes when it is dropped.
struct Client {
    running: AbortHandle,
    /// The last event that it has.
    last: Rc<Cell<u64>>,
}

impl Client {
    /// Whether it is there, and has not had an event yet.
    fn is_behind(&self, event: u64) -> bool {
        !self.running.is_finished() && self.last.get() < event
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.running.abort();
    }
}

pub(crate) async fn run(options: &Soak, router: &Path) -> Result<(), Failure> {
    let all = 3 * options.clients;
    let mut run = Run {
        options,
        stage: Stage::start(router, options.core, all + all / 10).await?,
        tally: Rc::default(),
        clients: Vec::new(),
        came: 0,
        has_moved: false,
        restarted: 0,
    };
    for _ in 0..all {
        run.come().await?;
    }
    run.stage.until_open(all).await?;
    let mut samples = Vec::new();
    for change in 1..=options.changes {
        run.change(change).await?;
        samples.push(run.stage.program.memory()?);
        if change % 10 == 0 {
            println!(
                "  after {change:4} changes: {:.1} MB, {} events received",
                samples[change - 1] as f64 / 1e6,
                run.tally.received.get()
            );
        }
    }
    run.end(&samples).await
}

struct Run<'o> {
    options: &'o Soak,
    stage: Stage,
    tally: Rc<Tally>,
    clients: Vec<Client>,
    /// How many have come in all.
    came: usize,
    /// Whether the second subgraph has the subscription.
    has_moved: bool,
    /// How often the first one has restarted.
    restarted: usize,
}

impl Run<'_> {
    async fn come(&mut self) -> Result<(), Failure> {
        let transport = Transport::ALL[self.came % 3];
        let group = self.came / 3 % self.options.groups();
        self.came += 1;
        let subscriber = Subscriber::open(self.stage.address(), transport, group).await?;
        let last = Rc::new(Cell::new(0));
        let listening = listen(
            subscriber,
            Rc::clone(&last),
            Rc::clone(&self.tally),
            Rc::clone(&self.stage.events),
        );
        self.clients.push(Client {
            running: spawn_local(listening).abort_handle(),
            last,
        });
        Ok(())
    }

    /// One change of the schema, with the events around it; every so often the subgraph restarts as well.
    async fn change(&mut self, change: usize) -> Result<(), Failure> {
        let begun = Instant::now();
        let turn = Duration::from_secs_f64(self.options.seconds);
        let leaving = self.clients.len() * self.options.churn / 100;
        self.clients.drain(..leaving);
        // In some states the second subgraph has the stream, which goes there and back; in others only the plan is another one.
        self.has_moved = matches!(change % 10, 2 | 3 | 5 | 6 | 8);
        self.stage.labels.set_sdl(labels(change, self.has_moved));
        self.stage.events.tick();
        self.stage.until_served(&format!("b{change}:")).await?;
        let due = change * self.options.restarts / self.options.changes;
        if due > self.restarted && !self.has_moved {
            self.restarted += 1;
            self.restart(self.restarted).await?;
        }
        // After the restart: a stream that cannot be opened for the first time is an error at once.
        for _ in 0..leaving {
            self.come().await?;
        }
        for event in 1..self.options.events {
            let due = turn.mul_f64(event as f64 / self.options.events as f64);
            tokio::time::sleep(due.saturating_sub(begun.elapsed())).await;
            self.stage.events.tick();
        }
        tokio::time::sleep(turn.saturating_sub(begun.elapsed())).await;
        Ok(())
    }

    /// The first subgraph goes and comes back, with another schema. Every second time it has lost the events that came meanwhile.
    async fn restart(&mut self, time: usize) -> Result<(), Failure> {
        self.stage.ticks.stop();
        for _ in 0..WHILE_DOWN {
            match time % 2 {
                0 => self.stage.events.lose(),
                _ => self.stage.events.tick(),
            };
        }
        self.stage.ticks.set_sdl(ticks(time));
        self.stage.ticks.start_again().await?;
        self.stage.until_served(&format!("a{time}:")).await
    }

    /// Waits until everybody has the last event, and says what came of all.
    async fn end(mut self, memory: &[u64]) -> Result<(), Failure> {
        let last = self.stage.events.tick();
        let begun = Instant::now();
        let late = loop {
            let behind = self.clients.iter().filter(|client| client.is_behind(last));
            let behind = behind.count();
            if behind == 0 || begun.elapsed() > PATIENCE {
                break behind;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        let tally = &self.tally;
        let [received, missed, doubled] =
            [&tally.received, &tally.missed, &tally.doubled].map(Cell::get);
        let [partial, failed, cut] =
            [&tally.partial, &tally.failed, &tally.cut].map(Reasons::count);
        let warm = (memory.len() as f64 * WARM) as usize;
        let at = |index: usize| memory.get(index).copied().unwrap_or_default() as f64;
        let growth = at(memory.len().saturating_sub(1)) / at(warm);
        let moved = |how: &str| format!("graphql_subscriptions_moved_total{{how=\"{how}\"}}");
        let in_place = self.stage.metric(&moved("in_place")).await?;
        let reopened = self.stage.metric(&moved("reopened")).await?;
        let resumed = "graphql_subscriptions_resumed_total";
        let resumed = self.stage.metric(resumed).await?;
        let streams = "graphql_subscription_streams_active";
        let streams = self.stage.metric(streams).await?;
        let alone = "graphql_subscriptions_behind_total{how=\"alone\"}";
        let alone = self.stage.metric(alone).await?;
        let groups = self.options.groups();
        println!(
            "{} clients in all, {} restarts, {last} events, {received} received, {partial} of them in part, {failed} failed: {cut} clients cut, {doubled} events doubled, {missed} missed, {late} clients late",
            self.came, self.restarted
        );
        println!(
            "  streams that went over to a new schema: {in_place} in place, {reopened} elsewhere; {resumed} opened again after a restart"
        );
        println!(
            "  {streams} streams for {groups} different subscriptions, and {alone} clients that were too slow for theirs"
        );
        println!(
            "  memory: {:.1} MB after {warm} changes, {:.1} MB at the end ({growth:.2})",
            at(warm) / 1e6,
            at(memory.len().saturating_sub(1)) / 1e6
        );
        tally.partial.print("in part");
        tally.failed.print("failed");
        tally.cut.print("cut");
        match (cut, missed + doubled + failed, late) {
            (0, 0, 0) if streams > groups as f64 + alone => {
                Err("clients that ask for the same have several streams".into())
            }
            (0, 0, 0) if growth <= MOST_GROWTH => Ok(()),
            (0, 0, 0) => Err("the router's memory grows".into()),
            (0, ..) => Err("events failed, were missed or doubled, or clients are late".into()),
            _ => Err("clients were cut".into()),
        }
    }
}

/// Takes events until it is aborted, or cut.
async fn listen(
    mut subscriber: Subscriber,
    last: Rc<Cell<u64>>,
    tally: Rc<Tally>,
    events: Rc<Events>,
) {
    // Events without a number since the last one that has one.
    let mut failed = 0;
    loop {
        let number = match subscriber.hear().await {
            Ok(Heard::Event(number)) => number,
            Ok(Heard::Partial(number, why)) => {
                tally.partial.add(&why);
                number
            }
            // Whether it was the last message is seen by what comes next.
            Ok(Heard::Failed(why)) => {
                tally.failed.add(&why);
                failed += 1;
                continue;
            }
            Ok(Heard::Other(what)) => return tally.cut.add(&what),
            Err(error) => return tally.cut.add(&error.to_string()),
        };
        tally.received.set(tally.received.get() + 1);
        let before = last.get();
        let expected = match before {
            // The first one is what it begins with.
            0 => number,
            _ => events.after(before),
        };
        if number <= before {
            tally.doubled.set(tally.doubled.get() + 1);
            continue;
        }
        let gap = number.saturating_sub(expected);
        let missed = gap.saturating_sub(std::mem::take(&mut failed));
        tally.missed.set(tally.missed.get() + missed);
        last.set(number);
    }
}
