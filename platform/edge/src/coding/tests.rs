//! Tests of [`super`].

use std::convert::Infallible;
use std::io::Write;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};

use super::*;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::new(6));
    writer.write_all(bytes).expect("memory takes it");
    writer.finish().expect("memory takes it")
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut writer = ZlibEncoder::new(Vec::new(), Compression::new(6));
    writer.write_all(bytes).expect("memory takes it");
    writer.finish().expect("memory takes it")
}

fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut coded = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut coded, 4096, 5, 20);
    writer.write_all(bytes).expect("memory takes it");
    drop(writer);
    coded
}

fn all(bytes: &[u8]) -> [(Coding, Vec<u8>); 4] {
    [
        (Coding::Gzip, gzip(bytes)),
        (Coding::Deflate, deflate(bytes)),
        (Coding::Brotli, brotli(bytes)),
        (
            Coding::Zstd,
            zstd::encode_all(bytes, 3).expect("memory takes it"),
        ),
    ]
}

fn free(_: usize) -> Result<(), Infallible> {
    Ok(())
}

#[test]
fn each_coding_gives_what_was_coded_within_the_bound_and_nothing_beyond() {
    let body = vec![b'a'; 1_000_000];
    for (coding, coded) in all(&body) {
        assert!(coded.len() < 10_000, "{coding:?}");
        let decoded = coding.decode(&coded, body.len(), free).expect("it fits");
        assert_eq!(decoded, body);
        let bomb = coding.decode(&coded, body.len() - 1, free);
        assert!(matches!(bomb, Err(Undecoded::TooLarge)), "{coding:?}");
        let half = coding.decode(&coded[..coded.len() / 2], body.len(), free);
        assert!(matches!(half, Err(Undecoded::Wrong(_))), "{coding:?}");
        let other = coding.decode(b"{\"data\":{}}", body.len(), free);
        assert!(matches!(other, Err(Undecoded::Wrong(_))), "{coding:?}");
    }
}

#[test]
fn memory_is_asked_for_before_it_is_taken() {
    let body = vec![b'a'; 1_000_000];
    for (coding, coded) in all(&body) {
        let mut granted = 0;
        let grow = |more| {
            granted += more;
            match granted > 200_000 {
                true => Err("no more"),
                false => Ok(()),
            }
        };
        let refused = coding.decode(&coded, body.len(), grow);
        assert!(
            matches!(refused, Err(Undecoded::Refused("no more"))),
            "{coding:?}"
        );
        let mut granted = 0;
        let grow = |more| {
            granted += more;
            Ok::<_, Infallible>(())
        };
        let decoded = coding.decode(&coded, body.len(), grow).expect("it fits");
        assert!(decoded.capacity() <= granted && granted <= body.len());
    }
}

#[test]
fn one_coding_that_is_known_is_taken() {
    let of = |values: &[&'static str]| {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(CONTENT_ENCODING, HeaderValue::from_static(value));
        }
        Coding::of(&headers).map_err(|value| value.to_str().unwrap_or_default().to_owned())
    };
    assert_eq!(of(&[]), Ok(None));
    assert_eq!(of(&["identity"]), Ok(None));
    assert_eq!(of(&["GZIP"]), Ok(Some(Coding::Gzip)));
    assert_eq!(of(&["x-gzip"]), Ok(Some(Coding::Gzip)));
    for name in TAKEN.split(", ") {
        let coding = of(&[name]).expect("it is taken").expect("it is a coding");
        assert_eq!(coding.name(), name);
    }
    for other in ["", "compress", "gzip, gzip", "gzip;q=1", "gzip,"] {
        assert_eq!(of(&[other]), Err(other.to_owned()), "{other}");
    }
    assert_eq!(of(&["gzip", "br"]), Err("br".to_owned()));
    assert_eq!(of(&["identity", "gzip"]), Err("gzip".to_owned()));
}

#[test]
fn members_of_gzip_are_read_one_after_the_other_up_to_a_bound() {
    let decode = |coded: &[u8]| Coding::Gzip.decode(coded, 1_000_000, free);
    let two = [gzip(b"{\"a\""), gzip(b":1}")].concat();
    assert_eq!(decode(&two).expect("two members"), b"{\"a\":1}");
    let nothing = gzip(b"");
    assert_eq!(decode(&nothing.repeat(MAX_MEMBERS)).expect("as many"), b"");
    let Err(Undecoded::Wrong(error)) = decode(&nothing.repeat(MAX_MEMBERS + 1)) else {
        panic!("one more is too many");
    };
    assert_eq!(error.to_string(), "it has more than 100 members");
    let trailing = [gzip(b"{}"), b"x".to_vec()].concat();
    assert!(matches!(decode(&trailing), Err(Undecoded::Wrong(_))));
}
