//! From the text to a valid schema.

use apollo_compiler::Schema;
use apollo_compiler::validation::{DiagnosticList, Valid};

use super::{error, one, spend};
use crate::budget::Budget;
use crate::code::Code;
use crate::default_cycles::default_cycles;
use crate::diagnostic::{Diagnostic, Diagnostics, Location};
use crate::hazards::check_hazards;
use crate::names::{MAX_NAME, long_name};
use crate::one_of;
use crate::sdl::{is_cut_off, parse_sdl};
use crate::wording;

/// GraphQL defines [`@oneOf`](https://spec.graphql.org/September2025/#sec--oneOf) itself, so composers may leave its definition out.
pub(super) fn parse(sdl: &str, budget: &Budget) -> Result<Valid<Schema>, Diagnostics> {
    const PATH: &str = "supergraph.graphql";
    spend(budget, sdl.len())?;
    if let Some(place) = long_name(sdl) {
        let message = format!("the schema has a name of more than {MAX_NAME} bytes");
        let error = Diagnostic::error(Code::CompositionLimitExceeded, message);
        return Err(one(error.at(Location::new(None, &(place..place)))));
    }
    let document = parse_sdl(sdl, PATH).map_err(|broken| syntax(sdl, &broken.errors))?;
    let mut schema = document
        .to_schema()
        .map_err(|broken| syntax(sdl, &broken.errors))?;
    spend(budget, schema.types.len())?;
    if sdl.contains("@oneOf") {
        one_of::define(&mut schema);
    }
    check_hazards(&schema).map_err(|hazard| {
        let range = hazard
            .span
            .and_then(|span| span.line_column_range(&schema.sources));
        let message = format!("the schema cannot be checked: {}", hazard.what);
        let error = Diagnostic::error(Code::CompositionLimitExceeded, message);
        one(error.at(range.map(|range| Location::new(None, &range))))
    })?;
    let schema = schema
        .validate()
        .map_err(|broken| syntax(sdl, &broken.errors))?;
    spend(budget, schema.types.len())?;
    let cycles = default_cycles(&schema);
    let cycles: Diagnostics = cycles
        .iter()
        .map(|cycle| {
            let places = cycle.fields.iter().filter_map(|(_, field)| {
                let range = field.line_column_range(&schema.sources)?;
                Some(Location::new(None, &range))
            });
            places.fold(error(cycle.sentence()), Diagnostic::at)
        })
        .collect();
    match cycles.is_empty() {
        true => Ok(schema),
        false => Err(cycles),
    }
}

pub(super) fn syntax(sdl: &str, found: &DiagnosticList) -> Diagnostics {
    let mut diagnostics: Diagnostics = found
        .iter()
        .filter(|found| !is_cut_off(found))
        .map(|d| {
            error(wording::plain(&d.error.to_string())).at(d
                .line_column_range()
                .map(|range| Location::new(None, &range).within(sdl)))
        })
        .collect();
    diagnostics.sort();
    diagnostics
}
