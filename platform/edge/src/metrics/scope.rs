//! Series of what comes and goes.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use ::metrics::Label;

use super::Inner;
use super::held::Held;

/// The series that one scoped recorder has made. They are exported as long as some recorder that has made them is there.
pub(super) struct Scope {
    inner: Arc<Inner>,
    /// By the names of their metrics and their labels.
    made: Mutex<HashSet<(&'static str, Vec<Label>)>>,
}

impl Scope {
    pub(super) fn new(inner: &Arc<Inner>) -> Self {
        Self {
            inner: Arc::clone(inner),
            made: Mutex::default(),
        }
    }

    /// Whether a series is made by it for the first time.
    pub(super) fn makes(&self, held: &Held, labels: &[Label]) -> bool {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.insert((held.metric.name, labels.to_vec()))
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        let made = self.made.get_mut().unwrap_or_else(PoisonError::into_inner);
        for held in &self.inner.catalog {
            let of_metric = made.iter().filter(|(name, _)| *name == held.metric.name);
            for (_, labels) in of_metric {
                held.release(labels);
            }
        }
    }
}
