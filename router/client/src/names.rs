//! The names of subgraphs, looked up and counted.

use abaque_edge::Recorder;
use abaque_edge::metrics::{Kind, Label, Metric, Values};
use resolver::{Error, Resolver, Settings};

/// How a look-up ends: with addresses; with the word of a name server that there are none; without one.
const OUTCOMES: [&str; 3] = ["found", "nowhere", "unanswered"];

pub(crate) const METRIC: Metric = Metric {
    name: "router_name_lookups_total",
    kind: Kind::Counter,
    unit: None,
    help: "Names that were looked up, by how that ended. While the last known addresses are used, only this shows that there is trouble.",
    labels: &[Label {
        name: "outcome",
        values: Values::OneOf(&OUTCOMES),
    }],
};

/// A resolver whose look-ups are counted.
pub fn resolver(settings: &Settings, recorder: &Recorder) -> Resolver {
    let [found, nowhere, unanswered] =
        OUTCOMES.map(|outcome| recorder.counter(METRIC.name, &[("outcome", outcome)]));
    Resolver::observed(settings.clone(), move |ended| {
        match ended {
            Ok(()) => &found,
            Err(Error::Nowhere { .. } | Error::Name(_)) => &nowhere,
            Err(Error::Unanswered { .. } | Error::Busy(_)) => &unanswered,
        }
        .increment(1);
    })
}
