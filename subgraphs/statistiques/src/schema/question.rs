//! What a field asks of one series or two with other arguments: computed once in a request, however many fields ask for the same.

use std::sync::{Arc, Weak};

use valeurs::{Decimal, Liste, Resultat, budget};

use crate::schema::computed::Computed;

/// Series and other arguments.
#[derive(Debug)]
pub(super) struct Question {
    /// What is kept of a series is only its place in memory, so that no other one comes there.
    series: Vec<Weak<Computed>>,
    /// The same for equal questions, and only for them.
    key: Vec<u8>,
}

impl Question {
    /// A question about these series.
    pub(super) fn about<'a>(series: impl IntoIterator<Item = &'a Arc<Computed>>) -> Self {
        let series: Vec<_> = series.into_iter().map(Arc::downgrade).collect();
        let mut key = vec![series.len() as u8];
        for one in &series {
            key.extend_from_slice(&one.as_ptr().addr().to_ne_bytes());
        }
        Self { series, key }
    }

    /// With a choice out of a few.
    pub(super) fn choice(mut self, choice: u8) -> Self {
        self.key.push(choice);
        self
    }

    /// With a whole number.
    pub(super) fn whole(mut self, number: i32) -> Self {
        self.key.extend_from_slice(&number.to_ne_bytes());
        self
    }

    /// With a number.
    pub(super) fn number(mut self, number: Decimal) -> Self {
        self.key.extend_from_slice(&number.pack());
        self
    }

    /// With numbers, which come last.
    pub(super) fn numbers(mut self, numbers: &Liste) -> Self {
        self.key.extend_from_slice(numbers.as_bytes());
        self
    }

    /// What `compute` makes of it for the field `name`, the same value each time.
    ///
    /// # Errors
    /// Of `compute`, which is asked again the next time.
    pub(super) fn once<T: Send + Sync + 'static>(
        self,
        name: &'static str,
        compute: impl FnOnce() -> Resultat<T>,
    ) -> Resultat<Arc<T>> {
        let Self { series, key } = self;
        let answer = budget::shared(name, &key, || {
            let made = Arc::new(compute()?);
            Ok(Answer {
                made,
                _series: series,
            })
        })?;
        Ok(Arc::clone(&answer.made))
    }
}

/// What was made, with the places of the series that it was made of.
struct Answer<T> {
    made: Arc<T>,
    _series: Vec<Weak<Computed>>,
}
