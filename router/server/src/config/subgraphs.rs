//! What the configuration says about each subgraph.

use std::fmt;
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
    /// Where its own timeout is.
    pub(super) timeout_at: Written,
}

/// Where in the file a value is. That is no part of what the configuration says, so that it is not shown with it.
#[derive(Clone, Copy, Default)]
pub(super) struct Written(pub(super) Option<Place>);

impl fmt::Debug for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl SubgraphConfig {
    pub(super) fn read(section: Section<'_>) -> Self {
        let without_url = (!section.has("url")).then_some(section.place());
        let terms = Terms::read(&section);
        let subgraph = Self {
            without_url,
            timeout_at: Written(section.place_of("timeout")),
            terms,
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
