//! One connection with all its subscriptions: a task that reads for all of them, since what comes for one stands between what comes for others.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::value::RawValue;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;

use super::handshake::{Received, Socket};
use super::message::{read, unexpected};
use super::queue::Queue;
use crate::failure::Failure;
use crate::noise::Noise;
use crate::patience::Patience;

/// What the task is to do. Each subscription has two of them in its life, so that the number of subscriptions bounds how many wait.
#[derive(Debug)]
pub(super) enum Command {
    Subscribe {
        /// The GraphQL request.
        body: Bytes,
        queue: Arc<Queue>,
    },
    /// The reader of this queue has gone.
    Leave(Arc<Queue>),
}

pub(super) struct Connection {
    socket: Socket,
    commands: UnboundedReceiver<Command>,
    open: HashMap<u64, Arc<Queue>>,
    /// The id of the last subscription.
    last: u64,
    /// How long there may be no sign of life.
    silence: Duration,
    heard: Instant,
    is_pinged: bool,
    noise: Noise,
    /// With those who take their events more slowly than others of the connection.
    patience: Patience,
    /// When the server last got a pong that it had not asked for.
    told: Instant,
}

/// A sign of life, with what it takes to look at it, in bytes.
const SIGN_OF_LIFE: usize = 64;

/// How often the server gets a pong while nothing of it is read, its pings neither: it may be waiting for an answer to one
/// (<https://www.rfc-editor.org/rfc/rfc6455#section-5.5.3>).
const TELLS: Duration = Duration::from_secs(5);

/// What comes first.
enum Came {
    Command(Option<Command>),
    Received(Result<Received, Failure>),
    /// A place in the queue that holds all up.
    Room,
    /// There has been none for a while.
    NoRoom,
    Silence,
}

impl Connection {
    pub(super) fn new(
        socket: Socket,
        commands: UnboundedReceiver<Command>,
        silence: Duration,
    ) -> Self {
        Self {
            socket,
            commands,
            open: HashMap::new(),
            last: 0,
            silence,
            heard: Instant::now(),
            is_pinged: false,
            noise: Noise::new(),
            patience: Patience::new(),
            told: Instant::now(),
        }
    }

    /// To its end: nobody wants it any more, or it breaks.
    pub(super) async fn run(mut self) {
        let failure = loop {
            match self.step().await {
                Ok(true) => {}
                Ok(false) => {
                    self.socket.close().await;
                    return;
                }
                Err(failure) => break failure,
            }
        };
        // Those who come from now on open another one.
        self.commands.close();
        let ended = |queue: &Queue| queue.end(Err(failure.clone()));
        self.open.values().for_each(|queue| ended(queue));
        while let Ok(command) = self.commands.try_recv() {
            if let Command::Subscribe { queue, .. } = command {
                ended(&queue);
            }
        }
    }

    /// Whether it goes on.
    async fn step(&mut self) -> Result<bool, Failure> {
        // A reader that is slow holds its own connection up; one that it shares it cannot.
        let mut only = self.open.values();
        let full = match (only.next(), only.next()) {
            (Some(queue), None) => Some(queue).filter(|queue| queue.is_full()).cloned(),
            _ => None,
        };
        let is_held = full.is_some();
        let silent = self.heard + self.silence;
        let due = match self.is_pinged {
            true => silent,
            // Time enough for the answer.
            false => silent - self.silence / 2,
        };
        let came = tokio::select! {
            biased;
            command = self.commands.recv() => Came::Command(command),
            received = self.socket.receive(), if !is_held => Came::Received(received),
            () = emptied(full), if is_held => Came::Room,
            () = tokio::time::sleep_until(self.told + TELLS), if is_held => Came::NoRoom,
            () = tokio::time::sleep_until(due), if !is_held => Came::Silence,
        };
        // A server that takes nothing is as good as silent.
        let acted = tokio::time::timeout(self.silence, self.act(came)).await;
        acted.unwrap_or(Err(Failure::Silent(self.silence)))
    }

