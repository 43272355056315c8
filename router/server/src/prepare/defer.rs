//! What decides about fragments with `@defer`. That they stand where they may is a part of validation.

use apollo_compiler::Name;
use apollo_compiler::ast::{DirectiveList, Value};
use apollo_compiler::collections::HashSet;
use apollo_compiler::executable::{ExecutableDocument, Operation, Selection, SelectionSet};

use crate::refusal::Refusal;

/// Variables that the directives of one operation may depend on: each combination of their values is planned by itself.
const MAX_VARIABLES: usize = 8;

/// The variables named by the `if` of what is deferred, sorted; `None` when nothing is deferred.
///
/// # Errors
///
/// When there are too many.
pub(crate) fn deciding(
    document: &ExecutableDocument,
    operation: &Operation,
) -> Result<Option<Vec<Name>>, Refusal> {
    let mut search = Search {
        document,
        variables: Vec::new(),
        found: false,
        visited: HashSet::default(),
    };
    search.selection_set(&operation.selection_set);
    let mut variables = search.variables;
    variables.sort_unstable();
    variables.dedup();
    if variables.len() > MAX_VARIABLES {
        return Err(Refusal::Limit {
            what: "too many variables decide about @defer",
            limit: MAX_VARIABLES,
        });
    }
    Ok(search.found.then_some(variables))
}

struct Search<'d> {
    document: &'d ExecutableDocument,
    variables: Vec<Name>,
    found: bool,
    /// Fragments.
    visited: HashSet<&'d Name>,
}

impl<'d> Search<'d> {
    /// The depth of the document is bounded by the limits.
    fn selection_set(&mut self, set: &'d SelectionSet) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => self.selection_set(&field.selection_set),
                Selection::InlineFragment(fragment) => {
                    self.directive(&fragment.directives);
                    self.selection_set(&fragment.selection_set);
                }
                Selection::FragmentSpread(spread) => {
                    self.directive(&spread.directives);
                    let name = &spread.fragment_name;
                    if self.visited.insert(name)
                        && let Some(fragment) = self.document.fragments.get(name)
                    {
                        self.selection_set(&fragment.selection_set);
                    }
                }
            }
        }
    }

    fn directive(&mut self, directives: &DirectiveList) {
        let Some(directive) = directives.get("defer") else {
            return;
        };
        match directive.specified_argument_by_name("if").map(|v| &**v) {
            Some(Value::Boolean(false)) => return,
            Some(Value::Variable(variable)) => self.variables.push(variable.clone()),
            _ => {}
        }
        self.found = true;
    }
}

#[cfg(test)]
mod tests;
