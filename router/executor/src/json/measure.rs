//! How much a large text makes of a tree, counted before anything is stored: so that arenas get the size that they need, and
//! that it can be reserved beforehand.

use super::leaves::end_of_string;
use super::parse::MAX_DEPTH;
use super::value::Node;

/// Lists and objects with more members than this are stored where they end up, without being collected first.
pub(super) const BIG: usize = 1024;

/// Longer texts are measured before they are read.
const LARGE: usize = 256 * 1024;

/// What a text holds, where that was counted. Of text that is no JSON it is some number.
#[derive(Debug, Default)]
pub(crate) struct Sizes {
    /// The size of the text, in bytes.
    pub(super) text: usize,
    /// Items of lists that are stored item by item.
    pub(super) items: usize,
    /// Values of objects.
    pub(super) fields: usize,
    /// The fields that objects have with their keys.
    pub(super) keys: usize,
    pub(super) objects: usize,
    /// The objects that have fields.
    pub(super) heads: usize,
    /// The lists and objects that are [`BIG`], by their number in the order in which they open, with their members.
    pub(super) big: Vec<(usize, usize)>,
}

struct Open {
    number: usize,
    commas: usize,
    is_object: bool,
    /// A list or an object is among its members.
    is_deep: bool,
}

impl Sizes {
    /// How much memory the tree takes for it, in bytes.
    pub(crate) fn memory(&self) -> usize {
        match self.text > LARGE {
            true => {
                // Objects of which no two have the same keys have their own.
                (2 * self.fields + self.heads + self.items) * size_of::<Node>()
                    + self.objects * size_of::<u32>()
            }
            // The most that there is.
            false => self.text * 5,
        }
    }

    /// Whether the text was long enough to be measured.
    pub(super) fn are_exact(&self) -> bool {
        self.text > LARGE
    }
}

/// Counts in one pass over the text, where that is long.
pub(crate) fn measure(text: &[u8]) -> Sizes {
    let mut sizes = Sizes {
        text: text.len(),
        ..Sizes::default()
    };
    if !sizes.are_exact() {
        return sizes;
    }
    let mut open: Vec<Open> = Vec::new();
    let (mut at, mut number, mut last) = (0, 0, 0);
    while let Some(&byte) = text.get(at) {
        match byte {
            b' ' | b'\n' | b'\r' | b'\t' => {
                at += 1;
                continue;
            }
            b'"' => {
                at = end_of_string(text, at);
                last = byte;
                continue;
            }
            b'{' | b'[' => {
                if let Some(around) = open.last_mut() {
                    around.is_deep = true;
                }
                if open.len() >= MAX_DEPTH {
                    break;
                }
                open.push(Open {
                    number,
                    commas: 0,
                    is_object: byte == b'{',
                    is_deep: false,
                });
                number += 1;
            }
            b',' => {
                if let Some(around) = open.last_mut() {
                    around.commas += 1;
                }
            }
            b'}' | b']' => {
                let Some(closed) = open.pop() else { break };
                let is_empty = matches!(last, b'{' | b'[');
                let members = if is_empty { 0 } else { closed.commas + 1 };
                if closed.is_object {
                    sizes.objects += 1;
                    sizes.heads += usize::from(!is_empty);
                    sizes.fields += members;
                } else if closed.is_deep {
                    sizes.items += members;
                }
                if members > BIG && closed.is_object {
                    sizes.keys += members;
                }
                if members > BIG && (closed.is_object || closed.is_deep) {
                    sizes.big.push((closed.number, members));
                }
            }
            _ => {}
        }
        last = byte;
        at += 1;
    }
    sizes.big.sort_unstable();
    sizes
}
