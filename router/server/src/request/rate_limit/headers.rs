//! What a client learns of its limits: [RateLimit header fields for HTTP](https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/), the
//! tenth draft.

use std::fmt::Write;

use http::{HeaderName, HeaderValue};

use super::Policy;
use super::bucket::{Bucket, Taken, seconds};

pub(super) const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
pub(super) const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// The limits: how much (`q`) in which time (`w`, in seconds). A bucket that holds a burst allows that burst in the time that it takes to refill.
pub(super) fn policies<'b>(
    limits: impl Iterator<Item = (Policy, &'b Bucket)>,
) -> Option<HeaderValue> {
    let mut text = String::new();
    for (policy, bucket) in limits {
        let comma = if text.is_empty() { "" } else { ", " };
        let (name, quota) = (policy.name(), bucket.capacity);
        let window = seconds(bucket.window()).max(1);
        // Writing to a text does not fail.
        let _ = write!(text, "{comma}\"{name}\";q={quota};w={window}");
    }
    value(text)
}

/// What is left of them (`r`), and how long until all of it is there again (`t`, in seconds).
pub(super) fn left<'b>(
    limits: impl Iterator<Item = (Policy, &'b Bucket, Taken)>,
) -> Option<HeaderValue> {
    let mut text = String::new();
    for (policy, bucket, taken) in limits {
        let comma = if text.is_empty() { "" } else { ", " };
        let used = taken.full_in / bucket.interval;
        // A float below 0 becomes 0.
        let left = (bucket.capacity as f64 - used + 1e-6).floor() as u64;
        let _ = write!(
            text,
            "{comma}\"{}\";r={left};t={}",
            policy.name(),
            seconds(taken.full_in)
        );
    }
    value(text)
}

fn value(text: String) -> Option<HeaderValue> {
    let value = (!text.is_empty()).then(|| HeaderValue::try_from(text));
    value?.ok()
}

#[cfg(test)]
mod tests {
    use settings::units::parse_rate;

    use super::*;

    #[test]
    fn a_client_is_told_what_it_may_and_what_is_left() {
        let requests = Bucket::new(parse_rate("100/s").expect("a rate"), 200);
        let cost = Bucket::new(parse_rate("6000/m").expect("a rate"), 6000);
        let all = [(Policy::Requests, &requests), (Policy::Cost, &cost)];
        let told = policies(all.into_iter()).expect("there are limits");
        assert_eq!(told, "\"requests\";q=200;w=2, \"cost\";q=6000;w=60");
        let mut full_at = 0.0;
        let taken = requests.take(&mut full_at, 0.0, 1.0);
        let overdrawn = cost.take(&mut 0.0, 0.0, 9000.0);
        let all = [
            (Policy::Requests, &requests, taken),
            (Policy::Cost, &cost, overdrawn),
        ];
        let told = left(all.into_iter()).expect("there are limits");
        assert_eq!(told, "\"requests\";r=199;t=1, \"cost\";r=0;t=90");
        assert_eq!(left(std::iter::empty()), None);
    }
}
