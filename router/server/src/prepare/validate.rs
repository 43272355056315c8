//! Documents that are GraphQL and fit a schema, and the mistakes of those that are not or do not.

use std::collections::HashSet;

use apollo_compiler::Schema;
use apollo_compiler::ast::Document;
use apollo_compiler::diagnostic::Diagnostic;
use apollo_compiler::executable::ExecutableDocument;
use apollo_compiler::parser::{LineColumn, SourceSpan};
use apollo_compiler::response::GraphQLError;
use apollo_compiler::validation::{DiagnosticData, DiagnosticList, Valid};
use federation::literals;
use federation::{MAX_NAME, long_name, plain, visible, without_descriptions};

use super::config::OperationLimits;
use super::{emptied, incremental, overlap, suggest};
use crate::refusal::{DocumentLocation, LocatedMessage, Refusal, shortened};

/// Mistakes of one document that are reported.
const MAX_MISTAKES: usize = 20;

/// Parses within the limits and validates against a schema. Mistakes say which names were probably meant.
pub(crate) fn parse_and_validate(
    schema: &Valid<Schema>,
    query: &str,
    limits: &OperationLimits,
) -> Result<Valid<ExecutableDocument>, Refusal> {
    parse_and_suggest(schema, query, limits, true)
}

/// The same. Without `suggests`, mistakes reveal nothing about the schema that the document does not have.
pub(super) fn parse_and_suggest(
    schema: &Valid<Schema>,
    query: &str,
    limits: &OperationLimits,
    suggests: bool,
) -> Result<Valid<ExecutableDocument>, Refusal> {
    let document = parse(query, limits).or_else(|refusal| match &refusal {
        Refusal::Syntax(_) => match without_descriptions(query) {
            Some(text) => parse(&text, limits),
            None => Err(refusal),
        },
        _ => Err(refusal),
    })?;
    let too_much = |_: overlap::TooMuch| Refusal::Limit {
        what: "the fields that overlap, and the values that several operations share, are too many to be validated",
        limit: overlap::MAX_MERGED,
    };
    let validated = match document.to_executable(schema) {
        Ok(executable) => {
            overlap::check(&executable, schema).map_err(too_much)?;
            executable.validate(schema)
        }
        Err(error) => {
            overlap::check(&error.partial, schema).map_err(too_much)?;
            document.to_executable_validate(schema)
        }
    };
    let document = validated.map_err(|error| {
        let selecting = emptied::selecting(&document, &error.errors);
        let mut found = located(query, &error.errors, &selecting);
        if found.is_empty() {
            found = located(query, &error.errors, &HashSet::new());
        }
        if suggests {
            found
                .iter_mut()
                .for_each(|mistake| suggest::add(mistake, schema));
        }
        let mut each = error.errors.iter();
        match each.all(|error| error.error.unstable_error_name() == Some("UnusedVariable")) {
            true => Refusal::Unused(found),
            false => Refusal::Invalid(found),
        }
    })?;
    let misused = literals::check(schema, &document);
    let misused = misused.into_iter().map(|one| (one.message, one.span));
    let misplaced = incremental::check(&document).map_err(too_much)?;
    let misplaced = misplaced.into_iter().map(|one| (one.message, one.span));
    let misused: Vec<_> = misused.chain(misplaced).collect();
    match misused.is_empty() {
        true => Ok(document),
        false => Err(Refusal::Invalid(misuses(&document, misused))),
    }
}

fn parse(text: &str, limits: &OperationLimits) -> Result<Document, Refusal> {
    if long_name(text).is_some() {
        return Err(Refusal::Limit {
            what: "a name of the document has too many bytes",
            limit: MAX_NAME,
        });
    }
    let mut parser = Document::parser()
        .token_limit(limits.tokens)
        // Braces nest where depth does, values and types a little more; validation then measures exactly.
        .recursion_limit(limits.depth.saturating_mul(2).saturating_add(100));
    let parsed = parser.parse_ast(text, "operation.graphql");
    if parser.tokens_reached() >= limits.tokens {
        return Err(Refusal::Limit {
            what: "the document has too many tokens",
            limit: limits.tokens,
        });
    }
    parsed.map_err(|error| Refusal::Syntax(located(text, &error.errors, &HashSet::new())))
}

/// What the compiler does not know to be wrong, with its places.
fn misuses(
    document: &ExecutableDocument,
    found: Vec<(String, Option<SourceSpan>)>,
) -> Vec<LocatedMessage> {
    let place = |span: Option<SourceSpan>| {
        let range = span?.line_column_range(&document.sources)?;
        Some(DocumentLocation {
            line: range.start.line,
            column: range.start.column,
        })
    };
    let found = found.into_iter().take(MAX_MISTAKES);
    let found = found.map(|(message, span)| LocatedMessage {
        locations: place(span).into_iter().collect(),
        message: shortened(message),
    });
    found.collect()
}

/// The mistakes in a document, with their places, except for those that ask a field for selections at one of the places where there are some.
fn located(
    text: &str,
    errors: &DiagnosticList,
    selecting: &HashSet<LineColumn>,
) -> Vec<LocatedMessage> {
    let place = |place: &LineColumn| {
        let (line, column) = visible(text, place.line, place.column);
        DocumentLocation { line, column }
    };
    let one = |error: GraphQLError| LocatedMessage {
        message: shortened(plain(&error.message)),
        locations: error.locations.iter().map(place).collect(),
    };
    let is_own = |error: &Diagnostic<'_, DiagnosticData>| {
        let place = error.line_column_range();
        !emptied::asks_for_selections(error.error)
            || place.is_none_or(|range| !selecting.contains(&range.start))
    };
    errors
        .iter()
        .filter(is_own)
        .take(MAX_MISTAKES)
        .map(|error| one(error.to_json()))
        .collect()
}
