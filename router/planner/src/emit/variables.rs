//! The variables that the client's operation declares, by name.

use apollo_compiler::Name;
use apollo_compiler::ast::VariableDefinition;
use apollo_compiler::executable::Operation;
use rustc_hash::FxHashMap;

/// The declarations of one operation.
pub(crate) struct ClientVariables<'o> {
    declared: FxHashMap<&'o str, &'o VariableDefinition>,
}

impl<'o> ClientVariables<'o> {
    pub(crate) fn of(operation: &'o Operation) -> Self {
        let declared = operation.variables.iter();
        Self {
            declared: declared
                .map(|variable| (variable.name.as_str(), &**variable))
                .collect(),
        }
    }

    pub(crate) fn get(&self, name: &Name) -> Option<&'o VariableDefinition> {
        self.declared.get(name.as_str()).copied()
    }

    /// A name that none of them has, which begins with `name`.
    pub(crate) fn free(&self, mut name: String) -> Name {
        while self.declared.contains_key(name.as_str()) {
            name.push('_');
        }
        Name::new_unchecked(&name)
    }
}
