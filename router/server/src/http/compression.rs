//! Answers in fewer bytes, where a client takes that: <https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3>.
//!
//! Only whole answers are coded. Events and parts are sent as they come, and a coding would hold them back or be flushed for each of them.

use std::io::{self, Write};
use std::thread::available_parallelism;

use abaque_edge::long_work;
use brotli::CompressorWriter;
use brotli::enc::BrotliEncoderParams;
use bytes::Bytes;
use flate2::write::GzEncoder;
use http::header::{ACCEPT_ENCODING, HeaderMap};
use memory::Account;
use settings::Section;
use tokio::sync::Semaphore;

use super::media::quality;

/// Shorter answers fit into a segment or two anyway.
const SHORT: usize = 1024;
/// Longer ones are coded by a few at once only.
const LONG: usize = 64 * 1024;

/// Reads the key.
pub(crate) fn read(root: &Section<'_>) -> bool {
    root.key("compression", "Whether answers of 1 KiB and more are compressed for clients that say so in `Accept-Encoding`: `br`, `zstd` or `gzip`, in this order where a client has no preference. Events and parts are not.")
        .switch(false)
}

/// A coding of answers, in the order of preference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Brotli,
    Zstd,
    Gzip,
}

impl Coding {
    const ALL: [Self; 3] = [Self::Brotli, Self::Zstd, Self::Gzip];

    fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Zstd => "zstd",
            Self::Gzip => "gzip",
        }
    }

    /// Codes bytes into no more than as many. What takes longer saves little of what is text over and over.
    fn encode(self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        let room = Room {
            bytes: Vec::with_capacity(bytes.len() / 4),
            most: bytes.len(),
            is_full: false,
        };
        let room = match self {
            Self::Brotli => {
                let params = BrotliEncoderParams {
                    quality: 4,
                    lgwin: 19,
                    size_hint: bytes.len(),
                    ..BrotliEncoderParams::default()
                };
                let mut writer = CompressorWriter::with_params(room, 4096, &params);
                writer.write_all(bytes)?;
                writer.flush()?;
                writer.into_inner()
            }
            Self::Zstd => {
                let mut writer = zstd::Encoder::new(room, 3)?;
                writer.write_all(bytes)?;
                writer.finish()?
            }
            Self::Gzip => {
                let mut writer = GzEncoder::new(room, flate2::Compression::new(5));
                writer.write_all(bytes)?;
                writer.finish()?
            }
        };
        // Not every encoder reports at its end that it could not write.
        match room.is_full {
            true => Err(io::ErrorKind::StorageFull.into()),
            false => Ok(room.bytes),
        }
    }
}

/// Where coded bytes go.
struct Room {
    bytes: Vec<u8>,
    /// How many there may be.
    most: usize,
    /// Whether there would have been more.
    is_full: bool,
}

impl Write for Room {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() > self.most - self.bytes.len() {
            self.is_full = true;
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a client says about codings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Accepted {
    /// The one that it likes best, unless it likes none better than nothing.
    coding: Option<Coding>,
    /// Whether it takes an answer that is not coded.
    identity: bool,
}

/// The best of what a client accepts. One that says nothing is sent what is not coded.
fn accepted(headers: &HeaderMap) -> Accepted {
    let mut named = [None; Coding::ALL.len()];
    let (mut identity, mut any) = (None, None);
    let values = headers.get_all(ACCEPT_ENCODING).iter();
    let texts = values.filter_map(|value| value.to_str().ok());
    for element in texts.flat_map(|text| text.split(',')) {
        let mut parts = element.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let q = parts.find_map(quality).unwrap_or(1000);
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        let known = |coding: &Coding| is(coding.name()) || *coding == Coding::Gzip && is("x-gzip");
        if let Some(index) = Coding::ALL.iter().position(known) {
            named[index] = Some(q);
        } else if is("identity") {
            identity = Some(q);
        } else if name == "*" {
            any = Some(q);
        }
    }
    let least = identity.unwrap_or(0);
    let mut best = None;
    for (coding, q) in Coding::ALL.into_iter().zip(named) {
        let q = q.or(any).unwrap_or(0);
        let (_, before) = best.unwrap_or((coding, 0));
        if q > before && q >= least {
            best = Some((coding, q));
        }
    }
    Accepted {
        coding: best.map(|(coding, _)| coding),
        identity: identity.or(any) != Some(0),
    }
}

/// Codes answers, a few long ones at once.
#[derive(Debug)]
pub(crate) struct Compression {
    long: Semaphore,
}

impl Compression {
    /// `None` when it is switched off.
    pub(super) fn new(is_on: bool) -> Option<Self> {
        let cores = available_parallelism().map_or(1, usize::from);
        is_on.then(|| Self {
            long: Semaphore::new(cores),
        })
    }

    /// The name of a coding that the client accepts, and the bytes in it. `None` for an answer that is sent as it is: it is short, or gets no shorter,
    /// or there is no room or time for it now.
    pub(super) fn encode(
        &self,
        headers: &HeaderMap,
        bytes: &Bytes,
        account: &Account,
    ) -> Option<(&'static str, Bytes)> {
        if !headers.contains_key(ACCEPT_ENCODING) {
            return None;
        }
        let accepted = accepted(headers);
        let coding = accepted.coding?;
        if bytes.len() < SHORT && accepted.identity {
            return None;
        }
        // Nobody waits: an answer that is not coded is right too.
        let _turn = match bytes.len() > LONG {
            true => Some(self.long.try_acquire().ok()?),
            false => None,
        };
        account.grow(bytes.len()).ok()?;
        let coded = long_work::on(bytes.len(), || coding.encode(bytes)).ok();
        account.keep(coded.as_ref().map_or(bytes.len(), Vec::len));
        let mut coded = coded?;
        coded.shrink_to_fit();
        Some((coding.name(), coded.into()))
    }
}

#[cfg(test)]
mod tests;
