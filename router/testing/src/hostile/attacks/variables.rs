//! Variables.

use super::{Attacking, add};
use crate::Random;
use crate::hostile::field::Field;
use crate::hostile::report::Endings;

pub(super) fn bombs(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let wide = 150_000;
        let deep = 60_000;
        let filter = "query($f:Filter){search(filter:$f)}";
        let ids = "query($i:[[[ID]]]){search(ids:$i)}";
        let numbers = vec!["1"; wide].join(",");
        let many: String = (0..1_500).map(|i| format!("$v{i}:Filter ")).collect();
        let members: String = (0..wide / 2).map(|i| format!("\"m{i}\":1,")).collect();
        let cases = [
            (
                filter,
                format!(
                    "{{\"f\":{{\"and\":[{}]}}}}",
                    vec!["{\"text\":\"t\"}"; wide / 4].join(",")
                ),
            ),
            (
                filter,
                format!(
                    "{{\"f\":{}{{}}{}}}",
                    "{\"not\":".repeat(deep),
                    "}".repeat(deep)
                ),
            ),
            (
                filter,
                format!(
                    "{{\"f\":{}{{}}{}}}",
                    "{\"and\":".repeat(deep),
                    "}".repeat(deep)
                ),
            ),
            (filter, format!("{{\"f\":{{{members}\"text\":\"t\"}}}}")),
            (
                filter,
                format!("{{\"f\":{{\"text\":\"{}\"}}}}", "\\u0001".repeat(wide)),
            ),
            (ids, format!("{{\"i\":[{numbers}]}}")),
            (
                ids,
                format!("{{\"i\":{}1{}}}", "[".repeat(deep), "]".repeat(deep)),
            ),
            (ids, format!("{{\"i\":{}}}", "9".repeat(1_000_000))),
            (ids, format!("{{{members}\"i\":[]}}")),
            (
                "query($i:[[[ID]]]){search(ids:[[$i]])}",
                "{\"i\":[]}".to_owned(),
            ),
        ];
        let mut endings = Endings::new();
        for (query, variables) in &cases {
            add(
                &mut endings,
                field.ask_at_once(query, variables, field.many(8)).await,
            );
        }
        let unused = format!("query({many}){{text}}");
        add(&mut endings, field.ask_at_once(&unused, "{}", 4).await);
        endings
    })
}
