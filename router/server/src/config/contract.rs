//! The `contract` section: which variant of the graph clients see.

use composition::Contract;
use settings::Section;

pub(super) fn read(section: Section<'_>) -> Contract {
    const TAG: &str = "a tag: letters, digits, `-`, `_` and `/`, at most 128";
    let contract = Contract {
        include_tags: section
            .key("include_tags", "Clients see fields of objects and interfaces, and unions, that have one of these `@tag`s, by themselves or by their type. Empty: they need none.")
            .texts(TAG, is_tag)
            .into_iter()
            .collect(),
        exclude_tags: section
            .key("exclude_tags", "Clients do not see what has one of these `@tag`s.")
            .texts(TAG, is_tag)
            .into_iter()
            .collect(),
        hide_unreachable_types: section
            .key("hide_unreachable_types", "Whether clients do not see types to which nothing leads that they see.")
            .switch(false),
    };
    section.end();
    contract
}

/// <https://specs.apollo.dev/tag/v0.3/>
pub(crate) fn is_tag(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_/".contains(&byte);
    !text.is_empty() && text.len() <= 128 && text.bytes().all(plain)
}
