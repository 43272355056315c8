//! One `@composeDirective`: what it names, and whether that can be composed.

use apollo_compiler::ast::Directive;
use apollo_compiler::{Name, Node};
use federation::spec::{Link, catalog};
use federation::{Code, Diagnostic, Diagnostics};

use crate::facts::string_argument;
use crate::merge::sources::list_graphs;
use crate::subgraph::SubgraphSchema;

/// Specifications that composition knows; their directives are not to be asked for.
const KNOWN: &[&str] = &[
    catalog::CORE,
    catalog::JOIN,
    catalog::LINK,
    catalog::TAG,
    catalog::INACCESSIBLE,
    catalog::FEDERATION,
    catalog::AUTHENTICATED,
    catalog::REQUIRES_SCOPES,
    "https://specs.apollo.dev/source",
    catalog::CONTEXT,
    catalog::COST,
];

/// One valid application of `@composeDirective`.
#[derive(Debug)]
pub(super) struct Request<'a> {
    pub(super) graph: usize,
    pub(super) directive: &'a Node<Directive>,
    pub(super) link: &'a Link,
    /// The directive's name in its specification.
    pub(super) element: String,
    /// The directive's name in the subgraph.
    pub(super) name: &'a str,
}

fn error(
    subgraph: &SubgraphSchema,
    application: &Node<Directive>,
    message: String,
    help: &str,
) -> Diagnostic {
    subgraph
        .error(Code::DirectiveCompositionError, message)
        .at(subgraph.locate(application.location()))
        .with_help(help)
}

/// Reads every `@composeDirective`.
pub(super) fn requests<'a>(
    subgraphs: &'a [SubgraphSchema],
    diagnostics: &mut Diagnostics,
) -> Vec<Request<'a>> {
    let mut requests = Vec::new();
    for (graph, subgraph) in subgraphs.iter().enumerate() {
        let applications = subgraph.schema.schema_definition.directives.iter();
        for application in applications.filter(|d| d.name == subgraph.names.compose_directive) {
            match request(subgraphs, graph, &application.node) {
                Ok(request) => requests.push(request),
                Err(diagnostic) => diagnostics.push(*diagnostic),
            }
        }
    }
    requests
}

fn request<'a>(
    subgraphs: &'a [SubgraphSchema],
    graph: usize,
    application: &'a Node<Directive>,
) -> Result<Request<'a>, Box<Diagnostic>> {
    let subgraph = &subgraphs[graph];
    let refuse =
        |message: String, help: &str| Err(Box::new(error(subgraph, application, message, help)));
    let argument = string_argument(application, "name").unwrap_or("");
    let Some(name) = argument.strip_prefix('@') else {
        return refuse(
            format!("@composeDirective names \"{argument}\", which is not a directive."),
            "Write the name of a directive with its \"@\".",
        );
    };
    if !subgraph.schema.directive_definitions.contains_key(name) {
        return refuse(
            format!("@composeDirective names @{name}, which this subgraph does not define."),
            "Correct the name, or add the definition of the directive.",
        );
    }
    let Some(origin) = subgraph.links.origin_of_directive(name) else {
        return refuse(
            format!("@composeDirective names @{name}, which belongs to no linked specification."),
            "Link a specification that the directive is imported from: `@link(url: \"https://example.com/name/v1.0\", import: [\"@name\"])`.",
        );
    };
    let Some(element) = origin.element else {
        return refuse(
            format!("@composeDirective names @{name}, which is imported under another name."),
            "Use the name it is imported under.",
        );
    };
    if KNOWN.contains(&origin.link.url.identity.as_str()) {
        return Err(Box::new(known(subgraph, application, name)));
    }
    for (spec, called) in [
        ("tag", tag_name as NameOf),
        ("inaccessible", inaccessible_name),
    ] {
        let clashing: Vec<usize> = (0..subgraphs.len())
            .filter(|&graph| called(&subgraphs[graph]) == name)
            .collect();
        if !clashing.is_empty() {
            let graphs = list_graphs(subgraphs, clashing);
            return refuse(
                format!(
                    "@composeDirective names @{name}, which is what @{spec} of Federation is called in {graphs}."
                ),
                "Import one of the two under another name.",
            );
        }
    }
    Ok(Request {
        graph,
        directive: application,
        link: origin.link,
        element,
        name,
    })
}

/// Why a directive of a specification that composition knows is not to be asked for.
fn known(subgraph: &SubgraphSchema, application: &Node<Directive>, name: &str) -> Diagnostic {
    let names = &subgraph.names;
    let by_default = [
        &names.tag,
        &names.inaccessible,
        &names.authenticated,
        &names.requires_scopes,
        &names.policy,
        &names.context,
    ];
    let help = "Remove this @composeDirective.";
    if by_default.iter().any(|known| **known == name) {
        let message =
            format!("@composeDirective names @{name}, which comes into the supergraph anyway.");
        return Diagnostic::hint(Code::DirectiveCompositionInfo, message)
            .in_subgraph(&subgraph.name)
            .at(subgraph.locate(application.location()))
            .with_help(help);
    }
    let message = format!(
        "@composeDirective names @{name}, a directive of Federation that cannot be composed."
    );
    error(subgraph, application, message, help)
}

type NameOf = fn(&SubgraphSchema) -> &Name;

fn tag_name(subgraph: &SubgraphSchema) -> &Name {
    &subgraph.names.tag
}

fn inaccessible_name(subgraph: &SubgraphSchema) -> &Name {
    &subgraph.names.inaccessible
}
