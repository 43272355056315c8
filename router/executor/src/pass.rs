//! Answers that are the response: where one subgraph answers an operation alone, its bytes often are what completion would write.
//!
//! Then nothing has to be read into a tree or written anew. The text is checked in one pass, by the same rules as completion has, and
//! whatever differs by a byte from what completion would write (white space, another order, an error, a null that is not allowed, a
//! number that would be written otherwise) leaves the answer to completion.

use planner::{ConditionId, FieldShape, FieldSource, Leaf, ObjectShape, QueryPlan, Shape};

use crate::json::{Scanner, is_finite, is_integer};
use crate::memory::LONG;

/// Values of custom scalars nest at most this deep.
const MAX_DEPTH: usize = 128;

/// As many fields may be left out for each byte of the answer: beyond that, completion bounds the work.
const LEFT_OUT: usize = 4;

/// Longer integers may be out of range.
const MAX_DIGITS: usize = 9;

/// How many bytes of the answer to the only fetch of a plan are the response to the client; `None` when it has to be completed.
pub(crate) fn response_len(plan: &QueryPlan, conditions: &[bool], answer: &[u8]) -> Option<usize> {
    let [fetch] = &*plan.fetches else {
        return None;
    };
    if !matches!(fetch.target, planner::FetchTarget::Root) {
        return None;
    }
    let mut check = Check {
        conditions,
        scan: Scanner::new(answer),
        left_out: LONG + LEFT_OUT * answer.len(),
    };
    check.text(b"{\"data\":")?;
    // Subgraphs name their root types as they like.
    check.object(&plan.shape, None)?;
    check.text(b"}")?;
    let end = check.scan.at;
    check.scan.space();
    let is_all = check.scan.at == answer.len();
    (is_all && std::str::from_utf8(answer).is_ok()).then_some(end)
}

/// A text that is compared with what would be written of it.
struct Check<'c> {
    conditions: &'c [bool],
    scan: Scanner<'c>,
    /// How many more fields may be left out of objects.
    left_out: usize,
}

