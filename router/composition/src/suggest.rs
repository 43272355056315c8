//! What was probably meant by a name that the validator does not find.

use apollo_compiler::Name;
use federation::nearest;
use federation::spec::catalog;

use crate::subgraph::SubgraphSchema;

/// How the validator begins when it reports a directive without definition.
pub(crate) const UNKNOWN_DIRECTIVE: &str = "cannot find directive `@";
/// How it begins when it reports a type without definition.
const UNKNOWN_TYPE: &str = "cannot find type `";

/// What to do about an error of the validator, where that can be said.
pub(crate) fn help(message: &str, subgraph: &SubgraphSchema) -> Option<String> {
    let name = |start: &str| message.strip_prefix(start)?.split('`').next();
    if let Some(name) = name(UNKNOWN_DIRECTIVE) {
        return help_with_directive(name, subgraph);
    }
    if let Some(name) = name(UNKNOWN_TYPE) {
        return help_with_type(name, subgraph);
    }
    help_with_argument(message, subgraph)
}

/// An unknown directive may be misspelt, or one of Federation that the document does not import.
fn help_with_directive(name: &str, subgraph: &SubgraphSchema) -> Option<String> {
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
    if latest.directive(spec).is_some() {
        return Some(help_with_federation(spec, subgraph));
    }
    if spec != name {
        let meant = nearest(spec, latest.directives.iter().map(|spec| spec.name))?;
        let prefix = name.strip_suffix(spec)?;
        return Some(format!("Did you mean \"@{prefix}{meant}\"?"));
    }
    let defined = subgraph.schema.directive_definitions.keys();
    let defined = defined
        .map(Name::as_str)
        .filter(|name| !name.contains("__"));
    let of_federation = latest.directives.iter().map(|spec| spec.name);
    let meant = nearest(name, defined.chain(of_federation))?;
    let mut help = format!("Did you mean \"@{meant}\"?");
    if !subgraph.schema.directive_definitions.contains_key(meant) {
        help.push(' ');
        help.push_str(&help_with_federation(meant, subgraph));
    }
    Some(help)
}

/// How to come by a directive of Federation.
fn help_with_federation(spec: &str, subgraph: &SubgraphSchema) -> String {
    let Some(link) = subgraph.links.get(catalog::FEDERATION) else {
        return format!(
            "@{spec} belongs to Federation 2: add `extend schema @link(url: \"https://specs.apollo.dev/federation/{}\", import: [\"@{spec}\"])`.",
            catalog::LATEST_FEDERATION
        );
    };
    let known = catalog::elements(catalog::FEDERATION, link.url.version)
        .is_some_and(|elements| elements.directive(spec).is_some());
    if !known {
        return format!(
            "Federation {} has no @{spec}: link a later version, such as {}.",
            link.url.version,
            catalog::LATEST_FEDERATION
        );
    }
    let called = link.directive_name(spec);
    if called.contains("__") {
        format!("Add \"@{spec}\" to the `import` of the @link to Federation, or write @{called}.")
    } else {
        format!("This schema imports @{spec} as @{called}: write @{called}.")
    }
}

fn help_with_type(name: &str, subgraph: &SubgraphSchema) -> Option<String> {
    let own = subgraph.schema.types.keys().map(Name::as_str);
    let own = own.filter(|name| !name.contains("__") && subgraph.is_merged_type(name));
    let scalars = ["Int", "Float", "String", "Boolean", "ID"];
    let meant = nearest(name, own.chain(scalars))?;
    Some(format!("Did you mean \"{meant}\"?"))
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
