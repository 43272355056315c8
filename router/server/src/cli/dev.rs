//! `router dev`.

use std::path::Path;

use clap::Args;

use super::output::Output;
use super::{CONFIG, Exit};
use crate::dev::{self, DevError, Mistake, NamedSource, Wanted};
use crate::report::{Finding, Omitted, Texts};

/// Serve subgraphs while you work on them; needs no configuration.
///
/// The console shows plans and traces. NAME=URL asks the subgraph at that URL for its SDL. NAME=FILE@URL reads the SDL from a file and sends operations to the URL. NAME=FILE
/// makes its answers up: composition, plans and the shape of answers are real, the data is not. Files and subgraphs are watched.
///
/// Without arguments, it serves the configuration file. With --config, arguments are added to the file's subgraphs, or replace those of the same name.
#[derive(Args, Debug)]
pub(super) struct Dev {
    /// The subgraphs: NAME=URL, NAME=FILE or NAME=FILE@URL.
    #[arg(value_name = "NAME=SOURCE")]
    subgraphs: Vec<NamedSource>,
    /// The port of the endpoint and the console; 0 picks a free one [default: 4000].
    #[arg(long)]
    port: Option<u16>,
    /// The port of metrics, probes and the state of the composition [default: a free one].
    #[arg(long, value_name = "PORT")]
    admin_port: Option<u16>,
    /// Do not open a browser. By default one is opened if the command runs in a terminal on a desktop.
    #[arg(long)]
    no_open: bool,
}

impl Dev {
    pub(super) fn run(&self, config: Option<&Path>, output: &mut Output) -> Exit {
        let config = match self.subgraphs.is_empty() {
            true => Some(config.unwrap_or(Path::new(CONFIG))),
            false => config,
        };
        if let Some(file) = config
            && !file.exists()
        {
            return output.usage(&format_args!(
                "there is no {}; name subgraphs: `router dev products=http://localhost:4001/graphql reviews=./reviews.graphql`, or write the file with `router init`",
                file.display()
            ));
        }
        let wanted = Wanted {
            sources: &self.subgraphs,
            config,
            port: self.port,
            admin_port: self.admin_port,
            open: !self.no_open,
            is_json: output.is_json(),
        };
        if let Err(error) = dev::log(wanted.is_json) {
            return output.usage(&error);
        }
        let runtime = match tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
        {
            Ok(runtime) => runtime,
            Err(error) => return output.usage(&error),
        };
        let ended = runtime.block_on(dev::run(&wanted));
        runtime.shutdown_background();
        match ended {
            Ok(()) => Exit::Fine,
            Err(DevError::Mistake(Mistake::Config(error))) => output.configuration(&error),
            Err(DevError::Mistake(Mistake::Usage(message))) => output.usage(&message),
            Err(error) => {
                let mut finding = Finding::error("CANNOT_SERVE", error.to_string());
                finding.help = error.help().map(str::to_owned);
                output.findings(&[finding], &Texts::default(), Omitted::default())
            }
        }
    }
}
