//! Heads that are too long, too slow or not those of one host.

use super::*;

#[tokio::test]
async fn a_client_that_sends_its_head_too_slowly_is_cut() {
    let bounds = Bounds {
        header_read_timeout: Duration::from_millis(20),
        ..Bounds::default()
    };
    let fixture = Fixture::start(bounds).await;
    let mut slow = fixture.connect().await;
    slow.stream
        .write_all(b"GET / HTTP/1.1\r\nhost:")
        .await
        .unwrap();
    assert!(!slow.rest().await.contains("200 OK"));
    fixture.end().await;
}

#[tokio::test]
async fn a_head_that_is_too_long_is_refused() {
    let fixture = Fixture::start(Bounds {
        max_buffer: 0,
        ..Bounds::default()
    })
    .await;
    let mut connection = fixture.connect().await;
    // As long as the buffer, so that nothing is left unread: the answer would be lost with a reset.
    let start = "GET / HTTP/1.1\r\nhost: test\r\nlong: ";
    let request = format!("{start}{}", "x".repeat(MIN_BUFFER - start.len()));
    connection
        .stream
        .write_all(request.as_bytes())
        .await
        .unwrap();
    let response = connection.rest().await;
    assert!(response.starts_with("HTTP/1.1 431 "), "{response:?}");
    assert!(
        response.ends_with(r#""code":"HEADERS_TOO_LARGE"}"#),
        "{response:?}"
    );
    fixture.end().await;
}

#[tokio::test]
async fn a_head_with_too_many_fields_is_refused() {
    let fixture = Fixture::start(Bounds::default()).await;
    for (count, status) in [(MAX_HEADERS, "200"), (MAX_HEADERS + 1, "431")] {
        let mut connection = fixture.connect().await;
        let more: String = (1..count)
            .map(|number| format!("x-{number}: 1\r\n"))
            .collect();
        let head = format!("GET / HTTP/1.1\r\nhost: a\r\n{more}\r\n");
        connection.stream.write_all(head.as_bytes()).await.unwrap();
        connection.stream.shutdown().await.unwrap();
        let response = connection.rest().await;
        assert_eq!(response.get(9..12), Some(status), "{count}: {response}");
        assert_eq!(response.contains("more than 100 headers"), status == "431");
    }
    fixture.end().await;
}

/// However much of it comes with one read: the library reads more at once than the bound allows.
#[tokio::test]
async fn a_head_that_is_larger_than_its_bound_is_refused() {
    let fixture = Fixture::start(Bounds::default()).await;
    for (length, status) in [
        (60_000, "200"),
        (66_000, "431"),
        (90_000, "431"),
        (110_000, "431"),
    ] {
        for fields in [1, 80] {
            let mut connection = fixture.connect().await;
            let field = "x".repeat(length / fields);
            let more: String = (0..fields)
                .map(|number| format!("x-{number}: {field}\r\n"))
                .collect();
            let head = format!("GET / HTTP/1.1\r\nhost: a\r\n{more}\r\n");
            connection.stream.write_all(head.as_bytes()).await.unwrap();
            connection.stream.shutdown().await.unwrap();
            let response = connection.rest().await;
            let found = response.get(9..12);
            assert_eq!(found, Some(status), "{length} in {fields}: {response}");
        }
    }
    fixture.end().await;
}

#[tokio::test]
async fn an_address_that_is_too_long_is_answered_with_a_problem() {
    for (max_buffer, length) in [(0, MIN_BUFFER), (0, 300_000), (1 << 20, 70_000)] {
        let bounds = Bounds {
            max_buffer,
            ..Bounds::default()
        };
        let fixture = Fixture::start(bounds).await;
        let mut connection = fixture.connect().await;
        connection.ask("/").await;
        connection.response("hello").await;
        let path = format!("/?x={}", "1".repeat(length));
        connection.ask(&path).await;
        let response = connection.rest().await;
        assert!(
            response.starts_with("HTTP/1.1 414 URI Too Long\r\n"),
            "{length}: {response:?}"
        );
        assert!(response.contains("content-type: application/problem+json\r\n"));
        assert!(
            response.ends_with(r#""code":"URI_TOO_LONG"}"#),
            "{response:?}"
        );
        fixture.end().await;
    }
}

#[tokio::test]
async fn a_request_names_one_valid_host() {
    let fixture = Fixture::start(Bounds::default()).await;
    for (head, status) in [
        ("GET / HTTP/1.1\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nhost: a\r\nhost: a\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nhost: a b\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nhost:\r\n\r\n", "400"),
        ("GET http://b/ HTTP/1.1\r\n\r\n", "400"),
        ("GET / HTTP/1.0\r\nhost: a\r\nhost: a\r\n\r\n", "400"),
        ("GET / HTTP/1.0\r\n\r\n", "200"),
        (
            "GET / HTTP/1.1\r\nconnection: close\r\nhost: a:1\r\n\r\n",
            "200",
        ),
    ] {
        let mut connection = fixture.connect().await;
        connection.stream.write_all(head.as_bytes()).await.unwrap();
        let response = connection.rest().await;
        assert_eq!(response.get(9..12), Some(status), "{head:?}: {response}");
    }
    fixture.end().await;
}
