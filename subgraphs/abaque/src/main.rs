//! `cargo run`: the whole product in one process, and a first query to try.

use std::io::Write as _;
use std::process::ExitCode;

use abaque::{Addresses, Listeners};
use abaque_edge::logs::{self, LogFormat};
use clap::Parser;

/// A query over both services that is worth trying first.
const FIRST_QUERY: &str =
    "{ addition(a: 0.1, b: 0.2) serie(valeurs: [1, 2, 4]) { somme moyenne ecartType } }";

/// Calculatrice, Statistiques and the router over them, in one process.
#[derive(Parser)]
#[command(name = "abaque", version)]
struct Options {
    #[command(flatten)]
    addresses: Addresses,
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
    let options = Options::parse();
    match run(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The last word, whether or not there is somebody to read it.
            let _ = writeln!(std::io::stderr(), "abaque: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    logs::init(
        options.log_format.unwrap_or_else(LogFormat::detect),
        &options.log,
    )?;
    let listeners = Listeners::bind(&options.addresses).await?;
    let addresses = listeners.addresses()?;
    let announce = async {
        abaque::composed(addresses.router_admin).await;
        // Whoever closed standard output does not want to be told.
        let _ = write!(std::io::stdout(), "{}", announcement(&addresses));
        std::future::pending().await
    };
    tokio::select! {
        served = abaque::serve(listeners, abaque_edge::shutdown::signal()) => served,
        () = announce => Ok(()),
    }
}

fn announcement(addresses: &Addresses) -> String {
    let Addresses {
        router,
        router_admin,
        calculatrice,
        statistiques,
        ..
    } = addresses;
    let body = format!(r#"{{"query":"{FIRST_QUERY}"}}"#);
    format!(
        "
Abaque answers federated queries.

  playground    http://{router}/graphql
  status        http://{router_admin}/composition
  calculatrice  http://{calculatrice}/graphql   http://{calculatrice}/api/v1
  statistiques  http://{statistiques}/graphql   http://{statistiques}/api/v1

Try a first query:

  curl -s http://{router}/graphql -H 'content-type: application/json' -d '{body}'

Ctrl-C ends it.
"
    )
}
