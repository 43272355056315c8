//! `router config`: is it right, what is in effect, what is there to set.

use std::path::Path;

use clap::Subcommand;
use serde_json::json;

use settings::ConfigError;

use super::output::Output;
use super::{Exit, examples, load};
use crate::config::json_schema;
use crate::named_files::unreadable;

/// Check or print the configuration.
#[derive(Clone, Copy, Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Report every mistake in the file, and each file it refers to that cannot be read.
    #[command(after_help = examples::CONFIG_CHECK)]
    Check,
    /// Print the configuration in effect, with defaults and variables filled in; inserted header values are hidden.
    #[command(after_help = examples::CONFIG_SHOW)]
    Show,
    /// Print the JSON Schema of the file, for editors.
    #[command(after_help = examples::CONFIG_SCHEMA)]
    Schema,
}

pub(super) fn run(command: ConfigCommand, file: &Path, output: &mut Output) -> Exit {
    if let ConfigCommand::Schema = command {
        return output.json(&json_schema());
    }
    let config = match load(file) {
        Ok(config) => config,
        Err(error) => return output.configuration(&error),
    };
    if let ConfigCommand::Check = command {
        let unreadable = unreadable(&config);
        if !unreadable.is_empty() {
            let text = std::fs::read_to_string(file).unwrap_or_default();
            return output.configuration(&ConfigError::new(file, &text, unreadable));
        }
    }
    match (command, output.is_json()) {
        (ConfigCommand::Show, true) => output.json(&config.shown().to_json()),
        (ConfigCommand::Show, false) => output.result(&config.shown().to_yaml()),
        (_, true) => output.json(&json!({ "diagnostics": [] })),
        (_, false) => output.result(&format!("{} is right", file.display())),
    }
}
