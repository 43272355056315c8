//! What `compose`, `plan` and `check` begin with: the subgraphs of the configuration, looked at once.

use federation::{Cancellation, Diagnostics, Subgraph, Supergraph};
use futures_util::future::join_all;

use super::Exit;
use super::output::Output;
use crate::config::Config;
use crate::report::{Finding, Omitted, Texts};
use crate::schema::{Source, compose_sources, configured_sources, contracted};
use crate::telemetry::Metrics;
use client::Transport;
use memory::Memory;
use resolver::Resolver;

/// What the configuration's sources hold now.
pub(super) enum Sources {
    /// SDLs to compose.
    Subgraphs(Vec<Subgraph>),
    /// A supergraph composed elsewhere.
    Supergraph(String),
}

/// A supergraph and what people may want to know of how it came to be.
pub(super) struct Composed {
    pub(super) supergraph: Supergraph,
    pub(super) hints: Diagnostics,
}

/// Findings, with the texts that they are about.
pub(super) struct Problems {
    /// Those that were only counted.
    pub(super) omitted: Omitted,
    pub(super) findings: Vec<Finding>,
    pub(super) texts: Texts,
}

/// Why a command ends before it has done anything.
pub(super) enum Stop {
    /// The command line is wrong, or names what cannot be read.
    Usage(String),
    /// What was read is wrong.
    Problems(Problems),
}

impl Stop {
    pub(super) fn tell(&self, output: &mut Output) -> Exit {
        match self {
            Stop::Usage(message) => output.usage(message),
            Stop::Problems(problems) => problems.tell(output),
        }
    }
}

impl Problems {
    pub(super) fn tell(&self, output: &mut Output) -> Exit {
        output.findings(&self.findings, &self.texts, self.omitted)
    }
}

impl Sources {
    /// Looks at every source of the configuration, once, all at the same time.
    pub(super) fn look(config: &Config) -> Result<Self, Problems> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let runtime = runtime.map_err(|error| Problems::one("IO", error.to_string(), None))?;
        runtime.block_on(Self::look_now(config))
    }

    async fn look_now(config: &Config) -> Result<Self, Problems> {
        let transport = Transport::new(
            &config.client,
            config.own_tls(),
            Resolver::new(config.client.dns.clone()),
            Memory::new(&config.memory),
        )
        .map_err(|error| Problems::one("TLS", error.to_string(), None))?;
        let sources = configured_sources(config, &transport, &Metrics::unobserved());
        if sources.is_empty() {
            let message = "the configuration names no subgraph itself: only a running router knows those that are discovered, and GET /composition/supergraph on its admin port has what it composed";
            return Err(Problems::one("NO_SUBGRAPHS", message.to_owned(), None));
        }
        let seen = join_all(sources.iter().map(|named| named.source.look())).await;
        let mut subgraphs = Vec::with_capacity(sources.len());
        let mut findings = Vec::new();
        for (named, sdl) in sources.into_iter().zip(seen) {
            match sdl {
                Ok(sdl) => subgraphs.push(Subgraph {
                    name: named.name,
                    url: named.url,
                    sdl: sdl.to_string(),
                    file: named.source.file().map(|path| path.display().to_string()),
                }),
                Err(error) => {
                    let code = match named.source {
                        Source::Live { .. } => "SUBGRAPH_UNREACHABLE",
                        Source::File { .. } => "FILE_UNREADABLE",
                    };
                    let message = format!("no SDL of \"{}\": {error}", named.name);
                    let mut finding = Finding::error(code, message);
                    finding.subgraph = Some(named.name);
                    findings.push(finding);
                }
            }
        }
        if !findings.is_empty() {
            return Err(Problems {
                omitted: Omitted::default(),
                findings,
                texts: Texts::default(),
            });
        }
        Ok(match config.supergraph {
            Some(_) => Sources::Supergraph(subgraphs.into_iter().map(|only| only.sdl).collect()),
            None => Sources::Subgraphs(subgraphs),
        })
    }

    /// The texts that diagnostics point into.
    pub(super) fn texts(&self) -> Texts {
        let mut texts = Texts::default();
        match self {
            Sources::Supergraph(sdl) => texts.add("", "supergraph", sdl.clone()),
            Sources::Subgraphs(subgraphs) => {
                for subgraph in subgraphs {
                    let label = match &subgraph.file {
                        Some(file) => format!("{} ({file})", subgraph.name),
                        None => subgraph.name.clone(),
                    };
                    texts.add(&subgraph.name, label, subgraph.sdl.clone());
                }
            }
        }
        texts
    }

    /// Composes them, or loads what was composed elsewhere.
    pub(super) fn compose(&self, config: &Config) -> Result<Composed, Problems> {
        let problems = |diagnostics: &Diagnostics| Problems {
            omitted: Omitted::of(diagnostics),
            findings: diagnostics.iter().map(Finding::from).collect(),
            texts: self.texts(),
        };
        let (sdl, hints) = match self {
            Sources::Supergraph(sdl) => (sdl.clone(), Diagnostics::new()),
            Sources::Subgraphs(subgraphs) => {
                match compose_sources(subgraphs, config, Cancellation::default()) {
                    Ok(composed) => (composed.supergraph_sdl, composed.hints),
                    Err(failure) => return Err(problems(&failure.diagnostics)),
                }
            }
        };
        match Supergraph::parse(&sdl) {
            Ok(supergraph) => {
                let variant = contracted(&supergraph, &config.contract);
                let variant = variant.map_err(|failure| problems(&failure.diagnostics))?;
                Ok(Composed {
                    supergraph: variant.unwrap_or(supergraph),
                    hints,
                })
            }
            Err(diagnostics) => {
                let mut problems = problems(&diagnostics);
                problems.texts.add("", "supergraph", sdl);
                Err(problems)
            }
        }
    }
}

impl Problems {
    pub(super) fn one(code: &str, message: String, subgraph: Option<String>) -> Self {
        let mut finding = Finding::error(code, message);
        finding.subgraph = subgraph;
        Self {
            omitted: Omitted::default(),
            findings: vec![finding],
            texts: Texts::default(),
        }
    }
}
