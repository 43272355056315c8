//! From SDL to a valid schema: parse, read the links, expand, validate as GraphQL.

use std::rc::Rc;

use apollo_compiler::ast::{Definition, Document};
use apollo_compiler::collections::HashSet;
use apollo_compiler::schema::SchemaBuilder;
use apollo_compiler::validation::DiagnosticList;
use apollo_compiler::{Name, Schema};
use federation::spec::{LinkError, Links, catalog};
use federation::{
    Budget, Code, Diagnostic, Diagnostics, Location, MAX_NAME, Severity, Subgraph, check_hazards,
    default_cycles, is_cut_off, long_name, parse_sdl, plain,
};

use crate::expand;
use crate::names::DirectiveNames;
use crate::subgraph::{SubgraphSchema, from_name};
use crate::suggest;
use crate::values;
use crate::weight;

/// Errors of one subgraph for which a suggestion and a place in the text are looked for: that work grows with the schema.
const MAX_SUGGESTIONS: usize = 100;

/// Loads one subgraph; `None` when an error keeps its schema from existing at all.
pub(crate) fn load(
    subgraph: &Subgraph,
    budget: &Rc<Budget>,
    diagnostics: &mut Diagnostics,
) -> Option<SubgraphSchema> {
    if let Some(place) = long_name(&subgraph.sdl) {
        let message = format!("This schema has a name of more than {MAX_NAME} bytes.");
        diagnostics.push(
            Diagnostic::error(Code::CompositionLimitExceeded, message)
                .in_subgraph(&subgraph.name)
                .at(Location::new(Some(&subgraph.name), &(place..place))),
        );
        return None;
    }
    let path = subgraph.file.as_deref().unwrap_or(&subgraph.name);
    let document = match parse_sdl(subgraph.sdl.as_str(), path) {
        Ok(document) => definitions_first(document),
        Err(broken) => {
            report(&broken.errors, subgraph, None, diagnostics);
            return None;
        }
    };
    let weight = weight::weigh(&document);
    if weight > weight::MAX_OF_SUBGRAPH {
        diagnostics.push(
            too_heavy("This schema has", weight, weight::MAX_OF_SUBGRAPH)
                .in_subgraph(&subgraph.name),
        );
        return None;
    }
    let (links, link_errors) = Links::read(&document);
    if !link_errors.is_empty() {
        // What the names of the document mean is not known.
        for error in link_errors {
            diagnostics.push(link_error(error, &document, subgraph));
        }
        return None;
    }
    let schema = build(&document, subgraph, diagnostics)?;
    let federation = links.get(catalog::FEDERATION);
    let federation = federation.and_then(|link| catalog::known_federation(link.url.version));
    let mut loaded = SubgraphSchema {
        name: subgraph.name.clone(),
        url: subgraph.url.clone().unwrap_or_default(),
        names: DirectiveNames::of(&links),
        schema,
        links,
        federation,
        implementers: Default::default(),
        only_extended: only_extended(&document),
        facts: Default::default(),
        weight,
        budget: Rc::clone(budget),
    };
    if let Some(newer) = newer_federation(&loaded) {
        diagnostics.push(newer);
    }
    let before = diagnostics.total();
    expand::expand(&mut loaded, diagnostics);
    check_hazard(&loaded, diagnostics)?;
    let schema = std::mem::replace(&mut loaded.schema, Schema::new());
    match schema.validate() {
        Ok(valid) => loaded.schema = valid.into_inner(),
        Err(broken) => {
            // What is there can be what was meant.
            loaded.schema = broken.partial;
            report(&broken.errors, subgraph, Some(&loaded), diagnostics);
            return None;
        }
    }
    if diagnostics.total() > before {
        return None;
    }
    check_values(&loaded, diagnostics);
    if diagnostics.total() > before {
        return None;
    }
    expand::name_root_types(&mut loaded, diagnostics);
    loaded.refresh();
    Some(loaded)
}

/// The schema that a document defines, not yet validated.
fn build(
    document: &Document,
    subgraph: &Subgraph,
    diagnostics: &mut Diagnostics,
) -> Option<Schema> {
    let built = SchemaBuilder::new()
        .adopt_orphan_extensions()
        .ignore_builtin_redefinitions()
        .add_ast(document)
        .build();
    match built {
        Ok(schema) => Some(schema),
        Err(broken) => {
            report(&broken.errors, subgraph, None, diagnostics);
            None
        }
    }
}

/// Reports a `@link` that cannot be read.
fn link_error(error: LinkError, document: &Document, subgraph: &Subgraph) -> Diagnostic {
    let span = error.directive.and_then(|directive| directive.location());
    let range = span.and_then(|span| span.line_column_range(&document.sources));
    Diagnostic::error(error.code, sentence(&error.message))
        .in_subgraph(&subgraph.name)
        .at(range.map(|range| Location::new(Some(&subgraph.name), &range)))
}

/// Reports what keeps a schema from being checked; `None` where there is something.
fn check_hazard(loaded: &SubgraphSchema, diagnostics: &mut Diagnostics) -> Option<()> {
    let Err(hazard) = check_hazards(&loaded.schema) else {
        return Some(());
    };
    let message = format!("The schema cannot be checked: {}.", hazard.what);
    diagnostics.push(
        loaded
            .error(Code::CompositionLimitExceeded, message)
            .at(loaded.locate(hazard.span)),
    );
    None
}

