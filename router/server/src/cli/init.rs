//! `router init`: a configuration to start from.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use clap::Args;
use serde_json::json;

use super::Exit;
use super::output::Output;
use crate::dev::{NamedSource, check};

/// Write a commented configuration to start from.
///
/// Writes to the file of `--config`, `router.yaml` by default. An existing file is not overwritten.
#[derive(Args, Debug)]
pub(super) struct Init {
    /// The subgraphs: NAME=URL, or NAME=FILE@URL if the SDL is in a file. Without any, the file has two examples.
    #[arg(value_name = "NAME=URL")]
    subgraphs: Vec<NamedSource>,
    /// Overwrite an existing file.
    #[arg(long)]
    force: bool,
}

/// What stands before the subgraphs.
const HEAD: &str = include_str!("init/head.yaml");

/// What stands behind them.
const REST: &str = include_str!("init/rest.yaml");

/// What stands in their place where none are named.
const EXAMPLES: &str = "  products: { url: \"http://localhost:4001/graphql\" }
  reviews: { url: \"http://localhost:4002/graphql\" }
";

impl Init {
    pub(super) fn run(&self, file: &Path, output: &mut Output) -> Exit {
        let text = match self.text() {
            Ok(text) => text,
            Err(message) => return output.usage(&message),
        };
        let shown = file.display();
        let mut options = OpenOptions::new();
        options.write(true);
        match self.force {
            true => options.create(true).truncate(true),
            false => options.create_new(true),
        };
        let written = options
            .open(file)
            .and_then(|mut file| file.write_all(text.as_bytes()));
        match written {
            Ok(()) if output.is_json() => output.json(&json!({ "file": shown.to_string() })),
            Ok(()) => output.result(&format!(
                "{shown} is written. `router config check` checks it, `router dev` tries it out, `router serve` serves it."
            )),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => output.usage(&format_args!(
                "{shown} is already there; --force overwrites it, --config FILE names another"
            )),
            Err(error) => output.usage(&format_args!("{shown}: {error}")),
        }
    }

    fn text(&self) -> Result<String, String> {
        check(&self.subgraphs)?;
        let mut subgraphs = String::new();
        for NamedSource { name, source } in &self.subgraphs {
            let Some(url) = source.url() else {
                return Err(format!(
                    "{name}: router.yaml needs a URL beside the file: {name}=FILE@URL"
                ));
            };
            // JSON is YAML.
            let (name, url) = (json!(name), json!(url));
            let _ = match source.file() {
                Some(file) => {
                    let sdl = json!(file.display().to_string());
                    writeln!(subgraphs, "  {name}: {{ url: {url}, sdl: {sdl} }}")
                }
                None => writeln!(subgraphs, "  {name}: {{ url: {url} }}"),
            };
        }
        if subgraphs.is_empty() {
            subgraphs.push_str(EXAMPLES);
        }
        Ok(format!("{HEAD}{subgraphs}{REST}"))
    }
}
