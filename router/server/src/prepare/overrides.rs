//! Progressive overrides: which labels of `@override(label:)` are on for a request, and a planner for each set of them.
//!
//! `percent(n)` is on for that share of the requests; any other label where the configuration has it under `override_labels`. One number is drawn for each
//! request, and decides about all of these labels: what is on with a smaller share is never on without the greater ones, and there are as many plans of an
//! operation as shares, rather than one for each set of labels.
//! Specification: <https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/directives#progressive-override>.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use federation::Supergraph;
use planner::{Options, Planner, SlowField};

use crate::config::Config;

/// Labels that are decided request by request. More than this many stay off: each adds a planner, which indexes the whole supergraph.
const MAX_PERCENT_LABELS: usize = 16;

/// The planners of one supergraph.
pub(crate) struct Planners {
    supergraph: Arc<Supergraph>,
    /// On for every request.
    always: Vec<Arc<str>>,
    /// On for this part of the requests, from 0 to 1.
    percent: Vec<(Arc<str>, f64)>,
    options: Options,
    /// With none of the `percent` labels on: the only one there is without such labels.
    base: Arc<Planner>,
    others: Mutex<HashMap<Labels, Arc<Planner>>>,
}

/// Which of the labels that are decided request by request are on: a bit for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Labels(u16);

impl Planners {
    /// Indexes a supergraph, with the labels that are on for every request and the fields that are slow.
    pub(crate) fn new(supergraph: &Arc<Supergraph>, config: &Config) -> Self {
        let on = &config.override_labels;
        let options = options(config);
        let plain = Planner::new(Arc::clone(supergraph), options.clone());
        let has = |label: &str| {
            plain
                .labels()
                .iter()
                .find(|known| ***known == *label)
                .cloned()
        };
        let always: Vec<Arc<str>> = on.iter().filter_map(|label| has(label)).collect();
        let share = |label: &Arc<str>| Some((Arc::clone(label), share(label)?));
        let decided = |label: &&Arc<str>| !always.contains(label);
        let percent: Vec<_> = plain
            .labels()
            .iter()
            .filter(decided)
            .filter_map(share)
            .take(MAX_PERCENT_LABELS)
            .collect();
        let base = match always.is_empty() {
            true => plain,
            false => Planner::with_labels(Arc::clone(supergraph), options.clone(), always.clone()),
        };
        Self {
            supergraph: Arc::clone(supergraph),
            always,
            percent,
            options,
            base: Arc::new(base),
            others: Mutex::default(),
        }
    }

    /// The fields that the configuration calls slow and that the schema does not have where it says.
    pub(crate) fn unknown_slow(&self) -> &[SlowField] {
        self.base.unknown_slow()
    }

    /// Decides for one request.
    pub(crate) fn decide(&self) -> Labels {
        match self.percent.is_empty() {
            true => Labels::default(),
            false => on(&self.percent, fastrand::f64()),
        }
    }

    /// What a request may have on.
    pub(crate) fn all(&self) -> Vec<Labels> {
        decided(&self.percent, 0.0..1.0)
    }

    /// What requests have on for which `previous` had those labels on.
    pub(crate) fn succeeding(&self, previous: &Self, labels: Labels) -> Vec<Labels> {
        decided(&self.percent, drawn(&previous.percent, labels))
    }

    /// The planner for which those labels are on. Making one takes as long as indexing the supergraph does.
    pub(crate) fn with(&self, labels: Labels) -> Arc<Planner> {
        if labels == Labels::default() {
            return Arc::clone(&self.base);
        }
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        let planner = others.entry(labels).or_insert_with(|| {
            let each = self.percent.iter().enumerate();
            let decided = each.filter(|(index, _)| labels.0 & (1 << index) != 0);
            let on = self
                .always
                .iter()
                .chain(decided.map(|(_, (label, _))| label))
                .cloned();
            let planner =
                Planner::with_labels(Arc::clone(&self.supergraph), self.options.clone(), on);
            Arc::new(planner)
        });
        Arc::clone(planner)
    }
}

/// Those of the labels whose share is greater than this number.
fn on(percent: &[(Arc<str>, f64)], drawn: f64) -> Labels {
    let mut bits = 0;
    for (index, (_, share)) in percent.iter().enumerate() {
        if drawn < *share {
            bits |= 1 << index;
        }
    }
    Labels(bits)
}

