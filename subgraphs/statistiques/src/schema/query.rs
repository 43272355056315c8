//! The root fields, a file per family.

mod centre;
mod dispersion;
mod forme;
mod liaison;

pub(super) use self::{centre::Centre, dispersion::Dispersion, forme::Forme, liaison::Liaison};
