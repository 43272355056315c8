//! `router check`: what a changed schema would break, before it is deployed.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use clap::{Args, ValueEnum};
use federation::{Diagnostics, Subgraph};

use super::Exit;
use super::output::Output;
use super::side;
use super::sources::{Problems, Sources, Stop};
use crate::clock;
use crate::config::Config;
use crate::report::{Finding, Omitted, Texts};
use crate::review::{
    Accepted, Bounds, Judge, KnownOperation, Operations, Rules, Severity, Side, read_operations,
};
use crate::schema::{contracted, read_text};

/// Report what a changed subgraph, or another supergraph, would break.
///
/// Compares the graph with the change to the graph without it: every change of the API schema is classified, and with
/// `--operations` the operations that it hits are named and their plans compared.
#[derive(Args, Debug)]
pub(super) struct Check {
    /// The subgraph that changes.
    #[arg(long, value_name = "NAME", requires = "sdl")]
    subgraph: Option<String>,
    /// The SDL of that subgraph after the change.
    #[arg(long, value_name = "FILE", requires = "subgraph")]
    sdl: Option<PathBuf>,
    /// The subgraph is new: it is not in the configuration yet.
    #[arg(long, requires = "subgraph")]
    new: bool,
    /// The supergraph after the change, instead of composing one.
    #[arg(long, value_name = "FILE", conflicts_with = "subgraph")]
    supergraph: Option<String>,
    /// What is in service: a supergraph or an API schema, as a file or from the admin port of a running router
    /// (http://…). By default the graph of the configuration.
    #[arg(long, value_name = "FILE|URL")]
    against: Option<String>,
    /// Operations that clients send: documents, folders, globs, manifests of persisted documents.
    #[arg(long, alias = "operation", value_name = "PATH", num_args = 1..)]
    operations: Vec<PathBuf>,
    /// How a breaking change is reported when no operation uses what it breaks.
    #[arg(long, value_enum, default_value_t = Unused::Deny, requires = "operations")]
    unused: Unused,
    /// How an operation is reported that would need more requests or more steps, or cost more.
    #[arg(long, value_enum, default_value = "warn")]
    plans: Severity,
    /// Accepted changes: a YAML list of `{ coordinate, kind, reason, until }`.
    #[arg(long, value_name = "FILE")]
    accept: Option<PathBuf>,
}

/// What an unused breaking change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Unused {
    /// A finding, like any other.
    Deny,
    /// A warning.
    Allow,
}

/// Bytes of a manifest of operations.
const MAX_MANIFEST: usize = 256 * 1024 * 1024;

/// Operations that are looked at.
const MAX_OPERATIONS: usize = 100_000;

/// Bytes of a file with accepted changes.
const MAX_ACCEPTED: usize = 1024 * 1024;

impl Check {
    pub(super) fn run(&self, config: &Config, output: &mut Output) -> Exit {
        self.review(config, output)
            .unwrap_or_else(|stop| stop.tell(output))
    }

    fn review(&self, config: &Config, output: &mut Output) -> Result<Exit, Stop> {
        if self.subgraph.is_none() && self.supergraph.is_none() && self.against.is_none() {
            let message =
                "nothing to compare: give --subgraph with --sdl, --supergraph, or --against";
            return Err(Stop::Usage(message.to_owned()));
        }
        let known = self.known_operations(config)?;
        let accepted = self.accepted()?;
        let (new, hints, now) = match &self.supergraph {
            Some(supergraph) => {
                let now = match &self.against {
                    Some(_) => None,
                    None => Sources::look(config).ok(),
                };
                (
                    variant(side::read(supergraph)?, config)?,
                    Diagnostics::new(),
                    now,
                )
            }
            None => {
                let now = Sources::look(config).map_err(Stop::Problems)?;
                let (new, hints) = self.after(&now, config, output)?;
                (new, hints, Some(now))
            }
        };
        let old = match &self.against {
            Some(against) => Some(variant(side::read(against)?, config)?),
            None => in_service(now.as_ref(), config, output),
        };
        let judge = Judge {
            old: old.as_ref().unwrap_or(&new),
            new: &new,
            rules: Rules {
                unused_is_allowed: self.unused == Unused::Allow,
                worse_plans: Some(self.plans),
            },
            today: clock::date(SystemTime::now()),
        };
        let operations = known.as_deref().map(|known| Operations { known, config });
        let review = judge.review(operations, accepted);
        Ok(output.review(&review, &hints))
    }

