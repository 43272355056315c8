//! Routers and the proxy under load.

use std::cell::Cell;
use std::net::SocketAddr;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use hyper::header::{HeaderName, HeaderValue};
use serde_json::Value;
use tempfile::TempDir;

use crate::case::{Case, Load};
use crate::changes;
use crate::collector::Collector;
use crate::load::{self, Connection, Latencies, Traffic};
use crate::process::{Program, free_address};
use crate::ratio::{Ratios, median};
use crate::subgraphs::Subgraphs;
use crate::{Failure, Routers, shop, variants};

pub(crate) const ROUTER: &str = "router";
const OTHER: &str = "other router";
/// In both modes of its HTTP client.
const HIVE: [(&str, &str); 2] = [("Hive, shared", "shared"), ("Hive, own", "per_worker")];
/// How often the routers look at the supergraph.
const POLLING: &str = "250ms";
pub(crate) const PATH: &str = "/graphql";
const PROXY: &str = "hyper proxy";

/// What a router serves unless another one is said.
pub(crate) const SUPERGRAPH: &str = "supergraph.graphql";

/// A program that was started, and how it is asked.
pub(crate) struct Started {
    pub(crate) program: Program,
    pub(crate) path: &'static str,
    /// Of each request.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// It is the first program again, configured in another way: what counts is how much more it takes.
    pub(crate) is_variant: bool,
}

/// A program under load, with what its rounds showed.
pub(crate) struct Subject {
    pub(crate) program: Program,
    path: &'static str,
    is_variant: bool,
    traffic: Traffic,
    connections: Vec<Connection>,
    fetches: f64,
    rounds: Vec<Round>,
}

pub(crate) struct Round {
    /// Per request.
    pub(crate) cpu: Duration,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
}

/// Where the programs find each other, and their files.
pub(crate) struct Bench<'o> {
    pub(crate) options: &'o Routers,
    pub(crate) router: &'o Path,
    pub(crate) subgraphs: Subgraphs,
    /// The subgraphs.
    pub(crate) address: SocketAddr,
    /// Takes what is exported, where something is.
    pub(crate) collector: Option<Collector>,
    pub(crate) files: TempDir,
}

/// Runs the comparisons and prints what they show.
pub(crate) async fn compare(options: &Routers, router: &Path) -> Result<(), Failure> {
    let (subgraphs, address) = Subgraphs::serve().await?;
    let bench = Bench {
        options,
        router,
        subgraphs,
        address,
        collector: match options.otlp {
            true => Some(Collector::serve().await?),
            false => None,
        },
        files: TempDir::new()?,
    };
    for case in &options.cases {
        bench.change(0)?;
        match case {
            Case::Changes => changes::memory(&bench).await?,
            Case::Change | Case::DeepChange => changes::latency(&bench, *case).await?,
            case => bench.case(*case).await?,
        }
    }
    Ok(())
}

