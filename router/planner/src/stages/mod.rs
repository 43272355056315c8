//! The stages of planning, one after the other.

pub(crate) mod options;
pub(crate) mod planning;
pub(crate) mod run;
pub(crate) mod serial;
pub(crate) mod stop;
pub(crate) mod wanted;
