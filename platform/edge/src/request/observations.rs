//! The metrics of requests, and the handles kept at hand for each route.

use std::time::Duration;

use arc_swap::ArcSwap;
use metrics::{Gauge, Histogram};
use rustc_hash::FxHashMap;

use crate::Recorder;
use crate::metrics::{DURATION_BUCKETS, Kind, Label, Metric, Unit, Values};

const DURATION: &str = "http_server_request_duration_seconds";
const ACTIVE: &str = "http_server_active_requests";

const METHOD: Label = Label {
    name: "http_request_method",
    values: Values::OneOf(&Method::NAMES),
};

/// How long requests take. Names follow the OpenTelemetry semantic conventions for HTTP servers:
/// <https://opentelemetry.io/docs/specs/semconv/http/http-metrics/>.
pub(crate) const DURATION_METRIC: Metric = Metric {
    name: DURATION,
    kind: Kind::Histogram(DURATION_BUCKETS),
    unit: Some(Unit::Seconds),
    help: "Time from the head of a request to the last byte of its answer; status 499 counts clients that went away before its head.",
    labels: &[
        METHOD,
        Label {
            name: "http_route",
            values: Values::Bounded("the routes of the program, and _unmatched"),
        },
        Label {
            name: "http_response_status_code",
            values: Values::Bounded("the status codes that the program answers, and 499"),
        },
    ],
};

/// How many there are at once.
pub(crate) const ACTIVE_METRIC: Metric = Metric {
    name: ACTIVE,
    kind: Kind::Gauge,
    unit: Some(Unit::Count),
    help: "Requests that are being answered.",
    labels: &[METHOD],
};

/// A method with a bounded name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Method(usize);

impl Method {
    /// Known methods, and `_OTHER` for the rest, as the semantic conventions ask.
    const NAMES: [&'static str; 10] = [
        "GET", "POST", "OPTIONS", "HEAD", "PUT", "DELETE", "PATCH", "CONNECT", "TRACE", "_OTHER",
    ];

    pub(super) fn of(method: &http::Method) -> Self {
        let known = Self::NAMES.iter().position(|name| *name == method.as_str());
        // `_OTHER` is a valid token, so a client may send it as its method: it is where it should be.
        Self(known.unwrap_or(Self::NAMES.len() - 1))
    }

    pub(super) fn as_str(self) -> &'static str {
        Self::NAMES[self.0]
    }
}

/// Handles to the series of a program's requests.
pub(super) struct Observations {
    recorder: Recorder,
    active: [Gauge; Method::NAMES.len()],
    /// Read without a lock; a copy replaces it when a series is seen for the first time, which happens as often as there
    /// are routes, methods and status codes.
    durations: ArcSwap<FxHashMap<Box<str>, Vec<Series>>>,
}

#[derive(Clone)]
struct Series {
    method: Method,
    status: u16,
    duration: Histogram,
}

impl Observations {
    pub(super) fn new(recorder: &Recorder) -> Self {
        Self {
            recorder: recorder.clone(),
            active: Method::NAMES.map(|name| recorder.gauge(ACTIVE, &[(METHOD.name, name)])),
            durations: ArcSwap::default(),
        }
    }

    pub(super) fn began(&self, method: Method) {
        self.active[method.0].increment(1.0);
    }

    pub(super) fn ended(&self, method: Method) {
        self.active[method.0].decrement(1.0);
    }

    /// How long a request took.
    pub(super) fn took(&self, method: Method, route: &str, status: u16, duration: Duration) {
        let known = self.durations.load();
        let series = known.get(route).and_then(|all| {
            all.iter()
                .find(|series| series.method == method && series.status == status)
        });
        match series {
            Some(series) => series.duration.record(duration.as_secs_f64()),
            None => self
                .learn(method, route, status)
                .record(duration.as_secs_f64()),
        }
    }

    /// Makes the handle of a series that is seen for the first time. Two requests may make it at once: the recorder gives both
    /// the same series.
    #[cold]
    fn learn(&self, method: Method, route: &str, status: u16) -> Histogram {
        let labels = [
            (METHOD.name, method.as_str()),
            ("http_route", route),
            ("http_response_status_code", &*status.to_string()),
        ];
        let duration = self.recorder.histogram(DURATION, &labels);
        let learnt = Series {
            method,
            status,
            duration: duration.clone(),
        };
        self.durations.rcu(|known| {
            let mut known = FxHashMap::clone(known);
            known.entry(route.into()).or_default().push(learnt.clone());
            known
        });
        duration
    }
}
