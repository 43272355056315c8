//! Why there is no answer.

use std::error::Error;
use std::fmt;

use crate::causes::chain;

/// As the pool of the crate says it.
pub(crate) enum Broken {
    Unreachable(String),
    Exchange(String),
}

impl Broken {
    pub(crate) fn of_exchange(error: &(dyn Error + 'static)) -> Self {
        Self::Exchange(chain(error))
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Unreachable(cause) | Self::Exchange(cause)) = self;
        f.write_str(cause)
    }
}
