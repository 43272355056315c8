//! What the router's memory grows by for each subscriber of a stream that all share.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use clap::Args;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::Transport;
use super::stage::{PATIENCE, Stage};
use super::subscriber::{Heard, Subscriber};
use crate::Failure;

/// Clients that connect at once.
const TOGETHER: usize = 100;
const KIB: f64 = 1024.0;

#[derive(Args)]
pub(crate) struct Subscribers {
    /// The binary of the router; without it, it is built.
    #[arg(long)]
    pub(crate) router: Option<PathBuf>,
    /// How many clients share the stream.
    #[arg(long, default_value_t = 10_000)]
    clients: usize,
    /// How they get its events; all in turn.
    #[arg(long = "transport", value_enum, default_values_t = Transport::ALL)]
    transports: Vec<Transport>,
    /// How many events there are.
    #[arg(long, default_value_t = 20)]
    events: u64,
    /// KiB that a client may cost; more is a failure.
    #[arg(long, default_value_t = 16.0)]
    most: f64,
    /// The core of the router.
    #[arg(long, default_value_t = 0)]
    core: usize,
    /// The core of the clients and the subgraphs.
    #[arg(long, default_value_t = 1)]
    pub(crate) load_core: usize,
}

/// Measures one transport after the other, each with a router of its own.
pub(crate) async fn measure(options: &Subscribers, router: &Path) -> Result<(), Failure> {
    let mut is_fine = true;
    for transport in &options.transports {
        is_fine &= of(options, router, *transport).await?;
    }
    match is_fine {
        true => Ok(()),
        false => Err(format!("a client costs more than {} KiB", options.most).into()),
    }
}

/// Whether a client costs no more than it may.
async fn of(options: &Subscribers, router: &Path, transport: Transport) -> Result<bool, Failure> {
    let clients = options.clients;
    let mut stage = Stage::start(router, options.core, clients).await?;
    let before = stage.program.memory()?;
    let each = |memory: u64| memory.saturating_sub(before) as f64 / clients as f64 / KIB;
    let heard = Rc::new(watch::Sender::new(0_u64));
    let mut tasks = JoinSet::new();
    for batch in 0..clients.div_ceil(TOGETHER) {
        let mut opening = JoinSet::new();
        for _ in batch * TOGETHER..clients.min((batch + 1) * TOGETHER) {
            opening.spawn_local(Subscriber::open(stage.address(), transport, 0));
        }
        while let Some(opened) = opening.join_next().await {
            tasks.spawn_local(listen(opened??, Rc::clone(&heard)));
        }
    }
    stage.until_open(clients).await?;
    let idle = stage.program.memory()?;
    let mut times = Vec::new();
    let cpu = stage.program.cpu()?;
    for number in 1..=options.events {
        let begun = Instant::now();
        stage.events.tick();
        let mut heard = heard.subscribe();
        let all = number * clients as u64;
        tokio::select! {
            all = tokio::time::timeout(PATIENCE, heard.wait_for(|heard| *heard == all)) => {
                all.map_err(|_| "an event does not reach all clients")??;
            }
            Some(ended) = tasks.join_next() => ended??,
        }
        times.push(begun.elapsed());
    }
    let cpu = stage.program.cpu()? - cpu;
    let after = stage.program.memory()?;
    times.sort_unstable();
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    let deliveries = options.events as f64 * clients as f64;
    println!(
        "{}: {clients} clients, {:.1} KiB each when they are open, {:.1} KiB each after {} events; an event reaches all in {median:.0?}, {:.1?} CPU each",
        transport.title(),
        each(idle),
        each(after),
        options.events,
        Duration::from_secs_f64(cpu.as_secs_f64() / deliveries),
    );
    let (opened, completed) = (stage.ticks.opened(), stage.labels.entities());
    if (opened, completed) != (1, options.events) {
        return Err(
            format!("{opened} streams were opened, and {completed} events completed").into(),
        );
    }
    Ok(each(idle.max(after)) <= options.most)
}

/// Takes the events, of which none is missing. It ends only by failing.
async fn listen(mut subscriber: Subscriber, heard: Rc<watch::Sender<u64>>) -> Result<(), Failure> {
    for expected in 1.. {
        match subscriber.hear().await? {
            Heard::Event(number) if number == expected => heard.send_modify(|heard| *heard += 1),
            other => return Err(format!("event {expected} was expected, not {other:?}").into()),
        }
    }
    Ok(())
}
