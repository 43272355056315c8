//! Frames, as they are written: <https://www.rfc-editor.org/rfc/rfc6455#section-5.2>.

/// The longest head of a frame.
pub(super) const LONGEST_HEAD: usize = 14;
/// Bytes in a control frame.
pub(super) const MOST_CONTROL: u8 = 125;

/// What follows the length of a payload that is longer than its seven bits hold.
const TWO_BYTES: u8 = 126;
const EIGHT_BYTES: u8 = 127;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opcode {
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}

impl Opcode {
    fn of(bits: u8) -> Option<Self> {
        Some(match bits {
            0 => Self::Continuation,
            1 => Self::Text,
            2 => Self::Binary,
            8 => Self::Close,
            9 => Self::Ping,
            10 => Self::Pong,
            _ => return None,
        })
    }

    /// Whether it may come between the frames of a message.
    pub(super) fn is_control(self) -> bool {
        matches!(self, Self::Close | Self::Ping | Self::Pong)
    }
}

/// The head of a client's frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// Whether it ends its message.
    pub(super) is_final: bool,
    pub(super) opcode: Opcode,
    /// The length of the payload, in bytes.
    pub(super) length: u64,
    pub(super) mask: [u8; 4],
}

impl Head {
    /// The head with which these bytes begin, and its length; `None` where more of it has to come.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn read(bytes: &[u8]) -> Result<Option<(Self, usize)>, &'static str> {
        let [first, second, rest @ ..] = bytes else {
            return Ok(None);
        };
        if first & 0x70 != 0 {
            return Err("a reserved bit of a frame is set");
        }
        if second & 0x80 == 0 {
            return Err("a client's frame must have a mask");
        }
        let opcode = Opcode::of(first & 0x0f).ok_or("the opcode of a frame is not known")?;
        let is_final = first & 0x80 != 0;
        let short = second & 0x7f;
        if opcode.is_control() && (!is_final || short > MOST_CONTROL) {
            return Err("a control frame is one frame of at most 125 bytes");
        }
        let (length, rest) = match short {
            TWO_BYTES => match rest.split_first_chunk() {
                Some((length, rest)) => (u64::from(u16::from_be_bytes(*length)), rest),
                None => return Ok(None),
            },
            EIGHT_BYTES => match rest.split_first_chunk() {
                Some((length, rest)) => (u64::from_be_bytes(*length), rest),
                None => return Ok(None),
            },
            short => (u64::from(short), rest),
        };
        let Some((mask, rest)) = rest.split_first_chunk() else {
            return Ok(None);
        };
        let head = Self {
            is_final,
            opcode,
            length,
            mask: *mask,
        };
        Ok(Some((head, bytes.len() - rest.len())))
    }

    /// Takes the mask from a piece of the payload, before which so many bytes of it came.
    pub(super) fn unmask(&self, piece: &mut [u8], before: u64) {
        let mut mask = self.mask;
        // Less than four.
        mask.rotate_left((before % 4) as usize);
        let (words, rest) = piece.as_chunks_mut::<4>();
        for word in words {
            *word = (u32::from_ne_bytes(*word) ^ u32::from_ne_bytes(mask)).to_ne_bytes();
        }
        for (byte, mask) in rest.iter_mut().zip(mask) {
            *byte ^= mask;
        }
    }
}

/// Begins a frame of a server, which is a whole message or a control frame: its head, and room for this much more.
pub(super) fn begin(opcode: Opcode, length: usize, room: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(LONGEST_HEAD + room);
    out.push(0x80 | opcode as u8);
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short @ 0..=MOST_CONTROL), _) => out.push(short),
        (_, Ok(length)) => {
            out.push(TWO_BYTES);
            out.extend_from_slice(&length.to_be_bytes());
        }
        _ => {
            out.push(EIGHT_BYTES);
            out.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_as_soon_as_all_of_it_is_there() {
        for length in [0, 5, 125, 126, 65_535, 65_536, u64::MAX] {
            let mut bytes = vec![0x01];
            match length {
                0..=125 => bytes.push(0x80 | length as u8),
                126..=65_535 => {
                    bytes.push(0x80 | TWO_BYTES);
                    bytes.extend((length as u16).to_be_bytes());
                }
                _ => {
                    bytes.push(0x80 | EIGHT_BYTES);
                    bytes.extend(length.to_be_bytes());
                }
            }
            bytes.extend([1, 2, 3, 4]);
            for part in 0..bytes.len() {
                assert_eq!(Head::read(&bytes[..part]), Ok(None), "{part} of {length}");
            }
            let head = Head {
                is_final: false,
                opcode: Opcode::Text,
                length,
                mask: [1, 2, 3, 4],
            };
            let all = bytes.len();
            assert!(all <= LONGEST_HEAD);
            bytes.extend(b"payload");
            assert_eq!(Head::read(&bytes), Ok(Some((head, all))), "{length}");
        }
    }

    #[test]
    fn a_mask_goes_on_from_piece_to_piece() {
        let long = b"any text that is longer than a mask, in pieces";
        let head = Head {
            is_final: true,
            opcode: Opcode::Text,
            length: long.len() as u64,
            mask: [7, 11, 13, 17],
        };
        let masked: Vec<u8> = long
            .iter()
            .zip(head.mask.iter().cycle())
            .map(|(byte, mask)| byte ^ mask)
            .collect();
        for size in 1..=masked.len() {
            let mut unmasked = masked.clone();
            let mut before = 0;
            for piece in unmasked.chunks_mut(size) {
                head.unmask(piece, before);
                before += piece.len() as u64;
            }
            assert_eq!(unmasked, long, "in pieces of {size}");
        }
    }

    #[test]
    fn a_servers_frame_has_the_shortest_head() {
        let head = |length| begin(Opcode::Text, length, 0);
        assert_eq!(head(0), [0x81, 0]);
        assert_eq!(head(125), [0x81, 125]);
        assert_eq!(head(126), [0x81, 126, 0, 126]);
        assert_eq!(head(65_535), [0x81, 126, 0xff, 0xff]);
        assert_eq!(head(65_536), [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]);
        assert_eq!(begin(Opcode::Close, 2, 2), [0x88, 2]);
    }
}
