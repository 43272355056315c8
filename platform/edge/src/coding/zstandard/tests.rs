//! Tests of [`super`].

use std::io::Write;

use super::*;

/// A frame with a window of 2 to this power, of unknown length.
fn streamed(exponent: u32, bytes: &[u8]) -> Vec<u8> {
    let mut writer = zstd::Encoder::new(Vec::new(), 1).expect("memory takes it");
    writer.window_log(exponent).expect("a window there is");
    writer.write_all(bytes).expect("memory takes it");
    writer.finish().expect("memory takes it")
}

/// What is kept beside windows.
fn beside() -> usize {
    kept(b"", 0)
}

#[test]
fn the_largest_window_of_all_frames_is_kept_up_to_what_the_body_may_stand_for() {
    let limit = 1 << 24;
    let small = streamed(10, b"{}");
    let large = streamed(20, b"{}");
    assert_eq!(kept(&small, limit), beside() + (1 << 10));
    assert_eq!(kept(&large, limit), beside() + (1 << 20));
    let both = [&*small, &*large, &*small].concat();
    assert_eq!(kept(&both, limit), beside() + (1 << 20));
    assert_eq!(kept(&both, 5_000), beside() + 5_000);
    let skipped = [0x50, 0x2A, 0x4D, 0x18, 2, 0, 0, 0, 7, 7];
    let skipped = [&skipped, &*large].concat();
    assert_eq!(kept(&skipped, limit), beside() + (1 << 20));
    // A frame without an end declares as much.
    assert_eq!(kept(&large[..8], limit), beside() + (1 << 20));
}

#[test]
fn a_frame_of_known_length_has_that_for_a_window() {
    for length in [1, 200, 300, 70_000] {
        let frame = zstd::bulk::compress(&vec![b' '; length], 1).expect("memory takes it");
        let kept = kept(&frame, 1 << 24) - beside();
        assert!(
            length <= kept && kept <= length.max(1024),
            "{length} {kept}"
        );
    }
}

#[test]
fn what_is_no_frame_keeps_no_window() {
    for body in [&b""[..], b"{}", b"{\"query\"", &MAGIC, &[0xFF; 20]] {
        assert_eq!(kept(body, 1 << 24), beside(), "{body:?}");
    }
}
