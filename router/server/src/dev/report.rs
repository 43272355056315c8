//! What became of the composition, each thing said once, with the places of mistakes.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use tokio::sync::watch;

use super::{browser, say};
use crate::config::Config;
use crate::report::{self, Finding, Omitted, Texts};
use crate::schema::{SchemaStatus, SourceState, Status};

/// Changes that are listed.
const MAX_CHANGES: usize = 20;

/// What was reported last.
pub(super) struct Report {
    is_silent: bool,
    /// The console, until it has been opened.
    open: Option<String>,
    failure: Option<String>,
    schema: Option<String>,
    /// The last error of each source.
    troubles: HashMap<String, String>,
}

/// What the developer reads first.
pub(super) fn heading(config: &Config, mocked: &[String], console: &str, admin: &str) -> String {
    let mut text = String::from("\n");
    let width = config.subgraphs.keys().map(|name| name.chars().count());
    let width = width.max().unwrap_or_default().max("console".len());
    for (name, subgraph) in &config.subgraphs {
        let file = subgraph.sdl.as_ref().map(|file| file.display().to_string());
        let url = subgraph.terms.url.as_ref().map(ToString::to_string);
        let source = match (file, url) {
            (Some(file), _) if mocked.contains(name) => {
                format!("{file}, with made-up answers ({name}={file}@URL asks a server)")
            }
            (Some(file), Some(url)) => format!("{file}, asked at {url}"),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => String::new(),
        };
        let _ = writeln!(text, "  {name:<width$}  {source}");
    }
    let _ = write!(
        text,
        "\n  {:<width$}  {console}\n  {:<width$}  {admin}\n\nCtrl-C ends it.\n\n",
        "console", "admin"
    );
    text
}

impl Report {
    pub(super) fn new(is_silent: bool, open: Option<String>) -> Self {
        Self {
            is_silent,
            open,
            failure: None,
            schema: None,
            troubles: HashMap::new(),
        }
    }

    /// Reports until the router ends.
    pub(super) async fn run(mut self, mut statuses: watch::Receiver<Arc<Status>>) {
        loop {
            let status = Arc::clone(&statuses.borrow_and_update());
            let text = self.of(&status);
            if !self.is_silent && !text.is_empty() {
                say(&text);
            }
            if status.schema.is_some()
                && let Some(console) = self.open.take()
            {
                browser::open(&console);
            }
            if statuses.changed().await.is_err() {
                return;
            }
        }
    }

    /// What is new.
    pub(super) fn of(&mut self, status: &Status) -> String {
        let mut text = String::new();
        self.sources(status, &mut text);
        self.failure(status, &mut text);
        if let Some(schema) = &status.schema
            && self.schema.as_ref() != Some(&schema.hash)
        {
            self.schema = Some(schema.hash.clone());
            in_service(status, schema, &mut text);
        }
        text
    }

    fn sources(&mut self, status: &Status, text: &mut String) {
        for source in &status.sources {
            let trouble = source.last_error.as_ref();
            let trouble = trouble.filter(|_| source.state == SourceState::Unreachable);
            let before = self.troubles.get(&source.name);
            if trouble == before {
                continue;
            }
            let name = &source.name;
            let _ = match trouble {
                Some(error) if source.last_seen.is_some() => {
                    writeln!(text, "{name}: {error}; its last schema is kept")
                }
                Some(error) => writeln!(text, "{name}: {error}; waiting for it"),
                None => writeln!(text, "{name}: its schema can be read again"),
            };
            match trouble {
                Some(error) => self.troubles.insert(name.clone(), error.clone()),
                None => self.troubles.remove(name),
            };
        }
    }

    fn failure(&mut self, status: &Status, text: &mut String) {
        let failure = status.failure.as_ref();
        let shown = failure.map(|failure| {
            let texts = texts(status);
            let findings: Vec<Finding> = failure.diagnostics.iter().map(Finding::from).collect();
            let mut shown = report::text::render(&findings, &texts);
            let _ = match report::text::summary(&findings, Omitted::of(&failure.diagnostics)) {
                Some(summary) => write!(shown, "\n{}: {summary}", failure.error),
                None => write!(shown, "error: {}", failure.error),
            };
            shown
        });
        if shown == self.failure {
            return;
        }
        match &shown {
            Some(shown) => {
                let kept = match status.schema {
                    Some(_) => "the last good schema stays in service",
                    None => "there is nothing to serve yet",
                };
                let _ = writeln!(text, "{shown}; {kept}");
            }
            None => text.push_str("the subgraphs compose again\n"),
        }
        self.failure = shown;
    }
}

/// That a schema is in service, and how it differs from the one before.
fn in_service(status: &Status, schema: &SchemaStatus, text: &mut String) {
    let count = |number: usize, noun: &str| match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    };
    let subgraphs = status.sources.len().saturating_sub(schema.missing.len());
    let _ = write!(text, "composed {}", count(subgraphs, "subgraph"));
    let hints = schema.hints.total();
    if hints > 0 {
        let _ = write!(
            text,
            "; {} (see Graph in the console)",
            count(hints, "hint")
        );
    }
    text.push('\n');
    let Some(changes) = &schema.changes else {
        return;
    };
    for change in changes.listed.iter().take(MAX_CHANGES) {
        let (class, coordinate, kind) = (change.class.as_str(), &change.coordinate, change.kind);
        let _ = write!(text, "  {class:<9}  {coordinate}: {kind}");
        let brief = |text: &Option<String>| text.as_deref().map(brief);
        let _ = match (brief(&change.before), brief(&change.after)) {
            (None, None) => writeln!(text),
            (Some(before), None) => writeln!(text, ", was {before}"),
            (None, Some(after)) => writeln!(text, ", {after}"),
            (Some(before), Some(after)) => writeln!(text, ", {before} -> {after}"),
        };
    }
    let more = changes
        .total
        .saturating_sub(changes.listed.len().min(MAX_CHANGES));
    if more > 0 {
        let _ = writeln!(text, "  and {}", count(more, "more change"));
    }
}

/// The first line of an SDL, as far as it fits.
fn brief(text: &str) -> String {
    const MAX: usize = 60;
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(MAX) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None if line.len() < text.len() => format!("{line} …"),
        None => line.to_owned(),
    }
}

/// The texts that diagnostics point into.
fn texts(status: &Status) -> Texts {
    let mut texts = Texts::default();
    for source in &status.sources {
        if let Some(sdl) = &source.sdl {
            let label = match &source.file {
                Some(file) => format!("{} ({})", source.name, file.display()),
                None => source.name.clone(),
            };
            texts.add(&source.name, label, &**sdl);
        }
    }
    texts
}
