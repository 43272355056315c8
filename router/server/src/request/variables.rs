//! Coercing the variables of a request (<https://spec.graphql.org/September2025/#sec-Coercing-Variable-Values>).

use abaque_edge::long_work;
use apollo_compiler::Name;
use apollo_compiler::executable::Operation;
use executor::{FilePaths, RequestError, Variables, coerce_variables_with_files};
use federation::Supergraph;
use memory::Account;

use crate::refusal::{DocumentLocation, LocatedMessage, Refusal};

/// The variables of an operation, within the memory that there is.
pub(super) fn coerce(
    supergraph: &Supergraph,
    operation: &Operation,
    text: Option<&str>,
    account: &Account,
) -> Result<Variables, Refusal> {
    coerce_with_files(supergraph, operation, text, &FilePaths::default(), account)
}

/// The same where files stand in them.
pub(super) fn coerce_with_files(
    supergraph: &Supergraph,
    operation: &Operation,
    text: Option<&str>,
    files: &FilePaths,
    account: &Account,
) -> Result<Variables, Refusal> {
    // As much again as the text bounds is what comes of it at most.
    let most = work(text) * 2;
    account.grow(most).map_err(Refusal::Memory)?;
    let variables = coerced_with_files(supergraph, operation, text, files)?;
    account.release(most.saturating_sub(variables.bytes()));
    Ok(variables)
}

/// The same where the memory is that of somebody who waits for it.
pub(super) fn coerced(
    supergraph: &Supergraph,
    operation: &Operation,
    text: Option<&str>,
) -> Result<Variables, Refusal> {
    coerced_with_files(supergraph, operation, text, &FilePaths::default())
}

fn coerced_with_files(
    supergraph: &Supergraph,
    operation: &Operation,
    text: Option<&str>,
    files: &FilePaths,
) -> Result<Variables, Refusal> {
    let schema = supergraph.api_schema();
    let coercing = || coerce_variables_with_files(schema, operation, text, files);
    long_work::on(work(text), coercing)
        .map_err(|errors| Refusal::Variables(errors.into_iter().map(located).collect()))
}

/// Checks the variables that say how many items of lists are delivered at once.
pub(super) fn check_counts(counts: &[Name], variables: &Variables) -> Result<(), Refusal> {
    let wrong = counts.iter().filter_map(|name| {
        let value = variables.get(name)?;
        value.parse::<u32>().is_err().then(|| LocatedMessage {
            message: format!("the initialCount of @stream is ${name}, which is {value}: it must not be negative or null"),
            locations: Vec::new(),
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

fn located(error: RequestError) -> LocatedMessage {
    let place = |place: executor::SourceLocation| DocumentLocation {
        line: place.line,
        column: place.column,
    };
    LocatedMessage {
        message: error.message,
        locations: error.locations.into_iter().map(place).collect(),
    }
}
