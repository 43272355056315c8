//! The descriptions in French.

use service::Descriptions;

/// The dictionary of this service.
pub(crate) fn descriptions() -> Descriptions {
    Descriptions::new(include_str!("descriptions.fr.txt"))
}
