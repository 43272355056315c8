//! Schema coordinates, as the GraphQL specification writes them (September 2025, §3.12).

use std::fmt::Display;

pub(crate) fn member(ty: &dyn Display, member: &dyn Display) -> String {
    format!("{ty}.{member}")
}

pub(crate) fn argument(ty: &dyn Display, field: &dyn Display, argument: &dyn Display) -> String {
    format!("{ty}.{field}({argument}:)")
}

pub(crate) fn directive(name: &dyn Display) -> String {
    format!("@{name}")
}

pub(crate) fn directive_argument(directive: &dyn Display, argument: &dyn Display) -> String {
    format!("@{directive}({argument}:)")
}
