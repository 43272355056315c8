//! Two schemas and the operations between them.

use apollo_compiler::executable::Operation;
use diff::{Class, Usage};

use super::plans::Sizing;
use super::{
    Accepted, KnownOperation, OperationState, PlanChange, Review, ReviewedChange,
    ReviewedOperation, Side, Verdict,
};
use crate::config::Config;
use crate::prepare::parse_and_validate;
use crate::refusal::Refusal;

/// What counts as a finding.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// Whether a breaking change that no operation uses is a warning only. Needs operations.
    pub(crate) unused_is_allowed: bool,
    /// What an operation with more requests or more steps is; `None` compares no plans.
    pub(crate) worse_plans: Option<Severity>,
}

/// Whether something fails the review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Severity {
    /// A warning: the exit code stays 0.
    Warn,
    /// A finding: the exit code is 1.
    Fail,
}

/// Judges a change.
pub(crate) struct Judge<'a> {
    pub(crate) old: &'a Side,
    pub(crate) new: &'a Side,
    pub(crate) rules: Rules,
    /// `YYYY-MM-DD`.
    pub(crate) today: String,
}

/// Operations, and the configuration by which they are read and planned.
#[derive(Clone, Copy)]
pub(crate) struct Operations<'a> {
    pub(crate) known: &'a [KnownOperation],
    pub(crate) config: &'a Config,
}

/// A valid operation, and what it uses of the old schema.
struct Used {
    name: String,
    usage: Usage,
    /// It is refused by the new schema.
    breaks: bool,
}

