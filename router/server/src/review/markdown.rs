//! The review as a comment of a pull request: the verdict in the first line, what breaks next, the rest folded.

use std::fmt::{self, Write as _};

use super::{Review, ReviewedChange, Verdict};
use diff::Class;

/// GitHub refuses comments of more than 65,536 characters; what is beyond is in the JSON.
const MAX_ROWS: usize = 100;
const MAX_DIFF: usize = 20_000;

impl Review {
    /// GitHub's Markdown.
    pub(crate) fn to_markdown(&self) -> String {
        let mut text = String::new();
        // A string takes all that is written to it.
        let _ = self.write_markdown(&mut text);
        text
    }

    fn write_markdown(&self, text: &mut String) -> fmt::Result {
        let sign = match self.verdict {
            Verdict::Pass => "✅",
            Verdict::Warn => "⚠️",
            Verdict::Fail => "❌",
        };
        writeln!(text, "### {sign} {}\n", self.headline())?;
        for (class, title) in [
            (Class::Breaking, "Breaking"),
            (Class::Dangerous, "Dangerous"),
        ] {
            self.write_table(text, class, title)?;
        }
        self.write_operations(text)?;
        self.write_plans(text)?;
        for stale in &self.stale {
            writeln!(text, "> [!NOTE]\n> {}\n", escaped(stale))?;
        }
        self.write_folded(text, Class::Safe, "Safe changes")?;
        self.write_folded(
            text,
            Class::Internal,
            "Changes between subgraphs, which clients cannot see",
        )?;
        if !self.api_diff.is_empty() {
            let shown = cut(&self.api_diff, MAX_DIFF);
            let fence = fence_for(shown);
            writeln!(
                text,
                "<details><summary>Difference of the API schema</summary>\n\n{fence}diff\n{shown}"
            )?;
            if shown.len() < self.api_diff.len() {
                writeln!(text, "… {} more bytes", self.api_diff.len() - shown.len())?;
            }
            writeln!(text, "{fence}\n\n</details>")?;
        }
        Ok(())
    }

    fn of_class(&self, class: Class) -> Vec<&ReviewedChange> {
        self.changes
            .iter()
            .filter(|reviewed| reviewed.change.class == class)
            .collect()
    }

    fn write_table(&self, text: &mut String, class: Class, title: &str) -> fmt::Result {
        let changes = self.of_class(class);
        if changes.is_empty() {
            return Ok(());
        }
        writeln!(
            text,
            "| {title} | change | what it means |\n| --- | --- | --- |"
        )?;
        for reviewed in changes.iter().take(MAX_ROWS) {
            let change = &reviewed.change;
            let mut meaning = change.reason.to_owned();
            if let Some(accepted) = &reviewed.accepted {
                meaning.push_str(&format!(" Accepted: {}", escaped(accepted)));
            }
            if self.looked_at.is_some() {
                meaning.push_str(&format!(" *{}.*", escaped(&reviewed.hits_in_words())));
            }
            writeln!(
                text,
                "| {} | {} | {meaning} |",
                code(&change.coordinate),
                what(reviewed)
            )?;
        }
        write_rest(text, changes.len())
    }

    fn write_operations(&self, text: &mut String) -> fmt::Result {
        if self.operations.is_empty() {
            return Ok(());
        }
        writeln!(
            text,
            "<details open><summary>Operations that are refused ({})</summary>\n",
            self.operations.len()
        )?;
        for operation in self.operations.iter().take(MAX_ROWS) {
            let state = match operation.state {
                super::OperationState::Broken => "breaks",
                super::OperationState::InvalidBefore => "was invalid already",
            };
            writeln!(
                text,
                "- {} {state}{}",
                code(&operation.name),
                escaped(&operation.use_in_words())
            )?;
            for message in &operation.messages {
                writeln!(text, "  - {}", escaped(message))?;
            }
        }
        writeln!(text, "\n</details>\n")
    }

    fn write_plans(&self, text: &mut String) -> fmt::Result {
        if self.plans.is_empty() {
            return Ok(());
        }
        writeln!(
            text,
            "| Plan of | requests | steps | cost | |\n| --- | --- | --- | --- | --- |"
        )?;
        for plan in self.plans.iter().take(MAX_ROWS) {
            let (before, after) = (plan.before, plan.after);
            let cost = match (before.cost, after.cost) {
                (Some(before), Some(after)) => format!("{before} → {after}"),
                _ => String::new(),
            };
            let sign = if plan.is_worse() {
                "⚠️ more work"
            } else {
                "less work"
            };
            writeln!(
                text,
                "| {} | {} → {} | {} → {} | {cost} | {sign} |",
                code(&plan.operation),
                before.requests,
                after.requests,
                before.steps,
                after.steps
            )?;
        }
        write_rest(text, self.plans.len())
    }

    fn write_folded(&self, text: &mut String, class: Class, title: &str) -> fmt::Result {
        let changes = self.of_class(class);
        if changes.is_empty() {
            return Ok(());
        }
        writeln!(
            text,
            "<details><summary>{title} ({})</summary>\n",
            changes.len()
        )?;
        for reviewed in changes.iter().take(MAX_ROWS) {
            writeln!(
                text,
                "- {}: {}",
                code(&reviewed.change.coordinate),
                what(reviewed)
            )?;
        }
        if changes.len() > MAX_ROWS {
            writeln!(text, "- … and {} more", changes.len() - MAX_ROWS)?;
        }
        writeln!(text, "\n</details>\n")
    }
}

fn write_rest(text: &mut String, rows: usize) -> fmt::Result {
    match rows.checked_sub(MAX_ROWS) {
        Some(more) if more > 0 => writeln!(text, "\n… and {more} more.\n"),
        _ => writeln!(text),
    }
}

/// The kind in words, with what it was and is.
fn what(reviewed: &ReviewedChange) -> String {
    let change = &reviewed.change;
    let kind = change.kind.as_str().to_lowercase().replace('_', " ");
    match (&change.before, &change.after) {
        (None, None) => kind,
        (Some(before), None) => format!("{kind}: was {}", code(before)),
        (None, Some(after)) => format!("{kind}: {}", code(after)),
        (Some(before), Some(after)) => format!("{kind}: {} → {}", code(before), code(after)),
    }
}

/// In the font of code: on one line, in more backticks than the text has in a row. A bar would end the cell of a table.
fn code(text: &str) -> String {
    let line = cut(text, 200)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace('|', "\\|");
    let fence = "`".repeat(longest_run(&line) + 1);
    match line.starts_with('`') || line.ends_with('`') {
        true => format!("{fence} {line} {fence}"),
        false => format!("{fence}{line}{fence}"),
    }
}

/// Text of schemas and operations, which must not act as Markdown or HTML.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '!' | '@' => {
                out.push('\\');
                out.push(c);
            }
            '\n' | '\r' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

fn fence_for(text: &str) -> String {
    "`".repeat(longest_run(text).max(2) + 1)
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or_default()
}

fn cut(text: &str, max: usize) -> &str {
    match text.len() > max {
        true => &text[..text.floor_char_boundary(max)],
        false => text,
    }
}
