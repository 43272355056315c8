use std::net::Ipv4Addr;
use std::sync::mpsc;
use std::time::Duration;

use super::*;

const ANYBODY: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn later() -> Instant {
    Instant::now() + Duration::from_secs(3600)
}

/// Takes the only place of a pool until the sender is dropped.
async fn occupy(pool: &Pool) -> (mpsc::Sender<()>, tokio::task::JoinHandle<Result<(), Busy>>) {
    let (end, ended) = mpsc::channel::<()>();
    let (begin, begun) = tokio::sync::oneshot::channel();
    let pool = pool.clone();
    let running = tokio::spawn(async move {
        let compute = move || {
            let _ = begin.send(());
            let _ = ended.recv();
        };
        pool.run(ANYBODY, later(), compute).await
    });
    begun.await.unwrap();
    (end, running)
}

#[tokio::test]
async fn what_finds_the_queue_full_is_refused() {
    let pool = Pool::new(1, 0);
    let (end, running) = occupy(&pool).await;
    assert_eq!(pool.run(ANYBODY, later(), || 1).await, Err(Busy::Full));
    drop(end);
    assert_eq!(running.await.unwrap(), Ok(()));
    assert_eq!(pool.run(ANYBODY, later(), || 1).await, Ok(1));
}

#[tokio::test]
async fn what_waits_has_its_turn() {
    let pool = Pool::new(1, 1);
    let (end, running) = occupy(&pool).await;
    let waiting = pool.run(ANYBODY, later(), || 2);
    tokio::pin!(waiting);
    assert!(futures_util::poll!(&mut waiting).is_pending());
    assert_eq!(pool.run(ANYBODY, later(), || 3).await, Err(Busy::Full));
    drop(end);
    assert_eq!(waiting.await, Ok(2));
    assert_eq!(running.await.unwrap(), Ok(()));
}

#[tokio::test]
async fn waiting_ends_with_the_time_of_the_request() {
    let pool = Pool::new(1, 1);
    let (end, running) = occupy(&pool).await;
    assert_eq!(
        pool.run(ANYBODY, Instant::now(), || 1).await,
        Err(Busy::Late)
    );
    drop(end);
    assert_eq!(running.await.unwrap(), Ok(()));
}

#[tokio::test]
async fn a_panic_gives_its_place_back() {
    let pool = Pool::new(1, 0);
    let panicked = pool
        .run(ANYBODY, later(), || vec![0][usize::from(true)])
        .await;
    assert_eq!(panicked, Err(Busy::Panicked));
    assert_eq!(pool.run(ANYBODY, later(), || 1).await, Ok(1));
}
