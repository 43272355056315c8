//! Who keeps a place and who loses it, by a clock that the tests move.

use tokio::time::advance;

use super::*;

const MIB: usize = 1024 * 1024;

/// Room for six of the largest answers.
fn room() -> Answers {
    Answers::new(48 * MIB, 8 * MIB)
}

fn reader(last: u8) -> Reader {
    Reader::of([10, 0, 0, last].into())
}

/// Answers of one client that fill the room that large ones have.
fn filled(room: &Answers, client: u8) -> Vec<(Place, Reader)> {
    let readers = (0..5).map(|_| reader(client));
    let placed = readers.map(|reader| {
        let place = room.place(8 * MIB, &reader, Sent::InPieces);
        (place.unwrap(), reader)
    });
    placed.collect()
}

fn cut(places: &[(Place, Reader)]) -> usize {
    let cut = places.iter().filter(|(_, reader)| reader.cut.is_cut());
    cut.count()
}

#[tokio::test(start_paused = true)]
async fn a_client_that_reads_nothing_gives_way_when_others_need_its_room() {
    let room = room();
    let held = filled(&room, 1);
    advance(Duration::from_secs(3)).await;
    assert_eq!(cut(&held), 0, "nobody needs the room");
    let place = room.place(8 * MIB, &reader(2), Sent::InPieces);
    assert!(place.is_some());
    assert_eq!(cut(&held), 1, "one makes enough room");
    let still_held = held.iter().filter(|(place, _)| place.takes(1));
    assert_eq!(still_held.count(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_reads_a_little_now_and_then_gives_way() {
    let room = room();
    let held = filled(&room, 1);
    for _ in 0..30 {
        advance(Duration::from_millis(100)).await;
        for (place, _) in &held {
            assert!(place.takes(16 * 1024));
        }
    }
    // From the same client: it is not about whose they are.
    assert!(
        room.place(8 * MIB, &reader(1), Sent::InPieces).is_some(),
        "160 KiB a second are too few for 8 MiB"
    );
    assert_eq!(cut(&held), 1);
}

#[tokio::test(start_paused = true)]
async fn what_the_system_takes_at_once_is_not_read() {
    let room = room();
    let held = filled(&room, 1);
    for (place, _) in &held {
        for _ in 0..64 {
            assert!(place.takes(64 * 1024));
        }
    }
    advance(Duration::from_secs(1)).await;
    assert!(
        room.place(8 * MIB, &reader(1), Sent::InPieces).is_some(),
        "4 MiB went within no time, and nothing since"
    );
}

#[tokio::test(start_paused = true)]
async fn clients_that_read_as_fast_as_they_must_keep_their_places() {
    let room = room();
    let held = filled(&room, 1);
    for _ in 0..50 {
        advance(Duration::from_millis(100)).await;
        for (place, _) in &held {
            assert!(place.takes(96 * 1024));
        }
    }
    assert!(room.place(8 * MIB, &reader(1), Sent::InPieces).is_none());
    assert_eq!(cut(&held), 0);
}

#[tokio::test(start_paused = true)]
async fn a_client_with_more_than_its_share_gives_way_to_one_with_less() {
    let room = room();
    let held = filled(&room, 1);
    advance(Duration::from_millis(100)).await;
    assert!(
        room.place(8 * MIB, &reader(2), Sent::InPieces).is_none(),
        "they have just begun"
    );
    for _ in 0..20 {
        for (place, _) in &held {
            assert!(place.takes(96 * 1024));
        }
        advance(Duration::from_millis(100)).await;
    }
    let others: Vec<_> = (0..3)
        .map(|_| reader(2))
        .map(|reader| (room.place(8 * MIB, &reader, Sent::InPieces), reader))
        .collect();
    let placed = others.iter().filter(|(place, _)| place.is_some());
    assert_eq!(placed.count(), 2, "half of the room");
    assert_eq!(cut(&held), 2);
}

#[tokio::test(start_paused = true)]
async fn nobody_goes_where_that_makes_not_enough_room() {
    let room = room();
    let slow = reader(1);
    let _slow = room.place(MIB, &slow, Sent::InPieces);
    advance(Duration::from_secs(3)).await;
    let _fresh: Vec<_> = (0..4)
        .map(|n| room.place(8 * MIB, &reader(n), Sent::InPieces))
        .collect();
    let _last = room.place(7 * MIB, &reader(9), Sent::InPieces).unwrap();
    assert!(room.place(8 * MIB, &reader(10), Sent::InPieces).is_none());
    assert!(!slow.cut.is_cut());
}

#[tokio::test]
async fn large_answers_leave_room_for_others() {
    let room = room();
    let _held = filled(&room, 1);
    assert!(room.place(8 * MIB, &reader(2), Sent::InPieces).is_none());
    let others: Vec<_> = (0..40)
        .map_while(|_| room.place(LARGE, &reader(2), Sent::InPieces))
        .collect();
    assert_eq!(others.len(), 32);
}

#[tokio::test]
async fn a_place_is_free_when_it_is_dropped() {
    let room = Answers::new(8 * MIB, 8 * MIB);
    let first = room.place(8 * MIB, &reader(1), Sent::InPieces);
    assert!(first.is_some(), "the largest answer always fits in");
    assert!(room.place(MIB, &reader(2), Sent::InPieces).is_none());
    drop(first);
    assert!(room.place(8 * MIB, &reader(2), Sent::InPieces).is_some());
}

#[tokio::test(start_paused = true)]
async fn a_message_that_goes_as_a_whole_has_a_time_by_its_length() {
    let room = Answers::new(8 * MIB, 8 * MIB);
    let socket = reader(1);
    let _message = room.place(8 * MIB, &socket, Sent::Whole).unwrap();
    advance(Duration::from_millis(2_100)).await;
    assert!(room.place(MIB, &reader(1), Sent::InPieces).is_none());
    advance(Duration::from_millis(200)).await;
    assert!(room.place(MIB, &reader(1), Sent::InPieces).is_some());
    socket.cut.said().await;
}
