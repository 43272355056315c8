//! Answers that are HTTP only by half, or more of it than anybody asked for: each is an error of its own subgraph, or what it says, and what follows on the same
//! connection belongs to no other request.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Act, Disturbed, Scene, answer};

const CONNECTION: &str = "SUBREQUEST_CONNECTION_ERROR";
const HTTP: &str = "SUBREQUEST_HTTP_ERROR";
const MALFORMED: &str = "SUBREQUEST_MALFORMED_RESPONSE";
const TIMEOUT: &str = "SUBREQUEST_TIMEOUT";
const TOO_LARGE: &str = "SUBREQUEST_TOO_LARGE";
const MIMI: &str = r#"{"data":{"cat":"Mimi"}}"#;
const JSON: &str = "content-type: application/json\r\n";

/// The head of an answer of GraphQL, with more headers.
fn head(more: &str) -> String {
    format!("HTTP/1.1 200 OK\r\n{JSON}{more}\r\n")
}

fn bytes(text: impl AsRef<[u8]>) -> Act {
    Act::Bytes(text.as_ref().to_vec())
}

/// A body with the length that it has.
fn of(more: &str, body: &[u8]) -> Act {
    let length = format!("{more}content-length: {}\r\n", body.len());
    let mut answer = head(&length).into_bytes();
    answer.extend_from_slice(body);
    Act::Bytes(answer)
}

fn coded(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).expect("into memory");
    encoder.finish().expect("into memory")
}

impl Scene {
    /// This has that code, whatever else is answered is there, and the next answer is that of the next request.
    async fn gives(&self, act: Act, code: &str) {
        self.cats.act(act.clone());
        let found = self.code().await;
        assert_eq!(found, code, "{act:?}");
        self.cats.act(Act::Answer);
        self.succeeds().await;
        self.succeeds().await;
    }

    /// This is answered as usual.
    async fn takes(&self, act: Act) {
        self.cats.act(act);
        self.succeeds().await;
        self.succeeds().await;
    }
}

#[tokio::test]
async fn heads_that_are_none_break_the_connection() {
    let scene = Scene::new("").await;
    let two_lengths = head("content-length: 23\r\ncontent-length: 5\r\n") + MIMI;
    let list = head("content-length: 23, 5\r\n") + MIMI;
    let negative = head("content-length: -23\r\n") + MIMI;
    for text in [
        &*two_lengths,
        &list,
        &negative,
        "HTTP/3.0 200 OK\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno header\r\n\r\n",
        "HTTP/1.1 200 OK\r\nx\u{0}y: 1\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}",
    ] {
        scene.gives(Act::Say(text.to_owned()), CONNECTION).await;
    }
    let line = Act::Flood("HTTP/1.1 200 OK\r\nx-long: ", "aaaaaaaaaaaaaaaa");
    scene.gives(line, CONNECTION).await;
    let lines = Act::Flood("HTTP/1.1 200 OK\r\n", "x-many: aaaaaaaa\r\n");
    scene.gives(lines, CONNECTION).await;
    let status = Act::Flood("HTTP/1.1 200 ", "aaaaaaaaaaaaaaaa");
    scene.gives(status, CONNECTION).await;
}

#[tokio::test]
async fn bodies_that_do_not_end_as_they_say_are_errors() {
    let scene = Scene::with("", "limits: { subgraph_response: 64 KiB }").await;
    let chunked =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    for garbage in [
        "ZZ\r\n",
        "-5\r\n",
        "FFFFFFFFFFFFFFFFF\r\n",
        "5\r\n{\"dat",
        "5\r\n{\"dataXX3\r\n",
    ] {
        let act = Act::Say(format!("{chunked}{garbage}"));
        scene.gives(act, CONNECTION).await;
    }
    scene
        .gives(Act::Flood(chunked, "8\r\naaaaaaaa\r\n"), TOO_LARGE)
        .await;
    let until_end = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n";
    scene
        .gives(Act::Flood(until_end, "aaaaaaaa"), TOO_LARGE)
        .await;
    let announced = head("content-length: 9999999999999\r\n");
    scene.gives(Act::Say(announced), TOO_LARGE).await;
    let impossible = head("content-length: 18446744073709551615\r\n");
    scene.gives(Act::Say(impossible), CONNECTION).await;
}

