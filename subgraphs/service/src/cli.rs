//! The command line of a service.

use std::io::Write;
use std::process::ExitCode;

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};
use serde_json::Value;
use settings::{KeyDoc, Shown};
use tokio::sync::oneshot;

use crate::config::Config;
use crate::config::options::{self, GROUPS, Given, Mistake};
use crate::program::Program;
use crate::serving::{Listeners, serve};

/// Something did not work out while running.
const FAILED: u8 = 1;
/// `EX_USAGE` of sysexits is what this product uses for a bad configuration; bad usage of the command line exits with 2.
const BAD_CONFIGURATION: u8 = 64;

/// What looks at the configuration.
const CONFIG: &str = "config";
const CHECK: &str = "check";
const SHOW: &str = "show";

/// The whole program: parses the command line, checks the configuration, then serves (the default) or prints.
///
/// Exit codes: 0 fine, 1 failed, 2 usage, 64 bad configuration.
#[must_use]
pub fn run(program: Program) -> ExitCode {
    let matches = command(&program).get_matches();
    let (verb, options) = match matches.subcommand() {
        Some((CONFIG, inner)) => match inner.subcommand() {
            Some((verb, options)) => (verb, options),
            None => (CHECK, inner),
        },
        Some((verb, options)) => (verb, options),
        None => ("serve", &matches),
    };
    let (config, shown) = match configure(&program, options) {
        Ok(configured) => configured,
        Err(mistakes) => {
            for mistake in mistakes {
                complain(&format!("{}: {mistake}", program.name));
            }
            return ExitCode::from(BAD_CONFIGURATION);
        }
    };
    match verb {
        "schema" => print(&program.sdl()),
        "openapi" => print(&format!("{:#}\n", program.openapi)),
        "health" => with_runtime(abaque_edge::probe::ready_at(
            &config.admin.host,
            config.admin.port,
        )),
        CHECK => print("the configuration is right\n"),
        SHOW => print(&shown.to_yaml()),
        _ => {
            abaque_edge::allocator::keep_little();
            if let Err(error) = abaque_edge::logs::init(config.log_format, &config.log) {
                complain(&error.to_string());
                return ExitCode::from(BAD_CONFIGURATION);
            }
            with_runtime(serve_until_signal(program, config))
        }
    }
}

/// The commands and options. Values stay text until [`configure`] reads them: so that all mistakes are reported at once, and
/// that a bad value in the environment is a bad configuration rather than bad usage.
fn command(program: &Program) -> Command {
    let defaults = Config::of(program);
    let arguments = GROUPS.iter().flat_map(|group| {
        let options = group.options(&defaults);
        options.into_iter().map(|option| {
            let default = option.default.map(|value| match value {
                Value::String(text) => text,
                other => other.to_string(),
            });
            Arg::new(option.path.clone())
                .env(variable(program, &option.path))
                .long(option.path)
                .value_name("VALUE")
                .default_value(default.unwrap_or_default())
                .help(format!("{} ({})", option.help, option.kind))
                .help_heading(group.heading)
                .hide_env_values(true)
                .allow_hyphen_values(true)
                .global(true)
        })
    });
    Command::new(program.name)
        .version(program.version)
        .about(program.about)
        .after_help("Exit codes: 0 fine, 1 failed, 2 usage, 64 bad configuration.")
        .args(arguments)
        .subcommand(Command::new("serve").about("Serves until SIGTERM, then drains (the default)"))
        .subcommand(Command::new("schema").about("Prints the federation SDL of the schema"))
        .subcommand(Command::new("openapi").about("Prints the OpenAPI document of the REST API"))
        .subcommand(
            Command::new(CONFIG)
                .about("Looks at the configuration: the options and variables that are given")
                .subcommand(Command::new(CHECK).about("Reports every mistake (the default)"))
                .subcommand(Command::new(SHOW).about("Prints what is in effect, with defaults")),
        )
        .subcommand(Command::new("health").about(
            "Asks a running service whether it is ready, at its admin address; exits 0 or 1",
        ))
}

/// Reads every option that was given, on the command line or in the environment.
fn configure(program: &Program, options: &ArgMatches) -> Result<(Config, Shown), Vec<Mistake>> {
    let defaults = Config::of(program);
    let known = GROUPS.iter().flat_map(|group| group.options(&defaults));
    let given = known.filter_map(|KeyDoc { path: name, .. }| {
        let text = options.get_one::<String>(&name)?.clone();
        let origin = match options.value_source(&name)? {
            ValueSource::CommandLine => format!("--{name}"),
            // Empty is what `${NAME:-}` in a deployment says for "not set".
            ValueSource::EnvVariable if text.is_empty() => return None,
            ValueSource::EnvVariable => variable(program, &name),
            _ => return None,
        };
        Some(Given { name, origin, text })
    });
    let given: Vec<Given> = given.collect();
    options::read(defaults, &given)
}

/// The environment variable of an option: `CALCULATRICE_MAX_DEPTH`.
fn variable(program: &Program, option: &str) -> String {
    format!("{}_{option}", program.name)
        .replace('-', "_")
        .to_ascii_uppercase()
}

fn with_runtime(work: impl Future<Output = Result<(), String>>) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let worked = match runtime {
        Ok(runtime) => runtime.block_on(work),
        Err(error) => Err(format!("cannot start: {error}")),
    };
    match worked {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            complain(&message);
            ExitCode::from(FAILED)
        }
    }
}

/// Serves until the first signal, drains, and gives the drain up at the second.
async fn serve_until_signal(program: Program, config: Config) -> Result<(), String> {
    let listeners = Listeners::bind(&config)
        .await
        .map_err(|error| error.to_string())?;
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = serve(program, config, listeners, async move {
        let _ = stopped.await;
    });
    let signals = async move {
        abaque_edge::shutdown::signal().await;
        drop(stop);
        abaque_edge::shutdown::signal().await;
    };
    tokio::select! {
        served = serving => served.map_err(|error| error.to_string()),
        () = signals => Err("the drain was given up at a second signal".to_owned()),
    }
}

/// Writes to standard output; a reader that went away is not a failure.
fn print(text: &str) -> ExitCode {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            complain(&error.to_string());
            ExitCode::from(FAILED)
        }
        _ => ExitCode::SUCCESS,
    }
}

/// Writes a line to standard error, where nothing can be done about a failure.
fn complain(message: &str) {
    let _ = writeln!(std::io::stderr(), "{message}");
}

#[cfg(test)]
mod tests;
