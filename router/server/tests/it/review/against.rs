//! What a schema is compared with.

use super::*;

#[test]
fn a_diff_needs_no_configuration_and_reads_schemas_of_each_sort() {
    let folder = project();
    let at = folder.path();
    let composed = run(
        at,
        &[
            "compose",
            "--output",
            "super.graphql",
            "--api",
            "api.graphql",
        ],
        "",
    );
    assert_eq!(composed.code, 0, "{}", composed.err);
    std::fs::remove_file(at.join("router.yaml")).expect("it is there");
    let same = run(at, &["diff", "super.graphql", "api.graphql"], "");
    assert_eq!(same.code, 0, "{}{}", same.out, same.err);
    let ran = run(at, &["diff", "statistiques.graphql", "changed.graphql"], "");
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(
        ran.out.contains("breaking FIELD_REMOVED Serie.mediane"),
        "{}",
        ran.out
    );
    let back = run(at, &["diff", "changed.graphql", "statistiques.graphql"], "");
    assert!(
        back.out
            .contains("breaking ENUM_VALUE_REMOVED Unite.KILOGRAMME"),
        "{}",
        back.out
    );
    assert_eq!(
        run(at, &["diff", "nowhere.graphql", "api.graphql"], "").code,
        2
    );
    std::fs::write(at.join("bad.graphql"), "type Query { a: Nothing }").expect("it can be written");
    assert_eq!(run(at, &["diff", "bad.graphql", "api.graphql"], "").code, 1);
}

#[test]
fn a_change_is_compared_with_what_a_running_router_serves() {
    let folder = project();
    let at = folder.path();
    let composed = run(at, &["compose", "--output", "base.graphql"], "");
    assert_eq!(composed.code, 0, "{}", composed.err);
    let base = std::fs::read_to_string(at.join("base.graphql")).expect("it was written");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let answering = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut head = String::new();
        let mut reader = BufReader::new(stream.try_clone().expect("a clone"));
        while reader.read_line(&mut head).expect("a line") > 2 {}
        assert!(
            head.starts_with("GET /composition/supergraph HTTP/1.1\r\n"),
            "{head}"
        );
        let answer = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{base}");
        stream.write_all(answer.as_bytes()).expect("it is read");
    });
    let ran = check(at, &["--against", &format!("http://{address}")]);
    answering.join().expect("it was asked");
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(
        ran.out.contains("breaking FIELD_REMOVED Serie.mediane"),
        "{}",
        ran.out
    );
}

#[test]
fn nothing_to_compare_is_a_usage_error_and_the_snapshot_of_the_base_branch_can_be_compared() {
    let folder = project();
    let at = folder.path();
    assert_eq!(run(at, &["check"], "").code, 2);
    let composed = run(at, &["compose", "--output", "base.graphql"], "");
    assert_eq!(composed.code, 0, "{}", composed.err);
    std::fs::copy(at.join("changed.graphql"), at.join("statistiques.graphql"))
        .expect("it is there");
    let ran = run(at, &["check", "--against", "base.graphql"], "");
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(
        ran.out.contains("breaking FIELD_REMOVED Serie.mediane"),
        "{}",
        ran.out
    );
    let refused = run(
        at,
        &["plan", "--format", "markdown"],
        "{ addition(a: 1, b: 2) }",
    );
    assert_eq!(refused.code, 2);
}
