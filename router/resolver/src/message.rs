//! Questions and answers on the wire ([RFC 1035, section 4](https://www.rfc-editor.org/rfc/rfc1035#section-4)).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

/// Bytes of a name on the wire, with its root.
const MAX_NAME: usize = 255;
/// Of one part of a name.
const MAX_LABEL: usize = 63;
/// Records of an answer that are read.
const MAX_RECORDS: usize = 512;
/// Addresses that are kept of an answer.
const MAX_ADDRESSES: usize = 64;
/// Aliases that are followed.
const MAX_ALIASES: usize = 16;

const CLASS_IN: u16 = 1;
const TYPE_CNAME: u16 = 5;
const TYPE_SOA: u16 = 6;

/// Which addresses are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// `A`.
    V4,
    /// `AAAA` ([RFC 3596](https://www.rfc-editor.org/rfc/rfc3596)).
    V6,
}

impl Family {
    fn code(self) -> u16 {
        match self {
            Family::V4 => 1,
            Family::V6 => 28,
        }
    }
}

/// A question, as it is sent.
#[derive(Debug)]
pub(crate) struct Question {
    bytes: Vec<u8>,
    family: Family,
}

/// What a name server says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// These addresses, for that long.
    Addresses {
        addresses: Vec<IpAddr>,
        ttl: Duration,
        /// Whether there are more that the message had no room for.
        cut: bool,
    },
    /// There is no address, for that long where the server says so.
    Nothing { ttl: Option<Duration> },
    /// It does not say: it failed or refused.
    Failed(u8),
}

/// Why a message is not the answer. What is not the answer is not listened to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotOurs;

