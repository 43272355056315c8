//! What decides about fragments with `@defer` and lists with `@stream`. That they stand where they may is a part of validation
//! ([`super::incremental`]).

use apollo_compiler::Name;
use apollo_compiler::ast::{Directive, DirectiveList, Value};
use apollo_compiler::collections::HashSet;
use apollo_compiler::executable::{ExecutableDocument, Operation, Selection, SelectionSet};

use crate::refusal::Refusal;

/// Variables that the directives of one operation may depend on: each combination of their values is planned by itself.
const MAX_VARIABLES: usize = 8;

/// The variables on which it depends what is deferred.
#[derive(Debug)]
pub(crate) struct Deciding {
    /// Those named by an `if`, sorted; `None` when nothing is deferred.
    pub(crate) variables: Option<Vec<Name>>,
    /// Those named by an `initialCount`, sorted.
    pub(crate) counts: Vec<Name>,
}

/// What decides about an operation.
///
/// # Errors
///
/// When there are too many.
pub(crate) fn deciding(
    document: &ExecutableDocument,
    operation: &Operation,
) -> Result<Deciding, Refusal> {
    let mut search = Search {
        document,
        variables: Vec::new(),
        counts: Vec::new(),
        found: false,
        visited: HashSet::default(),
    };
    search.selection_set(&operation.selection_set);
    let (mut variables, mut counts) = (search.variables, search.counts);
    for names in [&mut variables, &mut counts] {
        names.sort_unstable();
        names.dedup();
    }
    if variables.len() > MAX_VARIABLES {
        return Err(Refusal::Limit {
            what: "too many variables decide about @defer and @stream",
            limit: MAX_VARIABLES,
        });
    }
    Ok(Deciding {
        variables: search.found.then_some(variables),
        counts,
    })
}

struct Search<'d> {
    document: &'d ExecutableDocument,
    variables: Vec<Name>,
    counts: Vec<Name>,
    found: bool,
    /// Fragments.
    visited: HashSet<&'d Name>,
}

impl<'d> Search<'d> {
    /// The depth of the document is bounded by the limits.
    fn selection_set(&mut self, set: &'d SelectionSet) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    if let Some(directive) = field.directives.get("stream") {
                        let count = directive.specified_argument_by_name("initialCount");
                        let count = count.and_then(|count| count.as_variable());
                        self.counts.extend(count.cloned());
                        self.directive(directive);
                    }
                    self.selection_set(&field.selection_set);
                }
                Selection::InlineFragment(fragment) => {
                    self.fragment(&fragment.directives);
                    self.selection_set(&fragment.selection_set);
                }
                Selection::FragmentSpread(spread) => {
                    self.fragment(&spread.directives);
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

    fn fragment(&mut self, directives: &DirectiveList) {
        if let Some(directive) = directives.get("defer") {
            self.directive(directive);
        }
    }

    fn directive(&mut self, directive: &Directive) {
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
