//! The stages of a request up to its execution, and where it goes from there.
//!
//! What waits for a thread waits as it was sent: what is made of it may be a hundred times as large, and nobody counts it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use axum::response::Response;

use super::answer::{Answer, Refusal};
use super::document::{self, Inspected};
use super::execution::panic_message;
use super::known::Known;
use super::receive::{self, Received, Texts};
use super::variables::Room;
use super::{Accepts, Asked, CHEAP, CHEAPEST, Door, Unanswered};
use crate::compute::{Free, Pool};
use crate::pressure::Bound;

/// When and where an inspected request is executed.
pub(super) enum Turn {
    /// On the runtime.
    Now(Inspected),
    /// On a thread that is free.
    OnPool(Free, Inspected),
    /// On a thread, when there is one: it is inspected again by then.
    Later,
}

impl Turn {
    /// What is not cheap needs a thread.
    pub(super) fn of(inspected: Inspected, cheap: Bound, pool: &Pool) -> Self {
        if inspected.cost <= cheap.work {
            return Self::Now(inspected);
        }
        match pool.free() {
            Some(place) => Self::OnPool(place, inspected),
            None => Self::Later,
        }
    }
}

impl Door {
    /// The stages up to execution, or the answer where that is not needed and takes no more than `most` units of work.
    pub(super) fn inspect(
        &self,
        received: &Received,
        asked: Asked,
        most: u64,
    ) -> Result<Inspected, Box<Response>> {
        let answered = |kind, answer| Box::new(self.finish(asked.media, kind, answer));
        let refused = |refusal| answered(None, Answer::Refused(refusal));
        let inspected = caught(|| {
            let texts = receive::texts(received).map_err(refused)?;
            let known = self.known(&texts);
            let shortcut = known.as_ref().and_then(|known| known.shortcut.as_ref());
            let room = Room::new(self.limits.values_bytes());
            let answer = shortcut
                .filter(|_| asked.accepts != Accepts::Events)
                .and_then(|shortcut| {
                    shortcut.answer(&texts.variables, &room, &self.query_type, most)
                });
            if let Some(text) = answer {
                return Err(answered(Some(document::Kind::Query), Answer::Written(text)));
            }
            self.bounded(&texts, known.as_deref(), asked)
                .map_err(|unanswered| answered(unanswered.0, unanswered.1))
        });
        inspected.unwrap_or_else(|refusal| Err(refused(refusal)))
    }

    /// The same without a fast path; what is not executed has an answer that is not counted yet.
    pub(super) fn examine(
        &self,
        received: &Received,
        asked: Asked,
    ) -> Result<Inspected, Unanswered> {
        let refused = |refusal| Box::new((None, Answer::Refused(refusal)));
        let inspected = caught(|| {
            let texts = receive::texts(received).map_err(refused)?;
            self.bounded(&texts, self.known(&texts).as_deref(), asked)
        });
        inspected.unwrap_or_else(|refusal| Err(refused(refusal)))
    }

    fn known(&self, texts: &Texts<'_>) -> Option<Arc<Known>> {
        let operation = texts.operation_name.as_deref();
        self.documents.get(&texts.query, operation)
    }

    fn bounded(
        &self,
        texts: &Texts<'_>,
        known: Option<&Known>,
        asked: Asked,
    ) -> Result<Inspected, Unanswered> {
        let (limits, introspection) = (&self.limits, self.introspection);
        let mut inspected = document::inspect(texts, known, limits, introspection, &self.types)
            .map_err(|errors| Box::new((None, Answer::Rejected(errors.0))))?;
        if inspected.shows_sdl {
            inspected.cost = inspected.cost.saturating_add(CHEAPEST.work);
        }
        let introspects = inspected.describes && !inspected.shows_sdl;
        inspected.is_slow = self.slow.is_asked(&texts.query, &inspected);
        if introspects || inspected.is_slow {
            inspected.cost = inspected.cost.saturating_add(CHEAP.work);
        }
        let kind = inspected.kind;
        let is_subscription = kind == document::Kind::Subscription;
        if !asked.allowed.contains(&kind) || is_subscription && asked.accepts == Accepts::Answer {
            return Err(Box::new((Some(kind), kind.refusal())));
        }
        Ok(inspected)
    }
}

/// What `inspect` gives. A panic is an error of this request, whatever the task that inspects it does for others, and is logged.
fn caught<T>(inspect: impl FnOnce() -> T) -> Result<T, Refusal> {
    catch_unwind(AssertUnwindSafe(inspect)).map_err(|panic| {
        tracing::error!(
            panic = panic_message(panic.as_ref()),
            "inspecting a request panicked"
        );
        Refusal::panicked()
    })
}

#[cfg(test)]
mod tests;
