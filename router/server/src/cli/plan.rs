//! `router plan`: how an operation would be answered.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use planner::Defer;
use serde_json::json;

use super::Exit;
use super::output::Output;
use super::sources::{Problems, Sources};
use crate::config::Config;
use crate::prepare::{Labels, Planners, parse_and_validate};
use crate::refusal::Refusal;
use crate::report::{Finding, Omitted, Texts};
use crate::schema::read_text;

/// Print the plan of an operation.
#[derive(Args, Debug)]
pub(super) struct Plan {
    /// The operation document, or `-` for standard input.
    #[arg(long, value_name = "FILE", default_value = "-")]
    operation: PathBuf,
    /// Which operation of the document.
    #[arg(long, value_name = "NAME")]
    operation_name: Option<String>,
}

impl Plan {
    pub(super) fn run(&self, config: &Config, output: &mut Output) -> Exit {
        let text = match read_operation(&self.operation, config) {
            Ok(text) => text,
            Err(message) => return output.usage(&message),
        };
        let composed = match Sources::look(config).and_then(|sources| sources.compose(config)) {
            Ok(composed) => composed,
            Err(problems) => return problems.tell(output),
        };
        let supergraph = Arc::new(composed.supergraph);
        let document = match parse_and_validate(supergraph.api_schema(), &text, &config.operations)
        {
            Ok(document) => document,
            Err(refusal) => return self.refuse(&refusal, &text, output),
        };
        let planners = Planners::new(&supergraph, config);
        for field in planners.unknown_slow() {
            output.say(&format!(
                "note: `subgraphs.{}.slow` names {}, which that subgraph does not resolve\n",
                field.subgraph, field.coordinate
            ));
        }
        let plan = planners.with(Labels::default()).plan_deferring(
            &document,
            self.operation_name.as_deref(),
            Defer::Unless(&[]),
        );
        match plan {
            Ok(plan) if output.is_json() => {
                output.json(&json!({ "diagnostics": [], "plan": plan }))
            }
            Ok(plan) => output.result(&plan.to_string()),
            Err(error) => {
                let code = match error {
                    planner::PlanError::Operation(_) => "OPERATION_RESOLUTION_FAILURE",
                    _ => "PLANNING_FAILED",
                };
                Problems::one(code, error.to_string(), None).tell(output)
            }
        }
    }

    fn refuse(&self, refusal: &Refusal, text: &str, output: &mut Output) -> Exit {
        let label = match self.operation.as_os_str() == "-" {
            true => "standard input".to_owned(),
            false => self.operation.display().to_string(),
        };
        let mut texts = Texts::default();
        texts.add(&label, label.clone(), text);
        Problems {
            omitted: Omitted::default(),
            findings: document_findings(refusal, &label),
            texts,
        }
        .tell(output)
    }
}

/// Reads an operation document, bounded like a request's body.
pub(super) fn read_operation(path: &Path, config: &Config) -> Result<String, String> {
    let max = config.limits.request_body;
    if path.as_os_str() != "-" {
        return read_text(path, max).map_err(|error| format!("{}: {error}", path.display()));
    }
    let mut text = String::new();
    let limit = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    let read = std::io::stdin()
        .lock()
        .take(limit)
        .read_to_string(&mut text);
    read.map_err(|error| format!("standard input: {error}"))?;
    if text.len() > max {
        return Err(format!("standard input: it has more than {max} bytes"));
    }
    Ok(text)
}

/// What is wrong with a document, each mistake with its place in the text called `label`.
pub(super) fn document_findings(refusal: &Refusal, label: &str) -> Vec<Finding> {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let one = |shown: crate::refusal::LocatedMessage| {
        let finding = Finding::error(refusal.code().as_str(), shown.message);
        shown.locations.iter().fold(finding, |finding, place| {
            finding.at(label, number(place.line), number(place.column))
        })
    };
    refusal.shown().into_iter().map(one).collect()
}
