//! Routers and the proxy under load.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;
use tempfile::TempDir;

use crate::load::{self, Connection};
use crate::process::{Program, free_address};
use crate::ratio::{Ratios, median};
use crate::subgraphs::Subgraphs;
use crate::{Failure, Routers, shop};

const ROUTER: &str = "router";
const OTHER: &str = "other router";
const HIVE: &str = "Hive Router";
const PATH: &str = "/graphql";
const PROXY: &str = "hyper proxy";

/// A program under load, with what its rounds showed.
struct Subject {
    program: Program,
    path: &'static str,
    answer: Bytes,
    connections: Vec<Connection>,
    fetches: f64,
    rounds: Vec<Round>,
}

struct Round {
    /// Per request.
    cpu: Duration,
    p50: Duration,
    p99: Duration,
}

/// Builds the router as the images hold it; gives its binary.
pub(crate) fn build() -> Result<PathBuf, Failure> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml");
    let built = Command::new(env!("CARGO"))
        .args([
            "build",
            "--profile",
            "dist",
            "--locked",
            "-p",
            "router",
            "--message-format",
            "json",
        ])
        .arg("--manifest-path")
        .arg(manifest)
        .stderr(Stdio::inherit())
        .output()?;
    if !built.status.success() {
        return Err("the router does not build".into());
    }
    let messages = serde_json::Deserializer::from_slice(&built.stdout).into_iter::<Value>();
    messages
        .filter_map(|message| Some(message.ok()?["executable"].as_str()?.into()))
        .last()
        .ok_or_else(|| "cargo names no binary".into())
}

/// Runs both comparisons and prints what they show.
pub(crate) async fn compare(options: &Routers, router: &Path) -> Result<(), Failure> {
    let (subgraphs, address) = Subgraphs::serve().await?;
    let files = TempDir::new()?;
    let supergraph = files.path().join("supergraph.graphql");
    std::fs::write(&supergraph, shop::supergraph(&format!("http://{address}")))?;
    let both = || {
        let mut both = vec![(start_router(ROUTER, options, router, files.path())?, PATH)];
        if let Some(other) = &options.against {
            both.push((start_router(OTHER, options, other, files.path())?, PATH));
        }
        Ok::<_, Failure>(both)
    };

    println!(
        "deep: {} connections, {} rounds of {} requests",
        options.connections, options.rounds, options.requests
    );
    let mut deep = both()?;
    if let Some(hive) = &options.hive {
        deep.push((start_hive(options, hive, files.path())?, PATH));
    }
    run(options, &subgraphs, shop::DEEP, deep, options.requests).await?;

    let many = options.requests * 10;
    println!(
        "one field: {} connections, {} rounds of {many} requests",
        options.connections, options.rounds
    );
    let mut one_field = both()?;
    let listen = free_address()?;
    let proxy = Program::start(
        PROXY,
        options.core,
        listen,
        &std::env::current_exe()?,
        |command| {
            command.args([
                "proxy",
                "--listen",
                &listen.to_string(),
                "--upstream",
                &address.to_string(),
            ]);
        },
    )?;
    one_field.push((proxy, "/accounts"));
    if let Some(hive) = &options.hive {
        one_field.push((start_hive(options, hive, files.path())?, PATH));
    }
    run(options, &subgraphs, shop::ONE_FIELD, one_field, many).await
}

fn start_router(
    name: &'static str,
    options: &Routers,
    binary: &Path,
    files: &Path,
) -> Result<Program, Failure> {
    let (address, admin) = (free_address()?, free_address()?);
    let level = if options.access_log { "info" } else { "warn" };
    let config = format!(
        "listen: {address}\nadmin: {admin}\nsupergraph: supergraph.graphql\n\
         deduplicate_queries: false\nlog: {{ level: {level}, format: json }}\n"
    );
    let file = files.join(format!("{name}.yaml"));
    std::fs::write(&file, config)?;
    Program::start(name, options.core, address, binary, |command| {
        command.args(["serve", "--config"]).arg(file);
    })
}

