//! `router diff`: how two schemas differ.

use std::time::SystemTime;

use clap::Args;
use federation::Diagnostics;

use super::Exit;
use super::output::Output;
use super::side;
use crate::clock;
use crate::review::{Accepted, Judge, Rules};

/// Report how two schemas differ.
///
/// They are supergraphs, API schemas, or SDLs of one subgraph. Exits with 1 if a change is breaking.
#[derive(Args, Debug)]
pub(super) struct Diff {
    /// The schema before: a file, or the `http://` address of a router's admin port.
    old: String,
    /// The schema after.
    new: String,
}

impl Diff {
    pub(super) fn run(&self, output: &mut Output) -> Exit {
        let sides = side::read(&self.old).and_then(|old| Ok((old, side::read(&self.new)?)));
        let (old, new) = match sides {
            Ok(sides) => sides,
            Err(stop) => return stop.tell(output),
        };
        let judge = Judge {
            old: &old,
            new: &new,
            rules: Rules {
                unused_is_allowed: false,
                worse_plans: None,
            },
            today: clock::date(SystemTime::now()),
        };
        let review = judge.review(None, Accepted::default());
        output.review(&review, &Diagnostics::new())
    }
}
