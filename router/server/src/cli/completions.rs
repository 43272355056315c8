//! `router completions`: what a shell completes.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::output::Output;
use super::{Arguments, Exit};

/// Print the completion script for a shell.
#[derive(Args, Debug)]
pub(super) struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self, output: &mut Output) -> Exit {
        let mut script = Vec::new();
        let mut command = Arguments::command();
        clap_complete::generate(self.shell, &mut command, "router", &mut script);
        output.result(&String::from_utf8_lossy(&script))
    }
}
