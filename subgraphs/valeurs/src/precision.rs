//! How many digits real functions are computed with, and when that ends.

use crate::erreur::{Erreur, Resultat};

/// Bits of what is computed, and of what is computed again while it leaves the result open.
const LADDER: [usize; 3] = [192, 512, 2048];

/// The most significant decimal digits that a result may take: as many as the last of these bits are.
const MAX_DIGITS: usize = 616;

/// How precisely a number is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Precision {
    bits: usize,
}

/// Why there is no number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// It is not determined by as many bits as it was computed with.
    MoreBits,
    /// It does not exist, or is not computed.
    Failed(Erreur),
    /// It is larger than any `Decimal`, and than what is computed with: as a result it is beyond the largest, and on the way to one it is this error.
    TooLarge(Erreur),
}

impl Stop {
    /// The same on the way to a result, which may fit though this number does not.
    #[must_use]
    pub fn on_the_way(self) -> Stop {
        match self {
            Stop::TooLarge(erreur) => Stop::Failed(erreur),
            Stop::MoreBits | Stop::Failed(_) => self,
        }
    }
}

impl From<Erreur> for Stop {
    fn from(erreur: Erreur) -> Self {
        Stop::Failed(erreur)
    }
}

impl Precision {
    /// That of the first attempt.
    #[cfg(test)]
    pub(crate) const LOWEST: Precision = Precision { bits: LADDER[0] };

    /// Each, from the lowest.
    pub fn all() -> impl Iterator<Item = Precision> {
        LADDER.into_iter().map(|bits| Precision { bits })
    }

    /// The significant bits of what is computed.
    pub fn bits(self) -> usize {
        self.bits
    }

    /// Whether there is none after it, so that what cannot be distinguished from a step of a function is taken for the step.
    pub fn is_last(self) -> bool {
        LADDER.last() == Some(&self.bits)
    }

    /// What is left open: more bits may tell, as long as there are some.
    pub(crate) fn undecided(self) -> Stop {
        if !self.is_last() {
            return Stop::MoreBits;
        }
        Precision::exhausted().into()
    }

    /// Even the most bits leave it open.
    pub fn exhausted() -> Erreur {
        let what = "significant digits that determine the result";
        Erreur::limit(what, MAX_DIGITS, MAX_DIGITS + 1)
    }

    /// What `compute` gives with the fewest bits that determine it.
    ///
    /// # Errors
    /// Of `compute`; [`Code::LimitExceeded`](crate::Code::LimitExceeded) where even the most bits leave it open.
    pub fn settled<T>(mut compute: impl FnMut(Precision) -> Result<T, Stop>) -> Resultat<T> {
        for at in Precision::all() {
            match compute(at) {
                Ok(value) => return Ok(value),
                Err(Stop::Failed(erreur) | Stop::TooLarge(erreur)) => return Err(erreur),
                Err(Stop::MoreBits) => {}
            }
        }
        Err(Precision::exhausted())
    }
}
