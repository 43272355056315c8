//! `cargo run`: the whole product in one process, and a first query to try.

use std::io::Write as _;
use std::process::ExitCode;

use abaque::{Addresses, FIRST_QUERY, Listeners};
use abaque_edge::logs::{self, LogFormat};
use clap::{CommandFactory, FromArgMatches, Parser};
use service::Program;

/// All services and the router over them, in one process.
#[derive(Parser)]
#[command(name = "abaque", version)]
struct Options {
    /// Which events are logged, as in `info,router=debug`.
    #[arg(
        long,
        env = "ABAQUE_LOG",
        value_name = "FILTER",
        default_value = "warn"
    )]
    log: String,
    /// How logs are written: `json` or `text`; by default text on a terminal.
    #[arg(long, env = "ABAQUE_LOG_FORMAT", value_name = "FORMAT")]
    log_format: Option<LogFormat>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let services = abaque::services();
    let command = Options::command().args(Addresses::arguments(&services));
    let matches = command.get_matches();
    let addresses = Addresses::read(&matches, &services);
    let options = Options::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    match run(options, &addresses, services).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The last word, whether or not there is somebody to read it.
            let _ = writeln!(std::io::stderr(), "abaque: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(
    options: Options,
    addresses: &Addresses,
    services: Vec<Program>,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    logs::init(
        options.log_format.unwrap_or_else(LogFormat::detect),
        &options.log,
    )?;
    let listeners = Listeners::bind(addresses).await?;
    let addresses = listeners.addresses(&services)?;
    let announce = async {
        abaque::composed(addresses.router.admin).await;
        // A user who closed standard output does not want to know.
        let _ = write!(std::io::stdout(), "{}", announcement(&addresses));
        std::future::pending().await
    };
    tokio::select! {
        served = abaque::serve(services, listeners, abaque_edge::shutdown::signal()) => served,
        () = announce => Ok(()),
    }
}

fn announcement(addresses: &Addresses) -> String {
    let (router, admin) = (addresses.router.public, addresses.router.admin);
    let services = addresses.services.iter().map(|(name, pair)| {
        let public = pair.public;
        format!("  {name:<12}  http://{public}/graphql   http://{public}/api/v1\n")
    });
    let services: String = services.collect();
    let body = format!(r#"{{"query":"{FIRST_QUERY}"}}"#);
    format!(
        "
Abaque answers federated queries.

  console       http://{router}/graphql
  status        http://{admin}/
{services}
Try a first query:

  curl -s http://{router}/graphql -H 'content-type: application/json' -d '{body}'

Ctrl-C ends it.
"
    )
}