fn start_hive(options: &Routers, binary: &Path, files: &Path) -> Result<Program, Failure> {
    let address = free_address()?;
    let level = if options.access_log { "info" } else { "warn" };
    let port = address.port();
    let config = format!(
        "supergraph: {{ source: file, path: ./supergraph.graphql }}\n\
         http: {{ host: 127.0.0.1, port: {port}, workers: 1 }}\n\
         log: {{ level: {level}, format: json }}\n\
         traffic_shaping: {{ all: {{ dedupe_enabled: false }}, router: {{ dedupe: {{ enabled: false }} }} }}\n"
    );
    let file = files.join("hive.yaml");
    std::fs::write(&file, config)?;
    Program::start(HIVE, options.core, address, binary, |command| {
        command
            .env("ROUTER_CONFIG_FILE_PATH", file)
            .current_dir(files);
    })
}

/// Measures programs over one operation, the first beside each other one.
async fn run(
    options: &Routers,
    subgraphs: &Subgraphs,
    operation: &str,
    programs: Vec<(Program, &'static str)>,
    requests: usize,
) -> Result<(), Failure> {
    let body = Bytes::from(shop::request(operation));
    let expected: Value = serde_json::from_str(&shop::answer(&body)?)?;
    let mut subjects = Vec::new();
    for (mut program, path) in programs {
        let answer = program.first_answer(path, &body).await?;
        if serde_json::from_slice::<Value>(&answer)? != expected {
            let shown = String::from_utf8_lossy(&answer).into_owned();
            return Err(format!("{} answers wrongly: {shown}", program.name).into());
        }
        let mut connections = Vec::new();
        for _ in 0..options.connections {
            connections.push(Connection::open(program.address).await?);
        }
        let mut subject = Subject {
            program,
            path,
            answer,
            connections,
            fetches: 0.0,
            rounds: Vec::new(),
        };
        // Warm: caches, connections to subgraphs, memory.
        let before = subgraphs.requests();
        subject.load(&body, requests).await?;
        subject.fetches = (subgraphs.requests() - before) as f64 / requests as f64;
        subjects.push(subject);
    }
    for round in 0..options.rounds {
        // Whoever goes second finds another machine: they take turns.
        let mut order: Vec<&mut Subject> = subjects.iter_mut().collect();
        if round % 2 == 1 {
            order.reverse();
        }
        for subject in order {
            let round = subject.load(&body, requests).await?;
            subject.rounds.push(round);
        }
    }
    for subject in &subjects {
        println!("  {subject}");
    }
    if let Some((first, others)) = subjects.split_first() {
        for other in others {
            report(first, other)?;
        }
    }
    Ok(())
}

impl Subject {
    async fn load(&mut self, body: &Bytes, requests: usize) -> Result<Round, Failure> {
        let before = self.program.cpu()?;
        let latencies = load::drive(
            &mut self.connections,
            self.path,
            body,
            &self.answer,
            requests,
        )
        .await?;
        let cpu = self.program.cpu()? - before;
        Ok(Round {
            cpu: cpu.div_f64(requests as f64),
            p50: latencies.quantile(0.5),
            p99: latencies.quantile(0.99),
        })
    }
}

/// The medians of its rounds.
impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let of = |value: fn(&Round) -> Duration| {
            median(
                self.rounds
                    .iter()
                    .map(|round| value(round).as_secs_f64() * 1e6),
            )
        };
        let peak = self
            .program
            .peak_memory()
            .map_or(f64::NAN, |peak| peak as f64 / 1e6);
        write!(
            f,
            "{:12} {:7.1} µs CPU a request, p50 {:7.0} µs, p99 {:7.0} µs, peak memory {peak:6.1} MB, {:.1} requests to subgraphs",
            self.program.name,
            of(|round| round.cpu),
            of(|round| round.p50),
            of(|round| round.p99),
            self.fetches,
        )
    }
}

fn report(first: &Subject, other: &Subject) -> Result<(), Failure> {
    let ratios = |value: fn(&Round) -> Duration| {
        let pairs = first.rounds.iter().zip(&other.rounds);
        Ratios::new(pairs.map(|(a, b)| (value(a).as_secs_f64(), value(b).as_secs_f64())))
    };
    let memory = first.program.peak_memory()? as f64 / other.program.peak_memory()? as f64;
    println!(
        "  {} / {}: CPU {}, p50 {}, p99 {}, peak memory {memory:.2}",
        first.program.name,
        other.program.name,
        ratios(|round| round.cpu),
        ratios(|round| round.p50),
        ratios(|round| round.p99),
    );
    Ok(())
}