    fn known_operations(&self, config: &Config) -> Result<Option<Vec<KnownOperation>>, Stop> {
        if self.operations.is_empty() {
            return Ok(None);
        }
        let bounds = Bounds {
            document: config.limits.request_body,
            manifest: MAX_MANIFEST,
            documents: MAX_OPERATIONS,
        };
        read_operations(&self.operations, bounds)
            .map(Some)
            .map_err(Stop::Usage)
    }

    fn accepted(&self) -> Result<Accepted, Stop> {
        let Some(path) = &self.accept else {
            return Ok(Accepted::default());
        };
        read_text(path, MAX_ACCEPTED)
            .and_then(|text| Accepted::parse(&text))
            .map_err(|error| Stop::Usage(format!("{}: {error}", path.display())))
    }

    /// The graph with the change, and what composition has to say of it.
    fn after(
        &self,
        now: &Sources,
        config: &Config,
        output: &mut Output,
    ) -> Result<(Side, Diagnostics), Stop> {
        let replaced = match (&self.subgraph, &self.sdl) {
            (Some(name), Some(sdl)) => Some(self.replaced(now, name, sdl, config)?),
            _ => None,
        };
        let then = replaced.as_ref().unwrap_or(now);
        let composed = then.compose(config).map_err(Stop::Problems)?;
        if !output.is_json() {
            let hints: Vec<Finding> = composed.hints.iter().map(Finding::from).collect();
            output.tell(&hints, &then.texts(), Omitted::of(&composed.hints));
        }
        let supergraph = Arc::new(composed.supergraph);
        Ok((Side::Supergraph(supergraph), composed.hints))
    }

    fn replaced(
        &self,
        now: &Sources,
        name: &str,
        path: &Path,
        config: &Config,
    ) -> Result<Sources, Stop> {
        let Sources::Subgraphs(subgraphs) = now else {
            let message = "there are no subgraphs to compose: the configuration has a supergraph";
            return Err(Stop::Usage(message.to_owned()));
        };
        let mut subgraphs = subgraphs.clone();
        let sdl = read_text(path, config.limits.sdl)
            .map_err(|error| Stop::Usage(format!("{}: {error}", path.display())))?;
        let file = Some(path.display().to_string());
        match subgraphs.iter_mut().find(|subgraph| subgraph.name == name) {
            Some(_) if self.new => {
                let message =
                    format!("subgraph \"{name}\" is in the configuration already: leave out --new");
                return Err(Stop::Usage(message));
            }
            Some(subgraph) => (subgraph.sdl, subgraph.file) = (sdl, file),
            None if self.new => subgraphs.push(Subgraph {
                name: name.to_owned(),
                url: None,
                sdl,
                file,
            }),
            None => {
                let names = subgraphs.iter().map(|subgraph| subgraph.name.as_str());
                let meant = federation::nearest(name, names);
                let meant = meant
                    .map(|near| format!("did you mean \"{near}\"? "))
                    .unwrap_or_default();
                let message = format!("unknown subgraph \"{name}\": {meant}--new adds one");
                return Err(Stop::Usage(message));
            }
        }
        Ok(Sources::Subgraphs(subgraphs))
    }
}

/// What clients see of a supergraph is what the configuration's contract shows.
fn variant(side: Side, config: &Config) -> Result<Side, Stop> {
    let Side::Supergraph(supergraph) = &side else {
        return Ok(side);
    };
    match contracted(supergraph, &config.contract) {
        Ok(None) => Ok(side),
        Ok(Some(variant)) => Ok(Side::Supergraph(Arc::new(variant))),
        Err(failure) => Err(Stop::Problems(Problems {
            omitted: Omitted::of(&failure.diagnostics),
            findings: failure.diagnostics.iter().map(Finding::from).collect(),
            texts: Texts::default(),
        })),
    }
}

/// The graph of the configuration as it is, if it composes.
fn in_service(now: Option<&Sources>, config: &Config, output: &mut Output) -> Option<Side> {
    let composed = now.and_then(|now| now.compose(config).ok());
    if composed.is_none() {
        output.say("note: the graph of the configuration does not compose, so there is nothing to compare with\n");
    }
    composed.map(|composed| Side::Supergraph(Arc::new(composed.supergraph)))
}
