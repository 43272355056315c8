//! Operations over access rules and costs: what they cost to judge is the attack.

use super::{Attacking, add, door};
use crate::Random;
use crate::hostile::field::Field;
use crate::hostile::wire;

pub(super) fn products(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let doubling = |levels: usize, last: &str| {
            let each: String = (0..levels)
                .map(|i| {
                    let next = i + 1;
                    format!("fragment F{i} on Guarded {{ ...F{next} ...G{next} shut }} fragment G{i} on Guarded {{ ...F{next} ...G{next} open }} ")
                })
                .collect();
            format!(
                "{{weighed{{...F0 ...G0}}}} {each} fragment F{levels} on Guarded {{ {last} }} fragment G{levels} on Guarded {{ {last} }}"
            )
        };
        let spread: String = (0..400).map(|i| format!("a{i}:self{{...F}} ")).collect();
        let wide: String = (0..400).map(|i| format!("b{i}:shut ")).collect();
        let queries = [
            doubling(8, "open"),
            doubling(30, "shut"),
            doubling(200, "self { shut }"),
            format!("{{weighed{{{spread}}}}} fragment F on Guarded {{ {wide} }}"),
        ];
        let mut endings = field
            .ask_all(queries.iter().cycle().take(16).cloned(), 4)
            .await;
        let uses: String = (0..400)
            .map(|i| format!("a{i}:weighed(input:$v){{open}} "))
            .collect();
        let query = format!("query($v:[Weighed!]){{{uses}}}");
        let values = vec!["{\"a\":1,\"b\":2,\"c\":3}"; 40_000].join(",");
        let body = wire::request(&query, &format!("{{\"v\":[{values}]}}"));
        let request = door::post(door::JSON, body.as_bytes());
        let many = std::iter::repeat_n(request, field.many(16));
        add(&mut endings, field.send_all(many, 4).await);
        endings
    })
}
