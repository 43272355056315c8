//! Coercing the variables of a request (<https://spec.graphql.org/September2025/#sec-Coercing-Variable-Values>).

use abaque_edge::long_work;
use apollo_compiler::Name;
use apollo_compiler::executable::Operation;
use executor::{FilePaths, Variables, coerce_variables_with_files};
use federation::Supergraph;
use memory::Account;

use crate::prepare::{Prepared, Text};
use crate::refusal::{DocumentLocation, LocatedMessage, Refusal};

/// An operation, with the text that declares its variables.
#[derive(Clone, Copy)]
pub(super) struct Declared<'o> {
    pub(super) operation: &'o Operation,
    pub(super) query: &'o str,
}

/// The variables of an operation, within the memory that there is.
pub(super) fn coerce(
    supergraph: &Supergraph,
    declared: Declared<'_>,
    text: Option<&str>,
    account: &Account,
) -> Result<Variables, Refusal> {
    coerce_with_files(supergraph, declared, text, &FilePaths::default(), account)
}

/// The same where files stand in them.
pub(super) fn coerce_with_files(
    supergraph: &Supergraph,
    declared: Declared<'_>,
    text: Option<&str>,
    files: &FilePaths,
    account: &Account,
) -> Result<Variables, Refusal> {
    // As much again as the text bounds is what comes of it at most.
    let most = work(text) * 2;
    account.grow(most).map_err(Refusal::Memory)?;
    let variables = coerced_with_files(supergraph, declared, text, files)?;
    account.release(most.saturating_sub(variables.bytes()));
    Ok(variables)
}

/// The same where the memory is that of somebody who waits for it.
pub(super) fn coerced(
    supergraph: &Supergraph,
    declared: Declared<'_>,
    text: Option<&str>,
) -> Result<Variables, Refusal> {
    coerced_with_files(supergraph, declared, text, &FilePaths::default())
}

fn coerced_with_files(
    supergraph: &Supergraph,
    declared: Declared<'_>,
    text: Option<&str>,
    files: &FilePaths,
) -> Result<Variables, Refusal> {
    let schema = supergraph.api_schema();
    let operation = declared.operation;
    let coercing = || coerce_variables_with_files(schema, operation, text, files);
    long_work::on(work(text), coercing).map_err(|errors| {
        let located = errors.into_iter().map(|error| LocatedMessage {
            message: error.message,
            locations: declared.location(error.variable).into_iter().collect(),
        });
        Refusal::Variables(located.collect())
    })
}

impl<'o> Declared<'o> {
    /// An operation that was prepared for a text.
    pub(super) fn of(prepared: &'o Prepared, text: Text<'o>) -> Self {
        Self {
            operation: &prepared.operation,
            query: text.query,
        }
    }

    /// Where a variable is declared.
    fn location(&self, variable: Option<usize>) -> Option<DocumentLocation> {
        let definition = self.operation.variables.get(variable?)?;
        let offset = definition.location()?.offset();
        let (before, rest) = self.query.split_at_checked(offset)?;
        // Of texts that share their operation, one may have something longer before it than the one that was parsed.
        rest.strip_prefix('$')?.strip_prefix(&*definition.name)?;
        let before = before.replace("\r\n", "\n").replace('\r', "\n");
        let line = before.rsplit('\n').next().unwrap_or_default();
        Some(DocumentLocation {
            line: 1 + before.matches('\n').count(),
            column: 1 + line.chars().count(),
        })
    }
}

/// Checks the variables that say how many items of lists are delivered at once.
pub(super) fn check_counts(
    counts: &[Name],
    declared: Declared<'_>,
    variables: &Variables,
) -> Result<(), Refusal> {
    let wrong = counts.iter().filter_map(|name| {
        let value = variables.get(name)?;
        let definitions = &declared.operation.variables;
        let variable = definitions.iter().position(|one| one.name == *name);
        value.parse::<u32>().is_err().then(|| LocatedMessage {
            message: format!("the initialCount of @stream is ${name}, which is {value}: it must not be negative or null"),
            locations: declared.location(variable).into_iter().collect(),
        })
    });
    let wrong: Vec<LocatedMessage> = wrong.collect();
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(Refusal::Variables(wrong)),
    }
}

/// The text bounds the work; an object of it costs more than the reading of as many bytes.
fn work(text: Option<&str>) -> usize {
    text.map_or(0, str::len).saturating_mul(4)
}
