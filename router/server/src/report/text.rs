//! A finding for people: the sentence, then each place with its line, underlined.

use std::fmt::Write as _;

use super::finding::{Finding, Place, Texts};

/// Characters of a line that are shown at most: generated SDL may be one line.
const WINDOW: usize = 120;
/// Characters shown before the place when a line is cut.
const BEFORE: usize = 40;
/// Places shown of one finding; the others are counted.
const MAX_PLACES: usize = 4;

/// All findings, with an empty line between two.
pub(crate) fn render(findings: &[Finding], texts: &Texts) -> String {
    findings
        .iter()
        .map(|finding| one(finding, texts))
        .collect::<Vec<_>>()
        .join("\n")
}

fn one(finding: &Finding, texts: &Texts) -> String {
    let mut out = format!(
        "{}[{}]: {}\n",
        finding.severity, finding.code, finding.message
    );
    let margin = margin(finding);
    for place in finding.places.iter().take(MAX_PLACES) {
        snippet(place, texts, margin, &mut out);
    }
    let more = finding.places.len().saturating_sub(MAX_PLACES);
    if more > 0 {
        line(&mut out, format_args!("{:margin$} = and {more} more", ""));
    }
    if finding.places.is_empty()
        && let Some(subgraph) = &finding.subgraph
    {
        line(&mut out, format_args!("{:margin$}--> {subgraph}", ""));
    }
    if let Some(help) = &finding.help {
        line(&mut out, format_args!("{:margin$} = help: {help}", ""));
    }
    out
}

/// The width of the widest line number.
fn margin(finding: &Finding) -> usize {
    let widest = finding
        .places
        .iter()
        .take(MAX_PLACES)
        .map(|place| place.line)
        .max();
    widest.unwrap_or(1).to_string().len()
}

fn snippet(place: &Place, texts: &Texts, margin: usize, out: &mut String) {
    let Place {
        line: number,
        column,
        ..
    } = place;
    let found = texts.get(&place.text);
    let label = found.map_or(place.text.as_str(), |(label, _)| label);
    line(
        out,
        format_args!("{:margin$}--> {label}:{number}:{column}", ""),
    );
    let index = usize::try_from(*number)
        .unwrap_or(usize::MAX)
        .saturating_sub(1);
    let Some(text) = found.and_then(|(_, text)| text.lines().nth(index)) else {
        return;
    };

    let column = usize::try_from(*column)
        .unwrap_or(usize::MAX)
        .saturating_sub(1);
    let characters: Vec<char> = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let end = match place.end {
        Some(end) if end.line == place.line => usize::try_from(end.column)
            .unwrap_or(usize::MAX)
            .saturating_sub(1),
        Some(_) => characters.len(),
        None => column + word(characters.get(column..).unwrap_or_default()),
    };
    let cut = if characters.len() > WINDOW {
        column.saturating_sub(BEFORE)
    } else {
        0
    };
    let shown: String = characters.iter().skip(cut).take(WINDOW).collect();
    let start = column.saturating_sub(cut).min(WINDOW);
    let width = end
        .saturating_sub(column)
        .clamp(1, WINDOW.saturating_sub(start).max(1));
    line(out, format_args!("{:margin$} |", ""));
    line(
        out,
        format_args!("{number:>margin$} | {}", shown.trim_end()),
    );
    line(
        out,
        format_args!("{:margin$} | {:start$}{}", "", "", "^".repeat(width)),
    );
}

/// How long the word is that the text begins with.
fn word(text: &[char]) -> usize {
    text.iter()
        .take_while(|c| c.is_alphanumeric() || **c == '_')
        .count()
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    writeln!(out, "{text}").expect("writing to a String does not fail");
}

#[cfg(test)]
mod tests;
