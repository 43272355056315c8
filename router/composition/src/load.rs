//! From SDL to a valid schema: parse, read the links, expand, validate as GraphQL.

use std::rc::Rc;

use apollo_compiler::ast::{Definition, Document};
use apollo_compiler::collections::HashSet;
use apollo_compiler::schema::SchemaBuilder;
use apollo_compiler::validation::DiagnosticList;
use apollo_compiler::{Name, Schema};
use federation::spec::{Links, catalog};
use federation::{
    Budget, Code, Diagnostic, Diagnostics, Location, Severity, Subgraph, check_hazards,
    default_cycles, is_cut_off, nearest, parse_sdl,
};

use crate::expand;
use crate::names::DirectiveNames;
use crate::subgraph::SubgraphSchema;
use crate::values;
use crate::weight;

/// Loads one subgraph; `None` when an error keeps its schema from existing at all.
pub(crate) fn load(
    subgraph: &Subgraph,
    budget: &Rc<Budget>,
    diagnostics: &mut Diagnostics,
) -> Option<SubgraphSchema> {
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
            let span = error.directive.and_then(|directive| directive.location());
            let range = span.and_then(|span| span.line_column_range(&document.sources));
            diagnostics.push(
                Diagnostic::error(error.code, sentence(&error.message))
                    .in_subgraph(&subgraph.name)
                    .at(range.map(|range| Location::new(Some(&subgraph.name), &range))),
            );
        }
        return None;
    }
    let build = SchemaBuilder::new()
        .adopt_orphan_extensions()
        .ignore_builtin_redefinitions()
        .add_ast(&document)
        .build();
    let schema = match build {
        Ok(schema) => schema,
        Err(broken) => {
            report(&broken.errors, subgraph, None, diagnostics);
            return None;
        }
    };
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
    if let Err(hazard) = check_hazards(&loaded.schema) {
        let message = format!("The schema cannot be checked: {}.", hazard.what);
        diagnostics.push(
            loaded
                .error(Code::CompositionLimitExceeded, message)
                .at(loaded.locate(hazard.span)),
        );
        return None;
    }
    let schema = std::mem::replace(&mut loaded.schema, Schema::new());
    match schema.validate() {
        Ok(valid) => loaded.schema = valid.into_inner(),
        Err(broken) => {
            report(&broken.errors, subgraph, Some(&loaded), diagnostics);
            return None;
        }
    }
    if diagnostics.total() > before {
        return None;
    }
    values::check_inputs(&loaded.schema, &mut |coordinate, input, what| {
        diagnostics.push(
            loaded
                .error(Code::InvalidGraphql, format!("\"{coordinate}\" {what}."))
                .at(loaded.locate(input.location())),
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
    if diagnostics.total() > before {
        return None;
    }
    expand::name_root_types(&mut loaded, diagnostics);
    loaded.refresh();
    Some(loaded)
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

/// Why schemas of so many elements are not composed.
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
    for error in errors.iter().filter(|error| !is_cut_off(error)) {
        if diagnostics.is_full(Severity::Error, name) {
            diagnostics.omit(Severity::Error, 1);
            continue;
        }
        let message = error.error.to_string();
        if defined_wrongly && !message.starts_with(UNKNOWN_DIRECTIVE) {
            continue;
        }
        let help = loaded.and_then(|loaded| {
            help_with_directive(&message, loaded).or_else(|| help_with_argument(&message, loaded))
        });
        let mut diagnostic = Diagnostic::error(Code::InvalidGraphql, sentence(&message))
            .in_subgraph(&subgraph.name)
            .at(error
                .line_column_range()
                .map(|range| Location::new(Some(&subgraph.name), &range)));
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

/// How the validator begins when it tells of a directive without definition.
const UNKNOWN_DIRECTIVE: &str = "cannot find directive `@";

/// An unknown directive may be one of Federation that the document does not import.
fn help_with_directive(message: &str, subgraph: &SubgraphSchema) -> Option<String> {
    let rest = message.strip_prefix(UNKNOWN_DIRECTIVE)?;
    let name = rest.split('`').next()?;
    let spec = name.rsplit("__").next()?;
    let federation = subgraph.links.get(catalog::FEDERATION);
    if let Some(link) = federation
        && name
            .split_once("__")
            .is_some_and(|(prefix, _)| prefix == link.prefix)
        && let Some(newer) = link.url.unknown_federation()
    {
        return Some(format!("{newer}."));
    }
    let latest = catalog::elements(catalog::FEDERATION, catalog::LATEST_FEDERATION)?;
    if latest.directive(spec).is_none() {
        let known = subgraph.schema.directive_definitions.keys();
        return nearest(name, known.map(Name::as_str))
            .map(|known| format!("Did you mean \"@{known}\"?"));
    }
    let Some(link) = federation else {
        return Some(format!(
            "@{spec} belongs to Federation 2: add `extend schema @link(url: \"https://specs.apollo.dev/federation/{}\", import: [\"@{spec}\"])`.",
            catalog::LATEST_FEDERATION
        ));
    };
    let known = catalog::elements(catalog::FEDERATION, link.url.version)
        .is_some_and(|elements| elements.directive(spec).is_some());
    if !known {
        return Some(format!(
            "Federation {} has no @{spec}: link a later version, such as {}.",
            link.url.version,
            catalog::LATEST_FEDERATION
        ));
    }
    let called = link.directive_name(spec);
    Some(if called.contains("__") {
        format!("Add \"@{spec}\" to the `import` of the @link to Federation, or write @{called}.")
    } else {
        format!("This schema imports @{spec} as @{called}: write @{called}.")
    })
}

/// An unknown argument of a directive of Federation may be one that a later version has.
fn help_with_argument(message: &str, subgraph: &SubgraphSchema) -> Option<String> {
    let (_, rest) = message.split_once("is not supported by `@")?;
    let origin = subgraph
        .links
        .origin_of_directive(rest.split('`').next()?)?;
    let newer = origin.link.url.unknown_federation()?;
    Some(format!("{newer}."))
}