impl Check<'_> {
    /// Steps over just this.
    #[inline]
    fn text(&mut self, text: &[u8]) -> Option<()> {
        let rest = self.scan.bytes.get(self.scan.at..)?;
        rest.starts_with(text).then(|| self.scan.at += text.len())
    }

    fn holds(&self, condition: Option<ConditionId>) -> bool {
        condition.is_none_or(|id| {
            let condition = self.conditions.get(id.0 as usize);
            condition.copied().unwrap_or(false)
        })
    }

    /// An object, of the type of that name where `__typename` may be among its fields.
    fn object(&mut self, shape: &ObjectShape, type_name: Option<&str>) -> Option<()> {
        if !shape.deferred.is_empty() {
            return None;
        }
        let mut lead: &[u8] = b"{\"";
        let mut left_out = 0;
        for field in &shape.fields {
            if !self.holds(field.condition) {
                left_out += 1;
                continue;
            }
            self.text(lead)?;
            lead = b",\"";
            self.text(field.response_key.as_bytes())?;
            self.text(b"\":")?;
            self.field(field, type_name)?;
        }
        self.left_out = self.left_out.checked_sub(left_out)?;
        if lead == b"{\"" {
            self.text(b"{")?;
        }
        self.text(b"}")
    }

    #[inline]
    fn field(&mut self, field: &FieldShape, type_name: Option<&str>) -> Option<()> {
        match &field.source {
            FieldSource::Data(key) => {
                (*key == field.response_key && field.streamed.is_none()).then_some(())?;
                self.value(&field.value)
            }
            FieldSource::Typename => {
                self.text(b"\"")?;
                self.text(type_name?.as_bytes())?;
                self.text(b"\"")
            }
            FieldSource::Introspection(_) | FieldSource::Denied => None,
        }
    }

    fn value(&mut self, shape: &Shape) -> Option<()> {
        match shape {
            Shape::NonNull(shape) => self.present(shape),
            _ if self.scan.peek() == Some(b'n') => self.scan.word(b"null").ok(),
            shape => self.present(shape),
        }
    }

    /// A value that is not null.
    fn present(&mut self, shape: &Shape) -> Option<()> {
        match shape {
            Shape::Leaf(leaf) => self.leaf(leaf),
            Shape::Object { type_name, shape } => self.object(shape, Some(type_name)),
            Shape::List(shape) => self.list(shape),
            Shape::Abstract {
                condition,
                possible,
                ..
            } if self.holds(*condition) => {
                let (known, shape) = possible.get(self.possible(possible)?)?;
                self.object(shape, Some(known))
            }
            Shape::Abstract { .. } | Shape::Introspection => None,
            Shape::NonNull(shape) => self.present(shape),
        }
    }

    /// Which of the types an object has, whose first field is its `__typename`.
    fn possible<T>(&self, possible: &[(apollo_compiler::Name, T)]) -> Option<usize> {
        let rest = self.scan.bytes.get(self.scan.at..)?;
        let rest = rest.strip_prefix(b"{\"__typename\":\"")?;
        let end = rest.iter().position(|byte| *byte == b'"')?;
        let name = rest.get(..end)?;
        let found = possible.binary_search_by(|(known, _)| known.as_bytes().cmp(name));
        found.ok()
    }

    fn list(&mut self, shape: &Shape) -> Option<()> {
        self.text(b"[")?;
        if self.scan.peek() == Some(b']') {
            return self.text(b"]");
        }
        loop {
            self.value(shape)?;
            match self.scan.peek()? {
                b',' => self.scan.at += 1,
                b']' => return self.text(b"]"),
                _ => return None,
            }
        }
    }

    #[inline]
    fn leaf(&mut self, leaf: &Leaf) -> Option<()> {
        match (leaf, self.scan.peek()?) {
            (Leaf::String | Leaf::Id, b'"') => self.scan.string().ok().map(drop),
            (Leaf::Int, b'-' | b'0'..=b'9') => {
                let digits = self.number()?;
                (digits.len() <= MAX_DIGITS && is_integer(digits)).then_some(())
            }
            (Leaf::Float, b'-' | b'0'..=b'9') => {
                let digits = self.number()?;
                is_finite(digits).then_some(())
            }
            (Leaf::Boolean, b't') => self.scan.word(b"true").ok(),
            (Leaf::Boolean, b'f') => self.scan.word(b"false").ok(),
            (Leaf::Enum(values), b'"') => {
                let from = self.scan.at + 1;
                self.scan.string().ok()?;
                let name = self.scan.bytes.get(from..self.scan.at - 1)?;
                let found = values
                    .shown
                    .binary_search_by(|known| known.as_bytes().cmp(name));
                found.ok().map(drop)
            }
            // It is not null here, which a custom scalar may not be where it must not be null.
            (Leaf::Custom, byte) if byte != b'n' => self.any(0),
            _ => None,
        }
    }

    fn number(&mut self) -> Option<&[u8]> {
        let from = self.scan.at;
        self.scan.number().ok()?;
        self.scan.bytes.get(from..self.scan.at)
    }

    /// Any value without white space.
    fn any(&mut self, depth: usize) -> Option<()> {
        match self.scan.peek()? {
            b'"' => self.scan.string().ok().map(drop),
            b'-' | b'0'..=b'9' => self.scan.number().ok(),
            b't' => self.scan.word(b"true").ok(),
            b'f' => self.scan.word(b"false").ok(),
            b'n' => self.scan.word(b"null").ok(),
            open @ (b'{' | b'[') if depth < MAX_DEPTH => {
                let close = if open == b'{' { b'}' } else { b']' };
                self.scan.at += 1;
                if self.scan.peek()? == close {
                    self.scan.at += 1;
                    return Some(());
                }
                loop {
                    if open == b'{' {
                        (self.scan.peek()? == b'"').then_some(())?;
                        self.scan.string().ok()?;
                        self.text(b":")?;
                    }
                    self.any(depth + 1)?;
                    let next = self.scan.peek()?;
                    self.scan.at += 1;
                    match next {
                        b',' => {}
                        found if found == close => return Some(()),
                        _ => return None,
                    }
                }
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
