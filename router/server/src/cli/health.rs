//! `router health`.

use super::Exit;
use super::output::Output;
use crate::config::Config;

pub(super) fn run(config: &Config, output: &mut Output) -> Exit {
    let runtime = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return output.usage(&error),
    };
    match runtime.block_on(abaque_edge::probe::ready(config.admin)) {
        Ok(()) => Exit::Fine,
        Err(reason) => {
            output.say(&format!("error: {reason}\n"));
            Exit::Finding
        }
    }
}
