//! The Prometheus text exposition format: <https://prometheus.io/docs/instrumenting/exposition_formats/>.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

/// The texts of metric families, by name.
#[derive(Debug, Default)]
pub(super) struct Families(BTreeMap<String, String>);

/// The text of one family.
pub(super) struct Family<'f> {
    name: &'f str,
    text: &'f mut String,
}

impl Families {
    /// A family, to which its samples are added. `kind` is what stands in `# TYPE`.
    pub(super) fn family<'f>(&'f mut self, name: &'f str, kind: &str, help: &str) -> Family<'f> {
        let text = self.0.entry(name.to_owned()).or_default();
        if text.is_empty() {
            let help = help.replace('\\', "\\\\").replace('\n', "\\n");
            *text = format!("# HELP {name} {help}\n# TYPE {name} {kind}\n");
        }
        Family { name, text }
    }
}

impl Family<'_> {
    /// Adds a sample. `suffix` follows the name, and `labels` are rendered and without braces.
    pub(super) fn sample(&mut self, suffix: &str, labels: &str, value: impl fmt::Display) {
        let (open, close) = match labels {
            "" => ("", ""),
            _ => ("{", "}"),
        };
        let name = self.name;
        writeln!(self.text, "{name}{suffix}{open}{labels}{close} {value}")
            .expect("writing to a String does not fail");
    }
}

impl fmt::Display for Families {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.values().try_for_each(|text| f.write_str(text))
    }
}

/// Labels as they stand in a sample.
pub(super) fn rendered(labels: &[(&str, &str)]) -> String {
    let labels = labels.iter().map(|(name, value)| {
        let value = value
            .replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\n', "\\n");
        format!("{name}=\"{value}\"")
    });
    labels.collect::<Vec<_>>().join(",")
}
