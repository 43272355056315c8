//! Answers of subgraphs in fewer bytes, where the configuration asks for that: <https://www.rfc-editor.org/rfc/rfc9110#section-8.4>.
//!
//! What comes is read within the bound of any answer, and so is what comes of it: a few bytes that stand for many are refused where the bound is reached, and no more than
//! that is made of them. What a decoder keeps beside that is bounded by the windows of the formats, 16 MiB at most.

use std::io::{self, Read};

use brotli::Decompressor;
use flate2::read::MultiGzDecoder;
use http::header::{CONTENT_ENCODING, HeaderMap, HeaderValue};
use memory::{Account, Gather};

/// What is asked for.
pub(crate) const ACCEPTED: HeaderValue = HeaderValue::from_static("br, zstd, gzip");

/// What is decoded at once, in bytes.
const CHUNK: usize = 16 * 1024;
/// The largest window of Zstandard, as its exponent: what decoders must take at the least.
const MAX_WINDOW: u32 = 23;

/// A coding of answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    Brotli,
    Zstd,
    Gzip,
}

/// Why nothing comes of a body.
#[derive(Debug)]
pub(crate) enum Undecoded {
    /// More than may be.
    TooLarge,
    /// No memory for it.
    Memory,
    /// It is not what it says.
    Wrong(io::Error),
}

impl Coding {
    /// The coding of an answer with these headers: `None` for none, an error for one that is not known here.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Option<Self>, &HeaderValue> {
        let Some(value) = headers.get(CONTENT_ENCODING) else {
            return Ok(None);
        };
        let is = |name: &str| value.as_bytes().eq_ignore_ascii_case(name.as_bytes());
        match () {
            () if is("identity") => Ok(None),
            () if is("br") => Ok(Some(Self::Brotli)),
            () if is("zstd") => Ok(Some(Self::Zstd)),
            () if is("gzip") || is("x-gzip") => Ok(Some(Self::Gzip)),
            () => Err(value),
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Zstd => "zstd",
            Self::Gzip => "gzip",
        }
    }

    /// Decodes a body into at most `limit` bytes, for which `account` pays.
    pub(crate) fn decode(
        self,
        body: &[u8],
        limit: usize,
        account: Option<&Account>,
    ) -> Result<Vec<u8>, Undecoded> {
        match self {
            Self::Brotli => drain(Decompressor::new(body, CHUNK), limit, account),
            Self::Gzip => drain(MultiGzDecoder::new(body), limit, account),
            Self::Zstd => {
                let mut decoder = zstd::Decoder::with_buffer(body).map_err(Undecoded::Wrong)?;
                let bounded = decoder.window_log_max(MAX_WINDOW);
                bounded.map_err(Undecoded::Wrong)?;
                drain(decoder, limit, account)
            }
        }
    }
}

fn drain(
    mut decoder: impl Read,
    limit: usize,
    account: Option<&Account>,
) -> Result<Vec<u8>, Undecoded> {
    let mut decoded = Gather::new(0);
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = decoder.read(&mut chunk).map_err(Undecoded::Wrong)?;
        if read == 0 {
            return Ok(decoded.into_bytes());
        }
        if read > limit - decoded.len() {
            return Err(Undecoded::TooLarge);
        }
        let missing = decoded.missing(read);
        if missing > 0 {
            if let Some(account) = account {
                account.grow(missing).map_err(|_| Undecoded::Memory)?;
            }
            decoded.grant(missing);
        }
        decoded.add(&chunk[..read]);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
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

    #[test]
    fn each_coding_gives_what_was_coded_within_the_bound_and_nothing_beyond() {
        let body = vec![b'a'; 1_000_000];
        let zstd = zstd::encode_all(&body[..], 3).expect("memory takes it");
        for (coding, coded) in [
            (Coding::Gzip, gzip(&body)),
            (Coding::Brotli, brotli(&body)),
            (Coding::Zstd, zstd),
        ] {
            assert!(coded.len() < 10_000, "{coding:?}");
            let decoded = coding.decode(&coded, body.len(), None).expect("it fits");
            assert_eq!(decoded, body);
            let bomb = coding.decode(&coded, body.len() - 1, None);
            assert!(matches!(bomb, Err(Undecoded::TooLarge)), "{coding:?}");
            let half = coding.decode(&coded[..coded.len() / 2], body.len(), None);
            assert!(matches!(half, Err(Undecoded::Wrong(_))), "{coding:?}");
            let other = coding.decode(b"{\"data\":{}}", body.len(), None);
            assert!(matches!(other, Err(Undecoded::Wrong(_))), "{coding:?}");
        }
    }
}
