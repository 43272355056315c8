//! The specifications that a supergraph uses (`@link`, before it `@core`), and the names of their parts in it.
//!
//! <https://specs.apollo.dev/link/v1.0>, <https://specs.apollo.dev/core/v0.2>

use apollo_compiler::ast::Value;
use apollo_compiler::schema::Directive;
use apollo_compiler::{Name, Node, Schema};

/// A linked specification that must not be ignored: <https://specs.apollo.dev/link/v1.0/#Purpose>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequiredFeature {
    /// Its URL without the version: `https://specs.apollo.dev/authenticated`.
    pub identity: String,
    /// The last part of that: `authenticated`.
    pub name: String,
    /// `SECURITY` or `EXECUTION`.
    pub purpose: String,
}

/// One linked specification.
#[derive(Debug)]
struct Feature {
    /// Its URL without the version.
    identity: String,
    /// What it is linked `for`, if it says.
    purpose: Option<String>,
    /// The last part of its URL before the version: `join`.
    name: String,
    /// The version, `0.3`.
    version: (u32, u32),
    /// What its parts are prefixed with here.
    prefix: String,
    /// Parts with a name of their own: what the specification calls them, what they are called here. Directives with `@`.
    imports: Vec<(String, String)>,
}

/// All linked specifications.
#[derive(Debug, Default)]
pub(super) struct Features {
    list: Vec<Feature>,
}

impl Features {
    /// Reads the `@link`s or `@core`s of the schema definition.
    pub(super) fn of(schema: &Schema) -> Self {
        let list = schema
            .schema_definition
            .directives
            .iter()
            .filter_map(|directive| Feature::of(directive))
            .collect();
        Self { list }
    }

    /// The version of a specification, if it is linked.
    pub(super) fn version(&self, feature: &str) -> Option<(u32, u32)> {
        self.get(feature).map(|feature| feature.version)
    }

    /// What a directive of a specification is called in this schema.
    pub(super) fn directive(&self, feature: &str, directive: &str) -> Option<String> {
        Some(self.get(feature)?.directive(directive))
    }

    /// The same for a specification by its URL without the version.
    pub(super) fn directive_of(&self, identity: &str, directive: &str) -> Option<String> {
        let mut features = self.list.iter();
        let feature = features.find(|feature| feature.identity == identity)?;
        Some(feature.directive(directive))
    }

    /// What a type of a specification is called in this schema.
    pub(super) fn type_name(&self, feature: &str, name: &str) -> Option<String> {
        let feature = self.get(feature)?;
        Some(match feature.alias(name) {
            Some(alias) => alias.to_owned(),
            None => format!("{}__{name}", feature.prefix),
        })
    }

    /// Whether a directive belongs to a specification rather than to the API.
    pub(super) fn owns_directive(&self, name: &Name) -> bool {
        self.list.iter().any(|feature| feature.owns_directive(name))
    }

    /// Whether a directive belongs to a specification of Federation itself.
    pub(super) fn is_of_apollo(&self, name: &Name) -> bool {
        let mut owners = self.list.iter().filter(|known| known.owns_directive(name));
        owners.any(|known| known.identity.starts_with("https://specs.apollo.dev/"))
    }

    /// Whether a type belongs to a specification rather than to the API.
    pub(super) fn owns_type(&self, name: &Name) -> bool {
        self.list.iter().any(|feature| {
            feature.owns_prefixed(name)
                || feature
                    .imports
                    .iter()
                    .any(|(_, alias)| alias == name.as_str())
        })
    }

    /// Those that are linked `for` something.
    pub(super) fn required(self) -> Vec<RequiredFeature> {
        let required = |feature: Feature| {
            Some(RequiredFeature {
                purpose: feature.purpose?,
                identity: feature.identity,
                name: feature.name,
            })
        };
        self.list.into_iter().filter_map(required).collect()
    }

    fn get(&self, feature: &str) -> Option<&Feature> {
        self.list.iter().find(|known| known.name == feature)
    }
}

impl Feature {
    fn directive(&self, directive: &str) -> String {
        let original = format!("@{directive}");
        if let Some(alias) = self.alias(&original) {
            return alias.trim_start_matches('@').to_owned();
        }
        match directive == self.name {
            true => self.prefix.clone(),
            false => format!("{}__{directive}", self.prefix),
        }
    }

    fn owns_directive(&self, name: &Name) -> bool {
        let mut imports = self.imports.iter();
        self.prefix == name.as_str()
            || self.owns_prefixed(name)
            || imports.any(|(_, alias)| alias.strip_prefix('@') == Some(name.as_str()))
    }

    fn of(directive: &Node<Directive>) -> Option<Self> {
        let argument = |name| directive.specified_argument_by_name(name);
        let url = argument("url").or_else(|| argument("feature"))?.as_str()?;
        let (identity, version) = url.trim_end_matches('/').rsplit_once('/')?;
        let (major, minor) = version.strip_prefix('v')?.split_once('.')?;
        let name = identity.rsplit('/').next()?.to_owned();
        let purpose = argument("for").and_then(|value| value.as_enum());
        let prefix = argument("as")
            .and_then(|value| value.as_str())
            .unwrap_or(&name)
            .to_owned();
        let imports = argument("import")
            .and_then(|value| value.as_list())
            .unwrap_or_default()
            .iter()
            .filter_map(|import| Self::import(import))
            .collect();
        Some(Self {
            identity: identity.to_owned(),
            purpose: purpose.map(ToString::to_string),
            version: (major.parse().ok()?, minor.parse().ok()?),
            name,
            prefix,
            imports,
        })
    }

    /// `"@name"` or `{ name: "@name", as: "@alias" }`.
    fn import(value: &Value) -> Option<(String, String)> {
        match value {
            Value::String(name) => Some((name.clone(), name.clone())),
            Value::Object(fields) => {
                let text = |wanted: &str| {
                    let (_, value) = fields.iter().find(|(name, _)| name == wanted)?;
                    Some(value.as_str()?.to_owned())
                };
                let name = text("name")?;
                Some((name.clone(), text("as").unwrap_or(name)))
            }
            _ => None,
        }
    }

    fn alias(&self, original: &str) -> Option<&str> {
        let (_, alias) = self.imports.iter().find(|(name, _)| name == original)?;
        Some(alias)
    }

    fn owns_prefixed(&self, name: &Name) -> bool {
        name.strip_prefix(self.prefix.as_str())
            .is_some_and(|rest| rest.starts_with("__"))
    }
}
