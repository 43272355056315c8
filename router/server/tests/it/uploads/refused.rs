//! What is refused of files, and where.

use super::*;

fn with(query: &str, variables: &Value, map: &str) -> String {
    form(&[
        operations(query, variables),
        part("map", map),
        file("0", "a", "A"),
    ])
}

fn with_map(map: &str) -> String {
    with(ONE, &json!({ "f": null }), map)
}

#[tokio::test]
async fn a_map_that_names_no_place_of_a_file_is_refused() {
    let (mut files, router) = one(ON).await;
    let f = json!({ "f": null });
    let maps = [
        (r#"{"0":["variables.f"],"1":["variables.f"]}"#, "twice"),
        (r#"{"0":["query"]}"#, "begins with"),
        ("[]", "must be a JSON object"),
    ];
    for (map, message) in maps {
        refused(
            &send(&router, with_map(map)).await,
            400,
            "BAD_REQUEST",
            message,
        );
    }
    let variables = [
        (
            ONE,
            &f,
            r#"{"0":["variables.g"]}"#,
            "expected the place of a null",
        ),
        (
            ONE,
            &f,
            r#"{"0":["variables.f.0"]}"#,
            "expected the place of a null",
        ),
        (
            "mutation ($f: String) { one(file: \"x\") hello: __typename @skip(if: false) s: one(file: $f) }",
            &f,
            "{}",
            "",
        ),
        (
            "query ($f: String) { hello @skip(if: $f) }",
            &f,
            r#"{"0":["variables.f"]}"#,
            "",
        ),
    ];
    for (query, variables, map, message) in variables {
        let answer = send(&router, with(query, variables, map)).await;
        assert_eq!(answer.status, 422, "{query} {map}: {}", answer.text());
        assert!(answer.text().contains(message), "{}", answer.text());
    }
    let text = json!({ "f": "text" });
    let taken = with(ONE, &text, r#"{"0":["variables.f"]}"#);
    refused(
        &send(&router, taken).await,
        422,
        "BAD_USER_INPUT",
        "the place of a null",
    );
    assert!(files.seen.try_recv().is_err(), "the subgraph was asked");
}

#[tokio::test]
async fn what_is_no_multipart_request_is_refused_before_a_subgraph_is_asked() {
    let (mut files, router) = one(ON).await;
    let [operations, map] = one_file();
    let sent = file("0", "a", "A");
    let batch = part(
        "operations",
        &json!([{ "query": ONE, "variables": { "f": null } }]).to_string(),
    );
    let deep = "x".repeat(70_000);
    for (body, status, code, message) in [
        (
            form(&[map.clone(), operations.clone(), sent.clone()]),
            400,
            "BAD_REQUEST",
            "\\\"operations\\\" is missing",
        ),
        (
            form(&[operations.clone(), sent.clone(), map.clone()]),
            400,
            "BAD_REQUEST",
            "\\\"map\\\" is missing",
        ),
        (
            form(&[batch, map.clone(), sent.clone()]),
            400,
            "BATCH_NOT_SUPPORTED",
            "",
        ),
        (
            operations.clone(),
            400,
            "BAD_REQUEST",
            "ends before its last boundary",
        ),
        (
            "no form".to_owned(),
            400,
            "BAD_REQUEST",
            "ends before its last boundary",
        ),
        (
            String::new(),
            400,
            "BAD_REQUEST",
            "ends before its last boundary",
        ),
        (
            with_map(&deep),
            413,
            "PAYLOAD_TOO_LARGE",
            "\\\"map\\\" has more than",
        ),
        (
            format!("--xx\r\nx: {}", "y".repeat(200_000)),
            413,
            "PAYLOAD_TOO_LARGE",
            "before the content of a part",
        ),
        (
            with_map(
                r#"{"0":["variables.f"],"1":["variables.a"],"2":["variables.b"],"3":["variables.c"]}"#,
            ),
            413,
            "PAYLOAD_TOO_LARGE",
            "more than 3 files",
        ),
    ] {
        refused(&send(&router, body).await, status, code, message);
    }
    let unbounded = [("content-type", "multipart/form-data"), ASKED];
    let unbounded = post(&router.url(), &unbounded, "").await;
    assert_eq!(unbounded.code(), "BAD_REQUEST");
    assert!(files.seen.try_recv().is_err(), "the subgraph was asked");
    // Methods that are safe have no files.
    let get = crate::kit::get(&router.url(), &[TYPE, ASKED]).await;
    assert_eq!(get.code(), "BAD_REQUEST");
}

#[tokio::test]
async fn files_are_off_by_default_and_need_a_header_that_a_page_cannot_send_unasked() {
    let [operations, map] = one_file();
    let body = form(&[operations, map, file("0", "a", "A")]);
    let (_files, off) = one("").await;
    refused(
        &send(&off, body.clone()).await,
        415,
        "UNSUPPORTED_MEDIA_TYPE",
        "`uploads.max_files` is 0",
    );
    let (_files, on) = one(ON).await;
    let unasked = post(&on.url(), &[TYPE, ACCEPT], body.clone()).await;
    refused(&unasked, 403, "CSRF_PREVENTED", "graphql-require-preflight");
    let (_files, open) = one(&format!("csrf_prevention: false\n{ON}")).await;
    let unasked = post(&open.url(), &[TYPE, ACCEPT], body).await;
    assert_eq!(unasked.text(), r#"{"data":{"one":"done"}}"#);
}

#[tokio::test]
async fn what_is_wrong_with_a_file_on_its_way_is_the_clients_and_breaks_the_request_off() {
    let (mut files, router) = one(ON).await;
    let [operations, map] = one_file();
    let large = "x".repeat(2_000);
    let query = "mutation ($l: [Upload!]!) { many(files: $l) }";
    let list = self::operations(query, &json!({ "l": [null, null, null] }));
    let three = part(
        "map",
        r#"{"0":["variables.l.0"],"1":["variables.l.1"],"2":["variables.l.2"]}"#,
    );
    let each = |n: &str| file(n, n, &large[..900]);
    for (body, status, code, message) in [
        (
            form(&[operations.clone(), map.clone(), file("0", "a", &large)]),
            413,
            "PAYLOAD_TOO_LARGE",
            "the file \\\"0\\\" has more than 1024 bytes",
        ),
        (
            form(&[list, three, each("0"), each("1"), each("2")]),
            413,
            "PAYLOAD_TOO_LARGE",
            "the sum of all files has more than 2048 bytes",
        ),
        (
            form(&[operations.clone(), map.clone()]),
            400,
            "BAD_REQUEST",
            "the file \\\"0\\\", which the map names, was not sent",
        ),
        (
            form(&[
                operations.clone(),
                map.clone(),
                file("1", "b", "B"),
                file("0", "a", "A"),
            ]),
            400,
            "BAD_REQUEST",
            "the part \\\"1\\\" is none of the files",
        ),
        (
            [operations.clone(), map.clone(), file("0", "a", "A")].concat(),
            400,
            "BAD_REQUEST",
            "ends before its last boundary",
        ),
    ] {
        refused(&send(&router, body).await, status, code, message);
    }
    // None of these came to its end; this one does.
    send(&router, form(&[operations, map, file("0", "a", "A")])).await;
    let mut complete = 0;
    while let Ok(seen) = files.seen.try_recv() {
        complete += usize::from(seen == Seen::Complete);
    }
    assert_eq!(complete, 1);
    // None of it is held against the subgraph.
    let metrics = router.metrics().await;
    let broken = "http_client_request_duration_seconds_count{subgraph=\"files\",status=\"broken\"}";
    assert!(!metrics.contains(broken), "{metrics}");
}

#[tokio::test]
async fn files_for_two_subgraphs_or_for_an_entity_are_refused_and_nothing_is_sent() {
    let mut files = Subgraph::start(FILES, Manner::Reads).await;
    let mut others = Subgraph::start(OTHERS, Manner::Reads).await;
    let router = router(&[("files", &files), ("others", &others)], ON).await;
    let map = part("map", r#"{"0":["variables.f"]}"#);
    let several = "mutation ($f: Upload!) { one(file: $f) other(file: $f) }";
    let entity = "mutation ($f: Upload) { add { similar(to: $f) } }";
    for (query, message) in [
        (several, "one request to one subgraph"),
        (entity, "another subgraph's answer first"),
    ] {
        let operations = operations(query, &json!({ "f": null }));
        let answer = send(
            &router,
            form(&[operations, map.clone(), file("0", "a", "A")]),
        )
        .await;
        refused(&answer, 422, "UPLOAD_NOT_SUPPORTED", message);
    }
    // Where the field is left out, its file goes nowhere.
    let skipped = "mutation ($f: Upload!, $no: Boolean! = true) { one(file: $f) other(file: $f) @skip(if: $no) }";
    let operations = operations(skipped, &json!({ "f": null }));
    let answer = send(&router, form(&[operations, map, file("0", "a", "A")])).await;
    assert_eq!(answer.text(), r#"{"data":{"one":"done"}}"#);
    assert_eq!(files.request().await.len(), 3);
    assert!(others.seen.try_recv().is_err());
}
