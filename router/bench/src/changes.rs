//! The routers while their schema changes.

use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::Failure;
use crate::case::Case;
use crate::load::{Connection, Latencies};
use crate::ratio::{Ratios, median};
use crate::routers::{Bench, PATH, ROUTER, Round, SUPERGRAPH, Subject, from_file};

/// So often the schema changes under load.
const EVERY: Duration = Duration::from_millis(500);
/// How long there is load while the schema changes, and as long while it does not.
const PHASE: Duration = Duration::from_secs(4);
/// Requests at once of those of a round: small steps, so that changes come while there is load.
const STEPS: usize = 5;

/// What the latency of the slowest hundredth of deep operations may grow to while the schema changes, in the median of the rounds.
const MOST: f64 = 1.3;

/// A change must be in service after this time.
const PATIENCE: Duration = Duration::from_secs(30);

/// Latencies while the schema changes under load beside those while it does not, in turns: whatever else the machine does hits both alike. The router composes
/// what its subgraphs publish, and other programs read the file that comes of it.
///
/// # Errors
/// That something cannot be started or asked, or that the router's latency of the deep operation grows too much.
pub(crate) async fn latency(bench: &Bench<'_>, case: Case) -> Result<(), Failure> {
    let load = case.load();
    let options = bench.options;
    let requests = ((options.requests as f64 * load.share) as usize / STEPS).max(1);
    println!(
        "{}: {} connections, {} rounds of {PHASE:?} without a change and {PHASE:?} with one every {EVERY:?}",
        case.title(),
        options.connections,
        options.rounds
    );
    let mut version = 0;
    let mut grew = None;
    for started in bench.programs(&bench.live())? {
        let mut subject = Subject::new(started, &load, options).await?;
        // Warm: caches, connections to subgraphs, memory.
        phase(&mut subject, requests, || Ok(())).await?;
        let (mut without, mut with) = (Vec::new(), Vec::new());
        for _ in 0..options.rounds {
            without.push(phase(&mut subject, requests, || Ok(())).await?);
            let mut changed = Instant::now();
            let change = || {
                if changed.elapsed() >= EVERY {
                    version += 1;
                    bench.change(version)?;
                    changed = Instant::now();
                }
                Ok(())
            };
            with.push(phase(&mut subject, requests, change).await?);
        }
        println!("  {}", subject.program.name);
        for (when, rounds) in [("without", &without), ("with", &with)] {
            let of = |value: fn(&Round) -> Duration| {
                median(rounds.iter().map(|round| value(round).as_secs_f64() * 1e6))
            };
            println!(
                "    {when:7} {:.1} µs CPU a request, p50 {:.0} µs, p99 {:.0} µs",
                of(|round| round.cpu),
                of(|round| round.p50),
                of(|round| round.p99)
            );
        }
        let ratios = |value: fn(&Round) -> Duration| {
            let pairs = with.iter().zip(&without);
            Ratios::new(pairs.map(|(a, b)| (value(a).as_secs_f64(), value(b).as_secs_f64())))
        };
        let slowest = ratios(|round| round.p99);
        println!(
            "    with / without: CPU {}, p50 {}, p99 {slowest}",
            ratios(|round| round.cpu),
            ratios(|round| round.p50),
        );
        if case == Case::DeepChange && subject.program.name == ROUTER && slowest.median() > MOST {
            grew = Some(slowest);
        }
    }
    match grew {
        None => Ok(()),
        Some(slowest) => Err(format!(
            "{}: the router's p99 is {slowest} times that without a change, more than {MOST}",
            case.title()
        )
        .into()),
    }
}

/// Load for a while, in steps of so many requests, before each of which something is done.
async fn phase(
    subject: &mut Subject,
    requests: usize,
    mut before: impl FnMut() -> Result<(), Failure>,
) -> Result<Round, Failure> {
    let (begun, cpu) = (Instant::now(), subject.program.cpu()?);
    let mut all = Latencies::default();
    let mut count = 0;
    while begun.elapsed() < PHASE {
        before()?;
        all.join(subject.drive(requests).await?);
        count += requests;
    }
    let cpu = subject.program.cpu()? - cpu;
    Ok(Round {
        cpu: cpu.div_f64(count as f64),
        p50: all.quantile(0.5),
        p99: all.quantile(0.99),
    })
}

/// The router's memory over many changes.
pub(crate) async fn memory(bench: &Bench<'_>) -> Result<(), Failure> {
    let changes = bench.options.changes;
    println!("{}: {changes}", Case::Changes.title());
    let (mut program, admin) =
        bench.start_router(ROUTER, bench.router, &from_file(SUPERGRAPH), "")?;
    let body = Bytes::from(crate::shop::request(crate::shop::DEEP));
    program.first_answer(PATH, &body, &[]).await?;
    let mut client = Connection::open(program.address, &[]).await?;
    let mut admin = Connection::open(admin, &[]).await?;
    for version in 1..=changes {
        bench.write_supergraph(version)?;
        admin.post("/composition/refresh", Bytes::new()).await?;
        let begun = Instant::now();
        let field = format!("version{version}:");
        loop {
            let text = admin.get("/composition/supergraph").await?;
            if String::from_utf8_lossy(&text).contains(&field) {
                break;
            }
            if begun.elapsed() > PATIENCE {
                return Err(format!("version {version} is not served").into());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        client.post(PATH, body.clone()).await?;
        let shown = [changes / 100, changes / 10, changes / 2, changes];
        if version == 1 || shown.contains(&version) {
            let memory = program.memory()? as f64 / 1e6;
            println!("  after {version:5} changes {memory:6.1} MB");
        }
    }
    Ok(())
}
