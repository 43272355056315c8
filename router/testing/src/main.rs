//! The long mode: as many graphs and operations as one likes, or every attack, in release.

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use testing::hostile;

/// Compares federated answers with a monolith's over generated graphs.
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    compare: Compare,
}

#[derive(Subcommand)]
enum Command {
    /// Attacks the router's binary, and reports how it and its innocent clients fare.
    Hostile(hostile::Arguments),
}

#[derive(clap::Args)]
struct Compare {
    /// How many graphs that compose.
    #[arg(long, default_value_t = 1000)]
    graphs: usize,
    /// How many operations over each.
    #[arg(long, default_value_t = 20)]
    operations: usize,
    /// The seed of the first graph.
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

fn main() -> std::io::Result<ExitCode> {
    let Arguments { command, compare } = Arguments::parse();
    match command {
        Some(Command::Hostile(arguments)) => tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?
            .block_on(hostile::run(arguments)),
        None => tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?
            .block_on(run(compare)),
    }
}

async fn run(arguments: Compare) -> std::io::Result<ExitCode> {
    let mut out = std::io::stdout();
    let seeds = arguments.seed..u64::MAX;
    match testing::run(seeds, arguments.graphs, arguments.operations).await {
        Ok(outcome) => {
            writeln!(
                out,
                "{} operations over {} graphs, {} requests, at most {} steps: no difference",
                outcome.operations, outcome.graphs, outcome.requests, outcome.steps
            )?;
            Ok(ExitCode::SUCCESS)
        }
        Err(found) => {
            let (seed, case, difference) = *found;
            writeln!(out, "seed {seed}: {difference}\n{case}")?;
            Ok(ExitCode::FAILURE)
        }
    }
}
