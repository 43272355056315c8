//! Errors of what is completed, at the client's paths.

use planner::{FieldSource, ObjectShape};

use super::value::At;
use super::{Completion, Nulled};
use crate::fault::{About, Anchor};
use crate::json::Value;
use crate::leaf::Mismatch;
use crate::locate;
use crate::path::{Path, Step};

const INVALID_VALUE: &str = "INVALID_SUBGRAPH_VALUE";
const NULL_IN_NON_NULL: &str = "NULL_IN_NON_NULL";
/// No longer numbers than this, in bytes, are repeated in a message.
const MAX_SHOWN: usize = 40;

impl<'a> Completion<'_, 'a> {
    /// Reports the faults that are due and about nothing that was written.
    pub(crate) fn report_rest(&mut self, path: &[Step<'_>]) {
        for fault in 0..self.faults.list.len() {
            if self.is_due(fault) && !self.reported[fault] {
                self.report_fault(fault, path);
            }
        }
    }

    /// Reports what a subgraph said about an object or one of its fields.
    pub(super) fn report_anchor(
        &mut self,
        anchor: &Anchor<'a>,
        shape: &'a ObjectShape,
        path: &Path<'_, 'a>,
    ) {
        if !self.is_due(anchor.fault) {
            return;
        }
        match &anchor.about {
            About::Missing(_) | About::Nulls => {}
            About::Object => self.report_fault(anchor.fault, &path.steps()),
            About::Field(key, below) => {
                let mut is_selected = false;
                for field in &shape.fields {
                    let is_it =
                        matches!(&field.source, FieldSource::Data(known) if known == key.as_ref());
                    if is_it && self.holds(field.condition) {
                        is_selected = true;
                        let mut steps = path.steps();
                        steps.push(Step::Key(&field.response_key));
                        locate::follow(&field.value, below, &mut steps);
                        self.report_fault(anchor.fault, &steps);
                    }
                }
                if !is_selected {
                    // The router asked for it, not the client: the object is the nearest that the client knows.
                    self.report_fault(anchor.fault, &path.steps());
                }
            }
        }
    }

    pub(super) fn report_fault(&mut self, fault: usize, path: &[Step<'_>]) {
        self.reported[fault] = true;
        self.errors
            .push_fault(self.tree, &self.faults.list[fault], path);
    }

    #[cold]
    pub(super) fn null_in_non_null(&mut self, at: At<'a, '_>) -> Result<(), Nulled> {
        if !at.explained && !self.muted {
            let name = &at.field.name;
            let message = format!("\"{name}\" is null, which its type does not allow");
            self.errors
                .push(NULL_IN_NON_NULL, &message, &at.path.steps());
        }
        Err(Nulled)
    }

    #[cold]
    pub(super) fn mismatch(
        &mut self,
        value: Value<'a>,
        mismatch: Mismatch,
        at: At<'a, '_>,
    ) -> Result<(), Nulled> {
        let name = &at.field.name;
        let message = match mismatch {
            Mismatch::Hidden => {
                // No mistake of anyone's: no error, but a note.
                let message = format!("\"{name}\" has a value that is not a part of the API");
                self.notes.note(&message, &at.path.steps());
                return Err(Nulled);
            }
            Mismatch::Kind(expected) => {
                let kind = value.kind();
                format!("\"{name}\" came as {kind} where {expected} was expected")
            }
            Mismatch::Range(problem) => {
                let digits = match value {
                    Value::Number(digits) if digits.len() <= MAX_SHOWN => digits,
                    _ => b"a number",
                };
                let digits = String::from_utf8_lossy(digits);
                format!("\"{name}\" came as {digits}, which {problem}")
            }
            Mismatch::EnumValue => {
                format!("\"{name}\" came as a value that its enum does not have")
            }
        };
        self.invalid(&message, at)
    }

    pub(super) fn invalid(&mut self, message: &str, at: At<'a, '_>) -> Result<(), Nulled> {
        if !self.muted && self.errors.takes(INVALID_VALUE, message) {
            self.errors.push(INVALID_VALUE, message, &at.path.steps());
        }
        Err(Nulled)
    }
}
