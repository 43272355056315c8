//! What a look-up finds, and what is used when it finds nothing.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use resolver::{Error, Resolver};
use tokio::time::Instant;

use crate::kit::{A, AAAA, Reply, Server, until};

fn ip(last: u8) -> IpAddr {
    Ipv4Addr::new(10, 0, 0, last).into()
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

#[tokio::test]
async fn both_families_are_asked_for_once_and_kept() {
    let six: IpAddr = "2001:db8::1".parse().expect("an address");
    let server = Server::start(move |_, _| Reply::Addresses(vec![ip(1), six], 60)).await;
    let files = folder();
    let resolver = server.resolver(files.path(), "", "");
    for _ in 0..3 {
        assert_eq!(*resolver.lookup("dogs").await.expect("found"), [ip(1), six]);
    }
    let mut asked = server.asked();
    asked.sort();
    assert_eq!(asked, [("dogs".to_owned(), A), ("dogs".to_owned(), AAAA)]);
}

#[tokio::test]
async fn a_name_is_looked_up_once_however_many_ask_for_it() {
    let server = Server::start(|_, _| Reply::Addresses(vec![ip(1)], 60)).await;
    let files = folder();
    let resolver = server.resolver(files.path(), "", "");
    let asking: Vec<_> = (0..100)
        .map(|_| {
            let resolver = resolver.clone();
            tokio::spawn(async move { resolver.lookup("dogs").await })
        })
        .collect();
    for asked in asking {
        assert!(asked.await.expect("no panic").is_ok());
    }
    assert_eq!(server.asked_v4(), 1);
}

#[tokio::test]
async fn a_lost_packet_is_asked_for_again() {
    let mut lost = 0;
    let server = Server::start(move |_, _| {
        lost += 1;
        match lost {
            1..=3 => Reply::Silence,
            _ => Reply::Addresses(vec![ip(1)], 60),
        }
    })
    .await;
    let files = folder();
    let resolver = server.resolver(files.path(), "", "");
    assert_eq!(*resolver.lookup("dogs").await.expect("found"), [ip(1)]);
}

#[tokio::test]
async fn a_family_that_the_server_never_answers_for_does_not_hide_the_other() {
    let server = Server::start(|_, kind| match kind {
        AAAA => Reply::Silence,
        _ => Reply::Addresses(vec![ip(1)], 60),
    })
    .await;
    let files = folder();
    let resolver = server.resolver(files.path(), "", "");
    assert_eq!(*resolver.lookup("dogs").await.expect("found"), [ip(1)]);
}

#[tokio::test]
async fn the_last_good_addresses_stay_while_the_server_does_not_answer() {
    last_good_stays(Reply::Silence).await;
}

#[tokio::test]
async fn the_last_good_addresses_stay_while_the_server_fails() {
    last_good_stays(Reply::Code(2)).await;
}

#[tokio::test]
async fn the_last_good_addresses_stay_while_the_name_is_said_to_be_gone() {
    last_good_stays(Reply::NoName).await;
}

async fn last_good_stays(trouble: Reply) {
    let phase = Arc::new(AtomicUsize::new(0));
    let now = Arc::clone(&phase);
    let server = Server::start(move |_, _| match now.load(Ordering::SeqCst) {
        0 => Reply::Addresses(vec![ip(1)], 0),
        1 => trouble.clone(),
        _ => Reply::Addresses(vec![ip(2), ip(3)], 0),
    })
    .await;
    let files = folder();
    let resolver = server.resolver(files.path(), "", "");
    assert_eq!(*resolver.lookup("dogs").await.expect("found"), [ip(1)]);

    // A repeated lookup fails, and no request notices.
    phase.store(1, Ordering::SeqCst);
    let asked = server.asked_v4();
    until(async || {
        assert_eq!(*resolver.lookup("dogs").await.expect("kept"), [ip(1)]);
        (server.asked_v4() > asked).then_some(())
    })
    .await;

    // What it says when it is back is used.
    phase.store(2, Ordering::SeqCst);
    until(async || {
        let found = resolver.lookup("dogs").await.expect("kept");
        (*found == [ip(2), ip(3)]).then_some(())
    })
    .await;
}

/// Nobody asks for anything for so long that the addresses have been stale for a while.
async fn a_while_later() {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(10)).await;
    tokio::time::resume();
}

#[tokio::test]
async fn addresses_of_long_ago_are_looked_up_before_they_are_used() {
    let address = Arc::new(AtomicUsize::new(1));
    let now = Arc::clone(&address);
    let server = Server::start(move |_, _| {
        let last = now.load(Ordering::SeqCst);
        Reply::Addresses(vec![ip(u8::try_from(last).expect("few"))], 1)
    })
    .await;
    let files = folder();
    let resolver = server.resolver(files.path(), "", "");
    resolver.lookup("dogs").await.expect("found");
    // A machine that is busy may need longer for one of them than is waited.
    for last in 2..=20 {
        address.store(usize::from(last), Ordering::SeqCst);
        a_while_later().await;
        if *resolver.lookup("dogs").await.expect("found") == [ip(last)] {
            return;
        }
    }
    panic!("the first one gets what is no longer true, each time");
}

#[tokio::test]
async fn a_silent_server_is_waited_for_once() {
    let silent = Arc::new(AtomicBool::new(false));
    let now = Arc::clone(&silent);
    let server = Server::start(move |_, _| match now.load(Ordering::SeqCst) {
        false => Reply::Addresses(vec![ip(1)], 1),
        true => Reply::Silence,
    })
    .await;
    let files = folder();
    let resolver = server.resolver(files.path(), "", "");
    resolver.lookup("dogs").await.expect("found");
    silent.store(true, Ordering::SeqCst);
    a_while_later().await;
    // From here on time goes by only where somebody waits for it.
    tokio::time::pause();
    let begun = Instant::now();
    assert_eq!(*resolver.lookup("dogs").await.expect("kept"), [ip(1)]);
    assert!(begun.elapsed() > Duration::ZERO, "it is not waited for");
    let begun = Instant::now();
    for _ in 0..10 {
        assert_eq!(*resolver.lookup("dogs").await.expect("kept"), [ip(1)]);
    }
    assert_eq!(begun.elapsed(), Duration::ZERO);
}

