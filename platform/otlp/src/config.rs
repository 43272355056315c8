//! The keys of the section `telemetry` that every program has, and the values without them.

use std::time::Duration;

use abaque_edge::trace::{Format, Formats, Sampler};
use http::{HeaderMap, Uri};
use settings::Section;
use settings::units::{Rate, parse_rate};

/// How trace context is propagated, and what is exported.
#[derive(Clone, Debug)]
pub struct Config {
    /// The formats in which trace context is propagated.
    pub formats: Formats,
    /// Where to; `None` exports nothing.
    pub otlp: Option<Otlp>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            formats: Formats::W3C,
            otlp: None,
        }
    }
}

/// What is exported, where to, and how.
#[derive(Clone, Debug)]
pub struct Otlp {
    /// The collector.
    pub endpoint: Uri,
    /// How it is spoken to.
    pub protocol: Protocol,
    /// Sent with each message.
    pub headers: HeaderMap,
    /// Of traces that start here.
    pub sample: Sample,
    /// Whether requests with errors are exported whatever was decided.
    pub sample_errors: bool,
    /// Spans of one request.
    pub max_spans: usize,
    /// Spans that wait.
    pub max_waiting: usize,
    /// How long a span waits for others.
    pub delay: Duration,
    /// One message, from sending it to its answer.
    pub timeout: Duration,
    /// Whether spans are exported.
    pub traces: bool,
    /// How often metrics are exported, if they are.
    pub metrics: Option<Duration>,
    /// Attributes of everything that is exported.
    pub resource: Vec<(String, String)>,
}

/// By which a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// A POST of protobuf.
    Http,
    /// gRPC.
    Grpc,
}

impl Protocol {
    /// As the configuration has them.
    pub const NAMES: [(&'static str, Self); 2] = [("http", Self::Http), ("grpc", Self::Grpc)];
}

/// How many of the traces that start here are exported.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sample {
    /// A share, from 0 to 1.
    Share(f64),
    /// This many in a time.
    Rate(Rate),
}

impl Sample {
    /// What a [`Self::parse`] expects.
    pub const EXPECTED: &'static str = "a share such as 10% or 0.5%, or a rate such as 100/s";

    /// Reads `10%`, `0.5%`, `100/s`, `60/m`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let Some(percent) = text.strip_suffix('%') else {
            return parse_rate(text).map(Self::Rate);
        };
        let percent = percent.trim_end();
        let plain = percent.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let percent: f64 = percent.parse().ok().filter(|_| plain)?;
        (0.0..=100.0)
            .contains(&percent)
            .then(|| Self::Share(percent / 100.0))
    }

    pub(crate) fn sampler(self) -> Sampler {
        match self {
            Self::Share(share) => Sampler::share(share),
            Self::Rate(rate) => Sampler::rate(rate.count, rate.per),
        }
    }
}

const SAMPLE: &str = "10%";
const METRICS_INTERVAL: Duration = Duration::from_secs(60);

impl Otlp {
    /// The defaults, for a collector that is spoken to by HTTP.
    #[must_use]
    pub fn at(endpoint: Uri) -> Self {
        Self {
            endpoint,
            protocol: Protocol::Http,
            headers: HeaderMap::new(),
            sample: Sample::Share(0.1),
            sample_errors: false,
            max_spans: 256,
            max_waiting: 4096,
            delay: Duration::from_secs(1),
            timeout: Duration::from_secs(10),
            traces: true,
            metrics: None,
            resource: Vec::new(),
        }
    }
}

impl Config {
    /// Reads the keys; the section may have others.
    pub fn read(section: &Section<'_>) -> Self {
        let names = section
            .key("propagation", "In which formats trace context is propagated: `tracecontext` (W3C), `b3`, `b3multi` and `datadog`. A request's is read from the first format that it has, and subgraphs get all of them. Without an entry it is `tracecontext`.")
            .texts("tracecontext, b3, b3multi or datadog", |text| format(text).is_some());
        let formats = match names.as_slice() {
            [] => Formats::W3C,
            names => Formats::of(names.iter().filter_map(|name| format(name))),
        };
        Self {
            formats,
            otlp: Otlp::read(section.section("otlp")),
        }
    }

    /// Whether trace context is propagated otherwise than by default.
    pub(crate) fn changes_formats(&self) -> bool {
        self.formats != Formats::W3C
    }
}

fn format(name: &str) -> Option<Format> {
    let known = Format::NAMES.iter().find(|(known, _)| *known == name);
    known.map(|(_, format)| *format)
}

