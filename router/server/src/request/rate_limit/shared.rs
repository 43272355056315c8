//! The buckets of all replicas: a script that Redis runs as one step, by its own clock, so that replicas need not agree on the time.

use redis::{Answer, Command, Redis};

use super::Policy;
use super::bucket::{Bucket, Taken};
use super::key::Key;

/// The arithmetic of [`super::bucket`]: what is kept of a bucket is when it is full, and a bucket that is full is not kept.
///
/// Numbers of Lua have 53 bits: microseconds are counted from a moment that is not long ago, so that fractions of them remain distinct.
const SCRIPT: &str = "\
local time = redis.call('TIME')
local now = (tonumber(time[1]) - 1750000000) * 1000000 + tonumber(time[2])
local amount, interval, capacity = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local full_at = tonumber(redis.call('GET', KEYS[1]) or '0')
local empty_for = math.max(full_at, now) - now
local after = empty_for + amount * interval
local most = interval * math.max(amount, capacity)
if after > most then
  return { math.ceil(math.min(after - most, 9e15)), math.ceil(math.min(empty_for, 9e15)) }
end
redis.call('SET', KEYS[1], string.format('%.17g', now + after), 'PX', math.floor(math.min(after / 1000, 9e12)) + 1)
return { 0, math.ceil(math.min(after, 9e15)) }
";

/// Takes from the bucket of a key; `None` when Redis does not answer.
pub(super) async fn take(
    redis: &Redis,
    policy: Policy,
    key: &Key<'_>,
    bucket: &Bucket,
    amount: u64,
) -> Option<Taken> {
    let (amount, interval) = (amount.to_string(), bucket.interval.to_string());
    let capacity = bucket.capacity.to_string();
    // With the limit: what is left of one says nothing about another, as of a router with another configuration.
    let (policy, digest) = (policy.name(), key.digest());
    let name = format!("abaque:rate:{policy}:{capacity}:{interval}:{digest}");
    let command = Command::new(&[
        b"EVAL",
        SCRIPT.as_bytes(),
        b"1",
        name.as_bytes(),
        amount.as_bytes(),
        interval.as_bytes(),
        capacity.as_bytes(),
    ]);
    match redis.ask(command).await? {
        Answer::List(items) => match items.as_slice() {
            [Answer::Integer(wait), Answer::Integer(full_in)] => Some(Taken {
                wait: *wait as f64,
                full_in: *full_in as f64,
            }),
            _ => None,
        },
        _ => None,
    }
}
