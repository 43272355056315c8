//! A schema that the command line names: a file or the address of a running router.

use std::path::Path;
use std::sync::Arc;

use apollo_compiler::Schema;
use composition::compose;
use federation::{Subgraph, Supergraph};

use super::ask;
use super::sources::{Problems, Stop};
use crate::report::{Finding, Omitted, Texts};
use crate::review::Side;
use crate::schema::read_text;

/// Bytes of a schema: a composed one can be many times as large as one of a subgraph.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// Reads a supergraph, an API schema, or the SDL of one subgraph; of an `http://` address without a path, what that router serves.
pub(super) fn read(named: &str) -> Result<Side, Stop> {
    let text = match named.strip_prefix("http://") {
        Some(rest) => {
            let url = match rest.trim_end_matches('/').contains('/') {
                true => named.to_owned(),
                false => format!(
                    "http://{}/composition/supergraph",
                    rest.trim_end_matches('/')
                ),
            };
            ask::get(&url).map_err(|error| Stop::Usage(format!("{url}: {error}")))?
        }
        None if named.starts_with("https://") => {
            let message = format!("{named}: the admin port of a router uses http://");
            return Err(Stop::Usage(message));
        }
        None => read_text(Path::new(named), MAX_BYTES)
            .map_err(|error| Stop::Usage(format!("{named}: {error}")))?,
    };
    of_text(named, text).map_err(Stop::Problems)
}

/// A schema from its text.
pub(super) fn of_text(named: &str, text: String) -> Result<Side, Problems> {
    let problems = |diagnostics: &federation::Diagnostics, key: &str, text: String| {
        let mut texts = Texts::default();
        texts.add(key, named, text);
        Problems {
            omitted: Omitted::of(diagnostics),
            findings: diagnostics.iter().map(Finding::from).collect(),
            texts,
        }
    };
    if text.contains("join__Graph") {
        return match Supergraph::parse(&text) {
            Ok(supergraph) => Ok(Side::Supergraph(Arc::new(supergraph))),
            Err(diagnostics) => Err(problems(&diagnostics, "", text)),
        };
    }
    if let Some(schema) = api_schema(named, &text) {
        return Ok(Side::Api(Box::new(schema)));
    }
    // A subgraph's SDL uses directives and types that it does not define.
    let subgraph = Subgraph {
        name: "subgraph".to_owned(),
        url: None,
        sdl: text.clone(),
        file: None,
    };
    let composed = compose(&[subgraph]);
    match composed.map(|composed| Supergraph::parse(&composed.supergraph_sdl)) {
        Ok(Ok(supergraph)) => Ok(Side::Api(Box::new(supergraph.api_schema().clone()))),
        Ok(Err(diagnostics)) => Err(problems(&diagnostics, "", text)),
        Err(diagnostics) => Err(problems(&diagnostics, "subgraph", text)),
    }
}

/// A schema that is valid as it stands, with `@oneOf`, which the parser does not know.
fn api_schema(named: &str, text: &str) -> Option<apollo_compiler::validation::Valid<Schema>> {
    let mut schema = Schema::parse(text, named).ok()?;
    federation::one_of::define(&mut schema);
    schema.validate().ok()
}