/// Reports values that do not have the types of their places, and default values that contain themselves.
fn check_values(loaded: &SubgraphSchema, diagnostics: &mut Diagnostics) {
    values::check_inputs(&loaded.schema, &mut |coordinate, input, what| {
        diagnostics.push(
            loaded
                .error(Code::InvalidGraphql, format!("\"{coordinate}\" {what}."))
                .at(loaded.locate(from_name(&input.name, input.location()))),
        );
    });
    for cycle in default_cycles(&loaded.schema) {
        let places = cycle.fields.iter();
        let places = places.filter_map(|(_, field)| loaded.locate(field.name.location()));
        let error = loaded.error(Code::InvalidGraphql, sentence(&cycle.sentence()));
        diagnostics.push(
            places
                .fold(error, Diagnostic::at)
                .with_help("Give the field in one of the default values, or remove one of them."),
        );
    }
}

/// A later version of Federation is no trouble where nothing of it is used that is not known.
fn newer_federation(loaded: &SubgraphSchema) -> Option<Diagnostic> {
    let link = loaded.links.get(catalog::FEDERATION)?;
    let newer = link.url.unknown_federation()?;
    let preview = match link.url.version == catalog::PREVIEW_FEDERATION {
        true => {
            " It is a preview, of which only what it has in common with that version is supported."
        }
        false => "",
    };
    let span = link.directive.as_ref().and_then(|link| link.location());
    let hint = Diagnostic::hint(
        Code::NewerFederationVersion,
        format!("{newer}, by which the subgraph is composed.{preview}"),
    )
    .in_subgraph(&loaded.name)
    .at(loaded.locate(span));
    Some(hint.with_help("Nothing is to be done as long as the subgraph composes."))
}

/// Why schemas of this many elements are not composed.
pub(crate) fn too_heavy(who: &str, weight: usize, max: usize) -> Diagnostic {
    let megabytes = |bytes: usize| bytes / (1024 * 1024);
    let message = format!(
        "{who} so many types, fields and other elements that composing it would take some {} MiB of memory, more than {} MiB.",
        megabytes(weight),
        megabytes(max)
    );
    Diagnostic::error(Code::CompositionLimitExceeded, message)
}

/// Puts definitions before extensions: the other way around, each definition takes its extensions out of a list, which takes longer the longer the list is.
fn definitions_first(mut document: Document) -> Document {
    document
        .definitions
        .sort_by_key(Definition::is_extension_definition);
    document
}

/// The types that a document extends without defining them.
fn only_extended(document: &Document) -> HashSet<Name> {
    let names = |extensions: bool| {
        let definitions = document.definitions.iter();
        definitions
            .filter(move |definition| definition.is_extension_definition() == extensions)
            .filter(|definition| !matches!(definition, Definition::DirectiveDefinition(_)))
            .filter_map(|definition| definition.name().cloned())
    };
    let mut extended: HashSet<Name> = names(true).collect();
    for name in names(false) {
        extended.remove(&name);
    }
    extended
}

/// Takes over what the GraphQL parser and validator found.
fn report(
    errors: &DiagnosticList,
    subgraph: &Subgraph,
    loaded: Option<&SubgraphSchema>,
    diagnostics: &mut Diagnostics,
) {
    // Where a directive is defined wrongly, its uses may only look wrong.
    let defined_wrongly = diagnostics.iter().any(|found| {
        let wrong = [
            Code::DirectiveDefinitionInvalid,
            Code::TypeDefinitionInvalid,
        ];
        wrong.contains(&found.code) && found.subgraph.as_deref() == Some(&subgraph.name)
    });
    let name = Some(subgraph.name.as_str());
    let errors = errors.iter().filter(|error| !is_cut_off(error));
    for (index, error) in errors.enumerate() {
        if diagnostics.is_full(Severity::Error, name) {
            diagnostics.omit(Severity::Error, 1);
            continue;
        }
        let message = error.error.to_string();
        if defined_wrongly && !message.starts_with(suggest::UNKNOWN_DIRECTIVE) {
            continue;
        }
        let loaded = loaded.filter(|_| index < MAX_SUGGESTIONS);
        let help = loaded.and_then(|loaded| suggest::help(&message, loaded));
        let range = error.line_column_range();
        let mut place = range.map(|range| Location::new(Some(&subgraph.name), &range));
        if index < MAX_SUGGESTIONS {
            place = place.map(|place| place.within(&subgraph.sdl));
        }
        let mut diagnostic = Diagnostic::error(Code::InvalidGraphql, sentence(&plain(&message)))
            .in_subgraph(&subgraph.name)
            .at(place);
        diagnostic.help = help;
        diagnostics.push(diagnostic);
    }
}

/// With a capital and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let mut sentence: String = match letters.next() {
        Some(first) => first.to_uppercase().collect(),
        None => String::new(),
    };
    sentence.push_str(letters.as_str());
    if !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}
