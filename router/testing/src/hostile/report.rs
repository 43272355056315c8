//! The outcome, for people.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::time::Duration;

use super::probe::Probed;
use super::wire::Ending;

/// How the parts of an attack ended, and how many of them so.
pub(super) type Endings = BTreeMap<Ending, usize>;

/// What must hold.
pub(super) struct Bounds {
    live: Duration,
    innocent: Duration,
}

impl Bounds {
    /// 100 ms for a probe and 250 ms for an innocent query, times the allowance.
    pub(super) fn allowing(allowance: f64) -> Self {
        let allowance = allowance.clamp(1.0, 1000.0);
        Self {
            live: Duration::from_millis(100).mul_f64(allowance),
            innocent: Duration::from_millis(250).mul_f64(allowance),
        }
    }
}

/// One attack.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) sends: &'static str,
    /// `None` when it had no end.
    pub(super) endings: Option<Endings>,
    pub(super) probed: Probed,
    /// In bytes.
    pub(super) peak: u64,
    /// How the router ended, if it did.
    pub(super) died: Option<String>,
}

impl Row {
    /// What did not hold.
    pub(super) fn failures(&self, bounds: &Bounds) -> Vec<String> {
        let mut failures = Vec::new();
        if let Some(died) = &self.died {
            failures.push(format!("the router ended: {died}"));
        }
        let Probed { live, innocent } = &self.probed;
        if live.worst() > bounds.live {
            failures.push(format!("/health/live took {:?}", live.worst()));
        }
        if innocent.worst() > bounds.innocent {
            failures.push(format!("an innocent query took {:?}", innocent.worst()));
        }
        match &self.endings {
            None => failures.push("it has no end".to_owned()),
            Some(endings) => {
                if let Some(count) = endings.get(&Ending::NoEnd) {
                    failures.push(format!("{count} without an end"));
                }
            }
        }
        failures
    }

    fn ended(&self) -> String {
        let Some(endings) = &self.endings else {
            return "no end".to_owned();
        };
        let each: Vec<String> = endings
            .iter()
            .map(|(ending, count)| match ending {
                Ending::Answered(status, said) if said.is_empty() => format!("{count} × {status}"),
                Ending::Answered(status, said) => format!("{count} × {status} `{said}`"),
                Ending::Closed => format!("{count} × closed"),
                Ending::Left => format!("{count} × left open"),
                Ending::NoEnd => format!("{count} × no end"),
            })
            .collect();
        each.join(", ")
    }
}

/// In milliseconds.
fn shown(duration: Duration) -> String {
    format!("{:.0}", duration.as_secs_f64() * 1e3)
}

/// One line as soon as an attack is over.
pub(super) fn progress(row: &Row, bounds: &Bounds) -> io::Result<()> {
    let failures = row.failures(bounds);
    let verdict = match failures.is_empty() {
        true => "held".to_owned(),
        false => format!("FAILED: {}", failures.join("; ")),
    };
    let Probed { live, innocent } = &row.probed;
    writeln!(
        io::stderr(),
        "{}: {verdict} (live {} ms, innocent {} ms, {} MiB; {})",
        row.name,
        shown(live.worst()),
        shown(innocent.worst()),
        row.peak >> 20,
        row.ended(),
    )
}

/// The whole table, in Markdown.
pub(super) fn table(rows: &[Row], bounds: &Bounds) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "| attack | what is sent | probe: median, 95 %, worst | innocent: median, 95 %, worst | peak memory | how it ended |\n\
         | --- | --- | --- | --- | --- | --- |"
    )?;
    for row in rows {
        let Probed { live, innocent } = &row.probed;
        let three = |latencies: &super::probe::Latencies| {
            let (half, most) = (latencies.percentile(50), latencies.percentile(95));
            format!(
                "{}, {}, {} ms",
                shown(half),
                shown(most),
                shown(latencies.worst())
            )
        };
        let failures = row.failures(bounds);
        let failed = match failures.is_empty() {
            true => String::new(),
            false => format!(" **{}**", failures.join("; ")),
        };
        writeln!(
            out,
            "| `{}` | {} | {} | {} | {} MiB | {}{failed} |",
            row.name,
            row.sends,
            three(live),
            three(innocent),
            row.peak >> 20,
            row.ended(),
        )?;
    }
    Ok(())
}
