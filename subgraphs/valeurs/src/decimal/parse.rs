//! From text to `Decimal`, exactly or not at all.

use std::borrow::Cow;

use super::Decimal;
use crate::erreur::{Cause, Erreur, Resultat};

/// The longest text read, in bytes: far more than any `Decimal` needs.
const MAX_LENGTH: usize = 256;

/// How much of a refused text its error repeats, in characters.
const MAX_ECHO: usize = 48;

/// The value of `text`: `[+-]? digits ('.' digits)? ([eE] [+-]? digits)?`, and nothing around it. Errors quote it as it was `sent`.
pub(super) fn parse(text: &str, sent: &str) -> Resultat<Decimal> {
    if text.is_empty() {
        return Err(refused(sent, false, "the text is empty"));
    }
    if text.len() > MAX_LENGTH {
        let reason = format!("it is longer than {MAX_LENGTH} characters");
        return Err(refused(sent, false, reason));
    }
    number(text, sent)
}

/// The same of a text of any length, which is not empty.
pub(super) fn number(text: &str, sent: &str) -> Resultat<Decimal> {
    let parts = split(text).map_err(|reason| refused(sent, false, reason))?;
    value(&parts).map_err(|reason| refused(sent, true, reason))
}

/// The error for `text`, which is shown from its beginning, and is a number or none.
pub(super) fn refused(text: &str, number: bool, reason: impl Into<Cow<'static, str>>) -> Erreur {
    let mut value: String = text.chars().take(MAX_ECHO).collect();
    if value.len() < text.len() {
        value.push('…');
    }
    let reason = reason.into();
    Cause::InvalidDecimal {
        value,
        number,
        reason,
    }
    .into()
}

/// A number in text, taken apart: its sign, its digits around the point, and its exponent of ten.
struct Parts<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
    exponent: i64,
}

fn value(parts: &Parts<'_>) -> Result<Decimal, Cow<'static, str>> {
    let digits = format!("{}{}", parts.whole, parts.fraction);
    let digits = digits.trim_start_matches('0');
    let significant = digits.trim_end_matches('0');
    if significant.is_empty() {
        return Ok(Decimal::ZERO);
    }
    let dropped = digits.len() - significant.len();
    // The value is `significant` × 10^exponent. Lengths are far below the largest number.
    let exponent = parts.exponent - parts.fraction.len() as i64 + dropped as i64;

    if exponent < -i64::from(Decimal::MAX_SCALE) {
        return Err(format!(
            "it has more than {} digits after the point",
            Decimal::MAX_SCALE
        )
        .into());
    }
    let too_large = || format!("it is beyond ±{}", Decimal::MAX);
    let too_precise = || "it has more than 28 significant digits".to_owned();
    if exponent > 28 || significant.len() as i64 + exponent > 29 {
        return Err(too_large().into());
    }
    if significant.len() > 29 {
        return Err(too_precise().into());
    }
    let mut mantissa: i128 = significant.parse().map_err(|_| too_precise())?;
    let scale = if exponent < 0 {
        exponent.unsigned_abs() as u32
    } else {
        mantissa *= 10_i128.pow(exponent as u32);
        0
    };
    if parts.negative {
        mantissa = -mantissa;
    }
    // 29 digits may pass 2^96: a whole number is then too large, a fraction too precise.
    Decimal::from_parts(mantissa, scale).ok_or_else(|| {
        if scale == 0 {
            too_large()
        } else {
            too_precise()
        }
        .into()
    })
}

fn split(text: &str) -> Result<Parts<'_>, Cow<'static, str>> {
    let not_a_number = || Cow::from("it is not a number such as 12, -0.5 or 1.5e-3");
    let (negative, unsigned) = match text.as_bytes()[0] {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (number, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
        Some(_) => return Err(not_a_number()),
        None => (number, ""),
    };
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
        return Err(not_a_number());
    }
    let exponent = match exponent {
        None => 0,
        Some(text) => {
            let magnitude = text.strip_prefix(['+', '-']).unwrap_or(text);
            if magnitude.is_empty() || !all_digits(magnitude) {
                return Err(not_a_number());
            }
            // An exponent too long for 32 bits is out of range for every digit: any large number stands for it.
            let magnitude = i64::from(magnitude.parse::<i32>().unwrap_or(i32::MAX));
            if text.starts_with('-') {
                -magnitude
            } else {
                magnitude
            }
        }
    };
    Ok(Parts {
        negative,
        whole,
        fraction,
        exponent,
    })
}
