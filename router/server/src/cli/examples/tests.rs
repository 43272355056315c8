use clap::{CommandFactory, Parser};

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

#[test]
fn the_command_line_is_consistent() {
    Arguments::command().debug_assert();
}
