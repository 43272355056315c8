//! All the links of a document, and which of them a name belongs to.

use apollo_compiler::ast::{Definition, Directive, Document};
use apollo_compiler::collections::HashMap;
use apollo_compiler::{Name, Node};

use super::{Import, Link, SpecUrl, Version, catalog};
use crate::Code;

/// The links of a document. Empty for a Federation 1 schema.
#[derive(Clone, Debug, Default)]
pub struct Links {
    links: Vec<Link>,
    by_prefix: HashMap<String, usize>,
    /// By name in the document (a directive's begins with `@`): the link, and the name in its specification.
    by_import: HashMap<String, (usize, String)>,
}

/// What a document does wrong with its links.
#[derive(Clone, Debug)]
pub struct LinkError {
    /// The public code.
    pub code: Code,
    /// A sentence without its full stop.
    pub message: String,
    /// The application of `@link` at fault.
    pub directive: Option<Node<Directive>>,
}

impl LinkError {
    pub(super) fn new(code: Code, message: String, directive: Option<Node<Directive>>) -> Self {
        Self {
            code,
            message,
            directive,
        }
    }
}

/// Where an element's name comes from.
#[derive(Clone, Debug)]
pub struct Origin<'a> {
    /// The link it belongs to.
    pub link: &'a Link,
    /// Its name in the specification; `None` when it is imported under another name, so that this one means nothing.
    pub element: Option<String>,
}

impl Links {
    /// Reads the links of a document, with everything that is wrong with them.
    pub fn read(document: &Document) -> (Self, Vec<LinkError>) {
        let mut links = Self::default();
        let mut errors = Vec::new();
        let directives = schema_directives(document);
        let Some((name, own)) = own_link(&directives, &mut errors) else {
            return (links, errors);
        };
        let own_directive = own.directive.clone();
        links.push(own);
        for directive in directives.iter().filter(|d| d.name == name) {
            if own_directive
                .as_ref()
                .is_some_and(|own| own.ptr_eq(directive))
            {
                continue;
            }
            match Link::read(directive) {
                Ok(link) => match links.accepts(&link) {
                    Ok(()) => links.push(link),
                    Err(message) => errors.push(LinkError::new(
                        Code::InvalidLinkDirectiveUsage,
                        message,
                        Some(directive.clone()),
                    )),
                },
                Err(found) => errors.extend(found),
            }
        }
        if let Some(federation) = links.get(catalog::FEDERATION)
            && catalog::elements(catalog::FEDERATION, federation.url.version).is_none()
        {
            errors.push(LinkError::new(
                Code::UnknownFederationLinkVersion,
                format!(
                    "there is no version {} of Federation; the versions known here are v2.0 to {}",
                    federation.url.version,
                    catalog::LATEST_FEDERATION
                ),
                federation.directive.clone(),
            ));
        }
        (links, errors)
    }

    /// Adds the link to a version of Federation that a document leaves unsaid, with every directive imported.
    ///
    /// # Errors
    /// Says why when another link has one of these names. The link is added all the same.
    pub fn add_federation(&mut self, version: Version) -> Result<(), String> {
        if self.links.is_empty() {
            let own = SpecUrl::new(catalog::LINK, catalog::LINK_VERSION);
            self.push(Link::implied(own));
        }
        let mut link = Link::implied(SpecUrl::new(catalog::FEDERATION, version));
        let elements = catalog::elements(catalog::FEDERATION, version).unwrap_or_default();
        link.imports = elements
            .directives
            .iter()
            .map(|spec| Import {
                element: format!("@{}", spec.name),
                alias: None,
            })
            .collect();
        let accepted = self.accepts(&link);
        self.push(link);
        accepted
    }

