use std::pin::pin;
use std::task::{Context, Poll, Waker};

use async_graphql::Object;

use super::*;

struct Query;

#[Object]
impl Query {
    /// Computes for more than a slice.
    async fn busy(&self) -> bool {
        let start = Instant::now();
        while start.elapsed() <= SLICE {
            std::hint::spin_loop();
        }
        true
    }
}

#[test]
fn a_request_yields_between_long_fields() {
    let schema = crate::schema(Query).extension(Paced).finish();
    let mut response = pin!(schema.execute("{ a: busy b: busy c: busy }"));
    let mut context = Context::from_waker(Waker::noop());
    let mut turns = 1;
    let response = loop {
        match response.as_mut().poll(&mut context) {
            Poll::Ready(response) => break response,
            Poll::Pending => turns += 1,
        }
    };
    assert_eq!(response.errors, []);
    assert!(turns >= 3, "{turns}");
}
