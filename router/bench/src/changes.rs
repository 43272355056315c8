//! The routers while their schema changes.

use std::time::{Duration, Instant};

use crate::Failure;
use crate::case::Case;
use crate::load::Connection;
use crate::ratio::median;
use crate::routers::{Bench, PATH, ROUTER, Round, Subject};
use bytes::Bytes;

/// So often the schema changes under load.
const EVERY: Duration = Duration::from_millis(500);

/// A change must be in service after this time.
const PATIENCE: Duration = Duration::from_secs(30);

/// Latencies before, while and after the schema changes under load.
pub(crate) async fn latency(bench: &Bench<'_>, case: Case) -> Result<(), Failure> {
    let load = case.load();
    let options = bench.options;
    let requests = (options.requests as f64 * load.share) as usize;
    println!(
        "{}: {} connections, {} rounds of {requests} requests each, a change every {EVERY:?}",
        case.title(),
        options.connections,
        options.rounds
    );
    let mut version = 0;
    for started in bench.programs()? {
        let mut subject = Subject::new(started, &load, options).await?;
        subject.load(requests).await?;
        let before = rounds(&mut subject, options.rounds, requests).await?;
        let mut changing = Vec::new();
        for _ in 0..options.rounds {
            let begun = Instant::now();
            let mut changed = Instant::now();
            // Small steps, so that changes come while there is load.
            while begun.elapsed() < 4 * EVERY {
                if changed.elapsed() >= EVERY {
                    version += 1;
                    bench.write_supergraph(version)?;
                    changed = Instant::now();
                }
                changing.push(subject.load(requests / 10).await?);
            }
        }
        let after = rounds(&mut subject, options.rounds, requests).await?;
        let of = |rounds: &[Round], value: fn(&Round) -> Duration| {
            median(rounds.iter().map(|round| value(round).as_secs_f64() * 1e6))
        };
        let shown = |rounds: &[Round]| {
            let worst = rounds.iter().map(|round| round.p99).max();
            format!(
                "{:.1} µs CPU a request, p99 {:.0} µs (of the worst round {:.0} µs)",
                of(rounds, |round| round.cpu),
                of(rounds, |round| round.p99),
                worst.unwrap_or_default().as_secs_f64() * 1e6
            )
        };
        println!("  {}", subject.program.name);
        for (when, rounds) in [("before", &before), ("while", &changing), ("after", &after)] {
            println!("    {when:6} {}", shown(rounds));
        }
    }
    Ok(())
}

async fn rounds(
    subject: &mut Subject,
    count: usize,
    requests: usize,
) -> Result<Vec<Round>, Failure> {
    let mut rounds = Vec::new();
    for _ in 0..count {
        rounds.push(subject.load(requests).await?);
    }
    Ok(rounds)
}

/// The router's memory over many changes.
pub(crate) async fn memory(bench: &Bench<'_>) -> Result<(), Failure> {
    let changes = bench.options.changes;
    println!("{}: {changes}", Case::Changes.title());
    let (mut program, admin) = bench.start_router(ROUTER, bench.router, "")?;
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
