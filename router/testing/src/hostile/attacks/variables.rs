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

/// Names that are looked for again and again.
pub(super) fn names(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let many = 2_400;
        let declared: String = (0..many).map(|i| format!("$v{i}:ID")).collect();
        let used: String = (0..many).map(|i| format!("$v{i}")).collect();
        let query = format!("query({declared}){{search(ids:[[[{used}]]])}}");
        let escaped = "\\n".repeat(950_000);
        let mut endings = Endings::new();
        let few: String = (0..7)
            .map(|i| format!("\"{}{i}\":1,", "\\n".repeat(130_000)))
            .collect();
        for variables in [format!("{{\"{escaped}\":1}}"), format!("{{{few}\"v1\":1}}")] {
            add(
                &mut endings,
                field.ask_at_once(&query, &variables, field.many(8)).await,
            );
        }
        let types: String = (0..240)
            .map(|i| format!("t{i}:__type(name:$n){{name}}"))
            .collect();
        let query = format!("query($n:String!){{{types}}}");
        for name in [escaped.as_str(), "x".repeat(1_800_000).as_str()] {
            let variables = format!("{{\"n\":\"{name}\"}}");
            add(
                &mut endings,
                field.ask_at_once(&query, &variables, field.many(8)).await,
            );
        }
        endings
    })
}
