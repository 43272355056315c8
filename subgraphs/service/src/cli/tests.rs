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
    let options = matches
        .subcommand()
        .map_or(&matches, |(_, options)| options);
    configure(&program, options).map_err(|mistakes| {
        mistakes
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n")
    })
}

#[test]
fn help_tells_every_option_and_its_environment_variable() {
    insta::assert_snapshot!(command(&example()).render_help(), @r#"
    Greets and adds

    Usage: example [OPTIONS] [COMMAND]

    Commands:
      serve    Serves until SIGTERM, then drains (the default)
      schema   Prints the federation SDL of the schema
      openapi  Prints the OpenAPI document of the REST API
      health   Asks a running service whether it is ready, at its admin address; exits 0 or 1
      help     Print this message or the help of the given subcommand(s)

    Options:
      -h, --help     Print help
      -V, --version  Print version

    Serving:
          --listen <ADDRESS>           Address of /graphql and /api/v1 [env: EXAMPLE_LISTEN] [default: 127.0.0.1:4001]
          --admin <ADDRESS>            Address of /metrics and /health [env: EXAMPLE_ADMIN] [default: 127.0.0.1:9091]
          --introspection <BOOL>       Whether __schema and __type are answered [env: EXAMPLE_INTROSPECTION] [default: true]
          --playground <BOOL>          Whether browsers get GraphiQL at /graphql [env: EXAMPLE_PLAYGROUND] [default: true]
          --cors-origins <ORIGINS>     Origins whose pages may call both doors, separated by commas; * or none [env: EXAMPLE_CORS_ORIGINS] [default: none]
          --log <FILTER>               What is logged: a level, or directives such as info,access=off [env: EXAMPLE_LOG] [default: info]
          --log-format <FORMAT>        json, text, or auto: text on a terminal [env: EXAMPLE_LOG_FORMAT] [default: auto]
          --max-connections <COUNT>    Connections open at once on each port; further ones wait [env: EXAMPLE_MAX_CONNECTIONS] [default: 512]
          --header-timeout <DURATION>  Longest time for the head of a request, and for an idle connection [env: EXAMPLE_HEADER_TIMEOUT] [default: 60s]
          --drain-delay <DURATION>     After SIGTERM: how long requests are still accepted while not ready [env: EXAMPLE_DRAIN_DELAY] [default: 0s]
          --drain-timeout <DURATION>   After that: how long requests in flight may take to end [env: EXAMPLE_DRAIN_TIMEOUT] [default: 25s]

    Limits of a request:
          --max-depth <COUNT>           Levels of fields below each other [env: EXAMPLE_MAX_DEPTH] [default: 20]
          --max-complexity <COUNT>      Sum of the complexities of the fields, fragments expanded [env: EXAMPLE_MAX_COMPLEXITY] [default: 1000]
          --max-entities <COUNT>        Representations in one _entities field [env: EXAMPLE_MAX_ENTITIES] [default: 1000]
          --max-series <COUNT>          Values of one series [env: EXAMPLE_MAX_SERIES] [default: 10000]
          --max-tokens <COUNT>          Tokens of a document, without its long lists of numbers: about 2 KiB of memory each while it is parsed [env: EXAMPLE_MAX_TOKENS] [default: 20000]
          --max-work <COUNT>            Units of work of a request: one is reading a value, at most 0.25 µs [env: EXAMPLE_MAX_WORK] [default: 10000000]
          --max-answer <SIZE>           Size of an answer; it is in memory up to three times while it is made [env: EXAMPLE_MAX_ANSWER] [default: 8MiB]
          --max-body <SIZE>             Size of a body, such as 65536, 64KiB or 1MiB [env: EXAMPLE_MAX_BODY] [default: 1MiB]
          --request-timeout <DURATION>  From the head of a request until its answer, such as 500ms or 10s [env: EXAMPLE_REQUEST_TIMEOUT] [default: 10s]
          --max-stream-values <COUNT>   Values that a stream may go through [env: EXAMPLE_MAX_STREAM_VALUES] [default: 1000]
          --stream-duration <DURATION>  Longest time from the first to the last event of a stream [env: EXAMPLE_STREAM_DURATION] [default: 600s]

    Limits of all requests together:
          --threads <COUNT>            Longer requests that are computed at once; auto: as many as there are cores [env: EXAMPLE_THREADS] [default: auto]
          --max-queue <COUNT>          Further ones that wait; beyond it the answer is 503 [env: EXAMPLE_MAX_QUEUE] [default: 32]
          --max-bodies <SIZE>          Bodies that are received or computed, all together; beyond it the answer is 503 [env: EXAMPLE_MAX_BODIES] [default: 32MiB]
          --max-answers <SIZE>         Answers that are not read yet, all together; beyond it the answer is 503 [env: EXAMPLE_MAX_ANSWERS] [default: 48MiB]
          --write-timeout <DURATION>   Longest time that a client may leave the bytes of an answer unread [env: EXAMPLE_WRITE_TIMEOUT] [default: 30s]
          --answer-timeout <DURATION>  Longest time for reading a whole answer [env: EXAMPLE_ANSWER_TIMEOUT] [default: 60s]
          --max-streams <COUNT>        Subscriptions open at once, and WebSockets; beyond it the answer is 503 [env: EXAMPLE_MAX_STREAMS] [default: 64]

    Exit codes: 0 fine, 1 failed, 2 usage, 64 bad configuration.
    "#);
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
fn all_mistakes_of_a_command_line_are_told() {
    let mistakes = read(&["--listen", "x", "--max-depth", "-1"]).unwrap_err();
    insta::assert_snapshot!(mistakes, @r#"
    --listen: `x` is not valid: expected an address such as 0.0.0.0:4001
    --max-depth: `-1` is not valid: expected a whole number from 1
    "#);
}

#[test]
fn an_unknown_option_is_bad_usage() {
    let program = example();
    let error = command(&program)
        .try_get_matches_from(["example", "--nope"])
        .unwrap_err();
    assert_eq!(error.exit_code(), 2);
}
