//! Which coding a client gets, and that it reads back.

use std::io::Read;

use super::*;

#[track_caller]
fn check(values: &[&'static str], coding: Option<Coding>, identity: bool) {
    let mut headers = HeaderMap::new();
    for value in values {
        headers.append(ACCEPT_ENCODING, http::HeaderValue::from_static(value));
    }
    assert_eq!(
        accepted(&headers),
        Accepted { coding, identity },
        "{values:?}"
    );
}

#[test]
fn the_best_coding_that_a_client_accepts_is_taken() {
    use Coding::{Brotli, Gzip, Zstd};
    check(&[], None, true);
    check(&[""], None, true);
    check(&["deflate, compress"], None, true);
    check(&["gzip, deflate, br, zstd"], Some(Brotli), true);
    check(&["gzip, zstd"], Some(Zstd), true);
    check(&["GZip"], Some(Gzip), true);
    check(&["x-gzip"], Some(Gzip), true);
    check(&["gzip;q=1.0, br;q=0.5"], Some(Gzip), true);
    check(&["gzip;q=0.2", "zstd;q=0.3"], Some(Zstd), true);
    check(&["br;q=0, gzip"], Some(Gzip), true);
    check(&["br;q=0"], None, true);
    check(&["*"], Some(Brotli), true);
    check(&["*;q=0.1, br;q=0"], Some(Zstd), true);
    check(&["identity, gzip;q=0.5"], None, true);
    check(&["identity;q=0.5, gzip;q=0.5"], Some(Gzip), true);
    check(&["identity;q=0, gzip;q=0.5"], Some(Gzip), false);
    check(&["*;q=0, gzip"], Some(Gzip), false);
    check(&["*;q=0"], None, false);
    check(&["gzip;q=nonsense"], Some(Gzip), true);
}

#[test]
fn what_is_coded_reads_back() {
    let text = "{\"data\":{\"dogs\":[{\"name\":\"Rex\"}]}}".repeat(10_000);
    for coding in Coding::ALL {
        let coded = coding.encode(text.as_bytes()).expect("it gets shorter");
        assert!(coded.len() < text.len() / 20, "{coding:?}: {}", coded.len());
        let mut back = String::new();
        let read = match coding {
            Coding::Brotli => brotli::Decompressor::new(&coded[..], 4096).read_to_string(&mut back),
            Coding::Zstd => zstd::Decoder::new(&coded[..])
                .expect("a frame")
                .read_to_string(&mut back),
            Coding::Gzip => flate2::read::GzDecoder::new(&coded[..]).read_to_string(&mut back),
        };
        read.expect("it reads back");
        assert!(back == text, "{coding:?}");
    }
}

#[test]
fn what_gets_no_shorter_is_not_coded() {
    let noise: Vec<u8> = std::iter::repeat_with(|| fastrand::u8(..))
        .take(100_000)
        .collect();
    // Of any length: what there is no room for may be the end.
    for length in (1..300).chain([100_000]) {
        for coding in Coding::ALL {
            assert!(
                coding.encode(&noise[..length]).is_err(),
                "{coding:?} {length}"
            );
        }
    }
}