impl Otlp {
    fn read(section: Section<'_>) -> Option<Self> {
        let endpoint = section
            .key("endpoint", "The OpenTelemetry collector to which spans are exported by OTLP; without it nothing is. `http` posts to `/v1/traces` and `/v1/metrics` below it. Usual ports are 4318 for `http` and 4317 for `grpc`.")
            .url();
        let defaults = Self::at(endpoint.clone().unwrap_or_default());
        let milliseconds = Duration::from_millis;
        let otlp = Self {
            protocol: section
                .key("protocol", "How the collector is spoken to: protobuf over HTTP/1.1, or gRPC.")
                .choice("http", &Protocol::NAMES),
            headers: section
                .key("headers", "Headers of every request to the collector, such as a key of a vendor.")
                .headers()
                .into_iter()
                .collect(),
            sample: {
                let text = section
                    .key("sample", "How many of the traces that start here are exported: a share, or a rate. Where a request says whether its trace is sampled, that decision is kept.")
                    .text(SAMPLE, Sample::EXPECTED, |text| Sample::parse(text).is_some());
                Sample::parse(&text).unwrap_or(defaults.sample)
            },
            sample_errors: section
                .key("sample_errors", "Whether a request whose answer has an error is exported whatever was decided about its trace. All requests are then recorded until they end. What services export of such a request is missing, as nothing is known of the error when they are asked.")
                .switch(defaults.sample_errors),
            max_spans: section
                .key("max_spans", "Spans of one request; it says how many were left out beyond that.")
                .count(defaults.max_spans, 1..=10_000),
            max_waiting: section
                .key("max_waiting", "Spans that wait for the collector, all together; more are dropped, and counted.")
                .count(defaults.max_waiting, 1..=1_000_000),
            delay: section
                .key("delay", "How long a span waits for others, to be sent together with them; 512 are sent at once.")
                .duration(defaults.delay, milliseconds(1)..=Duration::from_secs(60)),
            timeout: section
                .key("timeout", "How long the collector may take to answer. A batch is sent again where that may help, four times in all.")
                .duration(defaults.timeout, milliseconds(1)..=Duration::from_secs(60)),
            traces: section
                .key("traces", "Whether spans are exported.")
                .switch(defaults.traces),
            metrics: {
                let on = section
                    .key("metrics", "Whether what `/metrics` has is exported, too.")
                    .switch(false);
                let interval = section
                    .key("metrics_interval", "How often that is.")
                    .duration(METRICS_INTERVAL, milliseconds(10)..=Duration::from_secs(3600));
                on.then_some(interval)
            },
            resource: section
                .key("resource", "Attributes of everything that is exported, beside `service.name`, `service.version` and `service.instance.id`, or in the place of these.")
                .named_texts("a mapping of attributes to texts", |name, text| {
                    (!name.is_empty()).then(|| (name.to_owned(), text.to_owned()))
                })
                .into_values()
                .collect(),
            endpoint: defaults.endpoint,
        };
        if endpoint.is_some() && !otlp.traces && otlp.metrics.is_none() {
            section.report_key(
                "endpoint",
                "nothing is exported there, neither traces nor metrics",
                "`traces: true`, `metrics: true` or both; or no endpoint",
            );
        }
        section.end();
        endpoint.map(|_| otlp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_a_share_or_a_rate() {
        let share = |text| match Sample::parse(text) {
            Some(Sample::Share(share)) => Some(share),
            _ => None,
        };
        assert_eq!(share("10%"), Some(0.1));
        assert_eq!(share("0.5 %"), Some(0.005));
        assert_eq!(share("100%"), Some(1.0));
        assert_eq!(share("0%"), Some(0.0));
        for wrong in ["", "10", "101%", "-1%", "1e1%", "%", "NaN%", "0/s", "1/d"] {
            assert_eq!(Sample::parse(wrong), None, "{wrong}");
        }
        let rate = Rate {
            count: 60,
            per: Duration::from_secs(60),
        };
        assert_eq!(Sample::parse("60/m"), Some(Sample::Rate(rate)));
    }

    #[test]
    fn without_an_endpoint_nothing_is_exported() {
        let read = |text: &str| {
            let read = |root: Section<'_>| {
                let config = Config::read(&root);
                root.end();
                config
            };
            let parsed = settings::parse(text, "f.yaml".as_ref(), &|_| None, read);
            parsed.unwrap_or_else(|error| panic!("{error}")).0
        };
        assert!(read("otlp: { sample: 5% }").otlp.is_none());
        let otlp = read("otlp: { endpoint: \"http://collector:4317\", protocol: grpc, sample: 7/s, metrics: true, resource: { env: prod } }").otlp.expect("it has an endpoint");
        assert_eq!(otlp.protocol, Protocol::Grpc);
        assert_eq!(otlp.metrics, Some(METRICS_INTERVAL));
        assert_eq!(otlp.resource, [("env".to_owned(), "prod".to_owned())]);
        let formats = read("propagation: [b3, tracecontext]").formats;
        assert_eq!(formats, Formats::of([Format::B3, Format::TraceContext]));
    }
}
