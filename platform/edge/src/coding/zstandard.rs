//! The windows of Zstandard: <https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1.1>.

/// What begins a frame.
const MAGIC: [u8; 4] = 0xFD2F_B528_u32.to_le_bytes();
/// The most that one block stands for, in bytes.
const BLOCK: usize = 128 * 1024;
/// What a decoder has beside its window: its tables, and a block before and after it is decoded.
const TABLES: usize = 192 * 1024;

/// What a decoder keeps for a body: the largest window of its frames. A window that is larger than what the body may stand for is written to
/// no further than that.
pub(super) fn kept(mut body: &[u8], limit: usize) -> usize {
    let mut window = 0;
    while let Some(size) = declared(body) {
        window = window.max(size.min(limit as u64));
        // One that has no end is the last.
        let Ok(length) = zstd::zstd_safe::find_frame_compressed_size(body) else {
            break;
        };
        body = body.get(length..).unwrap_or_default();
    }
    TABLES + 3 * BLOCK + usize::try_from(window).unwrap_or(limit)
}

/// The window that the frame at the beginning declares: 0 for one that is skipped, `None` for what is none.
fn declared(body: &[u8]) -> Option<u64> {
    let (magic, header) = body.split_first_chunk::<4>()?;
    if *magic != MAGIC {
        return (u32::from_le_bytes(*magic) & 0xFFFF_FFF0 == 0x184D_2A50).then_some(0);
    }
    let (&descriptor, fields) = header.split_first()?;
    let is_single = descriptor & 0b10_0000 != 0;
    if !is_single {
        let window = *fields.first()?;
        let base = 1_u64 << (10 + (window >> 3));
        return Some(base + base / 8 * u64::from(window & 7));
    }
    // Its window is its content.
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let size = [1, 2, 4, 8][usize::from(descriptor >> 6)];
    let mut content = [0; 8];
    content[..size].copy_from_slice(fields.get(dictionary..dictionary + size)?);
    let content = u64::from_le_bytes(content);
    Some(if size == 2 { content + 256 } else { content })
}

#[cfg(test)]
mod tests;
