//! The Prometheus text exposition format, as families that can be completed and put in order:
//! <https://prometheus.io/docs/instrumenting/exposition_formats/>.

use std::collections::BTreeMap;
use std::fmt;

use super::families::{Family as FamilyData, sample};

/// Metric families by name.
#[derive(Debug, Default)]
pub(super) struct Families {
    families: BTreeMap<String, Family>,
}

#[derive(Debug, Default)]
struct Family {
    /// What follows the name in `# HELP`.
    help: String,
    /// What follows the name in `# TYPE`.
    kind: String,
    /// Whole lines.
    samples: Vec<String>,
}

/// Reads what the exporter wrote: for each family its comments, then its samples.
pub(super) fn parse(text: &str) -> Families {
    let mut families = Families::default();
    let mut current = String::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        if let Some((name, help)) = line.strip_prefix("# HELP ").and_then(|l| l.split_once(' ')) {
            families.entry(name).help = help.to_owned();
        } else if let Some((name, kind)) =
            line.strip_prefix("# TYPE ").and_then(|l| l.split_once(' '))
        {
            families.entry(name).kind = kind.to_owned();
            current = name.to_owned();
        } else {
            families.entry(&current).samples.push(line.to_owned());
        }
    }
    families
}

impl Families {
    /// Says what a family is, so that it is known before its first sample.
    pub(super) fn declare(&mut self, name: &str, kind: &str, help: &str) {
        let family = self.entry(name);
        if family.kind.is_empty() {
            kind.clone_into(&mut family.kind);
            family.help = help.replace('\\', "\\\\").replace('\n', "\\n");
        }
    }

    /// Adds a family of one sample with the `constant` labels.
    pub(super) fn add(&mut self, name: &str, kind: &str, help: &str, constant: &str, value: f64) {
        self.declare(name, kind, help);
        let sample = if constant.is_empty() {
            format!("{name} {value}")
        } else {
            format!("{name}{{{constant}}} {value}")
        };
        self.entry(name).samples.push(sample);
    }

    /// Adds a line to a family.
    pub(super) fn sample(&mut self, name: &str, line: String) {
        self.entry(name).samples.push(line);
    }

    /// All of them, with what the lines of counters and gauges say.
    pub(super) fn to_data(&self) -> Vec<FamilyData> {
        let families = self.families.iter().map(|(name, family)| FamilyData {
            name: name.clone(),
            help: family.help.replace("\\n", "\n").replace("\\\\", "\\"),
            kind: match &*family.kind {
                "counter" => "counter",
                "histogram" => "histogram",
                _ => "gauge",
            },
            unit: None,
            series: family
                .samples
                .iter()
                .filter_map(|line| sample(line))
                .collect(),
        });
        families.collect()
    }

    fn entry(&mut self, name: &str) -> &mut Family {
        // Found first: most lines belong to a family that is there already.
        if !self.families.contains_key(name) {
            self.families.insert(name.to_owned(), Family::default());
        }
        self.families.get_mut(name).expect("it was just put there")
    }
}

impl fmt::Display for Families {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, family) in &self.families {
            writeln!(f, "# HELP {name} {}", family.help)?;
            writeln!(f, "# TYPE {name} {}", family.kind)?;
            let mut samples: Vec<_> = family
                .samples
                .iter()
                .map(|line| (series(line), line))
                .collect();
            // Stable: the buckets of one series stay in their order.
            samples.sort_by_key(|(series, _)| *series);
            for (_, line) in samples {
                writeln!(f, "{line}")?;
            }
        }
        Ok(())
    }
}

/// The labels of a sample, without the bucket that comes last.
fn series(line: &str) -> &str {
    let labels = line.find('{').map_or("", |start| &line[start + 1..]);
    let end = labels
        .rfind("le=\"")
        .or_else(|| labels.rfind('}'))
        .unwrap_or(labels.len());
    labels[..end].trim_end_matches(',')
}
