//! A name server whose every answer is scripted, and files for the resolver to read.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use resolver::{Resolver, Settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};

/// How a name server answers.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// These addresses, for this many seconds.
    Addresses(Vec<IpAddr>, u32),
    /// No such name.
    NoName,
    /// The name is there, and has no such address.
    NoData,
    /// A response code.
    Code(u8),
    /// Nothing.
    Silence,
    /// Over UDP cut after this many addresses; the whole over TCP.
    Cut(Vec<IpAddr>, usize),
    /// First forged answers, then the addresses.
    Noise(Vec<IpAddr>),
}

type Script = Box<dyn FnMut(&str, u16) -> Reply + Send>;

/// A name server on a port of its own, over UDP and TCP.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    asked: Arc<Mutex<Vec<(String, u16)>>>,
}

pub(crate) const A: u16 = 1;
pub(crate) const AAAA: u16 = 28;

impl Server {
    /// A server that answers as the script says, of a name and the type that is asked for.
    pub(crate) async fn start(script: impl FnMut(&str, u16) -> Reply + Send + 'static) -> Self {
        // One number for both protocols: the next one is tried where the other has it already.
        let (tcp, udp) = loop {
            let tcp = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let address = tcp.local_addr().expect("an address");
            if let Ok(udp) = UdpSocket::bind(address).await {
                break (tcp, udp);
            }
        };
        let address = udp.local_addr().expect("an address");
        let script: Arc<Mutex<Script>> = Arc::new(Mutex::new(Box::new(script)));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (over_tcp, over_udp) = (Arc::clone(&script), script);
        let seen = Arc::clone(&asked);
        tokio::spawn(async move {
            let mut buffer = [0; 512];
            while let Ok((length, from)) = udp.recv_from(&mut buffer).await {
                let question = buffer[..length].to_vec();
                let (name, kind) = read(&question);
                seen.lock().expect("no panic").push((name.clone(), kind));
                let reply = (over_udp.lock().expect("no panic"))(&name, kind);
                for message in messages(&question, kind, &reply, false) {
                    udp.send_to(&message, from).await.expect("it is sent");
                }
            }
        });
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = tcp.accept().await {
                let length = stream.read_u16().await.expect("a length");
                let mut question = vec![0; usize::from(length)];
                stream.read_exact(&mut question).await.expect("a question");
                let (name, kind) = read(&question);
                let reply = (over_tcp.lock().expect("no panic"))(&name, kind);
                for message in messages(&question, kind, &reply, true) {
                    let length = u16::try_from(message.len()).expect("it is short");
                    stream.write_u16(length).await.expect("it is sent");
                    stream.write_all(&message).await.expect("it is sent");
                }
            }
        });
        Self { address, asked }
    }

    /// What it was asked over UDP, in turn.
    pub(crate) fn asked(&self) -> Vec<(String, u16)> {
        self.asked.lock().expect("no panic").clone()
    }

    /// How often it was asked for addresses of version 4.
    pub(crate) fn asked_v4(&self) -> usize {
        self.asked().iter().filter(|(_, kind)| *kind == A).count()
    }

    /// A resolver that asks it, with files of the given texts.
    pub(crate) fn resolver(&self, folder: &Path, hosts: &str, conf: &str) -> Resolver {
        Resolver::new(self.settings(folder, hosts, conf))
    }

    pub(crate) fn settings(&self, folder: &Path, hosts: &str, conf: &str) -> Settings {
        let file = |name: &str, text: &str| {
            let path = folder.join(name);
            std::fs::write(&path, text).expect("it can be written");
            path
        };
        Settings {
            servers: vec![self.address],
            timeout: Duration::from_millis(200),
            hosts: file("hosts", hosts),
            resolv_conf: file("resolv.conf", conf),
            ..Settings::default()
        }
    }
}

fn read(question: &[u8]) -> (String, u16) {
    let mut labels = Vec::new();
    let mut at = 12;
    while question[at] != 0 {
        let end = at + 1 + usize::from(question[at]);
        labels.push(String::from_utf8_lossy(&question[at + 1..end]).into_owned());
        at = end;
    }
    let kind = u16::from_be_bytes([question[at + 1], question[at + 2]]);
    (labels.join("."), kind)
}

fn messages(question: &[u8], kind: u16, reply: &Reply, whole: bool) -> Vec<Vec<u8>> {
    let of = |addresses: &[IpAddr], ttl: u32, flags: [u8; 2]| {
        let mut message = question.to_vec();
        message[2..4].copy_from_slice(&flags);
        let mut count = 0_u16;
        for address in addresses {
            let data = match address {
                IpAddr::V4(v4) if kind == A => v4.octets().to_vec(),
                IpAddr::V6(v6) if kind == AAAA => v6.octets().to_vec(),
                _ => continue,
            };
            count += 1;
            message.extend_from_slice(&[0xc0, 12]);
            message.extend_from_slice(&kind.to_be_bytes());
            message.extend_from_slice(&[0, 1]);
            message.extend_from_slice(&ttl.to_be_bytes());
            message.extend_from_slice(
                &u16::try_from(data.len())
                    .expect("it is short")
                    .to_be_bytes(),
            );
            message.extend_from_slice(&data);
        }
        message[6..8].copy_from_slice(&count.to_be_bytes());
        message
    };
    match reply {
        Reply::Addresses(addresses, ttl) => vec![of(addresses, *ttl, [0x81, 0x80])],
        Reply::NoName => vec![of(&[], 0, [0x81, 0x83])],
        Reply::NoData => vec![of(&[], 0, [0x81, 0x80])],
        Reply::Code(code) => vec![of(&[], 0, [0x81, 0x80 | code])],
        Reply::Silence => Vec::new(),
        Reply::Cut(addresses, _) if whole => vec![of(addresses, 30, [0x81, 0x80])],
        Reply::Cut(addresses, room) => vec![of(&addresses[..*room], 30, [0x83, 0x80])],
        Reply::Noise(addresses) => {
            let good = of(addresses, 30, [0x81, 0x80]);
            let mut other_number = good.clone();
            other_number[0] ^= 0xff;
            let mut other_name = good.clone();
            other_name[13] ^= 0x01;
            vec![
                other_number,
                other_name,
                vec![0; 3],
                question.to_vec(),
                good,
            ]
        }
    }
}

/// Asks again and again until the answer is `Some`.
pub(crate) async fn until<T>(mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asking = async {
        let mut ticks = tokio::time::interval(Duration::from_millis(10));
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            ticks.tick().await;
        }
    };
    let patience = Duration::from_secs(20);
    tokio::time::timeout(patience, asking)
        .await
        .expect("it comes true")
}