    /// Every link, the link to `@link` itself first.
    pub fn iter(&self) -> std::slice::Iter<'_, Link> {
        self.links.iter()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.links.is_empty()
    }

    /// The link to a specification.
    pub fn get(&self, identity: &str) -> Option<&Link> {
        self.links.iter().find(|link| link.url.identity == identity)
    }

    /// The specification that the directive called `@name` in this document belongs to.
    pub fn origin_of_directive(&self, name: &str) -> Option<Origin<'_>> {
        self.origin(&format!("@{name}"), name, true)
    }

    /// The specification that the type called `name` in this document belongs to.
    pub fn origin_of_type(&self, name: &str) -> Option<Origin<'_>> {
        self.origin(name, name, false)
    }

    fn origin(&self, import: &str, name: &str, is_directive: bool) -> Option<Origin<'_>> {
        if let Some((link, element)) = self.by_import.get(import) {
            return Some(Origin {
                link: &self.links[*link],
                element: Some(element.trim_start_matches('@').to_owned()),
            });
        }
        let (link, element) = match name.split_once("__") {
            Some((prefix, element)) if self.by_prefix.contains_key(prefix) => {
                (&self.links[self.by_prefix[prefix]], element)
            }
            _ if is_directive => {
                let link = &self.links[*self.by_prefix.get(name)?];
                (link, link.url.name.as_str())
            }
            _ => return None,
        };
        let imported = link.imports.iter().any(|import| {
            import.element.starts_with('@') == is_directive
                && import.element.trim_start_matches('@') == element
        });
        Some(Origin {
            link,
            element: (!imported).then(|| element.to_owned()),
        })
    }

    fn push(&mut self, link: Link) {
        let index = self.links.len();
        self.by_prefix.insert(link.prefix.clone(), index);
        for import in &link.imports {
            self.by_import
                .entry(import.in_schema().to_owned())
                .or_insert_with(|| (index, import.element.clone()));
        }
        self.links.push(link);
    }

    /// Whether a link can be added to those before it, or why it cannot.
    fn accepts(&self, link: &Link) -> Result<(), String> {
        let identity = &link.url.identity;
        let prefix = &link.prefix;
        if self.get(identity).is_some() {
            return Err(format!("\"{identity}\" is already linked"));
        }
        let prefix_of_federation = [catalog::TAG, catalog::INACCESSIBLE]
            .contains(&identity.as_str())
            && link.imports.is_empty()
            && prefix.starts_with("federation__");
        if prefix.contains("__") && !prefix_of_federation {
            return Err(format!(
                "\"{identity}\" cannot be linked as \"{prefix}\": a prefix does not contain \"__\"; choose another with `as`"
            ));
        }
        if prefix.ends_with('_') {
            return Err(format!(
                "\"{identity}\" cannot be linked as \"{prefix}\": a prefix does not end in \"_\"; choose another with `as`"
            ));
        }
        if Name::new(&prefix.replace(['.', '-'], "_")).is_err() {
            return Err(format!(
                "\"{identity}\" cannot be linked as \"{prefix}\", which is not a name; choose another with `as`"
            ));
        }
        if let Some(&other) = self.by_prefix.get(prefix) {
            let other = &self.links[other].url.identity;
            return Err(format!(
                "\"{identity}\" cannot be linked as \"{prefix}\": \"{other}\" already is; choose another name with `as`"
            ));
        }
        let confused = self.by_import.iter().find(|(name, (_, element))| {
            let name = name.trim_start_matches('@');
            let is_prefix = element.starts_with('@') && name == prefix;
            is_prefix
                || name
                    .split_once("__")
                    .is_some_and(|(start, _)| start == prefix)
        });
        if let Some((name, _)) = confused {
            return Err(format!(
                "the import \"{name}\" can be taken for an element of \"{identity}\", which is linked as \"{prefix}\"; rename either with `as`"
            ));
        }
        let mut seen: HashMap<&str, &Import> = HashMap::default();
        for import in &link.imports {
            self.accepts_import(link, import)?;
            if let Some(before) = seen.insert(&import.element, import)
                && before.in_schema() != import.in_schema()
            {
                return Err(format!(
                    "\"{}\" is imported as \"{}\" and as \"{}\"; keep one",
                    import.element,
                    before.in_schema(),
                    import.in_schema()
                ));
            }
            let clash = link.imports.iter().find(|other| {
                other.in_schema() == import.in_schema() && other.element != import.element
            });
            if let Some(other) = clash {
                return Err(format!(
                    "\"{}\" and \"{}\" are both imported as \"{}\"; rename one with `as`",
                    other.element,
                    import.element,
                    import.in_schema()
                ));
            }
        }
        Ok(())
    }

    fn accepts_import(&self, link: &Link, import: &Import) -> Result<(), String> {
        let is_directive = import.element.starts_with('@');
        let element = import.element.trim_start_matches('@');
        let name = import.in_schema().trim_start_matches('@');
        let confusing = |with: &str| {
            Err(format!(
                "the import \"{}\" can be taken for an element of \"{with}\"; rename it with `as`",
                import.in_schema()
            ))
        };
        if let Some((prefix, rest)) = name.split_once("__") {
            if prefix == link.prefix {
                if rest != element {
                    return confusing(&link.url.identity);
                }
            } else if let Some(&other) = self.by_prefix.get(prefix) {
                return confusing(&self.links[other].url.identity);
            }
        }
        if is_directive {
            if name == link.prefix {
                if element != link.url.name {
                    return confusing(&link.url.identity);
                }
            } else if let Some(&other) = self.by_prefix.get(name) {
                return confusing(&self.links[other].url.identity);
            }
        }
        if let Some((other, _)) = self.by_import.get(import.in_schema()) {
            return Err(format!(
                "\"{}\" is already imported from \"{}\"; rename one with `as`",
                import.in_schema(),
                self.links[*other].url.identity
            ));
        }
        Ok(())
    }
}

