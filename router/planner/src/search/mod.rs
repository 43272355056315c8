//! Which requests bring everything: entries, steps, the smallest set of requests, and which of them brings what.

pub(crate) mod apart;
pub(crate) mod assign;
pub(crate) mod choose;
pub(crate) mod context;
pub(crate) mod demand;
pub(crate) mod entries;
pub(crate) mod expect;
pub(crate) mod held_up;
pub(crate) mod ids;
pub(crate) mod known_needs;
pub(crate) mod needs;
pub(crate) mod partial;
pub(crate) mod reach;
pub(crate) mod refine;
pub(crate) mod required_later;
pub(crate) mod split;
pub(crate) mod steps;
