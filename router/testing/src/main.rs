//! The long mode: as many graphs and operations as one likes, in release.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser;

/// Compares federated answers with a monolith's over generated graphs.
#[derive(Parser)]
struct Arguments {
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

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<ExitCode> {
    let mut out = std::io::stdout();
    let arguments = Arguments::parse();
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
