//! The review for people at a terminal.

use std::fmt::{self, Write as _};

use super::{OperationState, Review, ReviewedChange};
use diff::Class;

/// Operations that are named for one change.
const MAX_NAMED: usize = 10;

impl Review {
    /// One line for each change that matters, then operations, plans and the verdict. Safe and internal changes are listed last.
    pub(crate) fn to_text(&self) -> String {
        let mut text = String::new();
        // A string takes all that is written to it.
        let _ = self.write_text(&mut text);
        text
    }

    fn write_text(&self, text: &mut String) -> fmt::Result {
        for class in [
            Class::Breaking,
            Class::Dangerous,
            Class::Safe,
            Class::Internal,
        ] {
            for reviewed in self
                .changes
                .iter()
                .filter(|reviewed| reviewed.change.class == class)
            {
                write_change(text, reviewed, self.looked_at.is_some())?;
            }
        }
        for operation in &self.operations {
            let state = match operation.state {
                OperationState::Broken => "breaks",
                OperationState::InvalidBefore => "was invalid already",
            };
            writeln!(
                text,
                "operation {}: {state}{}",
                operation.name,
                operation.use_in_words()
            )?;
            for message in &operation.messages {
                writeln!(text, "    {message}")?;
            }
        }
        for plan in &self.plans {
            let how = if plan.is_worse() {
                "more work"
            } else {
                "less work"
            };
            writeln!(
                text,
                "plan of {}: {how}: {}",
                plan.operation,
                plan.in_words()
            )?;
        }
        for stale in &self.stale {
            writeln!(text, "note: {stale}")?;
        }
        writeln!(
            text,
            "{}: the review {}",
            self.headline(),
            self.verdict.word()
        )
    }
}

fn write_change(
    text: &mut String,
    reviewed: &ReviewedChange,
    with_operations: bool,
) -> fmt::Result {
    let change = &reviewed.change;
    writeln!(text, "{change}")?;
    if !matches!(change.class, Class::Breaking | Class::Dangerous) {
        return Ok(());
    }
    writeln!(text, "    {}", change.reason)?;
    if let Some(accepted) = &reviewed.accepted {
        writeln!(text, "    accepted: {accepted}")?;
    }
    if with_operations {
        writeln!(text, "    {}.", reviewed.hits_in_words())?;
    }
    Ok(())
}

impl ReviewedChange {
    /// Which operations use it, not all of them by name.
    pub(super) fn hits_in_words(&self) -> String {
        let named = |names: &[String]| names.join(", ");
        match self.operations.len() {
            0 => "Used by no operation".to_owned(),
            n if n <= MAX_NAMED => format!("Used by {}", named(&self.operations)),
            n => format!(
                "Used by {} and {} more",
                named(&self.operations[..MAX_NAMED]),
                n - MAX_NAMED
            ),
        }
    }
}

impl super::ReviewedOperation {
    /// How often it was seen and by which clients, where that is known.
    pub(super) fn use_in_words(&self) -> String {
        let mut words = String::new();
        if let Some(seen) = self.seen {
            let times = if seen == 1 {
                "once"
            } else {
                &format!("{seen} times")
            };
            words.push_str(&format!(", seen {times}"));
        }
        if !self.clients.is_empty() {
            words.push_str(&format!(", sent by {}", self.clients.join(", ")));
        }
        words
    }
}

impl super::PlanChange {
    pub(super) fn in_words(&self) -> String {
        let Self { before, after, .. } = self;
        let mut words = format!(
            "{} -> {} requests, {} -> {} steps",
            before.requests, after.requests, before.steps, after.steps
        );
        if let (Some(before), Some(after)) = (before.cost, after.cost) {
            words.push_str(&format!(", cost {before} -> {after}"));
        }
        words
    }
}
