//! One question to the name servers.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

use crate::message::{Answer, Family, NotOurs, Question};

/// Times that every server is asked.
const ATTEMPTS: usize = 3;
/// Bytes of a datagram; without extensions an answer has 512, and some servers send more.
const DATAGRAM: usize = 4096;
/// Datagrams that are read for one question: third parties may send any number.
const MAX_STRANGERS: usize = 32;

/// Asks server after server, again and again; what went wrong last is the error.
pub(crate) async fn ask(
    servers: &[SocketAddr],
    patience: Duration,
    name: &str,
    family: Family,
) -> Result<Answer, String> {
    let mut reason = "there is no name server".to_owned();
    for _ in 0..ATTEMPTS {
        for server in servers {
            let Some(question) = Question::new(random(), name, family) else {
                return Err("it cannot be put into a question".to_owned());
            };
            let asked = timeout(patience, over_udp(*server, &question)).await;
            match asked {
                Ok(Ok(Answer::Failed(code))) => reason = format!("{server} {}", said(code)),
                Ok(Ok(Answer::Addresses {
                    addresses,
                    ttl,
                    cut: true,
                })) => {
                    let whole = timeout(patience, over_tcp(*server, &question)).await;
                    match whole {
                        Ok(Ok(Answer::Failed(code))) => reason = format!("{server} {}", said(code)),
                        Ok(Ok(whole)) => return Ok(whole),
                        // Some addresses are better than none.
                        _ if !addresses.is_empty() => {
                            let cut = true;
                            return Ok(Answer::Addresses {
                                addresses,
                                ttl,
                                cut,
                            });
                        }
                        Ok(Err(error)) => reason = format!("{server} over TCP: {error}"),
                        Err(_) => reason = format!("{server} did not answer over TCP"),
                    }
                }
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(error)) => reason = format!("{server}: {error}"),
                Err(_) => reason = format!("{server} did not answer within {patience:?}"),
            }
        }
    }
    Err(reason)
}

/// A socket of its own for each question: its port, which the system chooses, is as hard to guess as the question's number.
async fn over_udp(server: SocketAddr, question: &Question) -> std::io::Result<Answer> {
    let any = match server {
        SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
        SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
    };
    let socket = UdpSocket::bind(any).await?;
    // From then on nobody else is heard.
    socket.connect(server).await?;
    socket.send(question.bytes()).await?;
    let mut buffer = [0; DATAGRAM];
    for _ in 0..MAX_STRANGERS {
        let length = socket.recv(&mut buffer).await?;
        if let Ok(answer) = question.answer(&buffer[..length]) {
            return Ok(answer);
        }
    }
    Err(std::io::Error::other("it sends what is no answer"))
}

/// Each message has its length before it ([RFC 1035, section 4.2.2](https://www.rfc-editor.org/rfc/rfc1035#section-4.2.2)).
async fn over_tcp(server: SocketAddr, question: &Question) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(server).await?;
    let length = u16::try_from(question.bytes().len());
    let length = length.map_err(std::io::Error::other)?;
    let mut message = length.to_be_bytes().to_vec();
    message.extend_from_slice(question.bytes());
    stream.write_all(&message).await?;
    let mut length = [0; 2];
    stream.read_exact(&mut length).await?;
    let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut answer).await?;
    let answer = question.answer(&answer);
    answer.map_err(|NotOurs| std::io::Error::other("it sends what is no answer"))
}

/// A number that who did not see it cannot guess: a keyed hash, whose keys come from the system's random numbers.
fn random() -> u16 {
    let hash = RandomState::new().build_hasher().finish();
    let [.., high, low] = hash.to_be_bytes();
    u16::from_be_bytes([high, low])
}

/// A response code in words ([RFC 1035, section 4.1.1](https://www.rfc-editor.org/rfc/rfc1035#section-4.1.1)).
fn said(code: u8) -> String {
    match code {
        1 => "did not understand the question (FORMERR)".to_owned(),
        2 => "failed (SERVFAIL)".to_owned(),
        4 => "does not answer such questions (NOTIMP)".to_owned(),
        5 => "refused (REFUSED)".to_owned(),
        code => format!("answered with response code {code}"),
    }
}
