//! `router check`: what a changed subgraph would break, before it is deployed.

use std::path::{Path, PathBuf};

use clap::Args;
use federation::Subgraph;
use serde_json::json;

use super::Exit;
use super::output::Output;
use super::plan::{document_findings, read_operation};
use super::sources::{Composed, Problems, Sources};
use crate::config::Config;
use crate::prepare::parse_and_validate;
use crate::report::{self, Finding, Omitted, Texts};
use crate::schema::read_text;

/// Tell what a changed subgraph would break.
#[derive(Args, Debug)]
pub(super) struct Check {
    /// The subgraph to replace, or a new one to add.
    #[arg(long, value_name = "NAME")]
    subgraph: String,
    /// Its SDL to be.
    #[arg(long, value_name = "FILE")]
    sdl: PathBuf,
    /// Operations that clients send: those that are valid now must be valid then. Repeatable.
    #[arg(long = "operation", value_name = "FILE")]
    operations: Vec<PathBuf>,
}

impl Check {
    pub(super) fn run(&self, config: &Config, output: &mut Output) -> Exit {
        let sdl = match read_text(&self.sdl, config.limits.sdl) {
            Ok(sdl) => sdl,
            Err(error) => return output.usage(&format_args!("{}: {error}", self.sdl.display())),
        };
        let mut operations = Vec::with_capacity(self.operations.len());
        for path in &self.operations {
            match read_operation(path, config) {
                Ok(text) => operations.push((path.as_path(), text)),
                Err(message) => return output.usage(&message),
            }
        }
        let now = match Sources::look(config) {
            Ok(sources) => sources,
            Err(problems) => return problems.tell(output),
        };
        let Sources::Subgraphs(subgraphs) = &now else {
            return output
                .usage(&"there are no subgraphs to compose: the configuration has a supergraph");
        };
        let then = Sources::Subgraphs(self.replaced(subgraphs, sdl));
        let composed = match then.compose(config) {
            Ok(composed) => composed,
            Err(problems) => return problems.tell(output),
        };
        let broken = match operations.is_empty() {
            true => None,
            false => self.broken(&now, &composed, &operations, config),
        };
        match broken {
            Some(problems) => problems.tell(output),
            None if output.is_json() => {
                output.json(&json!({ "diagnostics": report::to_json(&composed.hints) }))
            }
            None => {
                let hints: Vec<Finding> = composed.hints.iter().map(Finding::from).collect();
                output.tell(&hints, &then.texts(), Omitted::of(&composed.hints));
                output.result(&self.praise(operations.len()))
            }
        }
    }

    fn praise(&self, operations: usize) -> String {
        let composes = format!("the graph composes with this \"{}\"", self.subgraph);
        match operations {
            0 => composes,
            1 => format!("{composes}, and the operation stays as valid as it is"),
            n => format!("{composes}, and {n} operations stay as valid as they are"),
        }
    }

    fn replaced(&self, subgraphs: &[Subgraph], sdl: String) -> Vec<Subgraph> {
        let mut then: Vec<Subgraph> = subgraphs
            .iter()
            .filter(|subgraph| subgraph.name != self.subgraph)
            .cloned()
            .collect();
        let before = subgraphs
            .iter()
            .find(|subgraph| subgraph.name == self.subgraph);
        then.push(Subgraph {
            name: self.subgraph.clone(),
            url: before.and_then(|before| before.url.clone()),
            sdl,
            file: Some(self.sdl.display().to_string()),
        });
        then
    }

    /// The operations that are valid now and would not be then. When the present graph does not compose, all must be.
    fn broken(
        &self,
        now: &Sources,
        then: &Composed,
        operations: &[(&Path, String)],
        config: &Config,
    ) -> Option<Problems> {
        let now = now.compose(config).ok();
        let mut problems = Problems {
            omitted: Omitted::default(),
            findings: Vec::new(),
            texts: Texts::default(),
        };
        for (path, text) in operations {
            let is_valid = |composed: &Composed| {
                parse_and_validate(composed.supergraph.api_schema(), text, &config.limits)
            };
            if now.as_ref().is_some_and(|now| is_valid(now).is_err()) {
                continue;
            }
            if let Err(refusal) = is_valid(then) {
                let label = path.display().to_string();
                problems
                    .findings
                    .extend(document_findings(&refusal, &label));
                problems.texts.add(&label, label.clone(), text.clone());
            }
        }
        (!problems.findings.is_empty()).then_some(problems)
    }
}
