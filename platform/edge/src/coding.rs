//! Bodies in fewer bytes: <https://www.rfc-editor.org/rfc/rfc9110#section-8.4>.
//!
//! What comes of a body is bounded while it is decoded: a few bytes that stand for many are refused where the bound is reached, and no more than
//! that is made of them. What a decoder keeps beside that is bounded by the windows of the formats, 16 MiB at most.

use std::io::{self, Read};

use brotli::Decompressor;
use flate2::bufread::GzDecoder;
use flate2::read::ZlibDecoder;
use http::header::{CONTENT_ENCODING, HeaderMap, HeaderValue};

/// Those that bodies of requests are taken in, for `Accept-Encoding` (<https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3>).
pub const TAKEN: &str = "br, zstd, gzip, deflate";

/// What is decoded at once, in bytes.
const CHUNK: usize = 16 * 1024;
/// The least by which what is decoded grows, in bytes.
const STEP: usize = 64 * 1024;
/// The largest window of Zstandard, as its exponent: what decoders must take at the least.
const MAX_WINDOW: u32 = 23;

/// A coding of bodies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// `br`
    Brotli,
    /// `zstd`
    Zstd,
    /// `gzip`
    Gzip,
    /// `deflate`: in the format of zlib.
    Deflate,
}

/// Why nothing comes of a body.
#[derive(Debug)]
pub enum Undecoded<E> {
    /// It stands for more than it may.
    TooLarge,
    /// No memory was given for it.
    Refused(E),
    /// It is not what it says.
    Wrong(io::Error),
}

impl Coding {
    /// The coding of a body with these headers: `None` for none.
    ///
    /// # Errors
    ///
    /// What they say, where that is not one coding that is known here.
    pub fn of(headers: &HeaderMap) -> Result<Option<Self>, &HeaderValue> {
        let mut values = headers.get_all(CONTENT_ENCODING).iter();
        let Some(value) = values.next() else {
            return Ok(None);
        };
        let is = |name: &str| value.as_bytes().eq_ignore_ascii_case(name.as_bytes());
        let coding = match () {
            () if is("identity") => None,
            () if is("br") => Some(Self::Brotli),
            () if is("zstd") => Some(Self::Zstd),
            () if is("gzip") || is("x-gzip") => Some(Self::Gzip),
            () if is("deflate") => Some(Self::Deflate),
            () => return Err(value),
        };
        // A second one is applied to what the first made.
        match values.next() {
            None => Ok(coding),
            Some(second) => Err(second),
        }
    }

    /// As headers have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Zstd => "zstd",
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
        }
    }

    /// Decodes a body into at most `limit` bytes; `grow` is asked for room before more of them are taken.
    ///
    /// # Errors
    ///
    /// See [`Undecoded`].
    pub fn decode<E>(
        self,
        body: &[u8],
        limit: usize,
        grow: impl FnMut(usize) -> Result<(), E>,
    ) -> Result<Vec<u8>, Undecoded<E>> {
        match self {
            Self::Brotli => drain(Decompressor::new(body, CHUNK), limit, grow),
            Self::Gzip => drain(Members::of(body), limit, grow),
            Self::Deflate => drain(ZlibDecoder::new(body), limit, grow),
            Self::Zstd => {
                let mut decoder = zstd::Decoder::with_buffer(body).map_err(Undecoded::Wrong)?;
                let bounded = decoder.window_log_max(MAX_WINDOW);
                bounded.map_err(Undecoded::Wrong)?;
                drain(decoder, limit, grow)
            }
        }
    }
}

fn drain<E>(
    mut decoder: impl Read,
    limit: usize,
    mut grow: impl FnMut(usize) -> Result<(), E>,
) -> Result<Vec<u8>, Undecoded<E>> {
    let mut decoded = Vec::new();
    let mut granted = 0_usize;
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = decoder.read(&mut chunk).map_err(Undecoded::Wrong)?;
        if read == 0 {
            return Ok(decoded);
        }
        if read > limit - decoded.len() {
            return Err(Undecoded::TooLarge);
        }
        let wanted = decoded.len() + read;
        if wanted > granted {
            let grown = (granted + (granted / 4).max(STEP)).min(limit).max(wanted);
            grow(grown - granted).map_err(Undecoded::Refused)?;
            granted = grown;
            decoded.reserve_exact(granted - decoded.len());
        }
        decoded.extend_from_slice(&chunk[..read]);
    }
}

/// Members of a gzip body that are read. Programs write one; each costs what a decoder costs to set up, whatever is in it.
const MAX_MEMBERS: usize = 100;

/// The members of a gzip body, one after the other: [RFC 1952, section 2.2](https://www.rfc-editor.org/rfc/rfc1952#section-2).
struct Members<'b> {
    /// `None` after the last one.
    current: Option<GzDecoder<&'b [u8]>>,
    begun: usize,
}

impl<'b> Members<'b> {
    fn of(body: &'b [u8]) -> Self {
        Self {
            current: Some(GzDecoder::new(body)),
            begun: 1,
        }
    }
}

impl Read for Members<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while let Some(decoder) = &mut self.current {
            let read = decoder.read(into)?;
            if read > 0 {
                return Ok(read);
            }
            let rest: &[u8] = decoder.get_ref();
            self.current = match rest {
                [] => None,
                _ if self.begun == MAX_MEMBERS => {
                    let reason = format!("it has more than {MAX_MEMBERS} members");
                    return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
                }
                rest => Some(GzDecoder::new(rest)),
            };
            self.begun += 1;
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests;
