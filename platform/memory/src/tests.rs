//! Who gets memory, who waits, and that all of it comes back.

use std::time::Duration;

use tokio::time::Instant;

use super::*;

fn memory(limit: &str, share: &str) -> Arc<Memory> {
    Memory::new(&config(limit, share))
}

fn config(limit: &str, share: &str) -> Config {
    let text = format!("{{ memory: {limit}, request_memory: {share} }}");
    let read = |limits: Section<'_>| Config::read(&limits);
    let config = settings::parse(&text, "router.yaml".as_ref(), &|_| None, read);
    config.expect("the test's configuration is right").0
}

fn later() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

#[test]
fn little_is_not_counted() {
    let memory = memory("1 MiB", "1 MiB");
    let all = memory.request();
    all.grow(1024 * KIB).unwrap();
    let (small, more) = (memory.request(), memory.request());
    small.grow(FREE).unwrap();
    assert_eq!(more.grow(FREE + 1), Err(Exhausted::All));
    assert_eq!(more.refusal(), Some(Exhausted::All));
    drop(all);
    more.grow(FREE + 1).unwrap();
}

#[test]
fn a_request_has_its_share_only() {
    let memory = memory("4 MiB", "1 MiB");
    let one = memory.request();
    one.grow(600 * KIB).unwrap();
    assert_eq!(one.grow(600 * KIB), Err(Exhausted::Share));
    one.count(400 * KIB).unwrap();
    assert_eq!(one.grow(100 * KIB), Err(Exhausted::Share));
    assert_eq!(one.refusal(), Some(Exhausted::Share));
    memory.request().grow(1024 * KIB).unwrap();
}

#[test]
fn another_size_counts_from_now_on_and_takes_nothing_away() {
    let memory = memory("4 MiB", "2 MiB");
    let before = memory.request();
    before.grow(2048 * KIB).unwrap();
    memory.resize_within_container(&config("2 MiB", "1 MiB"));
    assert_eq!(memory.request().grow(100 * KIB), Err(Exhausted::All));
    before.keep(1024 * KIB);
    // The share that it began with.
    before.grow(1024 * KIB).unwrap();
    drop(before);
    assert_eq!(memory.free.available_permits(), 2048);
    assert_eq!(memory.bodies.available_permits(), 1024);
    let after = memory.request();
    assert_eq!(after.grow(1100 * KIB), Err(Exhausted::Share));
    memory.resize_within_container(&config("4 MiB", "4 MiB"));
    assert_eq!(memory.subscriptions.available_permits(), 1024);
    memory.request().grow(4096 * KIB).unwrap();
}

#[test]
fn all_comes_back() {
    let memory = memory("2 MiB", "2 MiB");
    for _ in 0..100 {
        let account = Arc::new(memory.request());
        account.grow(1500 * KIB).unwrap();
        account.keep(300 * KIB);
        let bytes = Account::hold(Arc::clone(&account), vec![1; 300 * KIB].into());
        drop(account);
        let slice = bytes.slice(10..20);
        drop(bytes);
        assert_eq!(memory.free.available_permits(), 2048 - 300);
        drop(slice);
        assert_eq!(memory.free.available_permits(), 2048);
    }
}

#[tokio::test(start_paused = true)]
async fn who_holds_nothing_waits_and_who_holds_something_gives_up() {
    let memory = memory("1 MiB", "1 MiB");
    let (first, second) = (memory.request(), memory.request());
    first.grow(600 * KIB).unwrap();
    second.grow(300 * KIB).unwrap();
    let begun = Instant::now();
    let (stuck, waiting) = tokio::join!(
        async {
            let stuck = second.grow_by(300 * KIB, later()).await;
            drop(second);
            stuck
        },
        async {
            let third = memory.request();
            third.grow_by(400 * KIB, later()).await
        },
    );
    assert_eq!(stuck, Err(Exhausted::All));
    assert_eq!(waiting, Ok(()));
    assert_eq!(begun.elapsed().as_secs(), 1);
    let fourth = memory.request();
    let late = fourth.grow_by(500 * KIB, later()).await;
    assert_eq!(late, Err(Exhausted::All));
    assert!(begun.elapsed().as_secs() >= 60);
}

