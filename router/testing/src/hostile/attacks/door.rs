//! What comes before an operation: heads, tokens, ids of documents, batches, files.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};

use super::{Attacking, add};
use crate::Random;
use crate::hostile::field::Field;
use crate::hostile::report::Endings;
use crate::hostile::wire;

/// What is attacked has to be switched on.
pub(super) const CONFIGURATION: &str = "uploads: { max_files: 3, max_file_size: 1 MiB, max_size: 2 MiB }\nbatching: { max: 10 }\ncost: { max: 1000000 }\n\
    authentication: { jwt: [{ jwks: \"http://127.0.0.1:1/keys\", issuer: \"https://issuer.example\" }] }\n";

/// A POST with these lines in its head.
pub(super) fn post(lines: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: router\r\nconnection: close\r\ncontent-length: {}\r\n{lines}\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

pub(super) const JSON: &str = "content-type: application/json\r\n";

pub(super) fn tokens(field: &Field, mut random: Random) -> Attacking<'_> {
    Box::pin(async move {
        let body = wire::request("{ innocent }", "{}");
        let tokens = [
            "x".repeat(60_000),
            ".".repeat(60_000),
            format!(
                "{}.{}.{}",
                "e".repeat(20_000),
                "e".repeat(20_000),
                "e".repeat(20_000)
            ),
            // {"alg":"none"}, {"alg":"HS256"}, and a header that nests.
            "eyJhbGciOiJub25lIn0.e30.".to_owned(),
            "eyJhbGciOiJIUzI1NiJ9.e30.AAAA".to_owned(),
            format!("{}.e30.AAAA", "W1tbW1tbW1tb".repeat(3_000)),
        ];
        let mut requests: Vec<Vec<u8>> = Vec::new();
        for token in tokens {
            let lines = format!("{JSON}authorization: Bearer {token}\r\n");
            requests.extend(std::iter::repeat_n(
                post(&lines, body.as_bytes()),
                field.many(40),
            ));
        }
        // A key of its own for each.
        for _ in 0..field.many(10_000) {
            let kid = random.next_number();
            let head = format!("{{\"alg\":\"RS256\",\"kid\":\"{kid:x}\"}}");
            let head = BASE64_URL_SAFE_NO_PAD.encode(head);
            let lines = format!("{JSON}authorization: Bearer {head}.e30.AAAA\r\n");
            requests.push(post(&lines, body.as_bytes()));
        }
        field.send_all(requests, 32).await
    })
}

pub(super) fn heads(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let body = wire::request("{ innocent }", "{}");
        let lines = |count: usize, length: usize| -> String {
            let value = "x".repeat(length);
            let each = (0..count).map(|n| format!("x-{n}: {value}\r\n"));
            each.collect()
        };
        let mut endings = Endings::new();
        for more in [
            lines(90, 10),
            lines(10_000, 1),
            lines(90, 600),
            lines(1, 1_000_000),
            format!("accept: {}\r\n", "text/html;q=0.1,".repeat(3_500)),
            format!("accept-encoding: {}\r\n", "br;q=1,".repeat(8_000)),
            format!("x-forwarded-for: {}\r\n", "1.2.3.4,".repeat(7_000)),
            format!("cookie: {}\r\n", "a=b;".repeat(14_000)),
        ] {
            let request = post(&format!("{JSON}{more}"), body.as_bytes());
            let many = std::iter::repeat_n(request, field.many(40));
            add(&mut endings, field.send_all(many, 16).await);
        }
        endings
    })
}

pub(super) fn ids(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let ids = [
            "../../../../etc/passwd".to_owned(),
            "..%2f..%2fetc%2fpasswd".to_owned(),
            "/etc/passwd\\u0000.graphql".to_owned(),
            "C:\\\\Windows".to_owned(),
            "x/".repeat(500_000),
        ];
        let hashes = ["", "0", "zz", &"0".repeat(64), &"f".repeat(1_000_000)];
        let by_id = ids.map(|id| format!("{{\"documentId\":\"{id}\"}}"));
        let by_hash = hashes.map(|hash| {
            format!("{{\"extensions\":{{\"persistedQuery\":{{\"version\":1,\"sha256Hash\":\"{hash}\"}}}}}}")
        });
        let bodies = by_id.into_iter().chain(by_hash);
        let requests =
            bodies.flat_map(|body| std::iter::repeat_n(wire::post(&body), field.many(20)));
        field.send_all(requests, 16).await
    })
}

pub(super) fn batches(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let entry = "{\"query\":\"{ innocent }\"}";
        let nested = (0..5_000).fold(entry.to_owned(), |inner, _| format!("[{inner}]"));
        let bodies = [
            nested,
            format!("[{}]", [entry; 10].join(",")),
            format!("[{}]", vec![entry; 40_000].join(",")),
            format!("[{}]", vec!["[{}]"; 100_000].join(",")),
            format!(
                "[{}]",
                ["{\"query\":\"{ __schema { types { name } } }\"}"; 10].join(",")
            ),
            format!("[{}]", "1,".repeat(500_000)),
        ];
        let requests = bodies
            .into_iter()
            .flat_map(|body| std::iter::repeat_n(wire::post(&body), field.many(20)));
        field.send_all(requests, 8).await
    })
}

pub(super) fn uploads(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let part = |name: &str, content: &str| {
            format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{content}\r\n")
        };
        let query = "query($n: Int) { innocent }";
        let operations = part("operations", &wire::request(query, "{\"n\":null}"));
        let map = part("map", "{\"0\":[\"variables.n\"]}");
        let paths: Vec<String> = (0..4_000).map(|n| format!("\"variables.a.{n}\"")).collect();
        let deep = format!("{}null{}", "{\"a\":".repeat(50_000), "}".repeat(50_000));
        let forms = [
            // No end of anything.
            "-".repeat(1_500_000),
            format!("--x\r\nx: {}", "y".repeat(1_500_000)),
            format!("--x{}", " ".repeat(1_500_000)),
            format!("{operations}{}", "\r\n--".repeat(300_000)),
            part("operations", &"\r\n--x".repeat(300_000)),
            // Of everything too much.
            format!("{operations}{}", part("map", &"[".repeat(60_000))),
            format!(
                "{operations}{}",
                part("map", &format!("{{\"0\":[{}]}}", paths.join(",")))
            ),
            format!("{}{map}", part("operations", &wire::request(query, &deep))),
            part("file", "").repeat(20_000),
            format!("{operations}{map}{}", part("0", &"x".repeat(1_500_000))),
            // What is not true.
            format!("{map}{operations}"),
            format!("{operations}{map}{map}{map}--x--"),
            format!("{operations}{map}--x--"),
        ];
        let lines =
            "content-type: multipart/form-data; boundary=x\r\ngraphql-require-preflight: 1\r\n";
        let mut requests: Vec<Vec<u8>> = Vec::new();
        for form in forms {
            let whole = post(lines, form.as_bytes());
            // Announced and not sent.
            let cut = whole[..whole.len() - 1].to_vec();
            requests.extend(std::iter::repeat_n(whole, field.many(8)));
            requests.extend(std::iter::repeat_n(cut, field.many(4)));
        }
        field.send_all(requests, 32).await
    })
}
