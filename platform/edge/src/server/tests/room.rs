//! Connections make room for new ones where there may be no more.

use super::*;

#[tokio::test]
async fn a_connection_waits_for_a_place_while_all_others_are_busy() {
    let mut fixture = Fixture::start(Bounds {
        max_connections: 1,
        ..Bounds::default()
    })
    .await;
    let mut first = fixture.connect().await;
    first.ask("/hold").await;
    let held = fixture.held.recv().await.unwrap();
    let mut second = fixture.connect().await;
    second.ask("/hold").await;
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(
        fixture.held.try_recv().is_err(),
        "the second has no place yet"
    );

    drop(held);
    first.response("held").await;
    // The first is idle now, and makes room.
    drop(fixture.held.recv().await.unwrap());
    second.response("held").await;
    assert_eq!(first.rest().await, "");
    fixture.end().await;
}

#[tokio::test]
async fn a_connection_that_waits_for_a_place_gets_one_that_is_granted_meanwhile() {
    let few = Bounds {
        max_connections: 1,
        ..Bounds::default()
    };
    let mut fixture = Fixture::start(few).await;
    let mut first = fixture.connect().await;
    first.ask("/hold").await;
    let held = fixture.held.recv().await.unwrap();
    let mut second = fixture.connect().await;
    second.ask("/").await;
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    let more = Bounds {
        max_connections: 2,
        ..few
    };
    fixture.granting.send(more).unwrap();
    second.response("hello").await;

    // And no longer than it is granted: both have to go before another one has a place.
    fixture.granting.send(few).unwrap();
    let mut third = fixture.connect().await;
    third.ask("/").await;
    assert_eq!(second.rest().await, "");
    drop(held);
    first.response("held").await;
    third.response("hello").await;
    assert_eq!(first.rest().await, "");
    fixture.end().await;
}

#[tokio::test]
async fn a_connection_has_the_bounds_that_are_granted_when_it_comes() {
    let fixture = Fixture::start(Bounds::default()).await;
    let mut before = fixture.connect().await;
    before.ask("/").await;
    before.response("hello").await;
    let short = Bounds {
        header_read_timeout: Duration::from_millis(1),
        ..Bounds::default()
    };
    fixture.granting.send(short).unwrap();
    let after = fixture.connect().await;
    assert_eq!(after.rest().await, "");
    before.ask("/").await;
    before.response("hello").await;
    drop(before);
    fixture.end().await;
}

/// Sends what each of them sends, then asks on a connection that came after it.
async fn answered_in_spite_of(many: usize, sent: &[u8]) {
    let fixture = Fixture::start(Bounds {
        max_connections: 8,
        // Nothing ends by itself.
        write_timeout: Duration::from_secs(3600),
        reader_patience: Duration::from_millis(1),
        ..Bounds::default()
    })
    .await;
    let mut crowd = Vec::new();
    for _ in 0..many {
        let mut connection = fixture.connect().await;
        connection.stream.write_all(sent).await.unwrap();
        crowd.push(connection);
    }
    let mut innocent = fixture.connect().await;
    innocent.ask("/").await;
    innocent.response("hello").await;
    // Those that had been idle longest have gone.
    let oldest = crowd.swap_remove(0);
    assert!(oldest.rest().await.len() < LARGE);
    // An unfinished head would be waited for.
    drop(crowd);
    fixture.end().await;
}

#[tokio::test]
async fn connections_that_send_nothing_make_room() {
    answered_in_spite_of(50, b"").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_connections_never_stops_the_server() {
    answered_in_spite_of(3_000, b"").await;
}

#[tokio::test]
async fn unfinished_heads_make_room() {
    answered_in_spite_of(50, b"GET / HTTP/1.1\r\nhost: te").await;
}

#[tokio::test]
async fn unfinished_bodies_make_room() {
    answered_in_spite_of(
        50,
        b"POST /read HTTP/1.1\r\nhost: test\r\ncontent-length: 100\r\n\r\nx",
    )
    .await;
}

#[tokio::test]
async fn clients_that_do_not_read_their_answers_make_room() {
    answered_in_spite_of(50, b"GET /large HTTP/1.1\r\nhost: test\r\n\r\n").await;
}

#[tokio::test]
async fn kept_connections_make_room_for_new_ones_the_oldest_first() {
    let fixture = Fixture::start(Bounds {
        max_connections: 3,
        ..Bounds::default()
    })
    .await;
    let mut kept = Vec::new();
    for _ in 0..3 {
        let mut connection = fixture.connect().await;
        connection.ask("/").await;
        connection.response("hello").await;
        kept.push(connection);
    }
    // The first is used again, so the second has been idle longest.
    kept[0].ask("/").await;
    kept[0].response("hello").await;
    let mut new = fixture.connect().await;
    new.ask("/").await;
    new.response("hello").await;
    assert_eq!(kept.swap_remove(1).rest().await, "");
    kept[0].ask("/").await;
    kept[0].response("hello").await;
    fixture.end().await;
}

#[tokio::test]
async fn an_answer_that_is_being_written_is_not_cut_for_a_new_connection() {
    let mut fixture = Fixture::start(Bounds {
        max_connections: 2,
        // Both run on one thread, which may be stopped for a while.
        reader_patience: Duration::from_secs(3600),
        ..Bounds::default()
    })
    .await;
    let mut reading = fixture.connect().await;
    reading.ask("/large").await;
    let mut busy = fixture.connect().await;
    busy.ask("/hold").await;
    let held = fixture.held.recv().await.unwrap();
    let mut waiting = fixture.connect().await;
    waiting.ask("/").await;
    let head = reading.stream.read_u8().await.unwrap();
    assert_eq!(head, b'H');
    let all = reading.read_to("x", LARGE).await;
    assert!(all >= LARGE);
    waiting.response("hello").await;
    drop(held);
    busy.response("held").await;
    fixture.end().await;
}