impl Judge<'_> {
    /// Compares the schemas; with operations, says what happens to each of them.
    pub(crate) fn review(&self, operations: Option<Operations<'_>>, accepted: Accepted) -> Review {
        let mut review = self.judged(operations, accepted);
        review.api_diff = self.api_diff(&review.changes);
        review
    }

    /// The same without the difference of the two texts.
    pub(crate) fn judged(
        &self,
        operations: Option<Operations<'_>>,
        mut accepted: Accepted,
    ) -> Review {
        let mut changes = diff::diff(self.old.api_schema(), self.new.api_schema());
        if let (Some(old), Some(new)) = (self.old.supergraph(), self.new.supergraph()) {
            changes.append(diff::diff_graphs(old, new));
        }
        let mut review = Review {
            verdict: Verdict::Pass,
            changes: Vec::with_capacity(changes.len()),
            operations: Vec::new(),
            looked_at: None,
            plans: Vec::new(),
            stale: Vec::new(),
            api_diff: String::new(),
        };
        let used = operations.map(|operations| self.use_of(operations, &mut review));
        review.looked_at = used.as_ref().map(|used| used.len());
        for change in &changes {
            let reason = accepted.reason(change, &self.today);
            review
                .changes
                .push(self.judge(change, used.as_deref(), reason));
        }
        review.stale = accepted.stale(&self.today);
        review.verdict = self.verdict(&review, used.as_deref().unwrap_or_default());
        review
    }

    fn judge(
        &self,
        change: &diff::Change,
        used: Option<&[Used]>,
        accepted: Option<String>,
    ) -> ReviewedChange {
        let matters = matches!(change.class, Class::Breaking | Class::Dangerous);
        let hit = used
            .unwrap_or_default()
            .iter()
            .filter(|used| used.usage.is_hit_by(change));
        let operations: Vec<String> = match matters {
            true => hit.map(|used| used.name.clone()).collect(),
            false => Vec::new(),
        };
        let unused = used.is_some() && operations.is_empty();
        let verdict = match change.class {
            _ if accepted.is_some() => Verdict::Pass,
            Class::Breaking if unused && self.rules.unused_is_allowed => Verdict::Warn,
            Class::Breaking => Verdict::Fail,
            Class::Dangerous => Verdict::Warn,
            Class::Safe | Class::Internal => Verdict::Pass,
        };
        ReviewedChange {
            change: change.clone(),
            verdict,
            accepted,
            operations,
        }
    }

    fn verdict(&self, review: &Review, used: &[Used]) -> Verdict {
        let worst = review.changes.iter().map(|change| change.verdict).max();
        let mut verdict = worst.unwrap_or(Verdict::Pass);
        // A broken operation is decided on with the change that breaks it.
        let decided = |name: &str| {
            let mut changes = review.changes.iter();
            changes.any(|change| {
                change.accepted.is_some() && change.operations.iter().any(|hit| hit == name)
            })
        };
        if used.iter().any(|used| used.breaks && !decided(&used.name)) {
            verdict = Verdict::Fail;
        }
        if review.plans.iter().any(PlanChange::is_worse) {
            verdict = verdict.max(match self.rules.worse_plans {
                None => Verdict::Pass,
                Some(Severity::Warn) => Verdict::Warn,
                Some(Severity::Fail) => Verdict::Fail,
            });
        }
        match review.stale.is_empty() {
            true => verdict,
            false => verdict.max(Verdict::Warn),
        }
    }

    /// What every operation uses; those that are refused, and plans that differ, go into the review.
    fn use_of(&self, operations: Operations<'_>, review: &mut Review) -> Vec<Used> {
        let compares_plans = self.rules.worse_plans.is_some();
        let sizing = match (self.old.supergraph(), self.new.supergraph()) {
            (Some(old), Some(new)) if compares_plans => Some((
                Sizing::new(old, operations.config),
                Sizing::new(new, operations.config),
            )),
            _ => None,
        };
        let mut used = Vec::with_capacity(operations.known.len());
        for known in operations.known {
            let limits = &operations.config.operations;
            let old = self.old.api_schema();
            let document = match parse_and_validate(old, &known.text, limits) {
                Ok(document) => document,
                Err(refusal) => {
                    let name = known.file.clone();
                    let invalid = known.reviewed(name, OperationState::InvalidBefore, &refusal);
                    review.operations.push(invalid);
                    continue;
                }
            };
            let after = parse_and_validate(self.new.api_schema(), &known.text, limits);
            for operation in document.operations.iter() {
                let name = known.name_of(operation);
                match &after {
                    Err(refusal) => {
                        let broken = known.reviewed(name.clone(), OperationState::Broken, refusal);
                        review.operations.push(broken);
                    }
                    Ok(after) => {
                        let sizes = sizing.as_ref().and_then(|(old, new)| {
                            let then = after.operations.get(operation.name.as_deref()).ok()?;
                            Some([old.of(&document, operation)?, new.of(after, then)?])
                        });
                        if let Some([before, after]) = sizes
                            && before != after
                        {
                            let operation = name.clone();
                            review.plans.push(PlanChange {
                                operation,
                                before,
                                after,
                            });
                        }
                    }
                }
                used.push(Used {
                    usage: Usage::of(old, &document, operation),
                    name,
                    breaks: after.is_err(),
                });
            }
        }
        used
    }

    fn api_diff(&self, changes: &[ReviewedChange]) -> String {
        let mut changes = changes.iter();
        let visible = changes.any(|reviewed| reviewed.change.class != Class::Internal);
        if !visible {
            return String::new();
        }
        let (old, new) = (self.old.api_sdl(), self.new.api_sdl());
        let diff = similar::TextDiff::from_lines(&old, &new);
        diff.unified_diff()
            .context_radius(2)
            .header("before", "after")
            .to_string()
    }
}

impl KnownOperation {
    /// The operation's name, or where it is from.
    fn name_of(&self, operation: &Operation) -> String {
        match &operation.name {
            Some(name) => name.to_string(),
            None => self.file.clone(),
        }
    }

    fn reviewed(
        &self,
        name: String,
        state: OperationState,
        refusal: &Refusal,
    ) -> ReviewedOperation {
        let shown = refusal.shown().into_iter();
        ReviewedOperation {
            name,
            file: self.file.clone(),
            seen: self.seen,
            clients: self.clients.clone(),
            state,
            messages: shown.map(|shown| shown.message).collect(),
        }
    }
}