#[tokio::test]
async fn without_stale_addresses_a_failure_shows() {
    let phase = Arc::new(AtomicUsize::new(0));
    let now = Arc::clone(&phase);
    let server = Server::start(move |_, _| match now.load(Ordering::SeqCst) {
        0 => Reply::Addresses(vec![ip(1)], 0),
        _ => Reply::NoName,
    })
    .await;
    let files = folder();
    let mut settings = server.settings(files.path(), "", "");
    settings.stale = Duration::ZERO;
    let resolver = Resolver::new(settings);
    resolver.lookup("dogs").await.expect("found");
    phase.store(1, Ordering::SeqCst);
    until(async || resolver.lookup("dogs").await.err()).await;
}

#[tokio::test]
async fn that_there_is_no_such_name_is_kept_for_a_while() {
    let server = Server::start(|_, _| Reply::NoName).await;
    let files = folder();
    let resolver = server.resolver(files.path(), "", "search shop.local\noptions ndots:2");
    for _ in 0..10 {
        let error = resolver.lookup("dogs").await.expect_err("there is none");
        assert_eq!(
            error.to_string(),
            "dogs has no address, say the name servers; asked for: dogs.shop.local, dogs"
        );
    }
    assert_eq!(server.asked_v4(), 2);
}

#[tokio::test]
async fn what_cannot_be_asked_is_told_with_its_reason() {
    let server = Server::start(|_, _| Reply::Code(5)).await;
    let files = folder();
    let resolver = server.resolver(files.path(), "", "search shop.local");
    let error = resolver.lookup("dogs").await.expect_err("it is refused");
    let expect = format!(
        "dogs.shop.local cannot be looked up: {} refused (REFUSED)",
        server.address
    );
    assert_eq!(error.to_string(), expect);
    // Another candidate could be another machine.
    assert!(
        server
            .asked()
            .iter()
            .all(|(name, _)| name == "dogs.shop.local")
    );
    let error = resolver.lookup("a..b").await.expect_err("it is no name");
    assert_eq!(error, Error::Name("a..b".to_owned()));
}

#[tokio::test]
async fn search_domains_are_tried_in_turn() {
    let server = Server::start(|name, _| match name {
        "dogs.b" => Reply::Addresses(vec![ip(2)], 60),
        _ => Reply::NoName,
    })
    .await;
    let files = folder();
    let resolver = server.resolver(files.path(), "", "search a b c");
    assert_eq!(*resolver.lookup("dogs").await.expect("found"), [ip(2)]);
    assert!(
        server
            .asked()
            .iter()
            .all(|(name, _)| name != "dogs.c" && name != "dogs")
    );
}

#[tokio::test]
async fn the_hosts_file_comes_first_and_is_read_again() {
    let server = Server::start(|_, _| Reply::Addresses(vec![ip(9)], 60)).await;
    let files = folder();
    let resolver = server.resolver(files.path(), "10.0.0.1 dogs\n10.0.0.2 dogs", "");
    assert_eq!(
        *resolver.lookup("dogs").await.expect("found"),
        [ip(1), ip(2)]
    );
    assert!(server.asked().is_empty());
    std::fs::write(files.path().join("hosts"), "10.0.0.3 cats").expect("written");
    assert_eq!(*resolver.lookup("cats").await.expect("found"), [ip(3)]);
}

#[tokio::test]
async fn an_answer_that_was_cut_is_had_over_tcp() {
    let many: Vec<IpAddr> = (1..=50).map(ip).collect();
    let all = many.clone();
    let server = Server::start(move |_, kind| match kind {
        A => Reply::Cut(all.clone(), 3),
        _ => Reply::NoData,
    })
    .await;
    let files = folder();
    let resolver = server.resolver(files.path(), "", "");
    assert_eq!(*resolver.lookup("dogs").await.expect("found"), many[..]);
}

#[tokio::test]
async fn what_strangers_send_is_passed_over() {
    let server = Server::start(|_, _| Reply::Noise(vec![ip(1)])).await;
    let files = folder();
    let resolver = server.resolver(files.path(), "", "");
    assert_eq!(*resolver.lookup("dogs").await.expect("found"), [ip(1)]);
}

#[tokio::test]
async fn the_next_server_is_asked_when_one_fails() {
    let broken = Server::start(|_, _| Reply::Code(2)).await;
    let server = Server::start(|_, _| Reply::Addresses(vec![ip(1)], 60)).await;
    let files = folder();
    let mut settings = server.settings(files.path(), "", "");
    settings.servers.insert(0, broken.address);
    let resolver = Resolver::new(settings);
    assert_eq!(*resolver.lookup("dogs").await.expect("found"), [ip(1)]);
}

#[tokio::test]
async fn without_files_the_system_is_asked() {
    let files = folder();
    let nowhere = files.path().join("nothing");
    let resolver = Resolver::new(resolver::Settings {
        hosts: nowhere.clone(),
        resolv_conf: nowhere,
        ..resolver::Settings::default()
    });
    // An address in another spelling, which the system reads without asking anybody.
    let found = resolver.lookup("0x7f000001").await.expect("found");
    assert_eq!(*found, [IpAddr::from(Ipv4Addr::LOCALHOST)]);
}
