//! What is served while not every subgraph has been seen, and what is made ready before a schema serves.

use std::time::Duration;

use http::Uri;
use settings::Section;

use super::parts::{HOUR, MILLISECOND};
use crate::prepare::warm_up::Config as WarmUp;
pub use crate::schema::gate::config::{GateConfig, Mode as GateMode};

/// What is served while not every subgraph has been seen.
#[derive(Clone, Debug)]
pub struct Schema {
    /// The admin ports of sibling routers that are asked for their schema.
    pub seed: Vec<Uri>,
    /// How long all of them may take together to answer.
    pub seed_timeout: Duration,
    /// Whether the subgraphs that have been seen are served without the others.
    pub partial: bool,
    /// How long the others are waited for before that.
    pub partial_after: Duration,
    /// What happens to a schema that breaks operations which clients send.
    pub gate: GateConfig,
    /// What is prepared on a new schema before it serves.
    pub warm_up: WarmUp,
}

impl Schema {
    pub(super) fn read(section: Section<'_>) -> Self {
        let schema = Self {
            seed: section
                .key("seed", "Admin ports of sibling routers. A router that cannot compose, because a subgraph gives no SDL, serves their last good schema until it can. A name that resolves to several addresses stands for all of them. What these addresses answer is served, so name only routers of your own.")
                .urls("the URL of a router's admin port, such as http://router-headless:9090, without a path", |url| {
                    url.path() == "/" && url.query().is_none()
                }),
            seed_timeout: section
                .key("seed_timeout", "How long asking siblings may take.")
                .duration(Duration::from_secs(3), MILLISECOND..=HOUR),
            partial: section
                .key("partial", "Whether a router that has no whole schema, not even from a sibling, serves the subgraphs that it has seen. Off by default: directives of the missing ones, such as `@inaccessible`, are missing too, and their fields are validation errors.")
                .switch(false),
            partial_after: section
                .key("partial_after", "How long missing subgraphs are waited for before the others are served without them.")
                .duration(Duration::from_secs(10), Duration::ZERO..=HOUR),
            gate: GateConfig::read(&section),
            warm_up: WarmUp::read(section.section("warm_up")),
        };
        section.end();
        schema
    }
}
