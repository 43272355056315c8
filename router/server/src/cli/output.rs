//! Where commands write.

use std::fmt::Display;
use std::io::{self, Write};
use std::path::Path;

use federation::Diagnostics;
use serde_json::Value;

use super::{Exit, Format};
use crate::report::{self, Finding, Omitted, Texts};
use crate::review::{Review, Verdict};
use settings::ConfigError;

/// Standard output and standard error, in one format.
pub(super) struct Output {
    format: Format,
}

impl Output {
    pub(super) fn new(format: Format) -> Self {
        Self { format }
    }

    pub(super) fn format(&self) -> Format {
        self.format
    }

    pub(super) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Writes a review, in its format.
    pub(super) fn review(&mut self, review: &Review, hints: &Diagnostics) -> Exit {
        let text = match self.format {
            Format::Text => review.to_text(),
            Format::Json => format!("{:#}", review.to_json(&report::to_json(hints))),
            Format::Markdown => review.to_markdown(),
            Format::Github => review.to_github(),
        };
        match self.result(&text) {
            Exit::Fine if review.verdict == Verdict::Fail => Exit::Finding,
            exit => exit,
        }
    }

    /// Writes what the command makes. A reader that went away (`| head`) is no mistake.
    pub(super) fn result(&mut self, text: &str) -> Exit {
        let mut out = io::stdout().lock();
        let written = out
            .write_all(text.as_bytes())
            .and_then(|()| match text.ends_with('\n') {
                true => out.flush(),
                false => out.write_all(b"\n").and_then(|()| out.flush()),
            });
        match written {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => self.usage(&error),
            _ => Exit::Fine,
        }
    }

    pub(super) fn json(&mut self, value: &Value) -> Exit {
        self.result(&format!("{value:#}"))
    }

    /// Tells findings; the result depends on whether there is an error among them.
    pub(super) fn findings(
        &mut self,
        findings: &[Finding],
        texts: &Texts,
        omitted: Omitted,
    ) -> Exit {
        if self.is_json() {
            self.json(&report::document(findings, omitted));
        } else {
            self.tell(findings, texts, omitted);
        }
        let errors = findings.iter().any(|finding| finding.severity == "error");
        if errors { Exit::Finding } else { Exit::Fine }
    }

    /// Tells findings to a person, and how many there are.
    pub(super) fn tell(&mut self, findings: &[Finding], texts: &Texts, omitted: Omitted) {
        self.say(&report::text::render(findings, texts));
        if let Some(summary) = report::text::summary(findings, omitted) {
            self.say(&format!("\n{summary}\n"));
        }
    }

    /// Reports what is wrong with the configuration.
    pub(super) fn configuration(&mut self, error: &ConfigError) -> Exit {
        let mut texts = Texts::default();
        texts.add("", error.file.display().to_string(), error.text.clone());
        self.findings(&Finding::of_config(error), &texts, Omitted::default());
        Exit::Configuration
    }

    /// Writes to a file that the command line names.
    pub(super) fn file(&mut self, path: &Path, text: &str) -> Exit {
        match std::fs::write(path, text) {
            Ok(()) => Exit::Fine,
            Err(error) => self.usage(&format_args!("{}: {error}", path.display())),
        }
    }

    /// Says what is wrong with the command line.
    pub(super) fn usage(&mut self, message: &dyn Display) -> Exit {
        self.say(&format!("error: {message}\n"));
        Exit::Usage
    }

    /// Prints something for people. There is nowhere to report that this fails.
    pub(super) fn say(&mut self, text: &str) {
        drop(io::stderr().lock().write_all(text.as_bytes()));
    }
}
