//! How many requests a subgraph takes at once, found by how long they take.
//!
//! What it needs for a request when it is not busy is learned slowly, what it needs now is looked at every few requests. Where the latter is longer, requests wait there for each other,
//! and fewer are sent; otherwise the number grows by its square root, as long as it is made use of. (The gradient of
//! <https://github.com/Netflix/concurrency-limits>, in its second form.)

use std::time::Duration;

/// Fewer are never sent: one slow request would hold up all others.
const LEAST: f64 = 8.0;
const FIRST: f64 = 32.0;
/// Requests that are looked at together.
const SAMPLE: u32 = 16;
/// How much longer than usual is still usual.
const TOLERANCE: f64 = 1.5;
/// The share of a new value in what is kept of old ones: of the usual time, and of the number.
const LEARNING: f64 = 0.005;
const SMOOTHING: f64 = 0.2;

/// The number of requests of the moment.
#[derive(Debug)]
pub(crate) struct Gradient {
    limit: f64,
    most: f64,
    /// In seconds; `None` before the first sample.
    usual: Option<f64>,
    sum: f64,
    count: u32,
    busiest: usize,
}

impl Gradient {
    /// At most `most`.
    pub(crate) fn new(most: usize) -> Self {
        let most = most as f64;
        Self {
            limit: FIRST.min(most),
            most,
            usual: None,
            sum: 0.0,
            count: 0,
            busiest: 0,
        }
    }

    /// How many are sent at once.
    pub(crate) fn limit(&self) -> usize {
        // Positive and at most `most`, which was a `usize`.
        self.limit as usize
    }

    /// A request took this long while this many were in flight, or it was given up after that time.
    pub(crate) fn sample(&mut self, latency: Duration, in_flight: usize, failed: bool) {
        self.busiest = self.busiest.max(in_flight);
        self.sum += latency.as_secs_f64();
        self.count += 1;
        if failed {
            self.set(self.limit * 0.9);
        }
        if self.count < SAMPLE {
            return;
        }
        let now = (self.sum / f64::from(self.count)).max(1e-6);
        let busiest = std::mem::take(&mut self.busiest) as f64;
        (self.sum, self.count) = (0.0, 0);
        let usual = self.usual.unwrap_or(now);
        // After a bad time the usual one comes back sooner than it was lost.
        let learning = if now < usual {
            20.0 * LEARNING
        } else {
            LEARNING
        };
        self.usual = Some(usual + (now - usual) * learning);
        // What is not made use of says nothing of more.
        if busiest * 2.0 < self.limit {
            return;
        }
        let gradient = (TOLERANCE * usual / now).clamp(0.5, 1.0);
        let wanted = self.limit * gradient + self.limit.sqrt();
        self.set(self.limit + (wanted - self.limit) * SMOOTHING);
    }

    /// Whether nothing has been learned yet.
    #[cfg(test)]
    pub(crate) fn is_new(&self) -> bool {
        self.usual.is_none() && self.count == 0
    }

    fn set(&mut self, limit: f64) {
        self.limit = limit.clamp(LEAST.min(self.most), self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVICE: Duration = Duration::from_millis(10);

    /// A subgraph that works on a bounded number at once; the others wait there.
    fn latency(in_flight: usize, capacity: usize) -> Duration {
        SERVICE.mul_f64((in_flight as f64 / capacity as f64).max(1.0))
    }

    fn settle(gradient: &mut Gradient, offered: usize, capacity: usize) {
        for _ in 0..4000 {
            let in_flight = gradient.limit().min(offered);
            gradient.sample(latency(in_flight, capacity), in_flight, false);
        }
    }

    #[test]
    fn it_grows_to_what_the_subgraph_takes_and_not_far_beyond() {
        let mut gradient = Gradient::new(512);
        settle(&mut gradient, 10_000, 100);
        assert!(
            (60..400).contains(&gradient.limit()),
            "{}",
            gradient.limit()
        );
    }

    #[test]
    fn it_shrinks_when_the_subgraph_gets_slower() {
        let mut gradient = Gradient::new(512);
        settle(&mut gradient, 10_000, 100);
        let before = gradient.limit();
        for _ in 0..200 {
            let in_flight = gradient.limit();
            gradient.sample(latency(in_flight, 10), in_flight, false);
        }
        assert!(
            gradient.limit() < before / 2,
            "{before} {}",
            gradient.limit()
        );
    }

    #[test]
    fn it_stays_where_it_is_not_made_use_of() {
        let mut gradient = Gradient::new(512);
        settle(&mut gradient, 3, 100);
        assert_eq!(gradient.limit(), 32);
    }

    #[test]
    fn it_stays_within_its_bounds() {
        let mut gradient = Gradient::new(512);
        settle(&mut gradient, 10_000, 1_000_000);
        assert_eq!(gradient.limit(), 512);
        for _ in 0..100 {
            gradient.sample(Duration::from_secs(30), 512, true);
        }
        assert_eq!(gradient.limit(), 8);
        assert_eq!(Gradient::new(2).limit(), 2);
    }
}
