//! Files on their way: passed on while they come, and never held.

use super::*;

#[tokio::test]
async fn a_file_is_passed_on_while_the_client_still_sends_it_and_is_never_held() {
    let memory = "limits: { memory: 1 MiB }\nuploads: { max_files: 1 }";
    let (mut files, router) = one(memory).await;
    let (pieces, receiver) = mpsc::channel::<Bytes>(1);
    let body = stream::unfold(receiver, |mut receiver| async move {
        let piece = receiver.recv().await?;
        Some((Ok::<_, Infallible>(piece), receiver))
    });
    let url = router.url();
    let asking = post_stream(&url, &[TYPE, ASKED], body_of(body));
    let sending = async {
        let [operations, map] = one_file();
        let begin = file("0", "large", "");
        let begin = [&operations, &map, begin.trim_end_matches("\r\n")].concat();
        pieces
            .send(format!("{begin}\r\n\r\n").into())
            .await
            .expect("it is read");
        // Eight times the memory that there is for all requests, each piece after the one before has arrived.
        let piece = Bytes::from(vec![b'x'; 64 * 1024]);
        for _ in 0..128 {
            pieces.send(piece.clone()).await.expect("it is read");
            let mut arrived = 0;
            while arrived < piece.len() / 2 {
                match files.seen.recv().await.expect("it arrives") {
                    Seen::Bytes(bytes) => arrived += bytes.len(),
                    Seen::Broken => panic!("it broke off"),
                    _ => {}
                }
            }
        }
        pieces
            .send("\r\n--xx--\r\n".into())
            .await
            .expect("it is read");
        drop(pieces);
    };
    let (answer, ()) = tokio::join!(asking, sending);
    assert_eq!(
        answer.expect("an answer").text(),
        r#"{"data":{"one":"done"}}"#
    );
}

#[tokio::test]
async fn a_client_that_stops_half_way_ends_the_request_of_the_subgraph() {
    let (mut files, router) = one(ON).await;
    let [operations, map] = one_file();
    let half = [&operations, &map, file("0", "a", "half").trim_end()].concat();
    let (fail, failing) = tokio::sync::oneshot::channel::<()>();
    let end = stream::once(async move {
        failing.await.expect("the test fails it");
        Err(std::io::Error::other("gone"))
    });
    let body = stream::iter([Ok(Bytes::from(half))]).chain(end);
    let url = router.url();
    let asking = post_stream(&url, &[TYPE, ASKED], body_of(body));
    let failing = async {
        while !matches!(
            files.seen.recv().await.expect("it is seen"),
            Seen::Part(_, Some(_), _)
        ) {}
        fail.send(()).expect("the client waits");
    };
    let (answer, ()) = tokio::join!(asking, failing);
    assert!(answer.is_none(), "{answer:?}");
    files.breaks_off().await;
    // The router goes on.
    let query = router.query("{ hello }").await;
    assert_eq!(query.text(), r#"{"data":{"hello":"hi"}}"#);
}

#[tokio::test]
async fn a_subgraph_that_answers_first_is_heard_and_the_rest_of_the_file_is_not_waited_for() {
    let (_files, router) = one_that(Manner::AnswersFirst, ON).await;
    let [operations, map] = one_file();
    let begun = [&operations, &map, file("0", "a", "half").trim_end()].concat();
    let begun = stream::iter([Ok::<_, Infallible>(Bytes::from(begun))]);
    let body = body_of(begun.chain(stream::pending()));
    let answer = post_stream(&router.url(), &[TYPE, ASKED], body).await;
    assert_eq!(
        answer.expect("an answer").text(),
        r#"{"data":{"one":"done"}}"#
    );
}
