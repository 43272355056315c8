//! A Redis of which each answer is scripted: one that is slow, gone, wrong, and back again.

use std::sync::Arc;
use std::time::Duration;

use abaque_edge::Recorder;
use redis::{Answer, Command, Config, Redis};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// How long anything may take before its test fails.
const PATIENCE: Duration = Duration::from_secs(20);

fn config(listener: &TcpListener, credentials: &str, timeout: &str) -> Config {
    let port = listener.local_addr().expect("an address").port();
    let text = format!(
        "redis: {{ url: \"redis://{credentials}127.0.0.1:{port}/3\", timeout: {timeout} }}"
    );
    let read = |root: settings::Section<'_>| {
        let config = Config::read(root.section("redis"));
        root.end();
        config
    };
    let parsed = settings::parse(&text, "a.yaml".as_ref(), &|_| None, read);
    parsed.unwrap_or_else(|error| panic!("{error}")).0
}

fn proof() -> Command {
    Command::new(&[b"SET", b"proof", b"1"])
}

fn redis(config: &Config) -> (Redis, Recorder) {
    let recorder = Recorder::new(redis::METRICS, &[]);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the defaults are supported")
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    let made = Redis::new(config, Arc::new(tls), &recorder, proof());
    let (redis, keeping) = made.expect("the configuration names one");
    tokio::spawn(keeping);
    (redis, recorder)
}

/// The side of the server.
struct Accepted {
    stream: BufReader<TcpStream>,
}

impl Accepted {
    async fn on(listener: &TcpListener) -> Self {
        let accepting = tokio::time::timeout(PATIENCE, listener.accept());
        let (stream, _) = accepting.await.expect("in time").expect("a connection");
        Self {
            stream: BufReader::new(stream),
        }
    }

    /// One that has proved that it answers.
    async fn introduced(listener: &TcpListener) -> Self {
        let mut accepted = Self::on(listener).await;
        for expected in ["SELECT 3", "PING", "SET proof 1"] {
            assert_eq!(accepted.command().await.as_deref(), Some(expected));
            accepted.say("+OK\r\n").await;
        }
        accepted
    }

    /// The next command, its words with spaces between them; `None` at the end.
    async fn command(&mut self) -> Option<String> {
        let count = self.line().await?;
        let count: usize = count.strip_prefix('*')?.parse().ok()?;
        let mut words = Vec::new();
        for _ in 0..count {
            let length: usize = self.line().await?.strip_prefix('$')?.parse().ok()?;
            let mut word = vec![0; length + 2];
            self.stream.read_exact(&mut word).await.ok()?;
            word.truncate(length);
            words.push(String::from_utf8(word).ok()?);
        }
        Some(words.join(" "))
    }

    async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.stream.read_line(&mut line).await.ok()?;
        (read > 0).then(|| line.trim_end().to_owned())
    }

    async fn say(&mut self, answer: &str) {
        self.stream
            .write_all(answer.as_bytes())
            .await
            .expect("it is there");
    }
}

fn get(key: &str) -> Command {
    Command::new(&[b"GET", key.as_bytes()])
}

/// Asks until there is an answer.
async fn until_answered(redis: &Redis) -> Answer {
    let asking = async {
        let mut ticks = tokio::time::interval(Duration::from_millis(5));
        loop {
            if let Some(answer) = redis.ask(get("k")).await {
                return answer;
            }
            ticks.tick().await;
        }
    };
    tokio::time::timeout(PATIENCE, asking)
        .await
        .expect("in time")
}

async fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.expect("a port")
}

/// Answers all commands of one connection, and reports what they were.
fn answering(mut accepted: Accepted, answer: &'static str) -> UnboundedReceiver<String> {
    let (sender, commands) = unbounded_channel();
    tokio::spawn(async move {
        while let Some(command) = accepted.command().await {
            if sender.send(command).is_err() {
                return;
            }
            accepted.say(answer).await;
        }
    });
    commands
}

#[tokio::test]
async fn it_is_asked_as_whom_and_for_what_the_configuration_says() {
    let listener = listener().await;
    let (_redis, _) = redis(&config(&listener, "me:secret@", "5s"));
    let mut accepted = Accepted::on(&listener).await;
    for expected in ["AUTH me secret", "SELECT 3", "PING"] {
        assert_eq!(accepted.command().await.as_deref(), Some(expected));
        accepted.say("+OK\r\n").await;
    }
}

#[tokio::test]
async fn many_requests_share_a_connection_and_get_their_own_answers() {
    let listener = listener().await;
    let (redis, _) = redis(&config(&listener, "", "5s"));
    let mut accepted = Accepted::introduced(&listener).await;
    tokio::spawn(async move {
        while let Some(command) = accepted.command().await {
            let number = command.strip_prefix("GET ").expect("it is that").to_owned();
            match number.as_str() {
                "k" => accepted.say("$-1\r\n").await,
                number => accepted.say(&format!(":{number}\r\n")).await,
            }
        }
    });
    assert_eq!(until_answered(&redis).await, Answer::Nil);
    let mut asking = tokio::task::JoinSet::new();
    for number in 0..500 {
        let redis = redis.clone();
        asking.spawn(async move { (number, redis.ask(get(&number.to_string())).await) });
    }
    for (number, answer) in asking.join_all().await {
        assert_eq!(answer, Some(Answer::Integer(number)));
    }
}

