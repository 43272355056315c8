//! What a recorder has, as data: for those who export it otherwise than as text.

use ::metrics::Unit;

/// All series of one name.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    /// As Prometheus has it.
    pub name: String,
    /// What it is.
    pub help: String,
    /// `counter`, `gauge` or `histogram`.
    pub kind: &'static str,
    /// Its base unit, where the catalog says it.
    pub unit: Option<Unit>,
    /// Each combination of labels.
    pub series: Vec<Series>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Names and values.
    pub labels: Vec<(String, String)>,
    /// What was measured.
    pub value: Measured,
}

/// What was measured.
#[derive(Clone, Debug, PartialEq)]
pub enum Measured {
    /// The value of a counter or a gauge.
    Number(f64),
    /// The values of a histogram.
    Buckets {
        /// Upper bounds, ascending.
        bounds: &'static [f64],
        /// For each bound what is below it and above the one before, and last what is above all.
        counts: Vec<u64>,
        /// The sum of all observations.
        sum: f64,
    },
}

/// A line of a counter or a gauge, as the exporter writes it: `name{a="b"} 1`.
pub(super) fn sample(line: &str) -> Option<Series> {
    let (series, value) = line.rsplit_once(' ')?;
    let rendered = series.split_once('{').map(|(_, rest)| rest);
    let rendered = rendered.map_or("", |rest| rest.strip_suffix('}').unwrap_or(rest));
    Some(Series {
        labels: labels(rendered),
        value: Measured::Number(value.parse().ok()?),
    })
}

/// Labels as they stand in a line: `a="b",c="d"`.
pub(super) fn labels(mut text: &str) -> Vec<(String, String)> {
    let mut labels = Vec::new();
    while let Some((name, rest)) = text.split_once("=\"") {
        let mut value = String::new();
        let mut chars = rest.char_indices();
        let mut end = rest.len();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    end = at + 1;
                    break;
                }
                '\\' => match chars.next() {
                    Some((_, 'n')) => value.push('\n'),
                    Some((_, escaped)) => value.push(escaped),
                    None => {}
                },
                c => value.push(c),
            }
        }
        labels.push((name.trim_start_matches(',').to_owned(), value));
        text = &rest[end..];
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read_as_they_were_written() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(labels(""), []);
        assert_eq!(
            labels(r#"a="b",c="d,e=\"f\"\\\n""#),
            [pair("a", "b"), pair("c", "d,e=\"f\"\\\n")]
        );
        let series = sample(r#"x_total{path="{id}"} 12"#).expect("a line");
        assert_eq!(series.labels, [pair("path", "{id}")]);
        assert_eq!(series.value, Measured::Number(12.0));
    }
}
