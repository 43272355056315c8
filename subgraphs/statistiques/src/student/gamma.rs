//! ln B(a, ½), the scale of Student's distribution.

use std::sync::OnceLock;

use dashu_int::IBig;
use valeurs::Resultat;

use super::precise::{Precise, Wide, estimate};

/// Bernoulli numbers of even index that are at hand: more than Stirling's series needs for the most bits.
const NUMBERS: usize = 200;

/// ln B(a, ½) = ½ ln π + ln Γ(a) − ln Γ(a + ½), for a from ½ to ten thousands: off by 2²¹ units of the last bit of 1 at most.
///
/// By Γ(z + 1) = z·Γ(z), a goes up to a number z of a fourth of the bits, where Stirling's series (<https://dlmf.nist.gov/5.11.E1>) is off by less than its
/// first term that is left out (<https://dlmf.nist.gov/5.11.ii>). Its largest terms are below 2²⁰.
pub(super) fn ln_beta_half(a: &Wide, precise: Precise) -> Resultat<Wide> {
    let half = precise.whole(1) >> 1;
    let least = precise.bits as f64 / 4.0;
    let steps = (least - estimate(a)).ceil().max(0.0) as usize;
    let (mut z, mut above, mut below) = (a.clone(), precise.whole(1), precise.whole(1));
    for _ in 0..steps {
        above *= &z;
        below *= &z + &half;
        z += precise.whole(1);
    }
    let shifted = precise.ln(&(above / below))?;
    let upper = &z + &half;
    // ln Γ(z + ½) − ln Γ(z), where most of both cancels.
    let logarithms = &z * precise.ln(&upper)? - (&z - &half) * precise.ln(&z)? - &half;
    let difference = logarithms + stirling(&upper, precise)? - stirling(&z, precise)?;
    Ok(precise.ln(&precise.pi())? * half - difference - shifted)
}

/// Σ B₂ₖ / (2k(2k − 1)z²ᵏ⁻¹), up to terms that are below the last bit.
fn stirling(z: &Wide, precise: Precise) -> Resultat<Wide> {
    let least = precise.whole(1) >> (precise.bits as isize + 8);
    let square = z * z;
    let (mut power, mut sum) = (z.clone(), precise.whole(0));
    for (index, (numerator, denominator)) in bernoulli().iter().enumerate() {
        let twice = 2 * (index + 1);
        let divisor = precise.whole(denominator * IBig::from(twice * (twice - 1))) * &power;
        let term = precise.whole(numerator.clone()) / divisor;
        let is_small = term < least && -&least < term;
        sum += term;
        if is_small {
            break;
        }
        power *= &square;
    }
    Ok(sum)
}

/// B₂, B₄ … as fractions, from the tangent numbers (Brent and Harvey, 2013, <https://arxiv.org/abs/1108.0286>): B₂ₖ = (−1)ᵏ⁻¹·2k·Tₖ / (4ᵏ(4ᵏ − 1)).
fn bernoulli() -> &'static [(IBig, IBig)] {
    static KNOWN: OnceLock<Vec<(IBig, IBig)>> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let mut tangents = vec![IBig::ONE; NUMBERS];
        for k in 1..NUMBERS {
            tangents[k] = &tangents[k - 1] * IBig::from(k);
        }
        for k in 1..NUMBERS {
            for j in k..NUMBERS {
                let before = &tangents[j - 1] * IBig::from(j - k);
                tangents[j] = before + &tangents[j] * IBig::from(j - k + 2);
            }
        }
        let number = |(index, tangent): (usize, IBig)| {
            let k = index + 1;
            let sign = if k % 2 == 1 { 1 } else { -1 };
            let power = IBig::ONE << (2 * k);
            let denominator = &power * (&power - 1);
            (tangent * IBig::from(2 * k) * sign, denominator)
        };
        tangents.into_iter().enumerate().map(number).collect()
    })
}