impl Bench<'_> {
    /// Puts a version of the supergraph where the routers find it.
    pub(crate) fn write_supergraph(&self, version: usize) -> Result<(), Failure> {
        let text = shop::supergraph(&format!("http://{}", self.address), version);
        // At once, so that nobody reads half of it.
        let new = self.files.path().join("new.graphql");
        std::fs::write(&new, text)?;
        std::fs::rename(new, self.files.path().join(SUPERGRAPH))?;
        Ok(())
    }

    /// The same, and in what the subgraphs publish.
    pub(crate) fn change(&self, version: usize) -> Result<(), Failure> {
        self.subgraphs.set_version(version);
        self.write_supergraph(version)
    }

    /// Where a router has its schema from that composes what the subgraphs publish.
    pub(crate) fn live(&self) -> String {
        let subgraphs = shop::names().map(|name| {
            let address = self.address;
            format!("  {name}: {{ url: \"http://{address}/{name}\" }}\n")
        });
        format!("subgraphs:\n{}", subgraphs.collect::<String>())
    }

    async fn case(&self, case: Case) -> Result<(), Failure> {
        let load = case.load();
        let options = self.options;
        let requests = ((options.requests as f64 * load.share) as usize).max(options.connections);
        println!(
            "{}: {} connections, {} rounds of {requests} requests",
            case.title(),
            options.connections,
            options.rounds
        );
        self.subgraphs.set_delay(load.delay);
        let mut programs = self.programs(&from_file(SUPERGRAPH))?;
        if case == Case::OneField {
            programs.insert(1, self.asked(self.start_proxy()?, "/accounts"));
        }
        let run = run(options, &self.subgraphs, &load, programs, requests).await;
        self.subgraphs.set_delay(Duration::ZERO);
        if let Some(collector) = &self.collector {
            println!("  {} messages to the collector", collector.taken());
        }
        run
    }

    /// Each router that is compared; `schema` is the key that says where those of this repository have theirs from.
    pub(crate) fn programs(&self, schema: &str) -> Result<Vec<Started>, Failure> {
        let first = self.start_router(ROUTER, self.router, schema, "")?.0;
        let mut programs = vec![self.asked(first, PATH)];
        if let Some(other) = &self.options.against {
            let other = self.start_router(OTHER, other, schema, "")?.0;
            programs.push(self.asked(other, PATH));
        }
        programs.extend(variants::start(self, schema)?);
        if let Some(hive) = &self.options.hive {
            for (name, mode) in HIVE {
                programs.push(self.asked(self.start_hive(name, mode, hive)?, PATH));
            }
        }
        Ok(programs)
    }

    /// A program that is asked as all are.
    pub(crate) fn asked(&self, program: Program, path: &'static str) -> Started {
        Started {
            program,
            path,
            headers: self.options.headers.clone(),
            is_variant: false,
        }
    }

    fn start_proxy(&self) -> Result<Program, Failure> {
        let listen = free_address()?;
        let binary = std::env::current_exe()?;
        Program::start(PROXY, self.options.core, listen, &binary, |command| {
            command.args([
                "proxy",
                "--listen",
                &listen.to_string(),
                "--upstream",
                &self.address.to_string(),
            ]);
        })
    }

    /// Starts the router with the key that says where its schema is from, and further ones; gives the address of its admin port too.
    pub(crate) fn start_router(
        &self,
        name: &str,
        binary: &Path,
        schema: &str,
        keys: &str,
    ) -> Result<(Program, SocketAddr), Failure> {
        let (address, admin) = (free_address()?, free_address()?);
        let level = self.level();
        let config = format!(
            "listen: {address}\nadmin: {admin}\n{schema}\
             polling: {{ interval: {POLLING} }}\n\
             deduplicate_queries: false\nlog: {{ level: {level}, format: json }}\n{keys}"
        );
        let file = self.files.path().join(format!("{name}.yaml"));
        std::fs::write(&file, config)?;
        let program = Program::start(name, self.options.core, address, binary, |command| {
            command.args(["serve", "--config"]).arg(file);
        })?;
        Ok((program, admin))
    }

    fn start_hive(&self, name: &str, mode: &str, binary: &Path) -> Result<Program, Failure> {
        let address = free_address()?;
        let level = self.level();
        let port = address.port();
        let most = self.options.connections.max(100);
        let config = format!(
            "supergraph: {{ source: file, path: ./supergraph.graphql, poll_interval: {POLLING} }}\n\
             http: {{ host: 127.0.0.1, port: {port}, workers: 1 }}\n\
             log: {{ level: {level}, format: json }}\n\
             traffic_shaping: {{ http_client_mode: {mode}, max_connections_per_host: {most}, \
             all: {{ dedupe_enabled: false }}, router: {{ dedupe: {{ enabled: false }} }} }}\n"
        );
        let files = self.files.path();
        let file = files.join(format!("{name}.yaml"));
        std::fs::write(&file, config)?;
        Program::start(name, self.options.core, address, binary, |command| {
            command
                .env("ROUTER_CONFIG_FILE_PATH", file)
                .current_dir(files);
        })
    }

    fn level(&self) -> &'static str {
        match self.options.access_log {
            true => "info",
            false => "warn",
        }
    }
}

