//! A subgraph in parts that can be left out one by one.

use std::fmt;

/// What subgraphs of Federation 2 link.
const LINK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: ["@key", "@requires", "@provides", "@external", "@shareable", "@override", "@inaccessible", "@tag", "@interfaceObject", "@context", "@fromContext"])"#;

/// The SDL of a subgraph.
#[derive(Clone, Debug, PartialEq)]
pub struct SubgraphText {
    /// Its name.
    pub name: String,
    /// Whether it links Federation 2.
    pub links: bool,
    /// Its types.
    pub types: Vec<TypeText>,
}

/// A type, or a definition on one line.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeText {
    /// What precedes the fields.
    pub head: String,
    /// The fields; none for a definition on one line.
    pub fields: Vec<String>,
}

impl fmt::Display for SubgraphText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.links {
            writeln!(f, "{LINK}")?;
        }
        self.types.iter().try_for_each(|ty| ty.fmt(f))
    }
}

impl fmt::Display for TypeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.fields.is_empty() {
            return writeln!(f, "{}", self.head);
        }
        writeln!(f, "{} {{", self.head)?;
        for field in &self.fields {
            writeln!(f, "  {field}")?;
        }
        writeln!(f, "}}")
    }
}
