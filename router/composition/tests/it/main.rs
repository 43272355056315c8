//! Composition as its users see it: a folder per case, and properties that hold for any SDL.

mod cases;
mod contract;
mod graphs;
mod many;
mod mended;
mod mutations;
