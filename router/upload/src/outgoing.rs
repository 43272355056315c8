//! What a subgraph is sent: the operations, a map, and then the files as they come.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::HeaderValue;
use http_body::{Body, Frame};
use ring::rand::{SecureRandom, SystemRandom};
use tokio::sync::mpsc::{self, Receiver, Sender};

use crate::error::UploadError;
use crate::incoming::Upload;
use crate::part::{Part, Parts};

/// Where a file is in the request of a subgraph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which file, by its index in the map.
    pub file: usize,
    /// Such as `variables.images.0`.
    pub path: String,
}

/// The body of a request to a subgraph, which comes as the client sends it.
#[derive(Debug)]
pub struct Outgoing {
    receiver: Receiver<Piece>,
    ended: bool,
}

#[derive(Debug)]
enum Piece {
    Bytes(Bytes),
    End,
}

/// The client's files did not come to their end, so the request is not complete.
#[derive(Debug, thiserror::Error)]
#[error("the client's files did not come to their end")]
pub struct Stopped;

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Stopped;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Stopped>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        match ready!(self.receiver.poll_recv(context)) {
            Some(Piece::Bytes(bytes)) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            Some(Piece::End) => {
                self.ended = true;
                Poll::Ready(None)
            }
            None => {
                self.ended = true;
                Poll::Ready(Some(Err(Stopped)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.ended
    }
}

impl Upload {
    /// A request for a subgraph: its content type, its body, and what writes that as the files come. When the latter is dropped before its end, or the client
    /// fails ([`Upload::failure`]), the body breaks off. `operations` is the GraphQL request, in which the files stand at `places`.
    pub fn forward(
        self: &Arc<Self>,
        operations: &[u8],
        places: &[Place],
    ) -> (
        HeaderValue,
        Outgoing,
        impl Future<Output = ()> + Send + use<>,
    ) {
        let boundary = boundary();
        let content_type = format!("multipart/form-data; boundary={boundary}");
        let content_type = HeaderValue::try_from(content_type)
            .expect("the boundary is of letters and digits, so that this is a header value");
        let mut by_file: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
        for place in places {
            by_file.entry(place.file).or_default().push(&place.path);
        }
        let lead = lead(&boundary, operations, &by_file);
        let wanted: Vec<usize> = by_file.into_keys().collect();
        let (sender, receiver) = mpsc::channel(1);
        let upload = Arc::clone(self);
        let writing = async move {
            let Some(files) = upload.take_files() else {
                return;
            };
            let writer = Writer {
                upload: &upload,
                boundary,
                wanted,
                sender,
            };
            if let Err(failure) = writer.write(lead, files).await {
                // Before the body breaks off, so that it is known why.
                upload.fail(failure);
            }
        };
        let body = Outgoing {
            receiver,
            ended: false,
        };
        (content_type, body, writing)
    }
}

/// The parts before the files: files are numbered, whatever the client calls them.
fn lead(boundary: &str, operations: &[u8], by_file: &BTreeMap<usize, Vec<&str>>) -> Bytes {
    let named = by_file
        .values()
        .enumerate()
        .map(|(number, paths)| (number.to_string(), serde_json::Value::from(paths.clone())));
    let map = serde_json::Value::Object(named.collect()).to_string();
    let part =
        |name: &str| format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n");
    let mut lead = part("operations").into_bytes();
    lead.extend_from_slice(b"content-type: application/json\r\n\r\n");
    lead.extend_from_slice(operations);
    lead.extend_from_slice(b"\r\n");
    lead.extend_from_slice(part("map").as_bytes());
    lead.extend_from_slice(b"content-type: application/json\r\n\r\n");
    lead.extend_from_slice(map.as_bytes());
    lead.extend_from_slice(b"\r\n");
    lead.into()
}

/// Writes a body while it is read.
struct Writer<'u> {
    upload: &'u Upload,
    boundary: String,
    /// The files that the subgraph is to have, each once.
    wanted: Vec<usize>,
    sender: Sender<Piece>,
}

impl Writer<'_> {
    async fn write(self, lead: Bytes, mut files: Parts) -> Result<(), UploadError> {
        let mut is_sent = vec![false; self.upload.map.len()];
        let mut left = self.wanted.len();
        let mut total = 0;
        if !self.send(lead).await {
            return Ok(());
        }
        while left > 0 {
            let Some(part) = files.next().await? else {
                let missing = self.wanted.iter().find(|file| !is_sent[**file]);
                let name = self.upload.map.name(missing.copied().unwrap_or_default());
                return Err(UploadError::Missing(shortened(name)));
            };
            let index = self.upload.map.index_of(part.name());
            let index = index.filter(|index| !is_sent[*index]);
            let Some(index) = index else {
                return Err(UploadError::Unexpected(shortened(part.name())));
            };
            is_sent[index] = true;
            let number = self.wanted.iter().position(|wanted| *wanted == index);
            if !self.file(part, number, &mut total).await? {
                return Ok(());
            }
            left -= usize::from(number.is_some());
        }
        let end = format!("--{}--\r\n", self.boundary);
        if self.send(end.into()).await {
            // Nobody waits for more where it is not taken.
            let _ = self.sender.send(Piece::End).await;
        }
        Ok(())
    }

    /// One file, under its number where the subgraph is to have it; false where the subgraph takes no more.
    async fn file(
        &self,
        mut part: Part,
        number: Option<usize>,
        total: &mut usize,
    ) -> Result<bool, UploadError> {
        let bounds = &self.upload.bounds;
        let name = shortened(part.name());
        if let Some(number) = number
            && !self.send(head(&self.boundary, number, &part).into()).await
        {
            return Ok(false);
        }
        let mut size = 0;
        while let Some(chunk) = part.chunk().await? {
            size += chunk.len();
            *total += chunk.len();
            if size > bounds.file {
                let (part, limit) = (format!("the file \"{name}\""), bounds.file);
                return Err(UploadError::TooLarge { part, limit });
            }
            if *total > bounds.total {
                let (part, limit) = ("the sum of all files".to_owned(), bounds.total);
                return Err(UploadError::TooLarge { part, limit });
            }
            if number.is_some() && !chunk.is_empty() && !self.send(chunk).await {
                return Ok(false);
            }
        }
        Ok(number.is_none() || self.send(Bytes::from_static(b"\r\n")).await)
    }

    /// Waits until the subgraph has taken what was sent before; false where it takes no more.
    async fn send(&self, bytes: Bytes) -> bool {
        self.sender.send(Piece::Bytes(bytes)).await.is_ok()
    }
}

/// The head of a file's part.
fn head(boundary: &str, number: usize, part: &Part) -> String {
    let mut head = format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{number}\"");
    if let Some(name) = part.file_name() {
        head.push_str("; filename=\"");
        for c in name.chars() {
            match c {
                // https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#escaping-a-string-for-multipart
                '"' | '\\' | '\r' | '\n' => {
                    // Writing to a string does not fail.
                    let _ = write!(head, "%{:02X}", u32::from(c));
                }
                c => head.push(c),
            }
        }
        head.push('"');
    }
    head.push_str("\r\n");
    if let Some(content_type) = part.content_type() {
        // Writing to a string does not fail.
        let _ = write!(head, "content-type: {content_type}\r\n");
    }
    head.push_str("\r\n");
    head
}

/// A boundary that no client can guess, and so none can put into a file.
fn boundary() -> String {
    let mut bytes = [0; 24];
    SystemRandom::new()
        .fill(&mut bytes)
        .expect("the system has random bytes: without them there would be no TLS either");
    let hex = bytes.iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string does not fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    format!("abaque-{hex}")
}

/// The beginning of a name that a client chose.
fn shortened(name: &str) -> String {
    name.chars().take(80).collect()
}
