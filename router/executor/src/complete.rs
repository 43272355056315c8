//! Reads the client's response out of the merged data: result coercion, null propagation and errors
//! (<https://spec.graphql.org/September2025/#sec-Executing-Selection-Sets>).
//!
//! The response is written in one pass. Where a non-null value turns out to be null, what was written of its
//! nearest nullable parent is cut off again. What is in the response takes memory, which is granted; what is cut off takes work, which is
//! bounded (`bounds`): an object may occur at many more places than there are objects.

mod bounds;
mod report;
mod stream;
mod value;

use planner::{
    ConditionId, DeferredId, FieldShape, FieldSource, IntrospectionField, ObjectShape, QueryPlan,
    Shape,
};
use rustc_hash::FxHashSet;

pub(crate) use self::bounds::MAX_DEFERRED;
use crate::counts::InitialCounts;
use crate::error::ErrorList;
use crate::fault::Faults;
use crate::introspect::Introspection;
use crate::json::{Cursor, Forms, Keyed, ObjectId, Starts, Tree, Value};
use crate::leaf;
use crate::memory::{Grants, Pace};
use crate::missing::Missing;
use crate::path::Path;
use crate::pending::Pending;

const UNAUTHORIZED: &str = "UNAUTHORIZED_FIELD_OR_TYPE";
const DENIED: &str = "Unauthorized field or type";

/// Memory is asked for before a field or an item when less room than this is left, in bytes. Most are shorter.
pub(crate) const MARGIN: usize = 256;

/// How much was written before.
#[derive(Clone, Copy)]
struct Mark {
    out: usize,
    pending: usize,
}

/// A non-null position has no value; the nearest nullable parent becomes null.
pub(crate) struct Nulled;

/// Writes the response of one execution.
pub(crate) struct Completion<'r, 'a> {
    pub(crate) plan: &'a QueryPlan,
    /// The value of each condition of the plan.
    pub(crate) conditions: &'r [bool],
    /// How many items of streamed lists are written.
    pub(crate) counts: &'r InitialCounts,
    /// The streamed list whose later items are being written, or what is deferred in them.
    pub(crate) within: Option<DeferredId>,
    pub(crate) tree: &'r Tree<'a>,
    pub(crate) forms: &'r mut Forms<'a>,
    /// What answers introspection, if it was asked for.
    pub(crate) introspection: Option<Introspection<'a>>,
    pub(crate) faults: &'r Faults<'a>,
    /// For each fault, whether some field's error says so.
    pub(crate) reported: Vec<bool>,
    /// Which of them are among `errors`, or would be if there were room.
    pub(crate) told: FxHashSet<usize>,
    /// What is missing because of faults that are about all objects of a fetch.
    pub(crate) missing: Missing<'a>,
    /// For each fault, whether it belongs to what is being written; all that are not listed do.
    pub(crate) due: Vec<bool>,
    pub(crate) errors: ErrorList,
    /// Where a value became null without being a mistake.
    pub(crate) notes: ErrorList,
    /// What is being walked is null already: it is only walked for what subgraphs reported in it.
    pub(crate) muted: bool,
    /// The item before which a list ends that is delivered later, if it is not whole. Errors from its split on are about that.
    pub(crate) lost: Option<usize>,
    /// What is delivered later of what was written.
    pub(crate) pending: Vec<Pending<'a>>,
    pub(crate) out: Vec<u8>,
    /// How many bytes of it memory was granted for.
    pub(crate) granted: usize,
    pub(crate) grants: &'r mut Grants<'a>,
    /// How long it may take here.
    pub(crate) pace: Pace,
    /// It has taken longer: nothing of it is used.
    pub(crate) late: bool,
    /// The work so far that is in no response.
    pub(crate) spent: usize,
    /// How many bytes were granted for the index of an object.
    pub(crate) indexed: usize,
    /// How many things that are delivered later were announced before.
    pub(crate) announced: usize,
    /// How many bytes those in `pending` take, and how many memory was granted for.
    pub(crate) held: (usize, usize),
}

impl<'r, 'a> Completion<'r, 'a> {
    /// Writes `data`, which is null when the null of a non-null field reaches the root.
    pub(crate) fn data(&mut self, root: ObjectId, root_type: &'a str) {
        let shape = &self.plan.shape;
        self.part(root, shape, root_type, &Path::ROOT);
        self.report_rest(&[]);
    }

    /// Writes an object that is delivered by itself, or null.
    pub(crate) fn part(
        &mut self,
        object: ObjectId,
        shape: &'a ObjectShape,
        type_name: &'a str,
        path: &Path<'_, 'a>,
    ) {
        let start = self.mark();
        if self.object(object, shape, type_name, path).is_err() {
            _ = self.null_from(start);
        }
        self.end_part();
    }

    /// What is missing is reported, except for what comes later.
    fn end_part(&mut self) {
        self.withhold();
        let missing = std::mem::take(&mut self.missing);
        missing.each(|fault, path| self.report_fault(fault, path));
        self.settle();
    }

    fn is_due(&self, fault: usize) -> bool {
        self.due.get(fault).copied().unwrap_or(true)
    }

