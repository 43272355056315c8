//! `router compose`: the supergraph, as `router serve` would serve it.

use std::path::PathBuf;

use clap::Args;
use composition::Contract;
use serde_json::json;

use super::Exit;
use super::output::Output;
use super::sources::Sources;
use crate::config::{Config, is_tag};
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
    /// Compose a contract: clients see only fields and unions with one of these `@tag`s. Overrides `contract` of the configuration.
    #[arg(long, value_name = "TAG", value_delimiter = ',', value_parser = tag)]
    include_tags: Vec<String>,
    /// Compose a contract: clients do not see what has one of these `@tag`s.
    #[arg(long, value_name = "TAG", value_delimiter = ',', value_parser = tag)]
    exclude_tags: Vec<String>,
    /// Hide types that clients cannot reach from anything else they see.
    #[arg(long)]
    hide_unreachable_types: bool,
}

fn tag(text: &str) -> Result<String, String> {
    match is_tag(text) {
        true => Ok(text.to_owned()),
        false => Err("a tag has letters, digits, `-`, `_` and `/`, at most 128".to_owned()),
    }
}

impl Compose {
    pub(super) fn run(&self, config: &Config, output: &mut Output) -> Exit {
        let asked = Contract {
            include_tags: self.include_tags.iter().cloned().collect(),
            exclude_tags: self.exclude_tags.iter().cloned().collect(),
            hide_unreachable_types: self.hide_unreachable_types,
        };
        let mut of_variant = config.clone();
        if !asked.is_empty() {
            of_variant.contract = asked;
        }
        let config = &of_variant;
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
