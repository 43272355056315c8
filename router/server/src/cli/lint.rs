//! `router lint`: what a reviewer would point out in the subgraphs' schemas.

use std::path::PathBuf;

use clap::Args;
use federation::Subgraph;
use lint::NotParsed;

use super::output::Output;
use super::sources::{Problems, Sources, Stop};
use super::{Exit, Format};
use crate::config::Config;
use crate::lint::Remarks;
use crate::report::{Finding, Omitted, Texts};
use crate::schema::read_text;

/// Report what a reviewer would point out in the schemas: names, missing descriptions, unreachable types.
///
/// The section `lint` of the configuration sets the rules. A comment `# lint-off RULE` in the SDL turns a rule off for the element that
/// follows, and `# lint-off-file RULE` for the file.
#[derive(Args, Debug)]
pub(super) struct Lint {
    /// SDL files to check instead of the configuration's subgraphs.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Check this subgraph only. The others still count for what can be reached.
    #[arg(long, value_name = "NAME", conflicts_with = "files")]
    subgraph: Option<String>,
}

impl Lint {
    pub(super) fn run(&self, config: &Config, output: &mut Output) -> Exit {
        self.look(config, output)
            .unwrap_or_else(|stop| stop.tell(output))
    }

    fn look(&self, config: &Config, output: &mut Output) -> Result<Exit, Stop> {
        let is_whole = self.files.is_empty();
        let sources = match is_whole {
            true => Sources::look(config).map_err(Stop::Problems)?,
            false => Sources::Subgraphs(self.read(config)?),
        };
        let Sources::Subgraphs(subgraphs) = &sources else {
            let message = "there are no subgraphs to look at: the configuration has a supergraph";
            return Err(Stop::Usage(message.to_owned()));
        };
        if let Some(wanted) = &self.subgraph {
            let mut names = subgraphs.iter().map(|subgraph| subgraph.name.as_str());
            if !names.clone().any(|name| name == wanted) {
                let meant = federation::nearest(wanted, &mut names);
                let meant = meant
                    .map(|near| format!(": did you mean \"{near}\"?"))
                    .unwrap_or_default();
                return Err(Stop::Usage(format!("unknown subgraph \"{wanted}\"{meant}")));
            }
        }
        let mut findings = lint::lint(subgraphs, &config.lint, is_whole)
            .map_err(|broken| Stop::Problems(not_parsed(&broken, &sources)))?;
        if self.subgraph.is_some() {
            findings.retain(|found| found.location.subgraph == self.subgraph);
        }
        let remarks = Remarks {
            findings,
            files: subgraphs
                .iter()
                .map(|subgraph| (subgraph.name.clone(), subgraph.file.clone()))
                .collect(),
        };
        let told = match output.format() {
            Format::Text => {
                let findings = remarks.to_findings();
                return Ok(output.findings(&findings, &sources.texts(), Omitted::default()));
            }
            Format::Json => format!("{:#}", remarks.to_json()),
            Format::Markdown => remarks.to_markdown(),
            Format::Github => remarks.to_github(),
        };
        Ok(match output.result(&told) {
            Exit::Fine if remarks.fails() => Exit::Finding,
            exit => exit,
        })
    }

    fn read(&self, config: &Config) -> Result<Vec<Subgraph>, Stop> {
        let one = |path: &PathBuf| {
            let file = path.display().to_string();
            let sdl = read_text(path, config.limits.sdl)
                .map_err(|error| Stop::Usage(format!("{file}: {error}")))?;
            Ok(Subgraph {
                name: file.clone(),
                url: None,
                sdl,
                file: Some(file),
            })
        };
        self.files.iter().map(one).collect()
    }
}

fn not_parsed(broken: &NotParsed, sources: &Sources) -> Problems {
    let one = |(message, location): &(String, Option<federation::Location>)| {
        let mut finding = Finding::error("INVALID_GRAPHQL", message.clone());
        finding.subgraph = Some(broken.subgraph.clone());
        match location {
            Some(location) => finding.covering(location),
            None => finding,
        }
    };
    let texts: Texts = sources.texts();
    Problems {
        omitted: Omitted::default(),
        findings: broken.mistakes.iter().map(one).collect(),
        texts,
    }
}