/// The directives of the schema definition, then those of its extensions.
fn schema_directives(document: &Document) -> Vec<Node<Directive>> {
    let mut of_definition = Vec::new();
    let mut of_extensions = Vec::new();
    for definition in &document.definitions {
        match definition {
            Definition::SchemaDefinition(schema) => {
                of_definition.extend(schema.directives.iter().cloned());
            }
            Definition::SchemaExtension(schema) => {
                of_extensions.extend(schema.directives.iter().cloned());
            }
            _ => {}
        }
    }
    of_definition.append(&mut of_extensions);
    of_definition
}

/// The link to the link specification itself, and the name that `@link` has by it. Federation 2 implies it.
fn own_link(directives: &[Node<Directive>], errors: &mut Vec<LinkError>) -> Option<(Name, Link)> {
    for directive in directives {
        let argument = |name: &str| {
            let value = directive.specified_argument_by_name(name)?;
            value.as_str()
        };
        let Some(url) = argument("url").or_else(|| argument("feature")) else {
            continue;
        };
        let Ok(url) = SpecUrl::parse(url) else {
            continue;
        };
        let default = match url.identity.as_str() {
            catalog::LINK => "link",
            catalog::CORE => "core",
            _ => continue,
        };
        if directive.name != argument("as").unwrap_or(default) {
            continue;
        }
        if catalog::elements(&url.identity, url.version).is_none() {
            errors.push(LinkError::new(
                Code::UnknownLinkVersion,
                format!(
                    "there is no version {} of \"{}\"",
                    url.version, url.identity
                ),
                Some(directive.clone()),
            ));
            return None;
        }
        return match Link::read(directive) {
            Ok(link) => Some((directive.name.clone(), link)),
            Err(found) => {
                errors.extend(found);
                None
            }
        };
    }
    let implied = directives.iter().any(|directive| {
        directive.name == "link"
            && directive
                .specified_argument_by_name("url")
                .and_then(|url| url.as_str())
                .is_some_and(|url| url.starts_with(catalog::FEDERATION))
    });
    implied.then(|| {
        let url = SpecUrl::new(catalog::LINK, Version::new(1, 0));
        (Name::new_static_unchecked("link"), Link::implied(url))
    })
}
