//! Queries that found nobody, or a subgraph that is not ready, are sent again.

use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use httpdate::parse_http_date;
use settings::Section;
use tokio::time::Instant;

use super::budget::Budget;
use super::{Answer, Fetch, Request};
use crate::failure::Failure;
use crate::metrics::RetryMetrics;

/// How often and when queries are sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryConfig {
    /// In all, the first one included.
    pub attempts: usize,
    /// Attempts beyond the first, in percent of the queries.
    pub budget: usize,
    /// Statuses that are worth another attempt.
    pub statuses: Vec<u16>,
}

/// Gateways say this of what is behind them, and servers of themselves while they start and end.
const STATUSES: [u16; 3] = [502, 503, 504];

impl RetryConfig {
    pub(crate) fn read(section: Option<Section<'_>>) -> Option<Self> {
        let section = section?;
        let more = section.key(
            "statuses",
            "Statuses after which a query is sent again, beside 502, 503 and 504.",
        );
        let more = more.texts("a status from 400 to 599", |text| status(text).is_some());
        let config = Self {
            attempts: section
                .key("attempts", "How many times a query is sent in total, including the first. It is sent again if the connection fails or ends before an answer, and after some statuses: after a random delay that grows, and no sooner than `Retry-After` says, as long as its timeout allows. Mutations are sent once.")
                .count(2, 1..=10),
            budget: section
                .key("budget", "The share of queries that may be sent again. Up to ten unused ones are saved up.")
                .percent(20, 1..=100),
            statuses: STATUSES
                .into_iter()
                .chain(more.iter().filter_map(|text| status(text)))
                .collect(),
        };
        section.end();
        Some(config)
    }
}

fn status(text: &str) -> Option<u16> {
    text.parse()
        .ok()
        .filter(|status| (400..600).contains(status))
}

/// What is waited at most before the second attempt, and twice as long before each that follows.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// A subgraph that wants to be left alone for longer is not asked again.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(10);

/// Sends queries again.
#[derive(Debug)]
pub(crate) struct Retry<S> {
    inner: S,
    /// `None` where each is sent once.
    policy: Option<Policy>,
}

#[derive(Debug)]
struct Policy {
    config: RetryConfig,
    budget: Budget,
    metrics: RetryMetrics,
}

impl<S> Retry<S> {
    pub(crate) fn new(inner: S, config: Option<RetryConfig>, metrics: &RetryMetrics) -> Self {
        let policy = config
            .filter(|config| config.attempts > 1)
            .map(|config| Policy {
                budget: Budget::new(u32::try_from(config.budget).unwrap_or(100)),
                config,
                metrics: metrics.clone(),
            });
        Self { inner, policy }
    }

    pub(crate) fn inner(&self) -> &S {
        &self.inner
    }
}

impl<S: Fetch> Fetch for Retry<S> {
    async fn fetch(&self, request: &Request) -> Answer {
        let is_sent_again = request.idempotent && !request.is_probe.load(Ordering::Relaxed);
        let Some(policy) = self.policy.as_ref().filter(|_| is_sent_again) else {
            return self.inner.fetch(request).await;
        };
        policy.budget.sent();
        let mut attempt = 1;
        loop {
            let answer = self.inner.fetch(request).await;
            if attempt >= policy.config.attempts {
                return answer;
            }
            let Some(asked_for) = policy.is_worth_another(&answer) else {
                return answer;
            };
            let pause = pause(attempt).max(asked_for);
            if asked_for > LONGEST_RETRY_AFTER
                || Instant::now() + pause >= request.awaited.min(request.expiry.at)
            {
                return answer;
            }
            if !policy.budget.take() {
                policy.metrics.exhausted.increment(1);
                return answer;
            }
            tokio::time::sleep(pause).await;
            policy.metrics.sent.increment(1);
            if let Some(spent) = &request.spent {
                spent.again();
            }
            attempt += 1;
        }
    }
}

impl Policy {
    /// How long the subgraph asks to be left alone, if another attempt may end otherwise.
    fn is_worth_another(&self, answer: &Answer) -> Option<Duration> {
        let (status, retry_after) = match answer {
            Err(Failure::Unreachable(_) | Failure::Unanswered(_)) => return Some(Duration::ZERO),
            Err(failure) => (failure.status()?, failure.retry_after()),
            Ok(answer) => (answer.status, retry_after(&answer.headers)),
        };
        let listed = self.config.statuses.contains(&status);
        listed.then(|| retry_after.unwrap_or_default())
    }
}

/// At random, up to twice as long each time: <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/> ("full jitter").
fn pause(attempt: usize) -> Duration {
    let doublings = u32::try_from(attempt - 1).unwrap_or(u32::MAX).min(16);
    let longest = (FIRST_PAUSE * 2_u32.pow(doublings)).min(LONGEST_PAUSE);
    longest.mul_f64(fastrand::f64())
}

/// The failure that an answer is which is no GraphQL response, by its status.
pub(crate) fn failed(status: StatusCode, headers: &HeaderMap) -> Failure {
    let status = status.as_u16();
    match retry_after(headers) {
        Some(after) => Failure::RetryAfter { status, after },
        None => Failure::Status(status),
    }
}

/// How long [`Retry-After`](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3) asks to wait: its seconds, or up to its date. That is counted from the `Date` of the answer,
/// since clocks differ, and from now only where it has none.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = parse_http_date(text).ok()?;
    let date = headers.get(DATE).and_then(|date| date.to_str().ok());
    let sent = date.and_then(|date| parse_http_date(date.trim()).ok());
    let since = sent.unwrap_or_else(SystemTime::now);
    // What is over asks for nothing.
    Some(at.duration_since(since).unwrap_or_default())
}

#[cfg(test)]
mod tests;
