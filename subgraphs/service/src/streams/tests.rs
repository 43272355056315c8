//! Tests of [`super`].

use super::*;

fn recorder() -> Recorder {
    Recorder::new(crate::graphql::METRICS, &[])
}

/// The places that a client gets of so many, where each of the others has so many already.
fn places(most: usize, others: &[usize]) -> usize {
    let streams = Streams::new(most, &recorder());
    let client = |n: usize| IpAddr::from([10, 0, 0, n as u8]);
    let mut taken = Vec::new();
    for (index, count) in others.iter().enumerate() {
        for _ in 0..*count {
            taken.push(streams.place(client(index + 1)).expect("a place"));
        }
    }
    let own: Vec<Place> = std::iter::from_fn(|| streams.place(client(0))).collect();
    // WebSockets have places of their own.
    assert_eq!(streams.socket(client(0)).is_some(), most > 0);
    own.len()
}

#[test]
fn no_client_takes_the_last_places() {
    assert_eq!(places(64, &[]), 48);
    assert_eq!(places(64, &[48]), 12);
    assert_eq!(places(64, &[48, 12]), 3);
    assert_eq!(places(64, &[20]), 33);
}

#[test]
fn of_a_few_places_a_client_that_is_alone_has_all() {
    for most in [1, 2, 3] {
        assert_eq!(places(most, &[]), most);
    }
    assert_eq!(places(0, &[]), 0);
}

#[test]
fn a_place_that_is_given_back_is_there_again() {
    let streams = Streams::new(1, &recorder());
    let client = IpAddr::from([10, 0, 0, 1]);
    let place = streams.socket(client);
    assert!(place.is_some());
    assert!(streams.socket(client).is_none());
    drop(place);
    assert!(streams.socket(client).is_some());
    assert!(lock(&streams.sockets.taken).by_client.is_empty());
}
