//! The root fields, a file per family.
//!
//! Each reads a series of up to thousands of values, so that one costs as much as 5 plain fields in the complexity of a query; it is 5 a
//! series, and 20 for a list as result.

pub(super) mod centre;
mod dispersion;
mod forme;
mod inference;
mod liaison;

pub(super) use self::{
    centre::Centre, dispersion::Dispersion, forme::Forme, inference::Inference, liaison::Liaison,
};
