//! Executing what was inspected: on the budget of its request and within its time, on the runtime or on a thread of the pool.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::task::Poll;

use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{Response as Executed, Value};
use axum::http::header;
use axum::response::Response;
use futures_util::FutureExt;
use valeurs::budget::{Budget, produce};
use valeurs::{Code, Erreur, Resultat};

use super::answer::{self, Answer, Refusal};
use super::document::{self, Inspected};
use super::known::{self, Known};
use super::shortcut::Shortcut;
use super::{Accepts, Asked, Door};
use crate::caching::{MAX_AGE, REVALIDATE};
use crate::compute::{Busy, Free};

impl Door {
    pub(super) fn budget(&self, asked: Asked) -> Arc<Budget> {
        Budget::new(self.limits.allowance(asked.deadline))
    }

    /// Executes what `inspect` gives, on a thread of the pool: at a place there, or when it has its turn.
    pub(super) async fn on_pool(
        self: &Arc<Self>,
        asked: Asked,
        kind: Option<document::Kind>,
        place: Option<Free>,
        inspect: impl FnOnce(&Self) -> Result<Inspected, Box<Response>> + Send + 'static,
    ) -> Response {
        let door = Arc::clone(self);
        let budget = self.budget(asked);
        // The client may go away meanwhile: nothing is computed for one that did.
        let waiting = budget.abandoned_on_drop();
        let runtime = tokio::runtime::Handle::current();
        let compute = move || {
            budget.in_time().ok()?;
            Some(match inspect(&door) {
                Err(response) => *response,
                Ok(inspected) => runtime.block_on(door.execute(inspected, asked, budget)),
            })
        };
        let computed = match place {
            Some(place) => self.pool.run_at(place, asked.deadline, compute).await,
            None => self.pool.run(asked.client, asked.deadline, compute).await,
        };
        let refusal = match computed {
            Ok(Some(response)) => {
                // A stream goes on.
                waiting.release();
                return response;
            }
            Ok(None) | Err(Busy::Late) => Refusal::timeout(),
            Err(Busy::Full) => Refusal::overloaded(),
            Err(Busy::Panicked) => Refusal::panicked(),
        };
        self.finish(asked.media, kind, Answer::Refused(refusal))
    }

    /// Executes on a budget within the deadline; a panic is an error of the whole request, and logged.
    pub(super) async fn execute(
        self: &Arc<Self>,
        inspected: Inspected,
        asked: Asked,
        budget: Arc<Budget>,
    ) -> Response {
        if inspected.kind == document::Kind::Subscription || asked.accepts == Accepts::Events {
            return self.stream(inspected, asked, budget).await;
        }
        for entities in &inspected.entities {
            self.observations.entities(*entities);
        }
        let (kind, shows_sdl) = (inspected.kind, inspected.shows_sdl);
        let lasting = match inspected.describes {
            true => REVALIDATE,
            false => MAX_AGE,
        };
        let executing = match inspected.uncoerced {
            None => self
                .schema
                .execute(inspected.request, inspected.introspected),
            Some(reason) => self.schema.reject(inspected.request, reason),
        };
        let executing = Arc::clone(&budget).scope(executing);
        let executing = AssertUnwindSafe(until_lost(&budget, executing)).catch_unwind();
        let answer = match tokio::time::timeout_at(asked.deadline.into(), executing).await {
            Err(_) => Answer::Refused(Refusal::timeout()),
            Ok(Err(panic)) => {
                tracing::error!(
                    panic = panic_message(panic.as_ref()),
                    "an operation panicked"
                );
                Answer::Refused(Refusal::panicked())
            }
            Ok(Ok(Err(lost))) if lost.code() == Code::Timeout => {
                Answer::Refused(Refusal::timeout())
            }
            Ok(Ok(Err(lost))) => Answer::Rejected(vec![answer::from_erreur(lost, None)]),
            Ok(Ok(Ok(executed))) => {
                let answer = match shows_sdl {
                    true => self.with_sdl(executed, &budget),
                    false => Answer::executed(executed, self.limits.answer_bytes),
                };
                if let (Answer::Executed(_), Some(keep)) = (&answer, inspected.keep) {
                    self.keep(keep);
                }
                answer
            }
        };
        let is_lasting = kind == document::Kind::Query && answer.is_whole();
        let mut response = self.finish(asked.media, Some(kind), answer);
        if is_lasting {
            // Unless a resolver knows better.
            let cached = response.headers_mut().entry(header::CACHE_CONTROL);
            cached.or_insert(lasting);
        }
        response
    }

    /// Keeps a document that proved to be valid.
    fn keep(&self, (key, document): (known::Key, ExecutableDocument)) {
        let operation = document::operation(&document, key.operation());
        let shortcut = operation
            .ok()
            .and_then(|operation| Shortcut::of(&operation.node, &self.roots));
        let known = Known { document, shortcut };
        self.documents.keep(key, Arc::new(known));
    }

    /// The answer to a request for the SDL.
    fn with_sdl(&self, mut executed: Executed, budget: &Arc<Budget>) -> Answer {
        match self.complete_sdl(&mut executed, budget) {
            Ok(()) => Answer::executed(executed, self.limits.answer_bytes),
            Err(lost) => Answer::Rejected(vec![answer::from_erreur(lost, None)]),
        }
    }

    /// async-graphql leaves `@specifiedBy` out of `_service { sdl }`: the whole SDL takes its place, so that the router
    /// composes what the `schema` command prints.
    ///
    /// # Errors
    /// The request cannot pay for what the answer grows by.
    pub(super) fn complete_sdl(
        &self,
        executed: &mut Executed,
        budget: &Arc<Budget>,
    ) -> Resultat<()> {
        let (bare, whole) = &self.service;
        let Value::Object(root) = &mut executed.data else {
            return Ok(());
        };
        for service in root.values_mut() {
            let Value::Object(fields) = service else {
                continue;
            };
            for value in fields.values_mut() {
                if matches!(value, Value::String(text) if text == bare) {
                    let growth = whole.len().saturating_sub(bare.len());
                    Arc::clone(budget).sync_scope(|| produce(growth))?;
                    *value = Value::String(whole.clone());
                }
            }
        }
        Ok(())
    }
}

/// The outcome, or why the budget is used up: what is left of the execution then is dropped.
pub(super) async fn until_lost<T>(
    budget: &Budget,
    executing: impl Future<Output = T>,
) -> Result<T, Erreur> {
    let mut executing = std::pin::pin!(executing);
    std::future::poll_fn(|context| {
        let executed = executing.as_mut().poll(context);
        match budget.failure() {
            Some(lost) => Poll::Ready(Err(lost)),
            None => executed.map(Ok),
        }
    })
    .await
}

pub(super) fn panic_message(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&'static str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("not a message")
}

#[cfg(test)]
mod tests;
