//! `router serve` and the commands that ask a router that serves.

use super::*;

/// What the health check of the image goes by.
#[test]
fn health_is_what_the_admin_port_says() {
    let folder = project();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let yaml = format!(
        "admin: 0.0.0.0:{}\nsubgraphs: {{ dogs: {{ url: http://127.0.0.1:1/dogs }} }}\n",
        address.port()
    );
    std::fs::write(folder.path().join("router.yaml"), yaml).expect("written");
    let answers = [
        "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{}",
        "HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\n\r\nno schema yet",
    ];
    let answering = std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().expect("a connection");
            let mut head = String::new();
            let mut reader = BufReader::new(stream.try_clone().expect("a clone"));
            while reader.read_line(&mut head).expect("a line") > 2 {}
            assert!(head.starts_with("GET /health/ready HTTP/1.1\r\n"), "{head}");
            stream.write_all(answer.as_bytes()).expect("it is read");
        }
    });
    let ran = run(folder.path(), &["health"], "");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let ran = run(folder.path(), &["health"], "");
    assert_eq!((ran.code, ran.err.as_str()), (1, "error: no schema yet\n"));
    answering.join().expect("both were asked");
    let ran = run(folder.path(), &["health"], "");
    assert_eq!(ran.code, 1, "nobody listens any more: {}", ran.err);
}

#[cfg(unix)]
#[test]
fn serving_ends_well_when_asked_to() {
    use std::io::{BufRead, BufReader};

    let folder = project();
    let config = folder.path().join("router.yaml");
    let text = std::fs::read_to_string(&config).expect("it is there");
    let ports = "listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\nlog: { format: json }\n";
    std::fs::write(&config, format!("{ports}{text}")).expect("written");
    let mut child = Command::new(env!("CARGO_BIN_EXE_router"))
        .args(["serve", "--config"])
        .arg(&config)
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary is built");
    let mut lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
    let mut line = || -> Value {
        let line = lines.next().expect("a line").expect("UTF-8");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    };
    let listening = line();
    assert_eq!(listening["message"], "listening", "{listening}");
    assert!(
        listening["graphql"]
            .as_str()
            .is_some_and(|url| url.ends_with("/graphql"))
    );
    assert_eq!(line()["message"], "a new schema is in service");
    let killed = Command::new("kill").arg(child.id().to_string()).status();
    assert!(killed.expect("there is a kill command").success());
    assert_eq!(line()["message"], "shutting down");
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn authorities_that_cannot_be_read_are_told() {
    let folder = project();
    let config = folder.path().join("router.yaml");
    let text = std::fs::read_to_string(&config).expect("it is there");
    let more = "listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\ntls: { ca: query.graphql }\n";
    std::fs::write(&config, format!("{more}{text}")).expect("written");
    for command in ["serve", "compose"] {
        let ran = run(folder.path(), &[command], "");
        assert_eq!(ran.code, 1);
        assert!(
            ran.err.contains("query.graphql: it holds no certificate"),
            "{}",
            ran.err
        );
    }
}

#[test]
fn a_port_that_is_taken_is_told() {
    let folder = project();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address");
    let config = folder.path().join("router.yaml");
    let text = std::fs::read_to_string(&config).expect("it is there");
    std::fs::write(&config, format!("listen: {address}\n{text}")).expect("written");
    let ran = run(folder.path(), &["serve"], "");
    assert_eq!(ran.code, 1);
    assert!(
        ran.err
            .contains(&format!("cannot listen on {address} (listen)")),
        "{}",
        ran.err
    );
}

#[test]
fn an_answer_is_asked_for_until_it_is_the_expected_one() {
    use std::io::Read;

    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!(
        "http://{}/graphql",
        listener.local_addr().expect("an address")
    );
    let answers = [
        "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 2\r\n\r\nno",
        "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nyes",
    ];
    let server = std::thread::spawn(move || {
        let mut asked = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().expect("a connection");
            let mut request = [0; 2048];
            let length = stream.read(&mut request).expect("a request");
            asked.push(String::from_utf8_lossy(&request[..length]).into_owned());
            stream.write_all(answer.as_bytes()).expect("it is read");
        }
        asked
    });
    let folder = project();
    let ask = ["ask", &url, "--query", "{ dog }", "--contains", "yes"];
    let ran = run(folder.path(), &ask, "");
    assert_eq!((ran.code, &*ran.out), (0, "yes\n"), "{}", ran.err);
    for request in server.join().expect("no panic") {
        assert!(request.starts_with("POST /graphql "), "{request}");
    }
    let ran = run(folder.path(), &["ask", &url, "--within", "0"], "");
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.starts_with(&format!("error: {url}: ")),
        "{}",
        ran.err
    );
}
