//! `router health`.

use abaque_edge::probe;

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
    let admin = &config.admin;
    match runtime.block_on(probe::ready_at(&admin.host, admin.port)) {
        Ok(()) => Exit::Fine,
        Err(reason) => {
            output.say(&format!("error: {reason}\n"));
            Exit::Finding
        }
    }
}
