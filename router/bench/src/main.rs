//! Measures the router beside others, all in one run, and prints ratios.
//!
//! - `routers`: CPU per request, peak memory and latencies beside Hive Router over the deep operation, and beside a plain hyper
//!   proxy for one field. Each program is kept to one core; the load and the subgraphs have another.
//! - `planning`: the time of planning the deep operation beside Hive Router's planner.
//! - `subscribers`: the memory that each client of a stream costs which all share; `soak`: whether any of many loses an event while all below them changes.
//!
//! Rounds alternate between the programs, so that whatever else the machine does hits all alike; what counts is the median of
//! the rounds' ratios.

use std::error::Error;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use hyper::http::uri::Authority;
use hyper::http::{HeaderName, HeaderValue};
use tokio::runtime::{Builder, Runtime};
use tokio::task::LocalSet;

use crate::case::Case;
use crate::streams::memory::{self, Subscribers};
use crate::streams::soak::{self, Soak};

mod case;
mod changes;
mod collector;
mod load;
mod planning;
mod process;
mod proxy;
mod ratio;
mod routers;
mod shop;
mod streams;
mod subgraphs;
mod variants;

/// Whatever ends a run early.
type Failure = Box<dyn Error + Send + Sync>;

/// The router beside others.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Beside Hive Router and a plain proxy, under load.
    Routers(Routers),
    /// Beside Hive Router's planner.
    Planning {
        /// How often both are timed.
        #[arg(long, default_value_t = 51)]
        rounds: usize,
    },
    /// The memory of many clients that share one stream of events.
    Subscribers(Subscribers),
    /// Many clients of many streams, while the schema changes and a subgraph restarts.
    Soak(Soak),
    /// The proxy itself.
    #[command(hide = true)]
    Proxy {
        #[arg(long)]
        listen: SocketAddr,
        #[arg(long)]
        upstream: Authority,
    },
}

#[derive(Args)]
struct Routers {
    /// The binary of the router; without it, it is built.
    #[arg(long)]
    router: Option<PathBuf>,
    /// What to measure; all of these in turn.
    #[arg(long = "case", value_enum, default_values = ["deep", "one-field"])]
    cases: Vec<Case>,
    /// The binary of Hive Router (`cargo install hive-router --version 0.3.10 --locked --features graphiql`), which is measured in both modes of its
    /// HTTP client.
    #[arg(long)]
    hive: Option<PathBuf>,
    /// Another build of the router, to compare with.
    #[arg(long)]
    against: Option<PathBuf>,
    /// A file with further keys of the router's configuration, with which it is measured beside itself without them; several times for several.
    #[arg(long = "with")]
    with: Vec<PathBuf>,
    /// Beside the router: the same build where the field is for verified clients only and costs are estimated and measured. Each request to it has a token, which
    /// is verified once. For operations that ask for `me`.
    #[arg(long)]
    guarded: bool,
    /// Beside the router: the same build that exports the spans of one request in a hundred by OTLP.
    #[arg(long)]
    otlp: bool,
    /// A header of each request, as `name: value`; several times for several.
    #[arg(long = "header", value_parser = header)]
    headers: Vec<(HeaderName, HeaderValue)>,
    /// How often each program has the load.
    #[arg(long, default_value_t = 15)]
    rounds: usize,
    /// Requests a round.
    #[arg(long, default_value_t = 1500)]
    requests: usize,
    /// Connections that the load keeps open.
    #[arg(long, default_value_t = 50)]
    connections: usize,
    /// The core of the measured programs.
    #[arg(long, default_value_t = 0)]
    core: usize,
    /// The core of the load and the subgraphs.
    #[arg(long, default_value_t = 1)]
    load_core: usize,
    /// How often the schema changes, where that is what is measured.
    #[arg(long, default_value_t = 1000)]
    changes: usize,
    /// Both routers write their access logs, to nowhere.
    #[arg(long)]
    access_log: bool,
}

/// The name and the value of a header.
fn header(text: &str) -> Result<(HeaderName, HeaderValue), Failure> {
    let (name, value) = text.split_once(':').ok_or("expected `name: value`")?;
    Ok((name.trim().parse()?, value.trim().parse()?))
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Routers(options) => {
            let router = binary(options.router.as_deref())?;
            alone(options.load_core, routers::compare(&options, &router))
        }
        Command::Subscribers(options) => {
            let router = binary(options.router.as_deref())?;
            alone(options.load_core, memory::measure(&options, &router))
        }
        Command::Soak(options) => {
            let router = binary(options.router.as_deref())?;
            alone(options.load_core, soak::run(&options, &router))
        }
        Command::Planning { rounds } => planning::compare(rounds),
        Command::Proxy { listen, upstream } => {
            let served =
                runtime(Builder::new_multi_thread())?.block_on(proxy::serve(listen, upstream));
            served.map_err(|error| error.to_string().into())
        }
    }
}

/// The router that is named, or one that is built.
fn binary(named: Option<&Path>) -> Result<PathBuf, Failure> {
    named.map_or_else(process::build, |named| Ok(named.to_owned()))
}

/// Runs on one core, which the measured programs do not have.
fn alone(core: usize, work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    process::keep_to(core)?;
    LocalSet::new().block_on(&runtime(Builder::new_current_thread())?, work)
}

fn runtime(mut builder: Builder) -> Result<Runtime, Failure> {
    Ok(builder.enable_all().build()?)
}
