//! Defaults that contain defaults: small in the schema, large when they are written out.

use super::{Attacking, add};
use crate::Random;
use crate::hostile::field::Field;

pub(super) fn doubling(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let mut endings = field
            .ask_at_once("query($a: A40) { f(a: $a) }", r#"{"a":{}}"#, 3)
            .await;
        for level in [8, 16, 24, 32] {
            let query = format!(
                "query($a: A{level}) {{ f(a: {{}}) ... @include(if: false) {{ f(a: $a) }} }}"
            );
            add(
                &mut endings,
                field.ask_at_once(&query, r#"{"a":{}}"#, 2).await,
            );
        }
        let literal = "{ f(a: { a: {}, b: { a: {} } }) }";
        add(&mut endings, field.ask_at_once(literal, "{}", 3).await);
        let variable = "query($a: A40 = {}) { f(a: $a) }";
        add(&mut endings, field.ask_at_once(variable, "{}", 3).await);
        endings
    })
}