#[test]
fn responses_that_are_sent_leave_half_of_it() {
    let memory = memory("1 MiB", "1 MiB");
    let (slow, other) = (memory.request(), memory.request());
    slow.grow(700 * KIB).unwrap();
    slow.keep_response(400 * KIB).unwrap();
    other.grow(500 * KIB).unwrap();
    assert_eq!(other.keep_response(200 * KIB), Err(Exhausted::All));
    drop(slow);
    other.keep_response(200 * KIB).unwrap();
    drop(other);
    assert_eq!(memory.responses.available_permits(), 512);
    assert_eq!(memory.free.available_permits(), 1024);
}

#[test]
fn subscriptions_that_are_open_leave_the_rest_to_answers() {
    let memory = memory("1 MiB", "1 MiB");
    let (open, other, answer) = (memory.request(), memory.request(), memory.request());
    open.grow(300 * KIB).unwrap();
    open.keep_subscription(200 * KIB).unwrap();
    other.grow(100 * KIB).unwrap();
    assert_eq!(other.keep_subscription(100 * KIB), Err(Exhausted::All));
    // An answer has its half all the same, and what is small is not counted.
    answer.grow(500 * KIB).unwrap();
    answer.keep_response(500 * KIB).unwrap();
    let small = memory.request();
    small.grow(10 * KIB).unwrap();
    small.keep_subscription(10 * KIB).unwrap();
    drop((open, other, answer));
    assert_eq!(memory.subscriptions.available_permits(), 256);
    assert_eq!(memory.free.available_permits(), 1024);
}

#[tokio::test(start_paused = true)]
async fn bodies_that_are_read_leave_half_of_it() {
    let memory = memory("1 MiB", "1 MiB");
    let (slow, other) = (memory.request(), memory.request());
    slow.grow_body(500 * KIB, later()).await.unwrap();
    assert_eq!(
        other.grow_body(100 * KIB, later()).await,
        Err(Exhausted::All)
    );
    other.grow(500 * KIB).unwrap();
    slow.body_is_read();
    let third = memory.request();
    third.grow_body(20 * KIB, later()).await.unwrap();
    drop((slow, other, third));
    assert_eq!(memory.free.available_permits(), 1024);
    assert_eq!(memory.bodies.available_permits(), 512);
}

#[test]
fn a_body_that_cannot_wait_finds_half_of_it_or_nothing() {
    let memory = memory("1 MiB", "1 MiB");
    let (first, second) = (memory.request(), memory.request());
    first.grow_body_at_once(500 * KIB).unwrap();
    assert_eq!(second.grow_body_at_once(100 * KIB), Err(Exhausted::All));
    // What was refused is not held.
    second.grow_body_at_once(12 * KIB).unwrap();
    first.body_is_read();
    second.grow_body_at_once(100 * KIB).unwrap();
    drop((first, second));
    assert_eq!(memory.free.available_permits(), 1024);
    assert_eq!(memory.bodies.available_permits(), 512);
}

#[test]
fn what_is_prepaid_is_reserved_from_the_first_byte_and_once() {
    let memory = memory("1 MiB", "1 MiB");
    let free = || memory.free.available_permits();
    let (small, large) = (memory.request(), memory.request());
    small.grow(100).unwrap();
    large.grow(100 * KIB).unwrap();
    assert_eq!(free(), 1024 - 100);
    small.prepay(4 * KIB).unwrap();
    large.prepay(4 * KIB).unwrap();
    assert_eq!(free(), 1024 - 104 - 20);
    // That much is there already.
    small.grow(FREE - 100).unwrap();
    assert_eq!(free(), 1024 - 104 - 20);
    small.grow(KIB).unwrap();
    assert_eq!(free(), 1024 - 104 - 21);
    small.keep(0);
    assert_eq!(free(), 1024 - 104 - 20);
    drop((small, large));
    assert_eq!(free(), 1024);
    let all = memory.request();
    all.grow(1020 * KIB).unwrap();
    let late = memory.request();
    assert_eq!(late.prepay(0), Err(Exhausted::All));
    // It goes on as it was.
    late.grow(FREE).unwrap();
    assert_eq!(free(), 4);
}

#[test]
fn pieces_of_single_bytes_do_not_move_what_has_come_each_time() {
    let mut gather = Gather::new(0);
    let mut grants = 0;
    for _ in 0..MIB {
        let missing = gather.missing(1);
        if missing > 0 {
            gather.grant(missing);
            grants += 1;
        }
        gather.add(b"x");
    }
    assert_eq!(gather.len(), MIB);
    assert!(grants < 100, "{grants}");
    assert_eq!(Gather::new(0).missing(100), 100);
    assert_eq!(Gather::new(100).missing(10), 100);
}
