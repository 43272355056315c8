//! Tests of [`super`].

use std::pin::Pin;
use std::time::Duration;

use futures_util::poll;

use super::*;

type Coming = Pin<Box<dyn Future<Output = Result<Free, Busy>>>>;

fn client(last: u8) -> IpAddr {
    [10, 0, 0, last].into()
}

fn later() -> Instant {
    Instant::now() + Duration::from_secs(3600)
}

/// Joins the line, and waits there.
async fn waiting(line: &Line, last: u8, what: What) -> Coming {
    let line = line.clone();
    let mut coming: Coming = Box::pin(async move { line.place(client(last), what, later()).await });
    assert!(poll!(&mut coming).is_pending());
    coming
}

async fn has_come(coming: &mut Coming) -> Option<Free> {
    match poll!(coming) {
        std::task::Poll::Ready(free) => Some(free.unwrap()),
        std::task::Poll::Pending => None,
    }
}

#[tokio::test]
async fn clients_take_turns() {
    let line = Line::new(1, 8);
    let mut place = line.free();
    let mut first = waiting(&line, 1, What::Request).await;
    let mut second = waiting(&line, 1, What::Request).await;
    let mut third = waiting(&line, 1, What::Event).await;
    let mut other = waiting(&line, 2, What::Request).await;
    for next in [&mut first, &mut other, &mut second, &mut third] {
        drop(place);
        place = has_come(next).await;
        assert!(place.is_some());
    }
    assert!(line.free().is_none());
    drop(place);
    assert!(line.free().is_some());
}

#[tokio::test]
async fn who_waits_most_often_gives_way() {
    let line = Line::new(1, 4);
    let place = line.free();
    let mut much = Vec::new();
    for _ in 0..4 {
        much.push(waiting(&line, 1, What::Request).await);
    }
    let full = line.place(client(1), What::Request, later());
    assert_eq!(full.await.err(), Some(Busy::Full));
    let _two = [
        waiting(&line, 2, What::Request).await,
        waiting(&line, 3, What::Request).await,
    ];
    // What was sent last.
    for refused in much.split_off(2) {
        assert_eq!(refused.await.err(), Some(Busy::Full));
    }
    // One more of another client would only change places.
    let full = line.place(client(3), What::Request, later());
    assert_eq!(full.await.err(), Some(Busy::Full));
    // Events wait beside them, and nobody gives way for one.
    let mut event = waiting(&line, 4, What::Event).await;
    drop(place);
    let place = has_come(&mut much[0]).await;
    assert!(place.is_some() && poll!(&mut much[1]).is_pending() && poll!(&mut event).is_pending());
}

#[tokio::test]
async fn who_leaves_gives_its_place_up() {
    let line = Line::new(1, 1);
    let place = line.free();
    drop(waiting(&line, 1, What::Request).await);
    let granted = waiting(&line, 1, What::Request).await;
    drop(place);
    // Its turn has come, and it has not looked.
    assert!(line.free().is_none());
    drop(granted);
    assert!(line.free().is_some());
}
