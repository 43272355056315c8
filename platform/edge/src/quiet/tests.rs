use std::convert::Infallible;
use std::sync::Mutex;

use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;
use crate::counted::Task;

/// Reads a body to its end, as these tests compare it.
async fn read(mut body: Incoming, quietly: bool) -> Vec<u8> {
    let mut read = Vec::new();
    loop {
        let frame = match quietly {
            true => frame(&mut body).await,
            false => body.frame().await,
        };
        match frame {
            Some(frame) => read.extend(frame.expect("a frame").into_data().expect("data")),
            None => return read,
        }
    }
}

const HEAD: &str = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\n";

/// What a connection does with a request that comes in these pieces: how often its task was woken by each, and the answer.
async fn served(pieces: &[&str], quietly: bool) -> (Vec<usize>, String) {
    let (mut client, server) = tokio::io::duplex(4096);
    let echo = service_fn(move |request: Request<Incoming>| async move {
        let body = read(request.into_body(), quietly).await;
        Ok::<_, Infallible>(Response::new(Full::new(Bytes::from(body))))
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(server), echo);
    let mut connection = Quiet::new(Box::pin(connection));
    let task = Arc::new(Task::default());
    let waker = Waker::from(Arc::clone(&task));
    let mut woken = Vec::new();
    for piece in pieces {
        client
            .write_all(piece.as_bytes())
            .await
            .expect("it is open");
        // What was written woke it, too, once it has waited for it.
        task.woken();
        let mut context = Context::from_waker(&waker);
        assert!(Pin::new(&mut connection).poll(&mut context).is_pending());
        woken.push(task.woken());
    }
    // As often as it is woken, and no more.
    while task.woken() > 0 {
        let mut context = Context::from_waker(&waker);
        assert!(Pin::new(&mut connection).poll(&mut context).is_pending());
    }
    drop(connection);
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.expect("text");
    (woken, answer)
}

#[tokio::test]
async fn the_end_of_a_body_wakes_nobody() {
    let (woken, answer) = served(&[&format!("{HEAD}abcd")], true).await;
    assert_eq!(woken, [0]);
    assert!(answer.ends_with("\r\n\r\nabcd"), "{answer}");
    // Once this is no longer so, the library does it by itself.
    let (woken, _) = served(&[&format!("{HEAD}abcd")], false).await;
    assert_eq!(woken, [1]);
}

#[tokio::test]
async fn the_beginning_of_a_body_wakes_its_connection_for_the_rest() {
    for pieces in [[HEAD, "ab", "cd"], [&format!("{HEAD}a"), "bc", "d"]] {
        let (_, answer) = served(&pieces, true).await;
        assert!(answer.ends_with("\r\n\r\nabcd"), "{pieces:?}: {answer}");
    }
    // The first half is taken at once, and the connection has to read on.
    let (woken, _) = served(&[&format!("{HEAD}ab"), "cd"], true).await;
    assert_eq!(woken[0], 1);
}

#[tokio::test]
async fn who_waits_to_be_asked_is_asked() {
    let head = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\nexpect: 100-continue\r\n\r\n";
    let (_, answer) = served(&[head, "abcd"], true).await;
    assert!(answer.starts_with("HTTP/1.1 100 Continue\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\nabcd"), "{answer}");
}

#[test]
fn a_connection_that_moves_to_another_task_wakes_that_one() {
    let inner = Mutex::new(None::<Waker>);
    let kept = std::future::poll_fn(|context| {
        *inner.lock().expect("nobody panics") = Some(context.waker().clone());
        Poll::<()>::Pending
    });
    let mut quiet = Quiet::new(kept);
    for _ in 0..2 {
        let task = Arc::new(Task::default());
        let waker = Waker::from(Arc::clone(&task));
        let mut context = Context::from_waker(&waker);
        assert!(Pin::new(&mut quiet).poll(&mut context).is_pending());
        let kept = inner.lock().expect("nobody panics").take();
        kept.expect("it was polled").wake();
        assert_eq!(task.woken(), 1);
    }
}

#[test]
fn of_two_that_are_woken_meanwhile_one_is_woken_at_once_and_one_is_kept() {
    let tasks = [(); 2].map(|()| Arc::new(Task::default()));
    let [first, second] = tasks.clone().map(|task| Relay::to(&task.into()).waker);
    let listening = Listening::begin();
    first.wake_by_ref();
    second.wake();
    drop(listening);
    assert_eq!(tasks.each_ref().map(|task| task.woken()), [1, 0]);
    HEARD.take().expect("the second").wake();
    assert_eq!(tasks.each_ref().map(|task| task.woken()), [0, 1]);
    first.wake();
    assert_eq!(tasks.each_ref().map(|task| task.woken()), [1, 0]);
}
