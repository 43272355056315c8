//! The commands of the binary `router`, one file each.
//!
//! Exit codes: 0 fine, 1 a finding, 2 usage, 64 bad configuration. What a command makes goes to standard output; what it has
//! to say goes to standard error, but for diagnostics in JSON, which are what it makes.

mod ask;
mod check;
mod compose;
mod config;
mod diff;
mod health;
mod lint;
mod output;
mod plan;
mod record;
mod serve;
mod side;
mod sources;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use self::output::Output;
use crate::config::Config;
use crate::deep_stack;

/// A GraphQL federation router that composes its subgraphs itself.
#[derive(Debug, Parser)]
#[command(
    name = "router",
    version,
    about,
    max_term_width = 120,
    after_help = "Exit codes: 0 fine, 1 a finding, 2 usage, 64 bad configuration."
)]
struct Arguments {
    /// The configuration file; paths in it are relative to it.
    #[arg(
        long,
        global = true,
        env = "ROUTER_CONFIG",
        default_value = "router.yaml",
        value_name = "FILE"
    )]
    config: PathBuf,
    /// How results and diagnostics are written.
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(subcommand)]
    command: Command,
}

/// How results and diagnostics are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people: offending lines are shown and underlined.
    Text,
    /// For programs: one JSON document on standard output.
    Json,
    /// For pull requests: what `check`, `diff` and `lint` found, as GitHub's Markdown.
    Markdown,
    /// For GitHub Actions: what `check`, `diff` and `lint` found, as annotations.
    Github,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the composed graph until SIGTERM or ctrl-c.
    Serve,
    /// Ask a running router whether it is ready, at its admin address; exits 0 or 1.
    Health,
    /// Compose the subgraphs once and write the supergraph.
    Compose(compose::Compose),
    /// Print the plan of an operation.
    Plan(plan::Plan),
    /// Tell what a changed subgraph, or another supergraph, would break.
    Check(check::Check),
    /// Tell how two schemas differ.
    Diff(diff::Diff),
    /// Tell what a reviewer would remark on in the schemas.
    Lint(lint::Lint),
    /// Work with recorded operations.
    #[command(subcommand)]
    Record(record::Record),
    /// Ask an address until the answer is the expected one.
    Ask(ask::Ask),
    /// Look at the configuration.
    #[command(subcommand)]
    Config(config::ConfigCommand),
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    Fine,
    /// Something is wrong with what was looked at, and was told.
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
    let exit = match &arguments.command {
        Command::Config(command) => config::run(*command, &arguments.config, &mut output),
        Command::Ask(ask) => ask.run(&mut output),
        Command::Record(record) => record.run(&mut output),
        Command::Diff(diff) => match deep_stack::run_here(|| diff.run(&mut output)) {
            Ok(exit) => exit,
            Err(failed) => output.usage(&failed),
        },
        command => match Config::load(&arguments.config) {
            Err(error) => output.configuration(&error),
            Ok(config) => match command {
                Command::Serve => serve::run(config, &arguments.config, &mut output),
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

/// Runs a command that ends by itself.
fn run_once(command: &Command, config: &Config, output: &mut Output) -> Exit {
    match command {
        Command::Compose(compose) => compose.run(config, output),
        Command::Plan(plan) => plan.run(config, output),
        Command::Check(check) => check.run(config, output),
        Command::Lint(lint) => lint.run(config, output),
        Command::Serve
        | Command::Health
        | Command::Ask(_)
        | Command::Diff(_)
        | Command::Record(_)
        | Command::Config(_) => Exit::Usage,
    }
}
