//! The beginning of an operation: its document, and its first event.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Bytes;

use super::{Event, Events, Step};
use crate::admission::answers::{Reader, Sent as Sending};
use crate::compute::Busy;
use crate::graphql::answer::{Answer, Refusal};
use crate::graphql::document::Kind;
use crate::graphql::inspection::Turn;
use crate::graphql::media::MediaType;
use crate::graphql::receive::Received;
use crate::graphql::{Accepts, Asked, Door};
use crate::streams::Place;

/// The first event of an operation, computed where there is room.
pub(super) async fn begin(
    door: Arc<Door>,
    id: String,
    payload: Bytes,
    reader: Reader,
    place: Place,
) -> Step {
    let asked = Asked {
        client: reader.client(),
        media: MediaType::GraphqlResponse,
        allowed: &[Kind::Query, Kind::Mutation, Kind::Subscription],
        deadline: Instant::now() + door.limits.request_timeout,
        accepts: Accepts::Events,
    };
    let cheap = door.cheap();
    let reading = door.readings.begin(payload.len(), cheap);
    let received = Received::Body(payload);
    let (runtime, owned) = (tokio::runtime::Handle::current(), Arc::clone(&door));
    let to = (reader, Sending::Whole);
    let budget = door.budget(asked);
    // The client may want no more of it meanwhile.
    let waiting = budget.abandoned_on_drop();
    let first =
        move |inspected| Events::new(&owned, inspected, budget, to, place).first(asked.deadline);
    let turn = match &reading {
        None => Ok(Turn::Later),
        Some(_) => door
            .examine(&received, asked)
            .map(|inspected| Turn::of(inspected, cheap, &door.pool)),
    };
    let _reading = reading.filter(|_| matches!(turn, Ok(Turn::Now(_))));
    let computed = match turn {
        Err(unanswered) => Ok(Err(unanswered)),
        Ok(Turn::Now(inspected)) => Ok(Ok(first(inspected).await)),
        Ok(Turn::OnPool(place, inspected)) => {
            let compute = move || Ok(runtime.block_on(first(inspected)));
            door.pool.run_at(place, asked.deadline, compute).await
        }
        Ok(Turn::Later) => {
            let here = Arc::clone(&door);
            let compute = move || {
                let inspected = here.examine(&received, asked)?;
                Ok(runtime.block_on(first(inspected)))
            };
            door.pool.run(asked.client, asked.deadline, compute).await
        }
    };
    let (kind, answer) = match computed {
        Ok(Ok((events, event))) => {
            waiting.release();
            return Step {
                id,
                events: Some(events),
                event,
            };
        }
        Ok(Err(unanswered)) => *unanswered,
        Err(Busy::Full) => (None, Answer::Refused(Refusal::overloaded())),
        Err(Busy::Late) => (None, Answer::Refused(Refusal::timeout())),
        Err(Busy::Panicked) => (None, Answer::Refused(Refusal::panicked())),
    };
    door.observations.answered(kind, &answer);
    Step {
        id,
        events: None,
        event: Some(Event::Failed(answer)),
    }
}