    fn object(
        &mut self,
        object: ObjectId,
        shape: &'a ObjectShape,
        type_name: &'a str,
        path: &Path<'_, 'a>,
    ) -> Result<(), Nulled> {
        let faults = self.faults;
        let anchors = faults.about(self.tree, object);
        if !anchors.is_empty() {
            self.spend(4 * anchors.len())?;
        }
        for anchor in &anchors {
            self.report_anchor(anchor, shape, path);
        }
        let muted = self.muted;
        let mut cursor = Cursor::default();
        let mut starts = Starts::new();
        let form = self
            .forms
            .find(self.tree, object, &shape.fields, &mut starts);
        let from = self.out.len();
        let mut done = Ok(());
        // Work of which nothing is written.
        let mut beside = match form {
            Some(_) => 0,
            None => self.search(object)?,
        };
        for (index, field) in shape.fields.iter().enumerate() {
            if !self.holds(field.condition) {
                beside += 1;
                continue;
            }
            if self.out.len() + MARGIN > self.granted && !self.grow() {
                return Err(Nulled);
            }
            match form {
                Some(base) => self.out.extend_from_slice(self.forms.label(base, index)),
                None => {
                    self.out.extend_from_slice(b",\"");
                    self.out.extend_from_slice(field.response_key.as_bytes());
                    self.out.extend_from_slice(b"\":");
                }
            }
            let completed = match &field.source {
                FieldSource::Data(key) => {
                    let value = match form {
                        Some(base) => {
                            let stored = self.forms.node(self.tree, base, index, &starts);
                            stored.map(|stored| self.tree.value_of(stored))
                        }
                        None => self.tree.get_next(object, key, &mut cursor),
                    };
                    if self.is_plain(value, &field.value) {
                        continue;
                    }
                    self.field(value, field, key, &anchors, path)
                }
                FieldSource::Typename => {
                    self.out.push(b'"');
                    self.out.extend_from_slice(type_name.as_bytes());
                    self.out.push(b'"');
                    continue;
                }
                FieldSource::Introspection(introspected) => self.introspect(introspected, path),
                FieldSource::Denied => self.denied(field, path),
            };
            if completed.is_err() {
                done = Err(Nulled);
                if !self.goes_on_muted() {
                    break;
                }
            }
        }
        beside += cursor.work();
        if beside > 0 {
            self.spend(beside)?;
        }
        self.muted = muted;
        // The comma before the first field.
        match self.out.get_mut(from) {
            Some(first) => *first = b'{',
            None => self.out.push(b'{'),
        }
        self.out.push(b'}');
        if done.is_ok() && !muted && !shape.deferred.is_empty() {
            self.defer(shape, type_name, path)?;
        }
        done
    }

    fn holds(&self, condition: Option<ConditionId>) -> bool {
        condition.is_none_or(|id| {
            let condition = self.conditions.get(id.0 as usize);
            condition.copied().unwrap_or(false)
        })
    }

    /// What the client may not see.
    fn denied(&mut self, field: &'a FieldShape, above: &Path<'_, 'a>) -> Result<(), Nulled> {
        if !self.muted {
            self.report(UNAUTHORIZED, DENIED, &above.key(&field.response_key));
        }
        self.out.extend_from_slice(b"null");
        match field.value {
            Shape::NonNull(_) => Err(Nulled),
            _ => Ok(()),
        }
    }

    /// `__schema`, which cannot be null, and `__type`.
    fn introspect(
        &mut self,
        field: &'a IntrospectionField,
        above: &Path<'_, 'a>,
    ) -> Result<(), Nulled> {
        let start = self.mark();
        let Some(introspection) = self.introspection.as_mut().filter(|_| !self.muted) else {
            return self.null_from(start);
        };
        let written = introspection.write(field, self.conditions, &mut self.out);
        // It has asked for the room that it made.
        self.granted = self.granted.max(self.out.capacity());
        let Err(failure) = written else {
            return Ok(());
        };
        self.null_from(start)?;
        let message = failure.message(&field.name);
        self.report(failure.code(), &message, &above.key(&field.response_key));
        match field.name.as_str() {
            "__schema" => Err(Nulled),
            _ => Ok(()),
        }
    }

    /// Writes a value that is a leaf as its type demands; returns whether it was one.
    #[inline]
    fn is_plain(&mut self, value: Option<Value<'a>>, shape: &Shape) -> bool {
        let leaf = match shape {
            Shape::Leaf(leaf) => leaf,
            Shape::NonNull(shape) => match &**shape {
                Shape::Leaf(leaf) => leaf,
                _ => return false,
            },
            _ => return false,
        };
        match value {
            None | Some(Value::Null) => false,
            // What is wrong with it is said where its place is at hand; nothing was written.
            Some(value) => leaf::complete(leaf, self.tree, value, &mut self.out).is_ok(),
        }
    }
}

impl Keyed for FieldShape {
    fn data_key(&self) -> Option<&str> {
        match &self.source {
            FieldSource::Data(key) => Some(key),
            FieldSource::Typename | FieldSource::Introspection(_) | FieldSource::Denied => None,
        }
    }

    fn label(&self) -> &str {
        &self.response_key
    }
}