#[tokio::test]
async fn what_follows_an_answer_belongs_to_no_other_request() {
    let scene = Scene::new("").await;
    let tom = answer("200 OK", "", r#"{"data":{"cat":"Tom"}}"#);
    // More than was announced, and a whole answer behind it.
    let cut = head("content-length: 10\r\n") + MIMI;
    scene.gives(bytes(&cut), MALFORMED).await;
    scene.takes(bytes(answer("200 OK", "", MIMI) + &tom)).await;
    scene
        .takes(bytes(answer("200 OK", "", MIMI) + "garbage"))
        .await;
    scene
        .gives(bytes(answer("204 No", "", "") + &tom), MALFORMED)
        .await;
    scene
        .gives(bytes(answer("304 No", "", MIMI) + &tom), HTTP)
        .await;
    // Both ways to say how long it is: the one that a proxy may have overlooked does not count.
    let both = head("content-length: 5\r\ntransfer-encoding: chunked\r\n");
    scene
        .takes(bytes(both + "17\r\n" + MIMI + "\r\n0\r\n\r\n"))
        .await;
}

#[tokio::test]
async fn answers_that_are_only_unusual_are_taken() {
    let scene = Scene::new("").await;
    let plain = answer("200 OK", "", MIMI);
    let early = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\nx: y\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n";
    scene.takes(bytes(early.to_owned() + &plain)).await;
    let twice = head("content-length: 23\r\ncontent-length: 23\r\n") + MIMI;
    scene.takes(bytes(twice)).await;
    let trailers = head("transfer-encoding: chunked\r\ntrailer: x-sum\r\n");
    let chunks = "7;name=\"value\"\r\n{\"data\"\r\n10\r\n:{\"cat\":\"Mimi\"}}\r\n0\r\nx-sum: 1\r\ncontent-length: 5\r\n\r\n";
    scene.takes(bytes(trailers + chunks)).await;
    scene
        .takes(Act::Say(plain.replace("HTTP/1.1", "HTTP/1.0")))
        .await;
    scene
        .takes(Act::Say(format!("HTTP/1.1 200 OK\r\n{JSON}\r\n{MIMI}")))
        .await;
    let spaced = format!(" \n\t{MIMI}\r\n ");
    scene.takes(of("", spaced.as_bytes())).await;
}

#[tokio::test]
async fn what_comes_before_an_answer_for_ever_takes_no_more_than_its_time() {
    let scene = Scene::with("", "timeouts: { subgraph: 300ms }").await;
    scene
        .gives(Act::Flood("", "HTTP/1.1 102 Processing\r\n\r\n"), TIMEOUT)
        .await;
    scene.gives(Act::Flood("", "\r\n"), CONNECTION).await;
    let chunked = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n17\r\n{\"data\":{\"cat\":\"Mimi\"}}\r\n0\r\n";
    scene
        .gives(Act::Flood(chunked, "x-trailer: a\r\n"), CONNECTION)
        .await;
}

#[tokio::test]
async fn a_status_counts_where_there_is_no_graphql_response() {
    let scene = Scene::new("").await;
    for status in ["301 No", "302 No", "303 No", "307 No", "308 No"] {
        let elsewhere = Disturbed::start().await;
        let location = format!("location: {}\r\n", elsewhere.url);
        scene
            .gives(bytes(answer(status, &location, "")), HTTP)
            .await;
        // Nobody is sent elsewhere with what is in a request.
        assert_eq!(elsewhere.asked(), 0, "{status}");
    }
    let errors = r#"{"errors":[{"message":"no","extensions":{"code":"FORBIDDEN"}}]}"#;
    for status in ["400 No", "401 No", "403 No", "429 No", "500 No", "503 No"] {
        scene
            .gives(bytes(answer(status, "", errors)), "SUBGRAPH_ERROR")
            .await;
        scene
            .gives(bytes(answer(status, "", r#"{"detail":"no"}"#)), HTTP)
            .await;
        scene.takes(bytes(answer(status, "", MIMI))).await;
    }
    // Nobody asked for another protocol.
    let switching =
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n";
    scene.gives(Act::Say(switching.to_owned()), HTTP).await;
}

#[tokio::test]
async fn json_that_is_none_is_an_error() {
    let scene = Scene::new("").await;
    let nested = |open: &str, close: &str| {
        format!(
            "{{\"data\":{{\"cat\":{}1{}}}}}",
            open.repeat(100_000),
            close.repeat(100_000)
        )
    };
    for body in [
        b"{\"data\":{\"cat\":\"\xff\xfe\"}}".as_slice(),
        b"{\"data\":{\"cat\":\"a\0b\"}}",
        b"\xef\xbb\xbf{\"data\":{\"cat\":\"Mimi\"}}",
        b"\xff\xfe{\0\"\0",
        b"{\"data\":{\"cat\":\"Mimi\"}}{\"data\":null}",
        b"{\"data\":{\"cat\":NaN}}",
        b"{\"data\":{\"cat\":\"Mimi\",}}",
        b"[{\"data\":{\"cat\":\"Mimi\"}}]",
        b"\"data\"",
        b"null",
        b"",
        nested("[", "]").as_bytes(),
        nested("{\"a\":", "}").as_bytes(),
    ] {
        scene.gives(of("", body), MALFORMED).await;
    }
}

#[tokio::test]
async fn coded_answers_are_bounded_by_what_they_stand_for() {
    let gzip = "content-encoding: gzip\r\n";
    let bomb = coded(format!("{{\"data\":{{\"cat\":\"{}\"}}}}", "a".repeat(50_000_000)).as_bytes());
    assert!(bomb.len() < 64 * 1024, "it is one: {}", bomb.len());
    let small = coded(MIMI.as_bytes());

    // Nobody asked for a coding.
    let scene = Scene::new("").await;
    scene.gives(of(gzip, &small), HTTP).await;
    scene
        .gives(of("content-encoding: unknown\r\n", MIMI.as_bytes()), HTTP)
        .await;

    let scene = Scene::with("compression: true", "limits: { subgraph_response: 64 KiB }").await;
    scene.takes(of(gzip, &small)).await;
    scene.gives(of(gzip, &bomb), TOO_LARGE).await;
    scene
        .gives(of(gzip, &small[..small.len() / 2]), CONNECTION)
        .await;
    scene.gives(of(gzip, MIMI.as_bytes()), CONNECTION).await;
    scene
        .gives(of("content-encoding: gzip, gzip\r\n", &coded(&small)), HTTP)
        .await;
    // What follows the end of it is no part of it.
    let followed = [&small[..], b"garbage"].concat();
    scene.gives(of(gzip, &followed), CONNECTION).await;
}
