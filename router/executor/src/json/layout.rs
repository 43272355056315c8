//! The keys of objects, apart from their values: objects of the same keys in the same order have one layout.
//!
//! Layouts are a trie. The root is the layout of empty objects, and each further key leads to another one. Answers have few
//! layouts and many objects: a key that is where it is expected is compared and not read, an object stores its values only, and where a
//! layout has a key is found once.

use super::text::same_key;
use super::tree::{NONE, Tree};
use super::value::{Kind, Node};

/// Which keys an object has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout(pub(super) u32);

impl Layout {
    /// No keys: where every object begins.
    pub(super) const EMPTY: Self = Self(0);
    /// The object has its keys beside its values.
    pub(super) const OWN: Self = Self(NONE);
}

/// There are no more layouts than this in one tree; further objects have their own keys. Few answers have a hundred.
const MAX_LAYOUTS: usize = 4096;

/// Longer keys, in bytes, are in no layout.
const MAX_KEY: usize = 255;

/// As many keys are looked at before a layout gets another one after it.
const MAX_TRIED: usize = 16;

/// A layout: the one before it, and a last key.
#[derive(Clone, Copy, Debug)]
struct Step {
    /// Where the key is, in the text of that number, without its quotes.
    at: u32,
    text: u16,
    len: u16,
    before: Layout,
    /// The number of keys before this one.
    index: u32,
    /// The layout after this one that was used last; then its siblings.
    after: u32,
    sibling: u32,
}

/// All layouts of a tree.
#[derive(Debug, Default)]
pub(super) struct Layouts {
    /// By number; the first is that of empty objects, and is there with the second.
    steps: Vec<Step>,
}

impl Layouts {
    /// How many bytes they take.
    #[cfg(test)]
    pub(super) fn memory(&self) -> usize {
        self.steps.capacity() * size_of::<Step>()
    }
}

impl<'a> Tree<'a> {
    /// The layout after `layout` whose key begins `text` (after the quote), and the length of that key.
    #[inline]
    pub(super) fn layout_after(&mut self, layout: Layout, text: &[u8]) -> Option<(Layout, usize)> {
        let first = self.layouts.steps.get(layout.0 as usize)?.after;
        let step = self.layouts.steps.get(first as usize)?;
        if self.begins(step, text) {
            return Some((Layout(first), usize::from(step.len)));
        }
        self.layout_beside(layout, first, text)
    }

    /// The same among the siblings of the first, before which the one that is found is put.
    fn layout_beside(
        &mut self,
        layout: Layout,
        first: u32,
        text: &[u8],
    ) -> Option<(Layout, usize)> {
        let mut before = first;
        for _ in 1..MAX_TRIED {
            let at = self.layouts.steps.get(before as usize)?.sibling;
            let step = *self.layouts.steps.get(at as usize)?;
            if self.begins(&step, text) {
                let steps = &mut self.layouts.steps;
                steps[before as usize].sibling = step.sibling;
                steps[at as usize].sibling = first;
                steps[layout.0 as usize].after = at;
                return Some((Layout(at), usize::from(step.len)));
            }
            before = at;
        }
        None
    }

    /// Whether a text begins with the key and the quote after it.
    #[inline]
    fn begins(&self, step: &Step, text: &[u8]) -> bool {
        let (at, len) = (step.at as usize, usize::from(step.len) + 1);
        let known = self.texts.get(usize::from(step.text));
        let known = known.and_then(|known| known.get(at..at + len));
        match (known, text.get(..len)) {
            (Some(known), Some(text)) => same_key(known, text),
            _ => false,
        }
    }

    /// A new layout after `layout`, by a key that is in the text of that number; nothing when there are too many, or the key is long.
    pub(super) fn new_layout(
        &mut self,
        layout: Layout,
        text: usize,
        at: usize,
        len: usize,
    ) -> Option<Layout> {
        let steps = &mut self.layouts.steps;
        if len > MAX_KEY || steps.len() >= MAX_LAYOUTS {
            return None;
        }
        let mut step = Step {
            at: 0,
            text: 0,
            len: 0,
            before: Layout::EMPTY,
            index: 0,
            after: NONE,
            sibling: NONE,
        };
        if steps.is_empty() {
            steps.push(step);
        }
        let number = u32::try_from(steps.len()).ok()?;
        let before = steps.get_mut(layout.0 as usize)?;
        step.sibling = std::mem::replace(&mut before.after, number);
        step.index = match layout {
            Layout::EMPTY => 0,
            _ => before.index + 1,
        };
        step.before = layout;
        (step.at, step.text) = (u32::try_from(at).ok()?, u16::try_from(text).ok()?);
        step.len = u16::try_from(len).ok()?;
        steps.push(step);
        Some(Layout(number))
    }

    /// The last key of a layout, as a string with its quotes, and the layout without it.
    pub(super) fn last_key(&self, layout: Layout) -> Option<(Node, Layout)> {
        if layout == Layout::EMPTY {
            return None;
        }
        let step = self.layouts.steps.get(layout.0 as usize)?;
        let (at, len) = (step.at as usize, usize::from(step.len));
        let key = Node::leaf(
            Kind::String,
            usize::from(step.text),
            at.saturating_sub(1),
            len + 2,
        );
        Some((key, step.before))
    }

    /// How many keys a layout has.
    pub(super) fn layout_len(&self, layout: Layout) -> usize {
        let step = self.layouts.steps.get(layout.0 as usize);
        match layout {
            Layout::EMPTY => 0,
            _ => step.map_or(0, |step| step.index as usize + 1),
        }
    }

    /// Where among the keys of a layout one is; of several, the first.
    pub(super) fn index_in(&self, layout: Layout, key: &[u8]) -> Option<u32> {
        let mut found = None;
        let mut layout = layout;
        while layout != Layout::EMPTY
            && let Some(step) = self.layouts.steps.get(layout.0 as usize)
        {
            let at = step.at as usize;
            if usize::from(step.len) == key.len()
                && let Some(text) = self.texts.get(usize::from(step.text))
                && same_key(text.get(at..at + key.len()).unwrap_or_default(), key)
            {
                found = Some(step.index);
            }
            layout = step.before;
        }
        found
    }
}
