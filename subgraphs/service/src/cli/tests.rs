//! Tests of [`super`].

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::*;
use crate::Limits;
use crate::fixture::program;

fn example() -> Program {
    program(&Arc::new(Semaphore::new(0)))
}

/// Reads a command line without its program.
fn read(arguments: &[&str]) -> Result<Config, String> {
    let program = example();
    let arguments = ["example"].iter().chain(arguments);
    let matches = command(&program)
        .try_get_matches_from(arguments)
        .map_err(|e| e.to_string())?;
    let mut options = &matches;
    while let Some((_, inner)) = options.subcommand() {
        options = inner;
    }
    let configured = configure(&program, options);
    configured.map(|(config, _)| config).map_err(|mistakes| {
        mistakes
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n")
    })
}

#[test]
fn help_tells_every_option_and_its_environment_variable() {
    insta::assert_snapshot!(command(&example()).render_help());
}

#[test]
fn the_command_line_is_well_formed() {
    command(&example()).debug_assert();
}

#[test]
fn options_are_read_before_and_after_the_verb() {
    assert_eq!(read(&[]).unwrap().listen.to_string(), "127.0.0.1:4001");
    assert_eq!(read(&[]).unwrap().admin.to_string(), "127.0.0.1:9091");
    assert_eq!(
        read(&["--listen", "[::]:1"]).unwrap().listen.to_string(),
        "[::]:1"
    );
    assert_eq!(
        read(&["--listen", "[::]:1", "serve"])
            .unwrap()
            .listen
            .to_string(),
        "[::]:1"
    );
    assert_eq!(
        read(&["serve", "--listen=[::]:1"])
            .unwrap()
            .listen
            .to_string(),
        "[::]:1"
    );
    assert_eq!(read(&["schema"]).unwrap().limits, Limits::default());
}

#[test]
fn options_are_read_before_and_after_what_looks_at_them() {
    for arguments in [
        &["config", "show", "--max-depth", "7"][..],
        &["--max-depth", "7", "config", "check"],
        &["config", "--max-depth=7"],
    ] {
        assert_eq!(read(arguments).unwrap().limits.depth, 7, "{arguments:?}");
    }
}

#[test]
fn all_mistakes_of_a_command_line_are_told() {
    let mistakes = read(&["--listen", "x", "--max-depth", "-1"]).unwrap_err();
    insta::assert_snapshot!(mistakes);
}

#[test]
fn an_unknown_option_is_bad_usage() {
    let program = example();
    let error = command(&program)
        .try_get_matches_from(["example", "--nope"])
        .unwrap_err();
    assert_eq!(error.exit_code(), 2);
}
