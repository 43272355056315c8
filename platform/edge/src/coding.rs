//! Bodies in fewer bytes: <https://www.rfc-editor.org/rfc/rfc9110#section-8.4>.
//!
//! What comes of a body is bounded while it is decoded: a few bytes that stand for many are refused where the bound is reached, and no more than
//! that is made of them. What a decoder keeps beside that, its window above all, is asked for as well before it is taken (`meter`), and is at most
//! a few times what the body may stand for, however large the window is that the body declares. As many bodies are decoded at once as there are
//! cores; others wait for their turn.

use std::cell::RefCell;
use std::io::{self, Read};
use std::sync::LazyLock;

use ::brotli::reader::DecompressorCustomAlloc;
use ::brotli::{Allocator, HeapAlloc};
use flate2::bufread::GzDecoder;
use flate2::read::ZlibDecoder;
use http::header::{CONTENT_ENCODING, HeaderMap, HeaderValue};
use tokio::sync::Semaphore;

use self::meter::{Failed, Meter, Metered};
use crate::long_work;

mod meter;
mod zstandard;

/// Those that bodies of requests are taken in, for `Accept-Encoding` (<https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3>).
pub const TAKEN: &str = "br, zstd, gzip, deflate";

/// What is decoded at once, in bytes.
const CHUNK: usize = 16 * 1024;
/// The least by which what is decoded grows, in bytes.
const STEP: usize = 64 * 1024;
/// The largest window of Zstandard, as its exponent: what decoders must take at the least.
const MAX_WINDOW: u32 = 23;
/// What a decoder of gzip or of zlib's format has: a window of 32 KiB, tables, and a chunk.
const INFLATING: usize = 64 * 1024;
/// What a Brotli decoder has beside what it allocates: its state, a chunk before and after it is decoded.
const BROTLI: usize = 48 * 1024;
/// What a Brotli decoder allocates at once beside its window, in bytes, is less: tables and a context map.
const TABLES: usize = 2 * 1024 * 1024;

/// Places of those that decode: as many as there are cores.
static PLACES: LazyLock<Semaphore> = LazyLock::new(|| {
    let cores = std::thread::available_parallelism();
    Semaphore::new(cores.map_or(1, usize::from))
});

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

    /// Decodes a body into at most `limit` bytes when its turn has come. `grow` is asked for room before it is taken, for what comes of the body and
    /// for what the decoder needs: of that, only what comes of the body is left at the end.
    ///
    /// # Errors
    ///
    /// See [`Undecoded`].
    pub async fn decode<E>(
        self,
        body: &[u8],
        limit: usize,
        grow: impl FnMut(usize) -> Result<(), E>,
    ) -> Result<Vec<u8>, Undecoded<E>> {
        let place = PLACES.acquire().await;
        let _place = place.expect("the semaphore is never closed");
        long_work::run(|| self.decode_now(body, limit, grow))
    }

    fn decode_now<E>(
        self,
        body: &[u8],
        limit: usize,
        grow: impl FnMut(usize) -> Result<(), E>,
    ) -> Result<Vec<u8>, Undecoded<E>> {
        // A Brotli decoder makes room for at most twice what is to come, and a little.
        let most = limit.saturating_mul(2).saturating_add(CHUNK).max(TABLES);
        let meter = RefCell::new(Meter::new(most, grow));
        take(&meter, self.kept(body, limit))?;
        match self {
            Self::Brotli => {
                check_window(body)?;
                let buffer = HeapAlloc::default().alloc_cell(CHUNK);
                let [bytes, lengths, codes] = [&meter; 3].map(Metered);
                let decoder = DecompressorCustomAlloc::new(body, buffer, bytes, lengths, codes);
                drain(decoder, limit, &meter)
            }
            Self::Gzip => drain(Members::of(body), limit, &meter),
            Self::Deflate => drain(ZlibDecoder::new(body), limit, &meter),
            Self::Zstd => {
                let mut decoder = zstd::Decoder::with_buffer(body).map_err(Undecoded::Wrong)?;
                let bounded = decoder.window_log_max(MAX_WINDOW);
                bounded.map_err(Undecoded::Wrong)?;
                drain(decoder, limit, &meter)
            }
        }
    }

    /// What a decoder of such a body keeps, beside what it asks for itself.
    fn kept(self, body: &[u8], limit: usize) -> usize {
        match self {
            Self::Brotli => BROTLI,
            Self::Zstd => zstandard::kept(body, limit),
            Self::Gzip | Self::Deflate => INFLATING,
        }
    }
}

/// Refuses the windows of up to 1 GiB that another format has, which begins as no Brotli stream does:
/// <https://www.rfc-editor.org/rfc/rfc7932#section-9.1>.
fn check_window<E>(body: &[u8]) -> Result<(), Undecoded<E>> {
    match body.first() {
        Some(first) if first & 0b111_1111 == 0b001_0001 => {
            let reason = "its window is none of RFC 7932";
            Err(Undecoded::Wrong(io::Error::new(
                io::ErrorKind::InvalidData,
                reason,
            )))
        }
        _ => Ok(()),
    }
}

/// Reads what a decoder makes of a body.
fn drain<G, E>(
    mut decoder: impl Read,
    limit: usize,
    meter: &RefCell<Meter<G, E>>,
) -> Result<Vec<u8>, Undecoded<E>>
where
    G: FnMut(usize) -> Result<(), E>,
{
    let mut decoded = Vec::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = match decoder.read(&mut chunk) {
            Ok(read) => read,
            // A decoder that gets no memory has no better words for it.
            Err(error) => return Err(failed(meter).unwrap_or(Undecoded::Wrong(error))),
        };
        if read == 0 {
            return Ok(decoded);
        }
        if read > limit - decoded.len() {
            return Err(Undecoded::TooLarge);
        }
        let wanted = decoded.len() + read;
        let granted = decoded.capacity();
        if wanted > granted {
            let grown = (granted + (granted / 4).max(STEP)).min(limit).max(wanted);
            take(meter, grown - granted)?;
            decoded.reserve_exact(grown - decoded.len());
        }
        decoded.extend_from_slice(&chunk[..read]);
    }
}

/// Takes room for this many bytes.
fn take<G, E>(meter: &RefCell<Meter<G, E>>, bytes: usize) -> Result<(), Undecoded<E>>
where
    G: FnMut(usize) -> Result<(), E>,
{
    let is_taken = meter.borrow_mut().take(bytes);
    match is_taken {
        true => Ok(()),
        false => Err(failed(meter).unwrap_or(Undecoded::TooLarge)),
    }
}

/// Why there is no room.
fn failed<G, E>(meter: &RefCell<Meter<G, E>>) -> Option<Undecoded<E>>
where
    G: FnMut(usize) -> Result<(), E>,
{
    meter.borrow_mut().failed().map(|failed| match failed {
        Failed::TooLarge => Undecoded::TooLarge,
        Failed::Refused(refused) => Undecoded::Refused(refused),
    })
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
