//! Which of a subgraph's places is asked.

use super::{Answer, Fetch, Request};

/// One way for each place.
#[derive(Debug)]
pub(crate) struct Routed<S> {
    own: S,
    /// Those that routes lead to.
    others: Box<[S]>,
}

impl<S> Routed<S> {
    pub(crate) fn new(own: S, others: impl IntoIterator<Item = S>) -> Self {
        Self {
            own,
            others: others.into_iter().collect(),
        }
    }

    /// The way that requests by this route go.
    pub(crate) fn of(&self, route: Option<usize>) -> &S {
        let other = route.and_then(|route| self.others.get(route));
        other.unwrap_or(&self.own)
    }

    /// The way to the subgraph's own place.
    pub(crate) fn own(&self) -> &S {
        &self.own
    }

    /// The ways to the others.
    pub(crate) fn others(&self) -> &[S] {
        &self.others
    }
}

impl<S: Fetch> Fetch for Routed<S> {
    // The way's own future: none is put around it.
    fn fetch(&self, request: &Request) -> impl Future<Output = Answer> + Send {
        self.of(request.route).fetch(request)
    }
}
