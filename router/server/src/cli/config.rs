//! `router config`: is it right, what is in effect, what is there to set.

use std::path::Path;

use clap::Subcommand;
use serde_json::json;

use settings::{ConfigError, Finding, Place};

use super::output::Output;
use super::{Exit, examples, load};
use crate::config::{Config, json_schema};
use crate::persisted::{Bounds, Library};
use crate::schema::read_text;

/// Look at the configuration.
#[derive(Clone, Copy, Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Report every mistake in the file, and which of the files that it names cannot be read.
    #[command(after_help = examples::CONFIG_CHECK)]
    Check,
    /// Print what is in effect, with defaults and variables filled in; inserted header values are hidden.
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

/// What the files that the configuration names would keep it from: `serve` reads them too.
fn unreadable(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut check = |path: &[&str], read: Result<(), String>, expected: &str| {
        if let Err(reason) = read {
            findings.push(Finding {
                key: path.join("."),
                place: config.shown().place(path).unwrap_or(Place::START),
                message: reason,
                expected: Some(expected.to_owned()),
            });
        }
    };
    if let Some(file) = &config.supergraph {
        let read = read_text(file, config.limits.sdl_total).map(drop);
        check(&["supergraph"], read, "a file that can be read");
    }
    for (name, subgraph) in &config.subgraphs {
        if let Some(file) = &subgraph.sdl {
            let read = read_text(file, config.limits.sdl).map(drop);
            check(&["subgraphs", name, "sdl"], read, "a file that can be read");
        }
    }
    if let Err((role, reason)) = config.clients.check_files() {
        let expected = "files in PEM: a certificate, its key, and authorities of clients";
        check(&["tls", role.name()], Err(reason), expected);
    }
    if let Some(files) = &config.persisted_documents.files {
        let bounds = Bounds::new(config.limits.request_body);
        let read = Library::read(files, bounds).map(drop);
        let expected = "a folder of documents, or a manifest";
        check(&["persisted_documents", "files"], read, expected);
    }
    let authorities = config.client.check_authorities();
    let expected = "a file of certificates in PEM";
    check(
        &["tls", "ca"],
        authorities.map_err(|error| error.to_string()),
        expected,
    );
    findings
}
