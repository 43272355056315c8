//! Operations with so many mistakes that telling them is the attack.

use super::Attacking;
use crate::Random;
use crate::hostile::field::Field;

pub(super) fn products(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let shared = |operations: usize, selection: &str| {
            let each: String = (0..operations)
                .map(|i| format!("query Q{i}{{...F}} "))
                .collect();
            format!("{each} fragment F on Query {{ {selection} }}")
        };
        let wrong = |values: usize, value: &str| {
            format!("weighed(input:[{}]){{open}}", value.repeat(values))
        };
        let unknown: String = (0..900).map(|i| format!("unknown{i} ")).collect();
        let directives: String = (0..300)
            .map(|i| format!("a{i}:text @skip(if:$v{i}) "))
            .collect();
        let queries = [
            shared(120, &wrong(600, "{} ")),
            shared(120, &wrong(600, "{more:{}} ")),
            shared(400, &wrong(2_000, "$v ")),
            shared(400, &directives),
            shared(100, &unknown),
            shared(1, &wrong(3_000, "{more:[{}{}{}]} ")),
        ];
        field
            .ask_all(queries.iter().cycle().take(18).cloned(), 4)
            .await
    })
}
