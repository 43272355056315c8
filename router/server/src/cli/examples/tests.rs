use clap::{Arg, CommandFactory, Parser};

use super::super::Arguments;

/// Words as a shell makes them, as far as the examples need it.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            _ => words.last_mut().expect("there is one").push(c),
        }
    }
    words
}

/// The help of a command, and of those below it.
fn helps(command: &clap::Command, helps: &mut Vec<(String, String)>) {
    let help = command.get_after_help().map(ToString::to_string);
    helps.push((command.get_name().to_owned(), help.unwrap_or_default()));
    for below in command.get_subcommands() {
        self::helps(below, helps);
    }
}

#[test]
fn every_command_has_examples_and_each_is_a_right_command_line() {
    let mut all = Vec::new();
    helps(&Arguments::command(), &mut all);
    for (name, help) in all {
        let examples = help.strip_prefix("Examples:\n");
        let examples = examples.unwrap_or_else(|| panic!("`{name}` shows no examples"));
        for line in examples.lines().take_while(|line| !line.is_empty()) {
            let command = line.rsplit(" | ").next().expect("a part").trim();
            if let Err(error) = Arguments::try_parse_from(words(command)) {
                panic!("{line}: {error}");
            }
        }
    }
}

/// The whole help of a command, and of those below it.
fn whole(command: &mut clap::Command, text: &mut String) {
    let help = command.render_long_help().to_string();
    text.extend(help.lines().map(|line| format!("{}\n", line.trim_end())));
    for below in command.get_subcommands_mut() {
        if below.get_name() == "help" {
            continue;
        }
        text.extend(["\n=== ", below.get_name(), "\n\n"]);
        // What every command takes is said once.
        let shared = |arg: Arg| {
            let is_shared = arg.is_global_set();
            arg.hide(is_shared)
        };
        whole(&mut below.clone().mut_args(shared), text);
    }
}

/// So that a change of what `--help` says is read as a user reads it.
#[test]
fn the_help_of_every_command_is_reviewed() {
    let mut text = String::new();
    // The environment's values are not shown.
    let mut command = Arguments::command().mut_args(|arg| arg.hide_env_values(true));
    command.build();
    whole(&mut command, &mut text);
    insta::assert_snapshot!(text);
}

#[test]
fn the_command_line_is_consistent() {
    Arguments::command().debug_assert();
}
