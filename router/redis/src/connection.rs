//! A connection that many requests share: they go out one after the other, and the answers come in their order.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::{Buf, BytesMut};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::address::Address;
use crate::protocol::{Answer, Command, take};

/// Requests that may be under way at once. One more finds no connection.
const MOST_WAITING: usize = 1024;

/// How long connecting and proving who one is may take.
const LONGEST_ATTEMPT: Duration = Duration::from_secs(1);

pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// A request, and who waits for its answer.
pub(crate) type Asked = (Command, oneshot::Sender<Answer>);

/// The side of a connection that is asked.
pub(crate) struct Connection {
    requests: mpsc::Sender<Asked>,
    /// Why it is not to be used any more.
    failure: OnceLock<String>,
    failed: Notify,
}

/// The other side, which does what is asked.
pub(crate) struct Driver {
    stream: Box<dyn Stream>,
    requests: mpsc::Receiver<Asked>,
}

impl Connection {
    /// Opens a connection that has answered within `patience`, and has done what proves that it can be used.
    pub(crate) async fn open(
        address: &Address,
        tls: &Arc<ClientConfig>,
        patience: Duration,
        proof: &Command,
    ) -> io::Result<(Self, Driver)> {
        let opening = async {
            let mut stream = connect(address, tls).await?;
            introduce(&mut stream, address).await?;
            Ok::<_, io::Error>(stream)
        };
        let mut stream = timeout(LONGEST_ATTEMPT, opening).await??;
        let ping = Command::new(&[b"PING"]);
        timeout(patience, exchange(&mut stream, &ping)).await??;
        let proved = timeout(patience, exchange(&mut stream, proof)).await?;
        proved
            .map_err(|why| io::Error::other(format!("it does not do what it is asked: {why}")))?;
        let (sender, requests) = mpsc::channel(MOST_WAITING);
        let connection = Self {
            requests: sender,
            failure: OnceLock::new(),
            failed: Notify::new(),
        };
        Ok((connection, Driver { stream, requests }))
    }

    /// Sends a request; `None` when there are too many, or the connection has ended.
    pub(crate) fn ask(&self, command: Command) -> Option<oneshot::Receiver<Answer>> {
        let (sender, answer) = oneshot::channel();
        self.requests.try_send((command, sender)).ok()?;
        Some(answer)
    }

    /// It is not to be used any more.
    pub(crate) fn fail(&self, reason: String) {
        self.failure.get_or_init(|| reason);
        self.failed.notify_one();
    }

    /// Waits until it failed, and says why.
    pub(crate) async fn failed(&self) -> String {
        self.failed.notified().await;
        self.failure.get().cloned().unwrap_or_default()
    }
}

async fn connect(address: &Address, tls: &Arc<ClientConfig>) -> io::Result<Box<dyn Stream>> {
    let stream = TcpStream::connect((address.host.as_str(), address.port)).await?;
    stream.set_nodelay(true)?;
    if !address.tls {
        return Ok(Box::new(stream));
    }
    let name = ServerName::try_from(address.host.clone()).map_err(io::Error::other)?;
    let connector = TlsConnector::from(Arc::clone(tls));
    Ok(Box::new(connector.connect(name, stream).await?))
}

async fn introduce(stream: &mut Box<dyn Stream>, address: &Address) -> io::Result<()> {
    if let Some(password) = &address.password {
        let mut arguments = vec![&b"AUTH"[..]];
        arguments.extend(address.user.as_ref().map(String::as_bytes));
        arguments.push(password.as_bytes());
        exchange(stream, &Command::new(&arguments)).await?;
    }
    if address.database != 0 {
        let database = address.database.to_string();
        let select = Command::new(&[b"SELECT", database.as_bytes()]);
        exchange(stream, &select).await?;
    }
    Ok(())
}

/// Asks, with nothing else under way; an error of Redis is one here.
async fn exchange(stream: &mut Box<dyn Stream>, command: &Command) -> io::Result<()> {
    stream.write_all(command.as_bytes()).await?;
    stream.flush().await?;
    let mut input = BytesMut::new();
    loop {
        match take(&mut input).map_err(io::Error::other)? {
            Some(Answer::Error(error)) => return Err(io::Error::other(error)),
            Some(_) => return Ok(()),
            None if stream.read_buf(&mut input).await? == 0 => {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            None => {}
        }
    }
}

impl Driver {
    /// Does what is asked, until the stream fails or nobody asks any more.
    pub(crate) async fn run(self) -> io::Result<()> {
        let Self {
            stream,
            mut requests,
        } = self;
        let (mut reading, mut writing) = tokio::io::split(stream);
        let mut waiting = VecDeque::new();
        let (mut input, mut output) = (BytesMut::new(), BytesMut::new());
        let mut is_unflushed = false;
        loop {
            tokio::select! {
                asked = requests.recv(), if waiting.len() < MOST_WAITING => {
                    let Some((command, answer)) = asked else {
                        return Ok(());
                    };
                    output.extend_from_slice(command.as_bytes());
                    waiting.push_back(answer);
                }
                sent = send(&mut writing, &output), if !output.is_empty() || is_unflushed => {
                    is_unflushed = !output.is_empty();
                    output.advance(sent?);
                }
                read = reading.read_buf(&mut input) => {
                    if read? == 0 {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                    answer_all(&mut input, &mut waiting)?;
                }
            }
        }
    }
}

/// Writes what there is, or flushes where there is nothing: with TLS, what was written may still be on its way to the socket. Says how much was written.
async fn send(writing: &mut (impl AsyncWrite + Unpin), output: &[u8]) -> io::Result<usize> {
    match output {
        [] => writing.flush().await.map(|()| 0),
        output => writing.write(output).await,
    }
}

fn answer_all(
    input: &mut BytesMut,
    waiting: &mut VecDeque<oneshot::Sender<Answer>>,
) -> io::Result<()> {
    while let Some(answer) = take(input).map_err(io::Error::other)? {
        let Some(asker) = waiting.pop_front() else {
            return Err(io::Error::other("an answer came that nobody asked for"));
        };
        // Who does not wait any more has done without it.
        let _ = asker.send(answer);
    }
    Ok(())
}
