//! Who asks is found out again: the configuration, issuers and their keys change while a subscription is open, and a client that
//! would be refused if it asked now is sent no further event.

use std::sync::Arc;

use tokio::time::Instant;

use super::{Message, Subscription};
use crate::refusal::Refusal;
use crate::telemetry::SubscriptionEnd;

impl Subscription {
    /// Goes over to the configuration of now. Where that, or an issuer's keys, are others than before, the client is identified again by the headers that it
    /// opened the subscription with, and what subgraphs are sent on its behalf is what they come to by the rules of now.
    ///
    /// # Errors
    /// What a request of the client is refused with now.
    pub(super) async fn identify_again(&mut self) -> Result<(), Refusal> {
        let latest = self.pipeline.latest();
        let authenticator = &latest.authenticator;
        let is_same = Arc::ptr_eq(authenticator, &self.pipeline.authenticator);
        // Before they are used: newer ones are looked at with the next event.
        let keys = authenticator.keys();
        let has_token = self.on_behalf.identity.claims().is_some();
        if is_same && (keys == self.keys || !has_token) {
            self.pipeline = latest;
            return Ok(());
        }
        // In a box, as what it seldom does.
        let identifying = authenticator.identity(self.context.sent(), latest.deadline());
        let identity = Box::pin(identifying).await?;
        self.keys = keys;
        if !is_same {
            let claims = identity.claims();
            self.expires = claims.map(|claims| Instant::now() + claims.time_left());
            self.on_behalf = self.context.again(&latest, identity);
            // A stream that is on the schema of now does not go over, after which it would be looked at.
            let generation = self.seat.generation();
            let current = latest.schema();
            if current.is_some_and(|current| Arc::ptr_eq(&current, &generation.serving)) {
                self.seat.doubt();
            }
        }
        self.pipeline = latest;
        Ok(())
    }

    /// The last message of a client that may not ask any more.
    pub(super) fn may_not_ask(&mut self, refusal: &Refusal) -> Message {
        self.admission.ends_by(SubscriptionEnd::Token);
        let message =
            format!("the subscription ends, as it would not be opened any more: {refusal}");
        self.fatal(refusal.code(), &message)
    }
}
