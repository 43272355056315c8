use proptest::prelude::*;

use super::*;

fn question(family: Family) -> Question {
    Question::new(0x1234, "dogs.shop", family).expect("a name")
}

/// An answer to a question, with these records after it.
fn answer(question: &Question, flags: [u8; 2], counts: [u8; 2], records: &[u8]) -> Vec<u8> {
    let mut message = question.bytes().to_vec();
    message[2] = flags[0];
    message[3] = flags[1];
    message[7] = counts[0];
    message[9] = counts[1];
    message.extend_from_slice(records);
    message
}

/// A record of the question's name.
fn record(kind: u8, ttl: u32, data: &[u8]) -> Vec<u8> {
    let mut record = vec![0xc0, 12, 0, kind, 0, 1];
    record.extend_from_slice(&ttl.to_be_bytes());
    record.extend_from_slice(&[0, u8::try_from(data.len()).expect("it is short")]);
    record.extend_from_slice(data);
    record
}

const ANSWER: [u8; 2] = [0x81, 0x80];
const CUT: [u8; 2] = [0x83, 0x80];

#[test]
fn a_question_is_as_the_specification_says() {
    let expect =
        b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x04dogs\x04shop\x00\x00\x01\x00\x01";
    assert_eq!(question(Family::V4).bytes(), expect);
    assert!(Question::new(1, "a..b", Family::V4).is_none());
    assert!(Question::new(1, &"a".repeat(64), Family::V4).is_none());
    assert!(Question::new(1, &"abcdefg.".repeat(40), Family::V4).is_none());
}

#[test]
fn addresses_come_with_the_shortest_time_of_their_records() {
    let question = question(Family::V4);
    let records = [record(1, 30, &[10, 0, 0, 1]), record(1, 20, &[10, 0, 0, 2])].concat();
    let message = answer(&question, ANSWER, [2, 0], &records);
    let expect = Answer::Addresses {
        addresses: vec![[10, 0, 0, 1].into(), [10, 0, 0, 2].into()],
        ttl: Duration::from_secs(20),
        cut: false,
    };
    assert_eq!(question.answer(&message), Ok(expect));
}

#[test]
fn an_alias_is_followed_and_what_it_does_not_lead_to_is_left() {
    let question = question(Family::V4);
    let mut records = record(5, 7, b"\x04CATS\x00");
    records
        .extend_from_slice(b"\x04cats\x00\x00\x01\x00\x01\x00\x00\x00\x1e\x00\x04\x0a\x00\x00\x03");
    records
        .extend_from_slice(b"\x04evil\x00\x00\x01\x00\x01\x00\x00\x00\x1e\x00\x04\x06\x06\x06\x06");
    records.extend_from_slice(&record(1, 30, &[6, 6, 6, 7]));
    let message = answer(&question, ANSWER, [4, 0], &records);
    let expect = Answer::Addresses {
        addresses: vec![[10, 0, 0, 3].into()],
        ttl: Duration::from_secs(7),
        cut: false,
    };
    assert_eq!(question.answer(&message), Ok(expect));
}

#[test]
fn aliases_in_a_circle_end() {
    let question = question(Family::V6);
    let records = record(5, 7, b"\xc0\x0c");
    let message = answer(&question, ANSWER, [1, 0], &records);
    assert_eq!(question.answer(&message), Ok(Answer::Nothing { ttl: None }));
}

#[test]
fn that_there_is_nothing_holds_as_long_as_the_server_says() {
    let question = question(Family::V6);
    let data =
        b"\x00\x00\x00\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00\x03\x00\x00\x00\x04\x00\x00\x00\x05";
    let message = answer(&question, [0x81, 0x83], [0, 1], &record(6, 60, data));
    let ttl = Some(Duration::from_secs(5));
    assert_eq!(question.answer(&message), Ok(Answer::Nothing { ttl }));
}

#[test]
fn what_is_not_the_answer_is_not_listened_to() {
    let question = question(Family::V4);
    let good = answer(&question, ANSWER, [1, 0], &record(1, 30, &[10, 0, 0, 1]));
    assert!(question.answer(&good).is_ok());
    for (at, value) in [
        (0, 0x13),
        (2, 0x01),
        (2, 0xa9),
        (5, 2),
        (13, b'h'),
        (24, 28),
    ] {
        let mut other = good.clone();
        other[at] = value;
        assert_eq!(question.answer(&other), Err(NotOurs), "{at}");
    }
    for length in 0..good.len() {
        assert_eq!(question.answer(&good[..length]), Err(NotOurs), "{length}");
    }
    let failed = answer(&question, [0x81, 0x82], [0, 0], &[]);
    assert_eq!(question.answer(&failed), Ok(Answer::Failed(2)));
}

#[test]
fn a_cut_answer_says_so_and_has_what_came() {
    let question = question(Family::V4);
    let records = [record(1, 30, &[10, 0, 0, 1]), vec![0xc0]].concat();
    let message = answer(&question, CUT, [9, 0], &records);
    let Ok(Answer::Addresses { addresses, cut, .. }) = question.answer(&message) else {
        panic!("there is an address");
    };
    assert_eq!((addresses.len(), cut), (1, true));
    let empty = answer(&question, CUT, [9, 0], &[]);
    let Ok(Answer::Addresses { addresses, cut, .. }) = question.answer(&empty) else {
        panic!("it does not say that there is nothing");
    };
    assert_eq!((addresses.len(), cut), (0, true));
}

#[test]
fn addresses_are_bounded() {
    let question = question(Family::V4);
    let records: Vec<u8> = (0..=255)
        .flat_map(|last| record(1, 30, &[10, 0, 0, last]))
        .collect();
    let message = answer(&question, ANSWER, [255, 0], &records);
    let Ok(Answer::Addresses { addresses, .. }) = question.answer(&message) else {
        panic!("there are addresses");
    };
    assert_eq!(addresses.len(), MAX_ADDRESSES);
}

proptest! {
    #[test]
    fn no_message_breaks_the_reader(
        tail in prop::collection::vec(prop_oneof![Just(0xc0_u8), Just(0), 0..64_u8, any::<u8>()], 0..600),
        counts: [u8; 2],
        cut: bool,
    ) {
        let question = question(Family::V4);
        let flags = if cut { CUT } else { ANSWER };
        let _ = question.answer(&answer(&question, flags, counts, &tail));
        let _ = question.answer(&tail);
    }
}
