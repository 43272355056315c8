//! What the configuration says about each subgraph.

use std::path::PathBuf;

use client::SubgraphConfig as Terms;
use settings::{Place, Section};

/// One subgraph.
#[derive(Clone, Debug, Default)]
pub struct SubgraphConfig {
    /// On what terms it is asked.
    pub terms: Terms,
    /// Its SDL, watched, instead of asking it for `_service`.
    pub sdl: Option<PathBuf>,
    /// The coordinates of fields that nothing should wait for which does not need them.
    pub slow: Vec<String>,
    /// Where its section is, when the file has no URL for it.
    without_url: Option<Place>,
}

impl SubgraphConfig {
    pub(super) fn read(section: Section<'_>) -> Self {
        let subgraph = Self {
            without_url: (!section.has("url")).then_some(section.place()),
            terms: Terms::read(&section),
            sdl: section
                .key("sdl", "A file with its SDL, watched for changes. Without it the subgraph is asked for `{ _service { sdl } }`.")
                .path(),
            slow: section
                .key("slow", "Fields that take long there, as `Type.field`. One is asked in a request of its own where another request would wait for it without needing it. Root fields of mutations are not.")
                .texts("a field such as Query.report", is_coordinate),
        };
        section.end();
        subgraph
    }

    pub(super) fn check_url(&self, root: &Section<'_>, name: &str) {
        if let Some(place) = self.without_url {
            root.report_at(
                format!("subgraphs.{name}.url"),
                place,
                "this is missing",
                "a URL such as http://127.0.0.1:4001/graphql",
            );
        }
    }
}

/// Whether a text is the coordinate of a field.
fn is_coordinate(text: &str) -> bool {
    let is_name = |part: &str| apollo_compiler::Name::new(part).is_ok();
    text.split_once('.')
        .is_some_and(|(ty, field)| is_name(ty) && is_name(field))
}
