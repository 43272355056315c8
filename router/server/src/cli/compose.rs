//! `router compose`: the supergraph, as `router serve` would serve it.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::Exit;
use super::output::Output;
use super::sources::Sources;
use crate::config::Config;
use crate::report::{self, Finding, Omitted};

/// Compose the subgraphs once and write the supergraph.
#[derive(Args, Debug)]
pub(super) struct Compose {
    /// Write the supergraph SDL to this file instead of standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write the API schema, which is what clients see, to this file.
    #[arg(long, value_name = "FILE")]
    api: Option<PathBuf>,
}

impl Compose {
    pub(super) fn run(&self, config: &Config, output: &mut Output) -> Exit {
        let composed = match Sources::look(config).and_then(|sources| {
            let composed = sources.compose(config)?;
            Ok((composed, sources.texts()))
        }) {
            Ok(composed) => composed,
            Err(problems) => return problems.tell(output),
        };
        let (composed, texts) = composed;
        let supergraph = composed.supergraph.sdl();
        let api = composed.supergraph.api_sdl();
        let files = [
            (&self.output, supergraph.as_ref()),
            (&self.api, api.as_str()),
        ];
        for (path, text) in files {
            if let Some(path) = path
                && output.file(path, text) != Exit::Fine
            {
                return Exit::Usage;
            }
        }
        if output.is_json() {
            let mut document = json!({ "diagnostics": report::to_json(&composed.hints) });
            if self.output.is_none() {
                document["supergraph"] = json!(&**supergraph);
            }
            if self.api.is_none() {
                document["api"] = json!(api);
            }
            return output.json(&document);
        }
        let hints: Vec<Finding> = composed.hints.iter().map(Finding::from).collect();
        output.tell(&hints, &texts, Omitted::of(&composed.hints));
        match self.output {
            Some(_) => Exit::Fine,
            None => output.result(supergraph),
        }
    }
}
