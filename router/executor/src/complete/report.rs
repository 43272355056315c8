//! Errors of what is completed, at the client's paths.

use planner::{FieldSource, ObjectShape};

use super::value::At;
use super::{Completion, Nulled};
use crate::fault::{About, Anchor};
use crate::json::Value;
use crate::leaf::{AN_ID, Mismatch};
use crate::locate;
use crate::path::{Path, Step, size_of_path};

const INVALID_VALUE: &str = "INVALID_SUBGRAPH_VALUE";
const NULL_IN_NON_NULL: &str = "NULL_IN_NON_NULL";
/// No longer numbers than this, in bytes, are repeated in a message.
const MAX_SHOWN: usize = 40;
/// Digits that are looked at for a unit of work.
const READ_PER_UNIT: usize = 8;

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
        if self.is_settled(anchor) {
            return;
        }
        match &anchor.about {
            About::Missing(_) | About::Nulls => {}
            About::Object => self.report_fault(anchor.fault, &path.steps()),
            About::Field(key, below) => {
                // Where the work ends, so does the walk of the object.
                _ = self.spend(shape.fields.len());
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

    /// The same for an object of which nothing is known but where it is.
    pub(super) fn report_unshaped(&mut self, anchor: &Anchor<'a>, path: &Path<'_, 'a>) {
        match anchor.about {
            About::Object | About::Field(..) if !self.is_settled(anchor) => {
                self.report_fault(anchor.fault, &path.steps());
            }
            _ => {}
        }
    }

    /// Whether nothing is to be said of it: now, or any more.
    fn is_settled(&self, anchor: &Anchor<'a>) -> bool {
        let is_told = self.errors.is_full() && self.told.contains(&anchor.fault);
        is_told || !self.is_due(anchor.fault)
    }

    pub(super) fn report_fault(&mut self, fault: usize, path: &[Step<'_>]) {
        self.reported[fault] = true;
        self.told.insert(fault);
        let fault = &self.faults.list[fault];
        if !self.errors.takes(&fault.code, &fault.message) {
            return;
        }
        // Once in the list, and once in the response.
        let size = 2 * (fault.size(self.tree) + size_of_path(path));
        if self.grants.take(size) {
            self.errors.push_fault(self.tree, fault, path);
        }
    }

    /// Reports what the router itself found.
    pub(super) fn report(&mut self, code: &str, message: &str, path: &Path<'_, 'a>) {
        if !self.errors.takes(code, message) {
            return;
        }
        let steps = path.steps();
        if self.grants.take(2 * (message.len() + size_of_path(&steps))) {
            self.errors.push(code, message, &steps);
        }
    }

    /// Notes what is no error.
    fn note(&mut self, message: &str, path: &Path<'_, 'a>) {
        if !self.notes.takes("", message) {
            return;
        }
        let steps = path.steps();
        if self.grants.take(2 * (message.len() + size_of_path(&steps))) {
            self.notes.note(message, &steps);
        }
    }

    #[cold]
    pub(super) fn null_in_non_null(&mut self, at: At<'a, '_>) -> Result<(), Nulled> {
        if !at.explained && !self.muted && !self.errors.is_closed() {
            let name = &at.field.name;
            let message = format!("\"{name}\" is null, which its type does not allow");
            self.report(NULL_IN_NON_NULL, &message, at.path);
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
        if let (Mismatch::Kind(AN_ID), Value::Number(digits)) = (mismatch, value) {
            self.spend(digits.len() / READ_PER_UNIT)?;
        }
        let name = &at.field.name;
        let message = match mismatch {
            Mismatch::Hidden => {
                // No mistake of anyone's: no error, but a note.
                if !self.notes.is_closed() {
                    let message = format!("\"{name}\" has a value that is not a part of the API");
                    self.note(&message, at.path);
                }
                return Err(Nulled);
            }
            _ if self.muted || self.errors.is_closed() => return Err(Nulled),
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
        if !self.muted {
            self.report(INVALID_VALUE, message, at.path);
        }
        Err(Nulled)
    }
}
