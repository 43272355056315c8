//! Defaults that contain defaults: small in the schema, large when they are written out.

use super::{Attacking, add};
use crate::Random;
use crate::hostile::field::Field;

pub(super) fn doubling(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let mut endings = field
            .ask_at_once("query($a: A40) { f(a: $a) }", r#"{"a":{}}"#, 3)
            .await;
        // The defaults of each level, below values that are given.
        for given in [8, 16, 24, 32, 39] {
            let (begin, end) = ("{\"b\":".repeat(given), "}".repeat(given));
            let variables = format!("{{\"a\":{begin}{{}}{end}}}");
            let query = "query($a: A40) { f(a: $a) }";
            add(&mut endings, field.ask_at_once(query, &variables, 2).await);
        }
        let literal = "{ f(a: { a: {}, b: { a: {} } }) }";
        add(&mut endings, field.ask_at_once(literal, "{}", 3).await);
        let variable = "query($a: A40 = {}) { f(a: $a) }";
        add(&mut endings, field.ask_at_once(variable, "{}", 3).await);
        endings
    })
}
