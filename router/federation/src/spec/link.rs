//! One `@link`: <https://specs.apollo.dev/link/v1.0/#@link>.

use apollo_compiler::ast::{Directive, Value};
use apollo_compiler::{Name, Node};

use super::{LinkError, SpecUrl, Version, catalog};
use crate::{Code, nearest};

/// A feature that a document links, and the names it gives to its elements.
#[derive(Clone, Debug)]
pub struct Link {
    /// The specification and version.
    pub url: SpecUrl,
    /// The prefix of namespaced names: `as`, or the specification's own name.
    pub prefix: String,
    /// The elements that have a name without prefix.
    pub imports: Vec<Import>,
    /// What the feature is for: `SECURITY` or `EXECUTION`.
    pub purpose: Option<String>,
    /// The application of `@link`; `None` for a link that is only implied.
    pub directive: Option<Node<Directive>>,
}

/// One element of the `import` of a `@link`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The element's name in the specification; a directive's begins with `@`.
    pub element: String,
    /// Its name in the document, in the same form, where it differs.
    pub alias: Option<String>,
}

impl Import {
    /// The element's name in the document; a directive's begins with `@`.
    pub fn in_schema(&self) -> &str {
        self.alias.as_deref().unwrap_or(&self.element)
    }
}

impl Link {
    /// The link to a specification under its own name, which the document leaves unsaid.
    pub(super) fn implied(url: SpecUrl) -> Self {
        Self {
            prefix: url.name.clone(),
            url,
            imports: Vec::new(),
            purpose: None,
            directive: None,
        }
    }

    /// The name in this document of the directive that the specification calls `@name`.
    pub fn directive_name(&self, name: &str) -> Name {
        let import = self
            .imports
            .iter()
            .find(|import| import.element.strip_prefix('@') == Some(name));
        match import {
            Some(import) => Name::new_unchecked(import.in_schema().trim_start_matches('@')),
            None if name == self.url.name => Name::new_unchecked(&self.prefix),
            None => Name::new_unchecked(&format!("{}__{name}", self.prefix)),
        }
    }

    /// The name in this document of the type that the specification calls `name`.
    pub fn type_name(&self, name: &str) -> Name {
        let import = self.imports.iter().find(|import| import.element == name);
        match import {
            Some(import) => Name::new_unchecked(import.in_schema()),
            None => Name::new_unchecked(&format!("{}__{name}", self.prefix)),
        }
    }

    /// Reads an application of `@link` (or of its forerunner `@core`).
    pub(super) fn read(directive: &Node<Directive>) -> Result<Self, Vec<LinkError>> {
        let error =
            |code: Code, message: String| LinkError::new(code, message, Some(directive.clone()));
        let text = |name: &str| {
            let value = directive.specified_argument_by_name(name)?;
            value.as_str().map(str::to_owned)
        };
        let Some(url) = text("url").or_else(|| text("feature")) else {
            let message = format!("@{} needs a `url`", directive.name);
            return Err(vec![error(Code::InvalidLinkIdentifier, message)]);
        };
        let url = SpecUrl::parse(&url)
            .map_err(|message| vec![error(Code::InvalidLinkIdentifier, message)])?;
        let mut errors = Vec::new();
        let mut imports = Vec::new();
        let list = directive.specified_argument_by_name("import");
        let single;
        let items = match list.map(|value| (value, &**value)) {
            None | Some((_, Value::Null)) => &[][..],
            Some((_, Value::List(items))) => items.as_slice(),
            Some((value, _)) => {
                single = [value.clone()];
                &single
            }
        };
        let known = catalog::elements(&url.identity, url.version);
        let known: Option<Vec<String>> = known.map(|elements| elements.names().collect());
        for item in items {
            match read_import(item, known.as_deref()) {
                Ok(import) => imports.push(import),
                Err(message) => {
                    let (code, message) = match url.unknown_federation() {
                        Some(newer) => (
                            Code::UnknownFederationLinkVersion,
                            format!("{message}: {newer}"),
                        ),
                        None => (Code::InvalidLinkDirectiveUsage, message),
                    };
                    errors.push(error(code, message));
                }
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let purpose = directive
            .specified_argument_by_name("for")
            .and_then(|value| value.as_enum())
            .map(|name| name.to_string());
        Ok(Self {
            prefix: text("as").unwrap_or_else(|| url.name.clone()),
            url,
            imports,
            purpose,
            directive: Some(directive.clone()),
        })
    }
}

/// Reads `"@key"` or `{ name: "@key", as: "@primaryKey" }`.
fn read_import(value: &Value, known: Option<&[String]>) -> Result<Import, String> {
    let import = match value {
        Value::String(element) => Import {
            element: element.clone(),
            alias: None,
        },
        Value::Object(entries) => {
            let (mut element, mut alias) = (None, None);
            for (key, entry) in entries {
                let slot = match key.as_str() {
                    "name" => &mut element,
                    "as" => &mut alias,
                    other => {
                        return Err(format!("an import has no `{other}`, only `name` and `as`"));
                    }
                };
                let name = entry.as_str().filter(|name| is_element_name(name));
                let Some(name) = name else {
                    return Err(format!(
                        "the `{key}` of an import must be a name such as \"@key\" or \"FieldSet\", not {entry}",
                    ));
                };
                *slot = Some(name.to_owned());
            }
            let Some(element) = element else {
                return Err("an import needs a `name`".to_owned());
            };
            Import { element, alias }
        }
        other => {
            return Err(format!(
                "an import is a name or {{ name: …, as: … }}, not {other}"
            ));
        }
    };
    let is_directive = |name: &str| name.starts_with('@');
    if let Some(alias) = &import.alias
        && is_directive(alias) != is_directive(&import.element)
    {
        return Err(format!(
            "\"{}\" cannot be imported as \"{alias}\": both or neither begin with \"@\"",
            import.element
        ));
    }
    if let Some(known) = known
        && !known.contains(&import.element)
    {
        return Err(format!(
            "the linked specification has no element \"{}\"{}",
            import.element,
            advice(&import.element, known)
        ));
    }
    Ok(import)
}

/// What to import instead of an element that does not exist.
fn advice(element: &str, known: &[String]) -> String {
    let at = format!("@{element}");
    if known.contains(&at) {
        return format!("; it is a directive, write \"{at}\"");
    }
    if let Some(version) = federation_with(element)
        && known.iter().any(|name| name == "@shareable")
    {
        return format!("; Federation {version} and later have it");
    }
    match nearest(element, known.iter().map(String::as_str)) {
        Some(meant) => format!("; \"{meant}\" may be meant"),
        None => String::new(),
    }
}

/// The first version of Federation that defines an element.
fn federation_with(element: &str) -> Option<Version> {
    (0..=catalog::LATEST_FEDERATION.minor)
        .map(|minor| Version::new(2, minor))
        .find(|version| {
            catalog::elements(catalog::FEDERATION, *version)
                .is_some_and(|elements| elements.names().any(|name| name == element))
        })
}

fn is_element_name(text: &str) -> bool {
    Name::new(text.strip_prefix('@').unwrap_or(text)).is_ok()
}
