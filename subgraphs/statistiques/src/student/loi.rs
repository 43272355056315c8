//! Student's distribution: the probability outside of ±t, and its quantiles.
//!
//! With ν degrees of freedom, a = ν/2, x = ν/(ν + t²) and y = 1 − x = t²/(ν + t²),
//!
//! - outside of ±t is Iₓ(a, ½), and within Iᵧ(½, a), of the regularised incomplete beta function (<https://dlmf.nist.gov/8.17>);
//! - each is its prefactor xᵃ·√y / B(a, ½) times a series of positive terms (<https://dlmf.nist.gov/8.17.E8>), Σ (a + ½)ₙ/(a + 1)ₙ·xⁿ / a and
//!   2·Σ (a + ½)ₙ/(3/2)ₙ·yⁿ. The one is taken whose argument is at most ½.
//!
//! **The error.** There is no subtraction but in the logarithm of the prefactor, so that relative errors add up. With u half of the last bit of 1: a term of
//! the series is off by at most four u for each term before it, at most 2¹⁶ terms are summed, and what is left out is below u. The logarithm of B is off by 2²²
//! u, that of xᵃ by 2¹⁶ u; other factors by some u. [`DOUBT`] is hundreds of times the sum of all these.

use dashu_int::IBig;
use valeurs::{Resultat, budget};

use super::Fraction;
use super::gamma::ln_beta_half;
use super::precise::{Precise, Wide, estimate, exact};

/// How far a probability may be off: this many bits before the last.
pub(super) const DOUBT: usize = 32;

/// Terms between two looks at how small they are.
const TERMS: usize = 8;

/// More steps than Newton's method ever needs.
const STEPS: usize = 100;

/// The bits that the ends of an interval around a quantile differ by from those of probabilities: a quantile of 1 − 10^-28 loses 93 of them.
const LOST: usize = 140;

/// The distribution for one number of degrees of freedom, with some precision.
#[derive(Debug)]
pub(super) struct Loi {
    precise: Precise,
    freedom: Wide,
    /// Half of it.
    a: Wide,
    /// ln B(a, ½)
    ln_beta: Wide,
}

/// A probability: of being outside of ±t, or within.
#[derive(Clone, Debug)]
pub(super) enum Part {
    Outside(Wide),
    Within(Wide),
}

impl Loi {
    pub(super) fn new(freedom: &Fraction, bits: usize, operation: &'static str) -> Resultat<Self> {
        let precise = Precise::new(bits, operation);
        let freedom = precise.fraction(freedom)?;
        let a = freedom.clone() >> 1;
        let ln_beta = ln_beta_half(&a, precise)?;
        Ok(Self {
            precise,
            freedom,
            a,
            ln_beta,
        })
    }

    /// The probability at t, of which the square is given, and the density of |T| there.
    fn at(&self, square: &Wide) -> Resultat<(Part, Wide)> {
        let precise = self.precise;
        let whole = &self.freedom + square;
        let (x, y) = (&self.freedom / &whole, square / &whole);
        let logarithm = &self.a * precise.ln(&x)? - &self.ln_beta;
        // Below the last bit that is looked at: there is nothing outside.
        if estimate(&logarithm) < -(precise.bits as f64) {
            return Ok((Part::Outside(precise.whole(0)), precise.whole(0)));
        }
        let factor = precise.exp(&logarithm)?;
        let density = (precise.sqrt(&x)? / precise.sqrt(&self.freedom)? * &factor) << 1;
        let factor = factor * precise.sqrt(&y)?;
        let half = precise.whole(1) >> 1;
        let above = &self.a + &half;
        let part = if y <= half {
            let below = precise.whole(1) + half;
            Part::Within((factor * self.series(above, below, &y)?) << 1)
        } else {
            let below = &self.a + precise.whole(1);
            Part::Outside(factor * self.series(above, below, &x)? / &self.a)
        };
        Ok((part, density))
    }

    /// Σ (above)ₙ/(below)ₙ·zⁿ.
    fn series(&self, mut above: Wide, mut below: Wide, z: &Wide) -> Resultat<Wide> {
        let precise = self.precise;
        let one = precise.whole(1);
        let mut term = one.clone();
        let mut sum = one.clone();
        loop {
            budget::charge((TERMS * precise.bits / 64) as u64)?;
            for _ in 0..TERMS {
                term = term * &above / &below * z;
                sum += &term;
                above += &one;
                below += &one;
            }
            // From here on terms fall at least as fast as by a fourth, so that all others are three of the last at most.
            let is_falling = estimate(&above) / estimate(&below) * estimate(z) < 0.74;
            let least = sum.clone() >> (precise.bits as isize + 2);
            if is_falling && term <= least {
                return Ok(sum);
            }
        }
    }

