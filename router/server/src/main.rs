//! The binary `router`: see [`router::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    router::cli::run()
}
