//! What comes over the connection of a subscriber: an HTTP head, and then chunks, or frames of a WebSocket. The router writes each message as one of them.

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::Failure;

/// The longest head or message that is read.
const LONGEST: usize = 256 * 1024;

/// How messages are framed after the head.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// `Transfer-Encoding: chunked`.
    Chunks,
    /// RFC 6455, from the server: without masks.
    Frames,
}

/// A message, or a frame that is none.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Message(Bytes),
    Ping(Bytes),
    /// The server says that it is the end.
    End,
}

/// Reads what comes, as far as it has come.
pub(super) struct Reader<S> {
    stream: S,
    buffer: BytesMut,
    framing: Framing,
}

impl<S: AsyncRead + Unpin> Reader<S> {
    pub(super) fn new(stream: S, framing: Framing) -> Self {
        Self {
            stream,
            buffer: BytesMut::new(),
            framing,
        }
    }

    /// The status line and the fields.
    pub(super) async fn head(&mut self) -> Result<Bytes, Failure> {
        loop {
            let end = self.buffer.windows(4).position(|four| four == b"\r\n\r\n");
            if let Some(end) = end {
                return Ok(self.buffer.split_to(end + 4).freeze());
            }
            if !self.more().await? {
                return Err("the connection ends before the head of the answer".into());
            }
        }
    }

    /// What comes next; a connection that ends is an end too.
    pub(super) async fn piece(&mut self) -> Result<Piece, Failure> {
        loop {
            let piece = match self.framing {
                Framing::Chunks => chunk(&mut self.buffer)?,
                Framing::Frames => frame(&mut self.buffer)?,
            };
            match piece {
                Some(piece) => return Ok(piece),
                None if self.more().await? => {}
                None => return Ok(Piece::End),
            }
        }
    }

    async fn more(&mut self) -> Result<bool, Failure> {
        if self.buffer.len() > LONGEST {
            return Err("a message is too long".into());
        }
        self.buffer.reserve(512);
        Ok(self.stream.read_buf(&mut self.buffer).await? > 0)
    }
}

/// A chunk, once it is whole.
fn chunk(buffer: &mut BytesMut) -> Result<Option<Piece>, Failure> {
    let Some(line) = buffer.windows(2).position(|two| two == b"\r\n") else {
        return Ok(None);
    };
    let length = usize::from_str_radix(std::str::from_utf8(&buffer[..line])?.trim(), 16)?;
    let whole = line + 2 + length + 2;
    if buffer.len() < whole {
        return Ok(None);
    }
    let mut chunk = buffer.split_to(whole).freeze();
    chunk.advance(line + 2);
    chunk.truncate(length);
    Ok(Some(match length {
        0 => Piece::End,
        _ => Piece::Message(chunk),
    }))
}

/// A frame, once it is whole.
fn frame(buffer: &mut BytesMut) -> Result<Option<Piece>, Failure> {
    let &[first, second, ..] = &buffer[..] else {
        return Ok(None);
    };
    let (start, length) = match (second, &buffer[2..]) {
        (0..=125, _) => (2, usize::from(second)),
        (126, &[high, low, ..]) => (4, usize::from(u16::from_be_bytes([high, low]))),
        (126, _) => return Ok(None),
        _ => return Err("a frame is longer than any here, or masked".into()),
    };
    if buffer.len() < start + length {
        return Ok(None);
    }
    let mut frame = buffer.split_to(start + length).freeze();
    frame.advance(start);
    match first {
        0x81 => Ok(Some(Piece::Message(frame))),
        0x88 => Ok(Some(Piece::End)),
        0x89 => Ok(Some(Piece::Ping(frame))),
        other => Err(format!("an unexpected frame: {other:#x}").into()),
    }
}

/// A frame of a client. Its mask is zero, which is one like any other.
pub(super) fn masked(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x80 | opcode];
    match u8::try_from(payload.len()) {
        Ok(short @ 0..=125) => frame.push(0x80 | short),
        _ => {
            let length = u16::try_from(payload.len()).unwrap_or(u16::MAX);
            frame.push(0x80 | 126);
            frame.extend_from_slice(&length.to_be_bytes());
        }
    }
    frame.extend_from_slice(&[0; 4]);
    frame.extend_from_slice(payload);
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_is_read_once_it_is_whole() {
        let chunks = b"5\r\nhello\r\n0\r\n\r\n";
        let frames = b"\x81\x05hello\x89\x00\x88\x00";
        let message = Some(Piece::Message(Bytes::from_static(b"hello")));
        for (bytes, read) in [
            (&chunks[..], chunk as fn(&mut BytesMut) -> _),
            (&frames[..], frame),
        ] {
            let mut buffer = BytesMut::new();
            let mut pieces = Vec::new();
            for byte in bytes {
                buffer.extend_from_slice(&[*byte]);
                pieces.extend(read(&mut buffer).expect("it is well formed"));
            }
            assert_eq!(pieces.first(), message.as_ref());
            assert_eq!(pieces.last(), Some(&Piece::End));
        }
    }

    #[test]
    fn frames_of_clients_have_a_length_and_a_mask() {
        assert_eq!(masked(1, b"hi"), b"\x81\x82\0\0\0\0hi");
        assert_eq!(masked(1, &[b'x'; 200])[..4], [0x81, 0xfe, 0, 200]);
    }
}
