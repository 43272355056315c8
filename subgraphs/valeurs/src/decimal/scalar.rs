//! `Decimal` as a GraphQL scalar.

use async_graphql::{InputValueError, InputValueResult, Number, Scalar, ScalarType, Value};

use super::{Decimal, parse};
use crate::erreur::{Erreur, Resultat};

/// An exact decimal number, of magnitude at most 79228162514264337593543950335 (2^96 - 1) and with at most 28 digits
/// after the point.
///
/// As input: a String such as `"0.1"`, `"-12"` or `"1.5e-3"`, an Int, or a Float. A number that no Decimal equals is
/// refused with the code `INVALID_DECIMAL`, never rounded. JSON and GraphQL read a Float as a double: only 17
/// significant digits survive that, so send longer numbers as Strings.
///
/// As output: always a String in normal form, `"0.3"`, with no exponent, no trailing zero and no negative zero. Every result is
/// computed exactly, or with as many digits as it takes, and rounded once, half to even, to as many digits as a Decimal holds: 28 after
/// the point, or fewer when the digits without the point would pass 79228162514264337593543950335, which leaves 28 or 29 significant
/// digits. A result nearer to 0 than half of 10^-28 is 0; one beyond the largest Decimal is an error, `OVERFLOW`.
#[Scalar(
    name = "Decimal",
    specified_by_url = "https://www.w3.org/TR/xmlschema11-2/#decimal"
)]
impl ScalarType for Decimal {
    fn parse(value: Value) -> InputValueResult<Self> {
        let read = match &value {
            Value::String(text) => Decimal::parse(text),
            Value::Number(number) => from_number(number),
            Value::Binary(_) => return Err(InputValueError::custom("a list is not a Decimal")),
            _ => return Err(InputValueError::expected_type(value)),
        };
        read.map_err(|erreur| {
            let code = erreur.code();
            InputValueError::custom(erreur).with_extension("code", code.as_str())
        })
    }

    /// Only the kind of the value is part of validation: what a text says is reported by the field that reads it,
    /// with its path and code. A packed [`Liste`](crate::Liste) is valid as the list that it is.
    fn is_valid(value: &Value) -> bool {
        matches!(
            value,
            Value::String(_) | Value::Number(_) | Value::Binary(_)
        )
    }

    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }
}

/// An integer of 64 bits as it is; a double as the shortest decimal that reads back as the same double.
fn from_number(number: &Number) -> Resultat<Decimal> {
    if let Some(value) = number.as_i64() {
        return Ok(value.into());
    }
    if let Some(value) = number.as_u64() {
        return Ok(value.into());
    }
    let text = number.to_string();
    let value = Decimal::parse(&text)?;
    // From 2^64 on, a whole number was written with 20 digits or more: a double whose shortest form still needs 16 or
    // 17 of them has most likely dropped the others.
    if value.is_integer() && significant_digits(value) > 15 {
        return Err(lost_digits(&text));
    }
    Ok(value)
}

fn lost_digits(text: &str) -> Erreur {
    parse::refused(
        text,
        true,
        "a number of this size has lost digits on its way, send it as a String",
    )
}

fn significant_digits(value: Decimal) -> usize {
    let digits = value.mantissa().unsigned_abs().to_string();
    digits.trim_end_matches('0').len()
}
