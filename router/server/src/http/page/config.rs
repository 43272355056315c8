//! The `console` section: what the page that browsers get says.

use settings::Section;

/// What the console shows that does not come from the schema.
#[derive(Clone, Debug)]
pub struct Config {
    /// The name of the API; empty: from the schema.
    pub title: String,
    /// What the first tab holds; empty: from the schema.
    pub query: String,
    /// Whether the public port's page shows the state of the composition.
    pub status: bool,
}

impl Config {
    pub(crate) fn read(section: Section<'_>) -> Self {
        let config = Self {
            title: section
                .key("title", "The name of the API in the console. When it is empty, it is the first line of the schema's description, or the names of the subgraphs.")
                .text("", "a title of one line", |text| !text.contains(['\n', '\r'])),
            query: section
                .key("query", "What the console's first tab holds. When it is empty, it is a query for the first field of the schema that can be asked for.")
                .text("", "a GraphQL document", |_| true),
            status: section
                .key("status", "Whether the console of the public port shows the state of each subgraph and the last errors, as the one of the admin port does. It then answers `playground/composition` beside the endpoint, to requests without a token too, even where `authentication.required` is true.")
                .switch(false),
        };
        section.end();
        config
    }
}