    async fn act(&mut self, came: Came) -> Result<bool, Failure> {
        match came {
            Came::Command(None) => return Ok(false),
            Came::Command(Some(Command::Subscribe { body, queue })) => {
                self.subscribe(&body, queue).await?;
            }
            Came::Command(Some(Command::Leave(queue))) => self.leave(&queue).await?,
            Came::Received(received) => {
                self.hear();
                match received? {
                    Received::Text(text) => self.message(&text).await?,
                    Received::SignOfLife => self.noise.bytes(SIGN_OF_LIFE)?,
                }
            }
            // What came meanwhile has not been looked at.
            Came::Room => self.hear(),
            Came::NoRoom => {
                self.told = Instant::now();
                self.socket.tell().await?;
            }
            Came::Silence if self.is_pinged => return Err(Failure::Silent(self.silence)),
            Came::Silence => {
                self.is_pinged = true;
                self.socket.ping().await?;
            }
        }
        Ok(true)
    }

    fn hear(&mut self) {
        self.heard = Instant::now();
        self.is_pinged = false;
    }

    async fn subscribe(&mut self, body: &Bytes, queue: Arc<Queue>) -> Result<(), Failure> {
        let Ok(body) = std::str::from_utf8(body) else {
            queue.end(Err(Failure::Broken("the request is not UTF-8".to_owned())));
            return Ok(());
        };
        self.last += 1;
        let id = self.last;
        self.open.insert(id, queue);
        let subscribe = format!(r#"{{"id":"{id}","type":"subscribe","payload":{body}}}"#);
        self.socket.send(subscribe).await
    }

    async fn leave(&mut self, queue: &Arc<Queue>) -> Result<(), Failure> {
        let mut open = self.open.iter();
        let id = open.find_map(|(id, known)| Arc::ptr_eq(known, queue).then_some(*id));
        match id {
            Some(id) => self.complete(id).await,
            None => Ok(()),
        }
    }

    /// Wants no more of it.
    async fn complete(&mut self, id: u64) -> Result<(), Failure> {
        self.open.remove(&id);
        let complete = format!(r#"{{"id":"{id}","type":"complete"}}"#);
        self.socket.send(complete).await
    }

    async fn message(&mut self, text: &str) -> Result<(), Failure> {
        let message = read(text)?;
        match &*message.kind {
            kind @ ("ping" | "pong") => {
                self.noise.bytes(text.len().max(SIGN_OF_LIFE))?;
                return match kind {
                    "ping" => self.socket.pong().await,
                    _ => Ok(()),
                };
            }
            "next" | "error" | "complete" => self.noise.event(),
            other => return Err(unexpected(other)),
        }
        let id: Option<u64> = message.id.as_deref().and_then(|id| id.parse().ok());
        let id = id.filter(|id| (1..=self.last).contains(id));
        let id = id.ok_or_else(|| unexpected("a message for no subscription"))?;
        // It may have been left while this was under way.
        let Some(queue) = self.open.get(&id).cloned() else {
            return Ok(());
        };
        let payload = message.payload.map_or("null", RawValue::get);
        let is_next = message.kind == "next";
        if is_next && queue.is_full() {
            let room = async {
                while queue.is_full() {
                    queue.emptied().await;
                }
            };
            self.patience.wait_for(room).await;
        }
        match &*message.kind {
            "next" if queue.is_full() => {
                queue.end(Err(Failure::Behind));
                return self.complete(id).await;
            }
            "next" => {
                if let Err(failure) = queue.push(payload.as_bytes()) {
                    queue.end(Err(failure));
                    return self.complete(id).await;
                }
            }
            "error" => {
                // Errors before execution: nothing else comes after them.
                queue.end(queue.push(format!(r#"{{"errors":{payload}}}"#).as_bytes()));
                self.open.remove(&id);
            }
            _ => {
                queue.end(Ok(()));
                self.open.remove(&id);
            }
        }
        Ok(())
    }
}

async fn emptied(full: Option<Arc<Queue>>) {
    match full {
        Some(queue) => queue.emptied().await,
        None => std::future::pending().await,
    }
}