    /// The probability at a t of which the square is given exactly.
    pub(super) fn probability(&self, square: &Fraction) -> Resultat<Part> {
        let square = self.precise.fraction(square)?;
        self.at(&square).map(|(part, _)| part)
    }

    /// Two numbers around the t within which, on both sides of 0, there is `level`.
    pub(super) fn quantile(&self, level: &Fraction) -> Resultat<(Fraction, Fraction)> {
        let within = self.precise.fraction(level)?;
        let outside = Fraction::new(
            &level.denominator - &level.numerator,
            level.denominator.clone(),
        );
        let target = Target {
            outside: self.precise.fraction(&outside)?,
            within,
        };
        let mut t = self.start(&target)?;
        let width = self.precise.bits - LOST;
        for _ in 0..STEPS {
            let (part, density) = self.at(&(&t * &t))?;
            let (half, twice) = (t.clone() >> 1, t.clone() << 1);
            let missing = target.missing(&part);
            let next = if density == self.precise.whole(0) {
                half
            } else {
                (&t + missing / density).max(half).min(twice)
            };
            let step = if next > t { &next - &t } else { &t - &next };
            t = next;
            if (step << (width / 2 + 8) as isize) < t {
                break;
            }
        }
        self.enclosed(t, width, &target)
    }

    /// Two numbers around a quantile that `t` is near to: as near to each other as they may be, and where that is not certain farther.
    fn enclosed(&self, t: Wide, width: usize, target: &Target) -> Resultat<(Fraction, Fraction)> {
        let doubt = self.precise.whole(1) >> (self.precise.bits - DOUBT) as isize;
        let mut width = width as isize;
        loop {
            let margin = t.clone() >> width;
            let (low, high) = (&t - &margin, &t + margin);
            let (before, _) = self.at(&(&low * &low))?;
            let (after, _) = self.at(&(&high * &high))?;
            let is_around = target.missing(&before) > doubt && target.missing(&after) < -&doubt;
            if is_around || width <= 1 {
                return Ok((exact(&low), exact(&high)));
            }
            width /= 2;
        }
    }
}

/// What a quantile is asked for.
struct Target {
    outside: Wide,
    within: Wide,
}

impl Target {
    /// How much more must be within.
    fn missing(&self, part: &Part) -> Wide {
        match part {
            Part::Outside(outside) => outside - &self.outside,
            Part::Within(within) => &self.within - within,
        }
    }
}

impl Loi {
    /// Where Newton's method begins. From its own first step from 0, for a level up to a half: below the root of a concave function it stays below, and
    /// doubles its digits. Otherwise from an estimate of the tail.
    fn start(&self, target: &Target) -> Resultat<Wide> {
        let outside = estimate(&target.outside);
        if outside > 0.5 {
            // The density of |T| at 0 is 2 / (√ν·B(a, ½)).
            let scale = self.precise.exp(&self.ln_beta)? * self.precise.sqrt(&self.freedom)?;
            return Ok((&target.within * scale) >> 1);
        }
        let estimate = tail(estimate(&self.freedom), outside);
        let exact = Wide::try_from(estimate).unwrap_or_else(|_| self.precise.whole(1));
        Ok(exact.with_precision(self.precise.bits).value())
    }
}

/// An estimate of the quantile with `outside`, up to a half, on both sides together: exact forms for 1 and 2 degrees of freedom, and by the normal distribution for
/// more (Gaver and Kafadar, 1984, <https://doi.org/10.1080/00031305.1984.10483234>, over Abramowitz and Stegun, 26.2.23). It decides nothing.
fn tail(freedom: f64, outside: f64) -> f64 {
    let estimate = if freedom < 1.5 {
        1.0 / (outside * std::f64::consts::FRAC_PI_2).tan()
    } else if freedom < 2.5 {
        (2.0 / (outside * (2.0 - outside)) - 2.0).sqrt()
    } else {
        let w = (-2.0 * (outside / 2.0).ln()).sqrt();
        let above = 2.515_517 + w * (0.802_853 + w * 0.010_328);
        let below = 1.0 + w * (1.432_788 + w * (0.189_269 + w * 0.001_308));
        let z = w - above / below;
        let c = (freedom - 1.5) / (freedom - 1.0).powi(2);
        (freedom * (z * z * c).exp_m1()).sqrt()
    };
    match estimate.is_finite() {
        true => estimate.max(0.1),
        false => 1.0,
    }
}

/// A probability in units of 2^-`bits`, and how far it may be off.
pub(super) fn units(value: &Wide, bits: usize) -> (IBig, IBig) {
    let value = exact(value);
    (value.floor(&(IBig::ONE << bits)), IBig::ONE << DOUBT)
}
