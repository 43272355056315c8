//! What the exporter does not write itself, with its own functions and in its format:
//! <https://prometheus.io/docs/instrumenting/exposition_formats/>.

use std::fmt::Display;

use ::metrics::{Key, Label, Unit};
use metrics_exporter_prometheus::{LabelSet, formatting};

use super::families::{Family, Measured, Series, pairs};

/// A family of one series that has the constant labels alone.
pub(super) struct Sample {
    pub(super) name: &'static str,
    /// As in `# TYPE`.
    pub(super) kind: &'static str,
    pub(super) unit: Option<Unit>,
    pub(super) help: &'static str,
    pub(super) value: f64,
}

impl Sample {
    /// The same as data.
    pub(super) fn into_family(self, constant: &[Label]) -> Family {
        Family {
            name: self.name,
            help: self.help,
            kind: self.kind,
            unit: self.unit,
            series: vec![Series {
                labels: pairs(constant),
                value: Measured::Number(self.value),
            }],
        }
    }
}

/// Writes a family of one series.
pub(super) fn write(sample: &Sample, constant: &[Label], out: &mut String) {
    family(out, sample.name, sample.kind, sample.help);
    line(
        out,
        sample.name,
        None,
        &label_set(constant, &[]),
        sample.value,
    );
}

/// The constant labels, then those of the series.
pub(super) fn label_set(constant: &[Label], labels: &[Label]) -> LabelSet {
    let all = [constant, labels].concat();
    LabelSet::from_key_and_global(&Key::from_parts("", all), &Default::default())
}

/// Says what a family is.
pub(super) fn family(out: &mut String, name: &str, kind: &str, help: &str) {
    formatting::write_help_line(out, name, None, None, help);
    formatting::write_type_line(out, name, None, None, kind);
}

/// A line of a family, with what follows its name.
pub(super) fn line(
    out: &mut String,
    name: &str,
    suffix: Option<&'static str>,
    labels: &LabelSet,
    value: impl Display,
) {
    formatting::write_metric_line::<&str, _>(out, name, suffix, labels, None, value, None);
}

/// What a histogram has counted up to a bound.
pub(super) fn bucket(out: &mut String, name: &str, labels: &LabelSet, bound: &str, count: u64) {
    let le = Some(("le", bound));
    formatting::write_metric_line(out, name, Some("bucket"), labels, le, count, None);
}
