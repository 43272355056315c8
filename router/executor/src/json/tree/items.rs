//! The items of a list.

use super::Tree;
use crate::json::forms::Stored;
use crate::json::leaves::Leaves;
use crate::json::value::{List, Node, ObjectId, Value};

/// The items of a list.
#[derive(Clone, Debug)]
pub(crate) struct Items<'t, 'a>(From<'t, 'a>);

/// Where the items come from.
#[derive(Clone, Debug)]
enum From<'t, 'a> {
    Nodes(&'t Tree<'a>, std::slice::Iter<'t, Node>),
    Leaves(Leaves<'a>),
}

impl<'a> Iterator for Items<'_, 'a> {
    type Item = Value<'a>;

    #[inline]
    fn next(&mut self) -> Option<Value<'a>> {
        match &mut self.0 {
            From::Nodes(tree, nodes) => nodes.next().map(|&node| tree.value(node)),
            From::Leaves(leaves) => leaves.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.0 {
            From::Nodes(_, nodes) => nodes.size_hint(),
            From::Leaves(_) => (0, None),
        }
    }
}

impl<'a> Tree<'a> {
    /// The items of a list.
    #[inline]
    pub(crate) fn items(&self, list: List<'a>) -> Items<'_, 'a> {
        match list {
            List::Items(span) => Items(From::Nodes(self, self.nodes(span).iter())),
            List::Leaves(text) => Items(From::Leaves(Leaves::new(text))),
        }
    }

    /// How many items a list has.
    pub(crate) fn len(&self, list: List<'a>) -> usize {
        match list {
            List::Items(span) => span.len as usize,
            List::Leaves(text) => Leaves::new(text).count(),
        }
    }

    /// One item of a list.
    pub(crate) fn item(&self, list: List<'a>, index: usize) -> Option<Value<'a>> {
        match list {
            List::Items(span) => self.nodes(span).get(index).map(|&node| self.value(node)),
            List::Leaves(text) => Leaves::new(text).nth(index),
        }
    }

    /// The items of a list as they are stored; those of a list of leaves are not.
    pub(crate) fn stored_items(&self, list: List<'a>) -> Vec<Stored> {
        match list {
            List::Items(span) => self.nodes(span).iter().copied().map(Stored).collect(),
            List::Leaves(_) => Vec::new(),
        }
    }

    /// A list of these items.
    pub(crate) fn new_list(&mut self, items: &[Stored]) -> Stored {
        let nodes: Vec<Node> = items.iter().map(|item| item.0).collect();
        Stored(self.push_items(&nodes))
    }

    /// An object, as it is stored.
    pub(crate) fn stored_object(object: ObjectId) -> Stored {
        Stored(Node::object(object))
    }
}
