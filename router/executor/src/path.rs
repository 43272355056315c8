//! The place in the response that is being completed.

use std::fmt::Write as _;

use smallvec::SmallVec;

use crate::json::write_string;

/// One step of a response path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Step<'k> {
    /// The response key of a field.
    Key(&'k str),
    /// The position in a list, from 0.
    Index(usize),
}

/// The steps of a path. Few have more than can be kept without an allocation.
pub(crate) type Steps<'k> = SmallVec<[Step<'k>; 16]>;

/// A path as a chain from the leaf to the root, on the stack of the walk: going down costs nothing, and
/// only an error reads it. Its keys, of lifetime `'k`, outlive the walk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Path<'p, 'k> {
    above: Option<&'p Path<'p, 'k>>,
    step: Option<Step<'k>>,
    /// Where the value of a field is in the merged data.
    data_key: &'k str,
}

impl<'p, 'k> Path<'p, 'k> {
    /// The root of the response.
    pub(crate) const ROOT: Path<'static, 'static> = Path {
        above: None,
        step: None,
        data_key: "",
    };

    /// The path of a field, whose value is in the merged data under `data_key`.
    pub(crate) fn field<'q>(&'q self, response_key: &'k str, data_key: &'k str) -> Path<'q, 'k> {
        Path {
            above: Some(self),
            step: Some(Step::Key(response_key)),
            data_key,
        }
    }

    /// The path of a member of what is no data.
    pub(crate) fn key<'q>(&'q self, key: &'k str) -> Path<'q, 'k> {
        self.field(key, "")
    }

    /// The path of an item of a list.
    pub(crate) fn item<'q>(&'q self, index: usize) -> Path<'q, 'k> {
        Path {
            above: Some(self),
            step: Some(Step::Index(index)),
            data_key: "",
        }
    }

    /// Its steps from the root on, each with the data key.
    pub(crate) fn data_steps(&self) -> Vec<(Step<'k>, &'k str)> {
        let with_key = |path: &Self| path.step.map(|step| (step, path.data_key));
        let mut steps: Vec<_> = self.upwards().filter_map(with_key).collect();
        steps.reverse();
        steps
    }

    /// Its steps from the root on.
    pub(crate) fn steps(&self) -> Steps<'k> {
        let mut steps: Steps<'_> = self.upwards().filter_map(|path| path.step).collect();
        steps.reverse();
        steps
    }

    /// Itself and all that is above it.
    fn upwards(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |path| path.above)
    }
}

/// How many bytes a path takes in an error, and the error beside it.
pub(crate) fn size_of_path(steps: &[Step<'_>]) -> usize {
    let sizes = steps.iter().map(|step| match step {
        Step::Key(key) => key.len() + 3,
        Step::Index(_) => 8,
    });
    sizes.sum::<usize>() + 128
}

/// Writes a path as a JSON list.
pub(crate) fn write_path<'p>(steps: impl IntoIterator<Item = Step<'p>>, out: &mut Vec<u8>) {
    let mut lead = b'[';
    for step in steps {
        out.push(std::mem::replace(&mut lead, b','));
        match step {
            Step::Key(key) => write_string(key, out),
            Step::Index(index) => write_number(index, out),
        }
    }
    if lead == b'[' {
        out.push(lead);
    }
    out.push(b']');
}

/// Writes a number in decimal.
pub(crate) fn write_number(number: usize, out: &mut Vec<u8>) {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = write!(text, "{number}");
    out.extend_from_slice(text.as_bytes());
}
