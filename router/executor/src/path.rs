//! The place in the response that is being completed.

use std::fmt::Write as _;

use crate::json::write_string;

/// One step of a response path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step<'p> {
    /// The response key of a field.
    Key(&'p str),
    /// The position in a list, from 0.
    Index(usize),
}

/// A path as a chain from the leaf to the root, on the stack of the walk: going down costs nothing, and
/// only an error reads it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Path<'p> {
    above: Option<&'p Path<'p>>,
    step: Option<Step<'p>>,
    /// Where the value of a field is in the merged data.
    data_key: &'p str,
}

impl<'p> Path<'p> {
    /// The root of the response.
    pub(crate) const ROOT: Path<'static> = Path {
        above: None,
        step: None,
        data_key: "",
    };

    /// The path of a field, whose value is in the merged data under `data_key`.
    pub(crate) fn field<'q>(&'q self, response_key: &'q str, data_key: &'q str) -> Path<'q> {
        Path {
            above: Some(self),
            step: Some(Step::Key(response_key)),
            data_key,
        }
    }

    /// The path of a member of what is no data.
    pub(crate) fn key<'q>(&'q self, key: &'q str) -> Path<'q> {
        self.field(key, "")
    }

    /// The path of an item of a list.
    pub(crate) fn item<'q>(&'q self, index: usize) -> Path<'q> {
        Path {
            above: Some(self),
            step: Some(Step::Index(index)),
            data_key: "",
        }
    }

    /// Its steps from the root on, each with the data key.
    pub(crate) fn data_steps(&self) -> Vec<(Step<'p>, &'p str)> {
        let mut steps = Vec::new();
        let mut at = Some(self);
        while let Some(path) = at {
            steps.extend(path.step.map(|step| (step, path.data_key)));
            at = path.above;
        }
        steps.reverse();
        steps
    }

    /// Its steps from the root on.
    pub(crate) fn steps(&self) -> Vec<Step<'p>> {
        let mut steps = Vec::new();
        let mut at = Some(self);
        while let Some(path) = at {
            steps.extend(path.step);
            at = path.above;
        }
        steps.reverse();
        steps
    }
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
