//! `router plan`: how operations would be answered.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::PathBuf;
use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::executable::ExecutableDocument;
use apollo_compiler::validation::Valid;
use clap::Args;
use planner::{Defer, PlanError, QueryPlan};
use serde_json::json;

use super::Exit;
use super::output::Output;
use super::sources::{Problems, Sources};
use crate::config::Config;
use crate::prepare::{Labels, Planners, parse_and_validate};
use crate::refusal::Refusal;
use crate::report::{self, Finding, Omitted, Texts};
use crate::review::{Bounds, read_operations};

/// Print the plans of operations.
#[derive(Args, Debug)]
pub(super) struct Plan {
    /// Operation documents: files, folders, globs, manifests of persisted documents; `-` is standard input.
    #[arg(long, alias = "operations", value_name = "PATH", num_args = 1.., default_value = "-")]
    operation: Vec<PathBuf>,
    /// The name of the operation to plan [default: every operation].
    #[arg(long, value_name = "NAME")]
    operation_name: Option<String>,
}

/// Bytes of a manifest of operations.
const MAX_MANIFEST: usize = 256 * 1024 * 1024;

/// Documents that are planned.
const MAX_DOCUMENTS: usize = 10_000;

/// A text with operations, and how people call it.
struct Planned {
    label: String,
    text: String,
}

impl Plan {
    pub(super) fn run(&self, config: &Config, output: &mut Output) -> Exit {
        let planned = match self.read(config) {
            Ok(planned) => planned,
            Err(message) => return output.usage(&message),
        };
        let composed = match Sources::look(config).and_then(|sources| sources.compose(config)) {
            Ok(composed) => composed,
            Err(problems) => return problems.tell(output),
        };
        let supergraph = Arc::new(composed.supergraph);
        let planners = Planners::new(&supergraph, config);
        for field in planners.unknown_slow() {
            output.say(&format!(
                "note: `subgraphs.{}.slow` names {}, which that subgraph does not resolve\n",
                field.subgraph, field.coordinate
            ));
        }
        let api = supergraph.api_schema();
        let mut plans = Vec::new();
        let mut problems = Problems {
            omitted: Omitted::default(),
            findings: Vec::new(),
            texts: Texts::default(),
        };
        for Planned { label, text } in &planned {
            match parse_and_validate(api, text, &config.operations) {
                Err(refusal) => {
                    problems.findings.extend(document_findings(&refusal, label));
                    problems.texts.add(label, label.clone(), text);
                }
                Ok(document) => self.plan(label, &document, &planners, &mut plans, &mut problems),
            }
        }
        match output.is_json() {
            true => self.as_json(&planned, &plans, &problems, output),
            false => as_text(&plans, &problems, output),
        }
    }

    /// Plans the operation of a document that is asked for, or each of them.
    fn plan(
        &self,
        label: &str,
        document: &Valid<ExecutableDocument>,
        planners: &Planners,
        plans: &mut Vec<(String, QueryPlan)>,
        problems: &mut Problems,
    ) {
        let named: Vec<&str> = document.operations.named.keys().map(Name::as_str).collect();
        let each: Vec<Option<&str>> = match (self.operation_name.as_deref(), named.len()) {
            (None, 2..) => named.into_iter().map(Some).collect(),
            (name, _) => vec![name],
        };
        for name in &each {
            let planner = planners.with(Labels::default());
            match planner.plan_deferring(document, *name, Defer::Unless(&[])) {
                Ok(plan) => plans.push((
                    match name.filter(|_| each.len() > 1) {
                        Some(name) => format!("{label} {name}"),
                        None => label.to_owned(),
                    },
                    plan,
                )),
                Err(error) => {
                    let code = match error {
                        PlanError::Operation(_) => "OPERATION_RESOLUTION_FAILURE",
                        _ => "PLANNING_FAILED",
                    };
                    let finding = Finding::error(code, format!("{label}: {error}"));
                    problems.findings.push(finding);
                }
            }
        }
    }

    fn as_json(
        &self,
        planned: &[Planned],
        plans: &[(String, QueryPlan)],
        problems: &Problems,
        output: &mut Output,
    ) -> Exit {
        let mut document = report::document(&problems.findings, problems.omitted);
        // One document with one operation has one plan, which programs find where it was before there could be several.
        match (planned, plans) {
            ([_], [(_, plan)]) => document["plan"] = json!(plan),
            _ => {
                let plans = plans.iter();
                let plans = plans.map(|(label, plan)| json!({ "operation": label, "plan": plan }));
                document["plans"] = plans.collect();
            }
        }
        match output.json(&document) {
            Exit::Fine if !problems.findings.is_empty() => Exit::Finding,
            exit => exit,
        }
    }

    /// The documents that the command line names.
    fn read(&self, config: &Config) -> Result<Vec<Planned>, String> {
        let is_stdin = |path: &PathBuf| path.as_os_str() == "-";
        let mut planned = Vec::new();
        if self.operation.iter().any(is_stdin) {
            let text = read_standard_input(config.limits.request_body)?;
            let label = "standard input".to_owned();
            planned.push(Planned { label, text });
        }
        let paths = self.operation.iter().filter(|path| !is_stdin(path));
        let paths: Vec<PathBuf> = paths.cloned().collect();
        if !paths.is_empty() {
            let bounds = Bounds {
                document: config.limits.request_body,
                manifest: MAX_MANIFEST,
                documents: MAX_DOCUMENTS,
            };
            let known = read_operations(&paths, bounds)?;
            planned.extend(known.into_iter().map(|known| Planned {
                label: known.file,
                text: known.text,
            }));
        }
        Ok(planned)
    }
}

/// The plans, each under the name of its operation where there are several, and then what is wrong.
fn as_text(plans: &[(String, QueryPlan)], problems: &Problems, output: &mut Output) -> Exit {
    let mut text = String::new();
    for (label, plan) in plans {
        if plans.len() > 1 || !problems.findings.is_empty() {
            let _ = writeln!(text, "# {label}");
        }
        let _ = writeln!(text, "{}", plan.to_string().trim_end());
        if plans.len() > 1 {
            text.push('\n');
        }
    }
    let written = match text.is_empty() {
        true => Exit::Fine,
        false => output.result(text.trim_end()),
    };
    match problems.findings.is_empty() {
        true => written,
        false => problems.tell(output),
    }
}

fn read_standard_input(max: usize) -> Result<String, String> {
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