/// The key by which a router serves the supergraph in a file.
pub(crate) fn from_file(name: &str) -> String {
    format!("supergraph: {name}\n")
}

/// Measures programs over one operation, the first beside each other one.
async fn run(
    options: &Routers,
    subgraphs: &Subgraphs,
    load: &Load,
    programs: Vec<Started>,
    requests: usize,
) -> Result<(), Failure> {
    let mut subjects = Vec::new();
    for started in programs {
        let mut subject = Subject::new(started, load, options).await?;
        // Warm: caches, connections to subgraphs, memory.
        let before = subgraphs.requests();
        subject.load(requests).await?;
        subject.fetches = (subgraphs.requests() - before) as f64 / requests as f64;
        subjects.push(subject);
    }
    for round in 0..options.rounds {
        // The one that goes second finds another machine: they take turns.
        let mut order: Vec<&mut Subject> = subjects.iter_mut().collect();
        if round % 2 == 1 {
            order.reverse();
        }
        for subject in order {
            let round = subject.load(requests).await?;
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
    /// A program that answers rightly, with open connections.
    pub(crate) async fn new(
        started: Started,
        load: &Load,
        options: &Routers,
    ) -> Result<Self, Failure> {
        let Started {
            mut program,
            path,
            headers,
            is_variant,
        } = started;
        let headers = headers.as_slice();
        let body = Bytes::from(shop::request(load.operation));
        let expected: Value = serde_json::from_str(&shop::answer(&body)?)?;
        let answer = program.first_answer(path, &body, headers).await?;
        if serde_json::from_slice::<Value>(&answer)? != expected {
            let shown: String = String::from_utf8_lossy(&answer).chars().take(400).collect();
            return Err(format!("{} answers wrongly: {shown}", program.name).into());
        }
        let mut opened = Vec::new();
        for _ in 0..options.connections {
            opened.push(Connection::open(program.address, headers).await?);
        }
        Ok(Self {
            program,
            path,
            is_variant,
            traffic: Traffic {
                body,
                answer,
                mark: load.mark,
                sent: Rc::new(Cell::new(0)),
            },
            connections: opened,
            fetches: 0.0,
            rounds: Vec::new(),
        })
    }

    pub(crate) async fn load(&mut self, requests: usize) -> Result<Round, Failure> {
        let before = self.program.cpu()?;
        let latencies = self.drive(requests).await?;
        let cpu = self.program.cpu()? - before;
        Ok(Round {
            cpu: cpu.div_f64(requests as f64),
            p50: latencies.quantile(0.5),
            p99: latencies.quantile(0.99),
        })
    }

    /// Sends so many requests.
    pub(crate) async fn drive(&mut self, requests: usize) -> Result<Latencies, Failure> {
        let (path, traffic) = (self.path, &self.traffic);
        let driven = load::drive(&mut self.connections, path, traffic, requests).await;
        driven.map_err(|error| format!("{}: {error}", self.program.name).into())
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

/// What the first takes of what another one does; of a variant, what it takes of what the first does.
fn report(first: &Subject, other: &Subject) -> Result<(), Failure> {
    let (one, base) = match other.is_variant {
        true => (other, first),
        false => (first, other),
    };
    let ratios = |value: fn(&Round) -> Duration| {
        let pairs = one.rounds.iter().zip(&base.rounds);
        Ratios::new(pairs.map(|(a, b)| (value(a).as_secs_f64(), value(b).as_secs_f64())))
    };
    let memory = one.program.peak_memory()? as f64 / base.program.peak_memory()? as f64;
    println!(
        "  {} / {}: CPU {}, p50 {}, p99 {}, peak memory {memory:.2}",
        one.program.name,
        base.program.name,
        ratios(|round| round.cpu),
        ratios(|round| round.p50),
        ratios(|round| round.p99),
    );
    Ok(())
}
