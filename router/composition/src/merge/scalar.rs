//! Merges scalars.

use apollo_compiler::Name;
use apollo_compiler::schema::{ExtendedType, ScalarType};

use super::Merger;
use super::sources::Source;

impl<'a> Merger<'a, '_> {
    pub(super) fn merge_scalar(
        &mut self,
        name: &Name,
        sources: &[Source<'a, ExtendedType>],
    ) -> ExtendedType {
        let scalar = ScalarType {
            description: self.merge_description(name, sources),
            name: name.clone(),
            directives: self.type_directives(name, sources),
        };
        scalar.into()
    }
}
