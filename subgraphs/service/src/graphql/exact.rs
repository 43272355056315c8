//! Numbers in variables that would not arrive as they were written.
//!
//! JSON numbers are read as integers of 64 bits or as doubles. The services answer for exact decimals, so a number with more digits
//! than that is refused rather than rounded before anybody sees it; as a string it is read whole.

/// The first number of a JSON text that is read as another number. The text is known to be JSON.
pub(super) fn inexact_number(json: &str) -> Option<&str> {
    let bytes = json.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at = match byte {
            b'"' => after_string(bytes, at + 1),
            b'-' | b'0'..=b'9' => {
                let in_number =
                    |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
                let end = at
                    + bytes[at..]
                        .iter()
                        .take_while(|byte| in_number(byte))
                        .count();
                let number = &json[at..end];
                if !is_kept(number) {
                    return Some(number);
                }
                end
            }
            _ => at + 1,
        };
    }
    None
}

fn after_string(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    at
}

pub(super) fn is_kept(number: &str) -> bool {
    // Any 15 digits are kept by a double.
    if number.len() <= 15 && !number.contains(['e', 'E']) {
        return true;
    }
    if number.parse::<i64>().is_ok() || number.parse::<u64>().is_ok() {
        return true;
    }
    // `{:e}` writes the shortest digits that are read as the same double.
    let read = number.parse::<f64>().ok().filter(|read| read.is_finite());
    read.is_some_and(|read| Digits::of(number) == Digits::of(&format!("{read:e}")))
}

/// A decimal number without its sign: `0.digits · 10^exponent`, without zeros at either end of the digits.
#[derive(PartialEq, Eq)]
struct Digits {
    digits: String,
    /// `None` when it is out of all bounds.
    exponent: Option<i64>,
}

impl Digits {
    fn of(number: &str) -> Self {
        let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
        let mantissa = mantissa.trim_start_matches('-');
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        let significant = all.trim_start_matches('0');
        if significant.is_empty() {
            return Self {
                digits: String::new(),
                exponent: Some(0),
            };
        }
        let leading = (all.len() - significant.len()) as i64;
        let shift = whole.len() as i64 - leading;
        let exponent = exponent
            .parse::<i64>()
            .ok()
            .and_then(|e| e.checked_add(shift));
        Self {
            digits: significant.trim_end_matches('0').to_owned(),
            exponent,
        }
    }
}

#[cfg(test)]
mod tests;