impl Question {
    /// Asks for a name without its last dot; `None` when no name can be like that.
    pub(crate) fn new(id: u16, name: &str, family: Family) -> Option<Self> {
        let mut bytes = Vec::with_capacity(name.len() + 18);
        bytes.extend_from_slice(&id.to_be_bytes());
        // Recursion desired; one question, nothing else.
        bytes.extend_from_slice(&[1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
        let head = bytes.len();
        for label in name.split('.') {
            let length = u8::try_from(label.len()).ok()?;
            if label.is_empty() || label.len() > MAX_LABEL {
                return None;
            }
            bytes.push(length);
            bytes.extend_from_slice(label.as_bytes());
        }
        bytes.push(0);
        if bytes.len() - head > MAX_NAME {
            return None;
        }
        bytes.extend_from_slice(&family.code().to_be_bytes());
        bytes.extend_from_slice(&CLASS_IN.to_be_bytes());
        Some(Self { bytes, family })
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Reads a message that may be the answer to this question.
    pub(crate) fn answer(&self, message: &[u8]) -> Result<Answer, NotOurs> {
        let mut reader = Reader {
            message,
            at: self.bytes.len(),
        };
        let head = message.get(..12).ok_or(NotOurs)?;
        let is_response = head[2] & 0x80 != 0 && head[2] & 0x78 == 0;
        let same_id = head[..2] == self.bytes[..2];
        if !is_response || !same_id {
            return Err(NotOurs);
        }
        let code = head[3] & 0x0f;
        let echoed = message.get(12..self.bytes.len());
        let same_question = head[4..6] == [0, 1]
            && echoed.is_some_and(|echoed| echoed.eq_ignore_ascii_case(&self.bytes[12..]));
        if !same_question {
            // A server that understood nothing need not repeat the question.
            return match code {
                0 | 3 => Err(NotOurs),
                code => Ok(Answer::Failed(code)),
            };
        }
        let cut = head[2] & 0x02 != 0;
        let answers = u16::from_be_bytes([head[6], head[7]]);
        let authorities = u16::from_be_bytes([head[8], head[9]]);
        match code {
            0 | 3 => {}
            code => return Ok(Answer::Failed(code)),
        }
        let records = reader.records(answers, authorities, cut).ok_or(NotOurs)?;
        let (addresses, ttl) = self.addresses(&records);
        Ok(match addresses.is_empty() {
            // A message that was cut before its first address says nothing of whether there are any.
            true if cut && code == 0 => Answer::Addresses {
                addresses,
                ttl: Duration::ZERO,
                cut,
            },
            true => Answer::Nothing {
                ttl: records.negative_ttl.map(seconds),
            },
            false => Answer::Addresses {
                addresses,
                ttl: seconds(ttl),
                cut,
            },
        })
    }

    /// The addresses of the name, or of what it is an alias of, and the shortest time that one of these records holds.
    fn addresses(&self, records: &Records) -> (Vec<IpAddr>, u32) {
        let mut owner = decoded(&self.bytes, 12).unwrap_or_default();
        let mut ttl = u32::MAX;
        for _ in 0..MAX_ALIASES {
            let alias = records.aliases.iter().find(|alias| alias.owner == owner);
            let Some(alias) = alias else {
                break;
            };
            ttl = ttl.min(alias.ttl);
            owner.clone_from(&alias.target);
        }
        let mut addresses = Vec::new();
        for address in &records.addresses {
            let wanted = match self.family {
                Family::V4 => address.address.is_ipv4(),
                Family::V6 => address.address.is_ipv6(),
            };
            if wanted
                && address.owner == owner
                && addresses.len() < MAX_ADDRESSES
                && !addresses.contains(&address.address)
            {
                ttl = ttl.min(address.ttl);
                addresses.push(address.address);
            }
        }
        (addresses, ttl)
    }
}

/// A time on the wire: one with the highest bit is none ([RFC 2181, section 8](https://www.rfc-editor.org/rfc/rfc2181#section-8)).
fn seconds(ttl: u32) -> Duration {
    Duration::from_secs(match ttl {
        0..=0x7fff_ffff => u64::from(ttl),
        _ => 0,
    })
}

/// What is read of an answer.
#[derive(Default)]
struct Records {
    addresses: Vec<Address>,
    aliases: Vec<Alias>,
    /// How long it holds that there is nothing ([RFC 2308](https://www.rfc-editor.org/rfc/rfc2308#section-5)).
    negative_ttl: Option<u32>,
}

struct Address {
    owner: Vec<u8>,
    address: IpAddr,
    ttl: u32,
}

struct Alias {
    owner: Vec<u8>,
    target: Vec<u8>,
    ttl: u32,
}

struct Reader<'m> {
    message: &'m [u8],
    at: usize,
}

impl Reader<'_> {
    /// `None` when the message is broken; one that was cut may end where it likes.
    fn records(&mut self, answers: u16, authorities: u16, cut: bool) -> Option<Records> {
        let mut records = Records::default();
        let count = usize::from(answers) + usize::from(authorities);
        for index in 0..count.min(MAX_RECORDS) {
            let is_answer = index < usize::from(answers);
            if self.record(is_answer, &mut records).is_none() {
                return cut.then_some(records);
            }
        }
        Some(records)
    }

    fn record(&mut self, is_answer: bool, records: &mut Records) -> Option<()> {
        let owner = decoded(self.message, self.at)?;
        self.at = after_name(self.message, self.at)?;
        let head = self.take(10)?;
        let number = |at: usize| u16::from_be_bytes([head[at], head[at + 1]]);
        let (kind, class, length) = (number(0), number(2), usize::from(number(8)));
        let ttl = u32::from_be_bytes([head[4], head[5], head[6], head[7]]);
        let data_at = self.at;
        let data = self.take(length)?;
        if class != CLASS_IN {
            return Some(());
        }
        let address = match (kind, data.len()) {
            (1, 4) => <[u8; 4]>::try_from(data)
                .ok()
                .map(|v4| Ipv4Addr::from(v4).into()),
            (28, 16) => <[u8; 16]>::try_from(data)
                .ok()
                .map(|v6| Ipv6Addr::from(v6).into()),
            _ => None,
        };
        match (kind, address) {
            (_, Some(address)) if is_answer => records.addresses.push(Address {
                owner,
                address,
                ttl,
            }),
            (TYPE_CNAME, _) if is_answer && records.aliases.len() < MAX_ALIASES => {
                let target = decoded(self.message, data_at)?;
                records.aliases.push(Alias { owner, target, ttl });
            }
            (TYPE_SOA, _) if !is_answer => {
                // Its last number is how long nothing is remembered.
                let minimum = data.last_chunk::<4>().map(|last| u32::from_be_bytes(*last));
                records.negative_ttl = minimum.map(|minimum| minimum.min(ttl));
            }
            _ => {}
        }
        Some(())
    }

    fn take(&mut self, length: usize) -> Option<&[u8]> {
        let end = self.at.checked_add(length)?;
        let taken = self.message.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }
}

/// Where what follows a name begins.
fn after_name(message: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let length = *message.get(at)?;
        match length {
            0 => return Some(at + 1),
            1..=63 => at += 1 + usize::from(length),
            192..=255 => return (message.len() >= at + 2).then_some(at + 2),
            _ => return None,
        }
    }
}

/// A name in lower case, each part after its length. Pointers lead backwards only, so that none leads in a circle
/// ([section 4.1.4](https://www.rfc-editor.org/rfc/rfc1035#section-4.1.4)).
fn decoded(message: &[u8], mut at: usize) -> Option<Vec<u8>> {
    let mut name = Vec::new();
    let mut limit = message.len();
    loop {
        let length = *message.get(at)?;
        match length {
            0 => return Some(name),
            1..=63 => {
                let end = at + 1 + usize::from(length);
                let label = message.get(at..end)?;
                if name.len() + label.len() >= MAX_NAME {
                    return None;
                }
                // A length is no letter, so all of it can be made lower case.
                name.push(length);
                name.extend(label[1..].iter().map(u8::to_ascii_lowercase));
                at = end;
            }
            192..=255 => {
                let low = *message.get(at + 1)?;
                let target = usize::from(u16::from_be_bytes([length & 0x3f, low]));
                if target >= at.min(limit) {
                    return None;
                }
                limit = target;
                at = target;
            }
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests;
