//! The commands of the binary `router`, one file each.
//!
//! Exit codes: 0 fine, 1 a finding, 2 usage, 64 bad configuration. What a command makes goes to standard output; what it has
//! to say goes to standard error, except for diagnostics in JSON, which are what it makes.

mod ask;
mod check;
mod completions;
mod compose;
mod config;
mod dev;
mod diff;
mod examples;
mod health;
mod init;
mod lint;
mod output;
mod plan;
mod record;
mod serve;
mod side;
mod sources;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use settings::{ConfigError, Finding, Place};

use self::output::Output;
use crate::config::Config;
use crate::deep_stack;

/// The configuration file that is read when none is named.
const CONFIG: &str = "router.yaml";

/// A GraphQL federation router that composes its subgraphs itself.
#[derive(Debug, Parser)]
#[command(
    name = "router",
    version,
    max_term_width = 120,
    after_help = examples::ROUTER
)]
struct Arguments {
    /// The configuration file; paths in it are relative to it [default: router.yaml]
    #[arg(short, long, global = true, env = "ROUTER_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// How results and diagnostics are written.
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(subcommand)]
    command: Command,
}

/// How results and diagnostics are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people: the offending lines, underlined.
    Text,
    /// For programs: one JSON document on standard output.
    Json,
    /// For pull requests: the findings of `check`, `diff` and `lint` as GitHub Markdown.
    Markdown,
    /// For GitHub Actions: the findings of `check`, `diff` and `lint` as annotations.
    Github,
}

/// What each does is said where its options are: a comment here would take the place of that.
#[derive(Debug, Subcommand)]
enum Command {
    #[command(after_help = examples::DEV)]
    Dev(dev::Dev),
    #[command(after_help = examples::INIT)]
    Init(init::Init),
    /// Serve the composed graph until SIGTERM or ctrl-c.
    #[command(after_help = examples::SERVE)]
    Serve,
    /// Check whether a running router is ready, at its admin address; exits with 0 or 1.
    #[command(after_help = examples::HEALTH)]
    Health,
    #[command(after_help = examples::COMPOSE)]
    Compose(compose::Compose),
    #[command(after_help = examples::PLAN)]
    Plan(plan::Plan),
    #[command(after_help = examples::CHECK)]
    Check(check::Check),
    #[command(after_help = examples::DIFF)]
    Diff(diff::Diff),
    #[command(after_help = examples::LINT)]
    Lint(lint::Lint),
    #[command(subcommand, after_help = examples::RECORD)]
    Record(record::Record),
    #[command(after_help = examples::ASK)]
    Ask(ask::Ask),
    #[command(subcommand, after_help = examples::CONFIG)]
    Config(config::ConfigCommand),
    #[command(after_help = examples::COMPLETIONS)]
    Completions(completions::Completions),
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    Fine,
    /// What was looked at has problems, which were reported.
    Finding,
    /// The command line is wrong, or names a file that cannot be read or written.
    Usage,
    /// The configuration is wrong (`EX_USAGE` of `sysexits.h`).
    Configuration,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(match exit {
            Exit::Fine => 0,
            Exit::Finding => 1,
            Exit::Usage => 2,
            Exit::Configuration => 64,
        })
    }
}

/// Runs the command that the process's arguments name.
pub fn run() -> ExitCode {
    // Ends the process with 0 for help and version, with 2 for a mistake.
    let arguments = Arguments::parse();
    if matches!(arguments.command, Command::Serve) {
        // Before the configuration is read: it may be a pipe.
        abaque_edge::allocator::keep_little();
    }
    let mut output = Output::new(arguments.format);
    let reviews = matches!(
        arguments.command,
        Command::Check(_) | Command::Diff(_) | Command::Lint(_)
    );
    if !reviews && matches!(arguments.format, Format::Markdown | Format::Github) {
        let name = arguments.format.to_possible_value();
        let name = name.as_ref().map_or("", |value| value.get_name());
        return output
            .usage(&format_args!(
                "--format {name} is for `check`, `diff` and `lint`"
            ))
            .into();
    }
    let named = arguments.config.as_deref();
    let file = named.unwrap_or(Path::new(CONFIG));
    let exit = match &arguments.command {
        Command::Config(command) => config::run(*command, file, &mut output),
        Command::Dev(dev) => dev.run(named, &mut output),
        Command::Init(init) => init.run(file, &mut output),
        Command::Completions(completions) => completions.run(&mut output),
        Command::Ask(ask) => ask.run(&mut output),
        Command::Record(record) => record.run(&mut output),
        Command::Diff(diff) => match deep_stack::run_here(|| diff.run(&mut output)) {
            Ok(exit) => exit,
            Err(failed) => output.usage(&failed),
        },
        command => match load(file) {
            Err(error) => output.configuration(&error),
            Ok(config) => match command {
                Command::Serve => serve::run(config, file, &mut output),
                Command::Health => health::run(&config, &mut output),
                other => match deep_stack::run_here(|| run_once(other, &config, &mut output)) {
                    Ok(exit) => exit,
                    Err(failed) => output.usage(&failed),
                },
            },
        },
    };
    exit.into()
}

/// Reads the configuration. Where there is no file, the mistake says how to get one.
fn load(file: &Path) -> Result<Config, ConfigError> {
    if file.exists() {
        return Config::load(file);
    }
    let missing = Finding {
        key: String::new(),
        place: Place::START,
        message: "there is no such file".to_owned(),
        expected: Some(
            "a configuration: `router init` writes one, `--config FILE` names another".to_owned(),
        ),
    };
    Err(ConfigError::new(file, "", vec![missing]))
}

/// Runs a command that ends by itself.
fn run_once(command: &Command, config: &Config, output: &mut Output) -> Exit {
    match command {
        Command::Compose(compose) => compose.run(config, output),
        Command::Plan(plan) => plan.run(config, output),
        Command::Check(check) => check.run(config, output),
        Command::Lint(lint) => lint.run(config, output),
        Command::Serve
        | Command::Health
        | Command::Dev(_)
        | Command::Init(_)
        | Command::Completions(_)
        | Command::Ask(_)
        | Command::Diff(_)
        | Command::Record(_)
        | Command::Config(_) => Exit::Usage,
    }
}
