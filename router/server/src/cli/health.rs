//! `router health`.

use abaque_edge::probe;
use settings::Listen;

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
    match runtime.block_on(ask(&config.admin)) {
        Ok(()) => Exit::Fine,
        Err(reason) => {
            output.say(&format!("error: {reason}\n"));
            Exit::Finding
        }
    }
}

async fn ask(admin: &Listen) -> Result<(), String> {
    let host = match admin.host.as_str() {
        "" => "localhost",
        host => host,
    };
    let addresses = tokio::net::lookup_host((host, admin.port)).await;
    let mut addresses = addresses
        .map_err(|error| format!("{admin}: {error}"))?
        .peekable();
    // A name may have addresses at which nothing listens.
    while let Some(address) = addresses.next() {
        match probe::ready(address).await {
            Err(_) if addresses.peek().is_some() => {}
            ended => return ended,
        }
    }
    Err(format!("{admin}: the name has no address"))
}
