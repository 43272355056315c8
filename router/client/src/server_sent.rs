//! The server-sent events of one subscription at its subgraph, as they come.

use std::sync::Arc;
use std::time::Duration;

use abaque_edge::causes::chain;
use bytes::Bytes;
use http_body_util::BodyExt;
use memory::{Account, Memory};
use tokio::time::Instant;

use crate::answer::{Answer, Stream};
use crate::event_stream::Parser;
use crate::failure::Failure;
use crate::noise::Noise;
use crate::silence::Silence;

/// [GraphQL over SSE](https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md), distinct connections mode.
#[derive(Debug)]
pub(crate) struct EventStream {
    stream: Stream,
    parser: Parser,
    /// What has come and is not parsed.
    rest: Bytes,
    max_event: usize,
    silence: Silence,
    noise: Noise,
    /// What an event holds that is not whole yet.
    account: Account,
    reserved: usize,
}

impl EventStream {
    pub(crate) fn new(
        answer: Answer,
        max_event: usize,
        silence: Option<Duration>,
        memory: &Arc<Memory>,
    ) -> Self {
        Self {
            stream: answer.into_stream(),
            parser: Parser::new(max_event),
            rest: Bytes::new(),
            max_event,
            silence: Silence::new(silence),
            noise: Noise::new(),
            account: memory.shared(),
            reserved: 0,
        }
    }

    /// The number of the last event that has come.
    pub(crate) fn last_id(&self) -> Option<&str> {
        self.parser.last_id()
    }

    pub(crate) async fn next(&mut self) -> Option<Result<Bytes, Failure>> {
        let called = Instant::now();
        loop {
            while !self.rest.is_empty() {
                let Ok((taken, event)) = self.parser.take(&self.rest) else {
                    return Some(Err(Failure::TooLarge(self.max_event)));
                };
                self.rest = self.rest.slice(taken..);
                if let Err(failure) = self.account_for() {
                    return Some(Err(failure));
                }
                if self.parser.take_comment() {
                    self.silence.comment();
                } else if event.is_some() {
                    self.silence.event();
                }
                let mut beside = self.parser.take_beside();
                match event {
                    Some(event) if event.name == "complete" => return None,
                    // Servers that name no events send nothing else.
                    Some(event) if matches!(&*event.name, "next" | "message") => {
                        self.noise.event();
                        return Some(Ok(event.data));
                    }
                    Some(unknown) => beside += unknown.data.len(),
                    None => {}
                }
                if let Err(failure) = self.noise.bytes(beside) {
                    return Some(Err(failure));
                }
            }
            let frame = tokio::select! {
                biased;
                frame = self.stream.body.frame() => frame,
                failure = self.silence.broken(called) => return Some(Err(failure)),
            };
            match frame {
                Some(Ok(frame)) => self.rest = frame.into_data().unwrap_or_default(),
                Some(Err(error)) => return Some(Err(Failure::Broken(chain(&error)))),
                None => {
                    let reason = "the stream ended without saying that it is complete";
                    return Some(Err(Failure::Broken(reason.to_owned())));
                }
            }
        }
    }

    /// Has memory reserved for what is held.
    fn account_for(&mut self) -> Result<(), Failure> {
        let held = self.parser.held();
        if held > self.reserved {
            let grown = self.account.grow(held - self.reserved);
            grown.map_err(|_| Failure::Memory)?;
        } else if held < self.reserved {
            self.account.keep(held);
        }
        self.reserved = held;
        Ok(())
    }
}
