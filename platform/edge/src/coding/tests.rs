//! Tests of [`super`].

use std::convert::Infallible;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

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
    let mut writer = ::brotli::CompressorWriter::new(&mut coded, 4096, 5, 20);
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
        let decoded = coding
            .decode_now(&coded, body.len(), free)
            .expect("it fits");
        assert_eq!(decoded, body);
        let bomb = coding.decode_now(&coded, body.len() - 1, free);
        assert!(matches!(bomb, Err(Undecoded::TooLarge)), "{coding:?}");
        let half = coding.decode_now(&coded[..coded.len() / 2], body.len(), free);
        assert!(matches!(half, Err(Undecoded::Wrong(_))), "{coding:?}");
        let other = coding.decode_now(b"{\"data\":{}}", body.len(), free);
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
        let refused = coding.decode_now(&coded, body.len(), grow);
        assert!(
            matches!(refused, Err(Undecoded::Refused("no more"))),
            "{coding:?}"
        );
        let mut granted = 0;
        let grow = |more| {
            granted += more;
            Ok::<_, Infallible>(())
        };
        let decoded = coding.decode_now(&coded, body.len(), grow);
        let decoded = decoded.expect("it fits");
        assert!(decoded.capacity() < granted, "{coding:?} {granted}");
        assert!(granted < 5 * body.len(), "{coding:?} {granted}");
    }
}

/// 48 MiB of blanks, with a window of 16 MiB.
const BLANKS: &[u8] = b"\xCF\xFF\xFF\x7F\xF8\x25\x40\xE2\xB1\x40\x20\xF7\xFE\x9F\xFF\xFF\xFF\xF0\x4B\x00\xC4\x61\x01\x80\xEE\xFD\x7F\xFE\xFF\xFF\xE3\x97\x00\x88\xC3\x22\x00\xDD\xFB\x7F";

/// The same with a window of 64 MiB, which RFC 7932 does not have.
const LARGE_WINDOW: &[u8] = b"\x11\x1A\xFF\xFF\xFF\x01\x90\x00\x89\xC7\x02\x21\xF7\xFE\x9F\xFF\xFF\xFF\x00\x48\x00\xC4\x61\x01\xA0\x7B\xFF\x9F\xFF\xFF\xFF\x00\x24\x00\xE2\xB0\x00\xD0\xBD\xFF\x07";

#[test]
fn a_window_takes_no_more_than_what_the_body_may_stand_for() {
    let mut granted = 0;
    let grow = |more| {
        granted += more;
        Ok::<_, Infallible>(())
    };
    let limit = 1 << 20;
    let bomb = Coding::Brotli.decode_now(BLANKS, limit, grow);
    assert!(matches!(bomb, Err(Undecoded::TooLarge)), "{bomb:?}");
    assert!(granted < limit, "{granted}");
    // It is not the window that is refused.
    let mut coded = Vec::new();
    let mut writer = ::brotli::CompressorWriter::new(&mut coded, 4096, 5, 24);
    writer.write_all(b"{\"a\":1}").expect("memory takes it");
    drop(writer);
    let decoded = Coding::Brotli.decode_now(&coded, limit, free);
    assert_eq!(decoded.expect("it fits"), b"{\"a\":1}");
}

#[test]
fn a_window_that_the_format_does_not_have_is_refused() {
    let refused = Coding::Brotli.decode_now(LARGE_WINDOW, 1 << 26, free);
    let Err(Undecoded::Wrong(error)) = refused else {
        panic!("it is decoded");
    };
    assert_eq!(error.to_string(), "its window is none of RFC 7932");
}

/// Windows are asked for before they are taken, so that what is refused is never there.
#[test]
fn a_window_for_which_there_is_no_room_is_refused() {
    for coding in [Coding::Brotli, Coding::Zstd] {
        let body = vec![b'a'; 1_000_000];
        let coded = all(&body).into_iter().find(|(one, _)| *one == coding);
        let (_, coded) = coded.expect("it is one of all");
        let mut granted = 0;
        let grow = |more| {
            granted += more;
            match granted > 500_000 {
                true => Err("no more"),
                false => Ok(()),
            }
        };
        let refused = coding.decode_now(&coded, 1 << 20, grow);
        assert!(
            matches!(refused, Err(Undecoded::Refused("no more"))),
            "{coding:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_many_are_decoded_at_once_as_there_are_cores() {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let running = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let coded = gzip(&vec![b'a'; 300_000]);
    let tasks = (0..8 * cores).map(|_| {
        let (running, most, coded) = (Arc::clone(&running), Arc::clone(&most), coded.clone());
        tokio::spawn(async move {
            let grow = |_| {
                let now = running.fetch_add(1, Ordering::SeqCst) + 1;
                most.fetch_max(now, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(5));
                running.fetch_sub(1, Ordering::SeqCst);
                Ok::<_, Infallible>(())
            };
            let decoded = Coding::Gzip.decode(&coded, 300_000, grow).await;
            decoded.expect("it fits").len()
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        assert_eq!(task.await.expect("no panic"), 300_000);
    }
    assert!(most.load(Ordering::SeqCst) <= cores);
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
    let decode = |coded: &[u8]| Coding::Gzip.decode_now(coded, 1_000_000, free);
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
