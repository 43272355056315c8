//! `router record`: what to do with recorded operations.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::output::Output;
use super::{Exit, examples};
use crate::record::{Document, merge};
use crate::schema::read_text;

/// Merge recorded operations.
#[derive(Debug, Subcommand)]
pub(super) enum Record {
    /// Merge recordings, such as those of a router's replicas: the counts of each operation are added up.
    #[command(after_help = examples::RECORD_MERGE)]
    Merge(Merge),
}

#[derive(Args, Debug)]
pub(super) struct Merge {
    /// Files that routers wrote, or answers of `GET /operations`.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Write the result to this file instead of standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Bytes of one recording.
const MAX_BYTES: usize = 256 * 1024 * 1024;

impl Record {
    pub(super) fn run(&self, output: &mut Output) -> Exit {
        let Self::Merge(command) = self;
        let mut documents = Vec::with_capacity(command.files.len());
        for file in &command.files {
            let read = read_text(file, MAX_BYTES).and_then(|text| Document::parse(&text));
            match read {
                Ok(document) => documents.push(document),
                Err(error) => return output.usage(&format_args!("{}: {error}", file.display())),
            }
        }
        let merged = merge(documents).to_json();
        match &command.output {
            Some(path) => output.file(path, &merged),
            None => output.result(&merged),
        }
    }
}
