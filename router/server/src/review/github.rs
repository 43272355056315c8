//! The review as annotations of GitHub Actions (workflow commands).

use std::fmt::Write as _;

use super::{OperationState, Review, Verdict};
use crate::report::github::command;

impl Review {
    /// One command a line: `::error title=…::…`. What passes is left out; the last line is for the log.
    pub(crate) fn to_github(&self) -> String {
        let mut text = String::new();
        for reviewed in &self.changes {
            let level = match reviewed.verdict {
                Verdict::Pass => continue,
                Verdict::Warn => "warning",
                Verdict::Fail => "error",
            };
            let change = &reviewed.change;
            let title = format!("{} {}", change.kind, change.coordinate);
            let mut message = change.reason.to_owned();
            if self.looked_at.is_some() {
                message.push_str(&format!(" {}.", reviewed.hits_in_words()));
            }
            command(&mut text, level, &title, None, &message);
        }
        for operation in &self.operations {
            let (level, state) = match operation.state {
                OperationState::Broken => ("error", "breaks"),
                OperationState::InvalidBefore => ("warning", "was invalid already"),
            };
            let title = format!("operation {} {state}", operation.name);
            command(
                &mut text,
                level,
                &title,
                None,
                &operation.messages.join("\n"),
            );
        }
        for plan in self.plans.iter().filter(|plan| plan.is_worse()) {
            let title = format!("the plan of {} needs more work", plan.operation);
            command(&mut text, "warning", &title, None, &plan.in_words());
        }
        for stale in &self.stale {
            command(&mut text, "notice", "accepted changes", None, stale);
        }
        let _ = writeln!(
            text,
            "{}: the review {}",
            self.headline(),
            self.verdict.word()
        );
        text
    }
}
