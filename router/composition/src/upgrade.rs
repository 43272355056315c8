//! Federation 1 schemas become Federation 2 schemas.

use federation::Diagnostics;

use crate::subgraph::SubgraphSchema;

/// Upgrades every Federation 1 subgraph.
pub(crate) fn upgrade(_subgraphs: &mut [SubgraphSchema], _diagnostics: &mut Diagnostics) {}
