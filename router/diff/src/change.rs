//! One change, and all of them.

use std::fmt;

use serde::Serialize;

use crate::kind::Kind;

/// What a change means to clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// An operation that was valid can be refused, or an answer can have a shape that was not possible before.
    ///
    /// One kind of operation can be refused without such a change: where two fields of different types share a
    /// response name (GraphQL September 2025, §5.3.2), a result that became non-null no longer merges with one that
    /// did not. A non-null result is safe for every other operation, so the change is [`Safe`](Self::Safe).
    Breaking,
    /// Operations stay valid and answers keep their shape, but a client that does not expect the change can go wrong: a
    /// new enum value, a new member of a union, another default value.
    Dangerous,
    /// Nothing changes for a client that does not ask for it.
    Safe,
    /// Clients cannot see it: which subgraph resolves what.
    Internal,
}

/// One difference between two schemas.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What happened.
    pub kind: Kind,
    /// Where, as a schema coordinate: `Product.price`, `Query.products(first:)`, `@tag`. For the schema itself, `schema`.
    pub coordinate: String,
    /// What it was, as SDL: a type, a value, a description. None if it was not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What it is, as SDL. None if it is no longer there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// What it means to clients.
    pub class: Class,
    /// Why it has this class, in one sentence.
    pub reason: &'static str,
}

/// The differences between two schemas, in a defined order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Changes(Vec<Change>);

impl Class {
    /// As it is written in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Class::Breaking => "breaking",
            Class::Dangerous => "dangerous",
            Class::Safe => "safe",
            Class::Internal => "internal",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.class, self.kind, self.coordinate)?;
        match (&self.before, &self.after) {
            (None, None) => Ok(()),
            (Some(before), None) => write!(f, ": was {before}"),
            (None, Some(after)) => write!(f, ": now {after}"),
            (Some(before), Some(after)) => write!(f, ": {before} -> {after}"),
        }
    }
}

impl Changes {
    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Change> {
        self.0.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the schemas are equal in everything that is compared.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are of a class.
    pub fn count(&self, class: Class) -> usize {
        self.iter().filter(|change| change.class == class).count()
    }

    pub(crate) fn push(&mut self, change: Change) {
        self.0.push(change);
    }

    /// The breaking ones made dangerous, for `reason`.
    pub(crate) fn at_most_dangerous(mut self, reason: &'static str) -> Self {
        for change in &mut self.0 {
            if change.class == Class::Breaking {
                (change.class, change.reason) = (Class::Dangerous, reason);
            }
        }
        self
    }

    /// Appends those of another comparison.
    pub fn append(&mut self, mut others: Changes) {
        self.0.append(&mut others.0);
    }

    pub(crate) fn added(
        &mut self,
        kind: Kind,
        coordinate: String,
        after: Option<String>,
        (class, reason): Judgement,
    ) {
        self.push(Change {
            kind,
            coordinate,
            before: None,
            after,
            class,
            reason,
        });
    }

    pub(crate) fn removed(
        &mut self,
        kind: Kind,
        coordinate: String,
        before: Option<String>,
        (class, reason): Judgement,
    ) {
        self.push(Change {
            kind,
            coordinate,
            before,
            after: None,
            class,
            reason,
        });
    }

    pub(crate) fn changed(
        &mut self,
        kind: Kind,
        coordinate: String,
        [before, after]: [Option<String>; 2],
        (class, reason): Judgement,
    ) {
        self.push(Change {
            kind,
            coordinate,
            before,
            after,
            class,
            reason,
        });
    }
}

impl<'a> IntoIterator for &'a Changes {
    type Item = &'a Change;
    type IntoIter = std::slice::Iter<'a, Change>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A class and its reason.
pub(crate) type Judgement = (Class, &'static str);
