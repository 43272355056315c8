//! The hostile mode: attacks on the router's binary, which runs as it is released, with little memory and on one core.
//!
//! For each attack (`attacks`) a router is started (`victim`) over a subgraph that behaves and one that does not (`subgraph`), with issuers of tokens that do not
//! either (`issuer`). While the attack goes
//! on, its probes and an innocent query are asked again and again over connections of their own (`probe`). The router must live, answer both in time, and end
//! everything that the attack began: with an answer, with a coded error, or by closing. The outcome of it is a table in Markdown (`report`).

mod attacks;
mod field;
mod issuer;
mod probe;
mod report;
mod subgraph;
mod victim;
mod wire;

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use self::attacks::{ATTACKS, Attack};
use self::field::Field;
use self::issuer::Issuer;
use self::report::{Bounds, Row};
use self::subgraph::Subgraph;
use self::victim::{Victim, VictimError};
use crate::Random;

/// What is attacked, and how hard.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The router's binary; the one beside this program unless it is named.
    #[arg(long, value_name = "PATH")]
    router: Option<PathBuf>,
    /// The memory that the router may have.
    #[arg(long, default_value = "256MiB", value_parser = mebibytes, value_name = "SIZE")]
    memory: u64,
    /// The cores that it runs on.
    #[arg(long, default_value_t = 1)]
    cores: usize,
    /// The seed of what is generated.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The router's `timeouts.request`, in seconds; its other timeouts follow.
    #[arg(long, default_value_t = 5)]
    timeout: u64,
    /// How many times longer than 100 ms a probe, and than 250 ms an innocent query, may take: more than 1 where the machine has other things to do.
    #[arg(long, default_value_t = 1.0)]
    allowance: f64,
    /// A quarter of everything that comes in numbers.
    #[arg(long)]
    brief: bool,
    /// The attacks, by their names or how they begin; all of them unless some are named.
    names: Vec<String>,
}

/// `256MiB` and the like.
fn mebibytes(text: &str) -> Result<u64, String> {
    let number = text.trim().trim_end_matches("MiB").trim_end();
    number
        .parse::<u64>()
        .ok()
        .filter(|n| *n >= 16)
        .and_then(|n| n.checked_mul(1024 * 1024))
        .ok_or_else(|| "expected a size such as 256MiB, of at least 16MiB".to_owned())
}

/// Attacks, and writes the table to standard output. Fails when something did not hold.
///
/// # Errors
///
/// When the router cannot be started, or nothing can be written.
pub async fn run(arguments: Arguments) -> io::Result<ExitCode> {
    let names = &arguments.names;
    let begins = |attack: &Attack, name: &String| attack.name.starts_with(name.as_str());
    if let Some(unknown) = names
        .iter()
        .find(|name| !ATTACKS.iter().any(|attack| begins(attack, name)))
    {
        let all: Vec<_> = ATTACKS.iter().map(|attack| attack.name).collect();
        return Err(io::Error::other(format!(
            "no attack \"{unknown}\"; there are: {}",
            all.join(", ")
        )));
    }
    let is_chosen =
        |attack: &&Attack| names.is_empty() || names.iter().any(|name| begins(attack, name));
    let chosen: Vec<&Attack> = ATTACKS.iter().filter(is_chosen).collect();
    let bounds = Bounds::allowing(arguments.allowance);
    let mut rows = Vec::new();
    for attack in chosen {
        let row = one(attack, &arguments)
            .await
            .map_err(|error| io::Error::other(format!("{}: {error}", attack.name)))?;
        report::progress(&row, &bounds)?;
        rows.push(row);
    }
    report::table(&rows, &bounds)?;
    Ok(
        match rows.iter().all(|row| row.failures(&bounds).is_empty()) {
            true => ExitCode::SUCCESS,
            false => ExitCode::FAILURE,
        },
    )
}

async fn one(attack: &'static Attack, arguments: &Arguments) -> Result<Row, VictimError> {
    let good = Subgraph::start(subgraph::GOOD_SDL)?;
    let bad = Subgraph::start(&subgraph::bad_sdl())?;
    let issuer = Issuer::start().await?;
    let setting = victim::Setting {
        program: arguments.router.clone(),
        memory: arguments.memory,
        cores: arguments.cores,
        open_files: attack.open_files,
        configuration: attack.configuration.replace("ISSUER", &issuer.url()),
        timeout: Duration::from_secs(arguments.timeout.max(1)),
    };
    let mut victim = Victim::start(&setting, &[("good", &good), ("bad", &bad)]).await?;
    let probing = probe::Probing::start(victim.public, victim.admin)?;
    let field = Field {
        public: victim.public,
        admin: victim.admin,
        bad,
        timeout: setting.timeout,
        share: if arguments.brief { 4 } else { 1 },
    };
    let random = Random::new(arguments.seed);
    // What has no end of its own ends here, and that is a failure.
    let patience = setting.timeout * 4 + Duration::from_secs(20);
    let endings = tokio::time::timeout(patience, (attack.run)(&field, random)).await;
    let probed = probing.finish().await?;
    Ok(Row {
        name: attack.name,
        sends: attack.sends,
        endings: endings.ok(),
        probed,
        peak: victim.peak_memory(),
        died: victim.end().await,
    })
}
