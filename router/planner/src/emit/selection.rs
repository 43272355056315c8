//! A selection set as it is sent.

use apollo_compiler::ast::{Directive, Value};
use apollo_compiler::{Name, Node};

use crate::operation::condition::Cond;

/// A part of a selection set.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Selection {
    Typename,
    Field {
        key: Name,
        name: Name,
        arguments: Vec<(Name, Node<Value>)>,
        directives: Vec<Node<Directive>>,
        cond: Cond,
        below: Vec<Selection>,
    },
    Fragment {
        on: Name,
        below: Vec<Selection>,
    },
}