/// The numbers for which those of the labels are on, and no others.
fn drawn(percent: &[(Arc<str>, f64)], labels: Labels) -> Range<f64> {
    let mut numbers = 0.0..1.0_f64;
    for (index, (_, share)) in percent.iter().enumerate() {
        match labels.0 & (1 << index) != 0 {
            true => numbers.end = numbers.end.min(*share),
            false => numbers.start = numbers.start.max(*share),
        }
    }
    numbers
}

/// What is on for one of these numbers or another.
fn decided(percent: &[(Arc<str>, f64)], numbers: Range<f64>) -> Vec<Labels> {
    // It changes at each share.
    let shares = percent.iter().map(|(_, share)| *share);
    let starts = shares.filter(|share| numbers.start < *share && *share < numbers.end);
    let starts = std::iter::once(numbers.start).chain(starts);
    let mut all: Vec<Labels> = Vec::new();
    for labels in starts.map(|start| on(percent, start)) {
        if !all.contains(&labels) {
            all.push(labels);
        }
    }
    all
}

/// The bounds of planning, and what the configuration says about subgraphs.
fn options(config: &Config) -> Options {
    let slow = config.subgraphs.iter().flat_map(|(name, subgraph)| {
        subgraph.slow.iter().map(|coordinate| SlowField {
            subgraph: Arc::from(name.as_str()),
            coordinate: Arc::from(coordinate.as_str()),
        })
    });
    Options {
        slow: slow.collect(),
        max_work: config.operations.planning_work,
        ..Options::default()
    }
}

/// Reads `percent(2.5)` as 0.025.
fn share(label: &str) -> Option<f64> {
    let percent: f64 = label
        .strip_prefix("percent(")?
        .strip_suffix(')')?
        .trim()
        .parse()
        .ok()?;
    (0.0..=100.0).contains(&percent).then_some(percent / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_label_has_its_share_and_together_they_are_few() {
        let shares = [0.5, 0.1, 0.9, 0.5];
        let label = |share: f64| (Arc::from(format!("percent({})", share * 100.0)), share);
        let percent: Vec<_> = shares.into_iter().map(label).collect();
        let drawn: Vec<Labels> = (0..1_000)
            .map(|n| on(&percent, f64::from(n) / 1_000.0))
            .collect();
        for (index, share) in shares.into_iter().enumerate() {
            let on = drawn.iter().filter(|labels| labels.0 & (1 << index) != 0);
            assert_eq!(on.count() as f64, share * 1_000.0);
        }
        let different: std::collections::HashSet<Labels> = drawn.into_iter().collect();
        assert_eq!(different.len(), 4, "none, and one for each share");
    }

    #[test]
    fn what_follows_a_set_of_labels_is_what_its_requests_have_on() {
        let labels = |shares: &[f64]| -> Vec<(Arc<str>, f64)> {
            let label = |share: &f64| (Arc::from(format!("percent({})", share * 100.0)), *share);
            shares.iter().map(label).collect()
        };
        for (before, now) in [
            (&[0.5, 0.1][..], &[0.5, 0.1][..]),
            (&[0.5], &[0.25, 0.5, 0.75]),
            (&[], &[0.5, 0.0, 1.0]),
            (&[0.1, 0.9, 0.9], &[]),
            (&[0.0, 1.0], &[0.5]),
        ] {
            let (before, now) = (labels(before), labels(now));
            let mut expected: HashMap<Labels, Vec<Labels>> = HashMap::new();
            for n in 0..100 {
                let number = f64::from(n) / 100.0;
                let known = expected.entry(on(&before, number)).or_default();
                let follows = on(&now, number);
                if !known.contains(&follows) {
                    known.push(follows);
                }
            }
            let sorted = |mut all: Vec<Labels>| {
                all.sort_by_key(|labels| labels.0);
                all
            };
            for (labels, follow) in expected {
                let found = decided(&now, drawn(&before, labels));
                assert_eq!(
                    sorted(found),
                    sorted(follow),
                    "{before:?} {now:?} {labels:?}"
                );
            }
        }
    }

    #[test]
    fn only_percentages_are_shares() {
        assert_eq!(share("percent(2.5)"), Some(0.025));
        assert_eq!(share("percent(100)"), Some(1.0));
        for label in [
            "percent(101)",
            "percent(-1)",
            "percent(x)",
            "percent(NaN)",
            "percent",
            "beta",
        ] {
            assert_eq!(share(label), None, "{label}");
        }
    }
}