#[tokio::test]
async fn nobody_waits_again_for_one_that_does_not_answer_in_time() {
    let listener = listener().await;
    let (redis, recorder) = redis(&config(&listener, "", "500ms"));
    let mut accepted = Accepted::introduced(&listener).await;
    // The first is answered, and then no other.
    let asking = until_answered(&redis);
    let answering = async {
        assert_eq!(accepted.command().await.as_deref(), Some("GET k"));
        accepted.say(":1\r\n").await;
    };
    let (answer, ()) = tokio::join!(asking, answering);
    assert_eq!(answer, Answer::Integer(1));
    assert_eq!(redis.ask(get("late")).await, None);
    for _ in 0..100 {
        assert_eq!(redis.ask(get("k")).await, None);
    }
    assert_eq!(accepted.command().await.as_deref(), Some("GET late"));
    assert_eq!(
        accepted.command().await,
        None,
        "the others were not even sent"
    );
    assert!(
        recorder
            .render()
            .contains("router_redis_request_duration_seconds_count{outcome=\"timeout\"} 1\n")
    );
}

#[tokio::test]
async fn it_is_taken_up_again_when_it_is_back() {
    let listener = listener().await;
    let (redis, recorder) = redis(&config(&listener, "", "5s"));
    for round in ["+one\r\n", "+two\r\n"] {
        let mut commands = answering(Accepted::introduced(&listener).await, round);
        let answer = until_answered(&redis).await;
        assert_eq!(answer, Answer::Text(round[1..4].to_owned().into()));
        assert!(recorder.render().contains("\nrouter_redis_up 1\n"));
        // The server goes: its task ends with the next command.
        commands.close();
        while commands.recv().await.is_some() {}
        assert_eq!(redis.ask(get("k")).await, None);
    }
}

#[tokio::test]
async fn one_that_answers_with_errors_or_with_nonsense_is_gone() {
    let listener = listener().await;
    let (redis, _) = redis(&config(&listener, "", "5s"));
    for wrong in [
        "-READONLY no\r\n",
        "HTTP/1.1 400 Bad Request\r\n\r\n",
        ":1\r\n:2\r\n:3\r\n",
    ] {
        let mut commands = answering(Accepted::introduced(&listener).await, wrong);
        let mut ticks = tokio::time::interval(Duration::from_millis(5));
        // Before the connection is in use nothing is sent.
        while commands.is_empty() {
            redis.ask(get("k")).await;
            ticks.tick().await;
        }
        let ended = async { while commands.recv().await.is_some() {} };
        tokio::time::timeout(PATIENCE, ended)
            .await
            .expect("it is left");
    }
}

/// A replica, as after a failover: it answers, and takes no writes.
#[tokio::test]
async fn one_that_answers_and_does_not_do_what_it_is_asked_is_gone() {
    let listener = listener().await;
    let (redis, recorder) = redis(&config(&listener, "", "5s"));
    for _ in 0..3 {
        let mut accepted = Accepted::on(&listener).await;
        for (expected, answer) in [
            ("SELECT 3", "+OK\r\n"),
            ("PING", "+PONG\r\n"),
            ("SET proof 1", "-READONLY it is a replica\r\n"),
        ] {
            assert_eq!(accepted.command().await.as_deref(), Some(expected));
            assert!(recorder.render().contains("\nrouter_redis_up 0\n"));
            accepted.say(answer).await;
        }
        assert_eq!(accepted.command().await, None, "it is left");
        assert_eq!(redis.ask(get("k")).await, None);
        assert!(recorder.render().contains("\nrouter_redis_up 0\n"));
    }
    let _commands = answering(Accepted::introduced(&listener).await, "$-1\r\n");
    assert_eq!(until_answered(&redis).await, Answer::Nil);
}

#[tokio::test]
async fn one_that_does_not_prove_that_it_answers_is_not_used() {
    let listener = listener().await;
    let (redis, _) = redis(&config(&listener, "", "500ms"));
    let mut silent = Accepted::on(&listener).await;
    assert_eq!(silent.command().await.as_deref(), Some("SELECT 3"));
    silent.say("+OK\r\n").await;
    assert_eq!(silent.command().await.as_deref(), Some("PING"));
    assert_eq!(redis.ask(get("k")).await, None);
    assert_eq!(silent.command().await, None);
    let _commands = answering(Accepted::introduced(&listener).await, "$-1\r\n");
    assert_eq!(until_answered(&redis).await, Answer::Nil);
}
