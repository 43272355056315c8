//! The body of a request to a subgraph, which knows where its representations are.

use bytes::Bytes;

use crate::files::FilePlace;

/// The JSON body of a request, `{"query":…,"variables":{…}}`. The entities that it asks for can be looked at, and left out, before it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestBody {
    text: Vec<u8>,
    /// Where what follows the name of the operation begins.
    unnamed_from: usize,
    /// Where the representations of each list are, in order.
    lists: Vec<Vec<(usize, usize)>>,
    files: Vec<FilePlace>,
}

impl RequestBody {
    /// A body whose lists of representations are at these places.
    pub(crate) fn new(text: Vec<u8>, unnamed_from: usize, lists: Vec<Vec<(usize, usize)>>) -> Self {
        Self {
            text,
            unnamed_from,
            lists,
            files: Vec::new(),
        }
    }

    /// The same with files in its variables.
    pub(crate) fn with_files<'f>(mut self, files: impl Iterator<Item = &'f FilePlace>) -> Self {
        self.files.extend(files.cloned());
        self
    }

    /// The files that are in its variables, each in place of a null. A request with files can be sent once.
    pub fn files(&self) -> &[FilePlace] {
        &self.files
    }

    /// From where on the text is what is asked: before that are the kind of the operation and its name, which change nothing of the answer.
    pub fn unnamed_from(&self) -> usize {
        self.unnamed_from
    }

    /// The representations of each `_entities` field, each a JSON object. Equal ones have equal text. Fields whose arguments come from contexts
    /// have none here: what they answer depends on more than the representation.
    pub fn representations(&self) -> impl Iterator<Item = impl Iterator<Item = &[u8]>> {
        let text = &self.text;
        let lists = self.lists.iter();
        lists.map(move |list| list.iter().map(move |&(from, to)| &text[from..to]))
    }

    /// Leaves out the representations of one list that are not `kept`, which is asked once for each, in order. The answer then has no entity for them.
    pub fn retain(&mut self, list: usize, mut kept: impl FnMut(&[u8]) -> bool) {
        let Some(places) = self.lists.get(list) else {
            return;
        };
        let (Some(&(first, _)), Some(&(_, last))) = (places.first(), places.last()) else {
            return;
        };
        let mut text = self.text[..first].to_vec();
        let mut left = Vec::with_capacity(places.len());
        for &(from, to) in places {
            let representation = &self.text[from..to];
            if kept(representation) {
                if !left.is_empty() {
                    text.push(b',');
                }
                let start = text.len();
                text.extend_from_slice(representation);
                left.push((start, text.len()));
            }
        }
        let removed = last - text.len();
        text.extend_from_slice(&self.text[last..]);
        self.text = text;
        self.lists[list] = left;
        // Lists follow each other.
        for (from, to) in self.lists.iter_mut().skip(list + 1).flatten() {
            *from -= removed;
            *to -= removed;
        }
    }

    /// The text as it is now.
    pub fn as_bytes(&self) -> &[u8] {
        &self.text
    }

    /// The bytes to be sent.
    pub fn write(self) -> Bytes {
        Bytes::from(self.text)
    }
}

#[cfg(test)]
mod tests;
