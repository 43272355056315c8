//! A finding for people: the sentence, then each place with its lines, underlined, then what to change.

use std::io::IsTerminal as _;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Element, Level, Origin, Renderer, Snippet};

use super::finding::{Finding, Place, Texts};

/// Columns of the output: longer lines are cut around the place, as generated SDL may be one line.
const WIDTH: usize = 140;
/// Places shown of one finding; the others are counted.
const MAX_PLACES: usize = 4;
/// Characters underlined in one line.
const MAX_UNDERLINED: u32 = 100;
/// Lines shown of one place.
const MAX_LINES: u32 = 6;

/// All findings, with an empty line between two; in colour when a person reads standard error in a terminal.
pub(crate) fn render(findings: &[Finding], texts: &Texts) -> String {
    let coloured = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let renderer = match coloured {
        true => Renderer::styled(),
        false => Renderer::plain(),
    };
    with(&renderer.term_width(WIDTH), findings, texts)
}

fn with(renderer: &Renderer, findings: &[Finding], texts: &Texts) -> String {
    findings
        .iter()
        .map(|finding| one(renderer, finding, texts) + "\n")
        .collect::<Vec<_>>()
        .join("\n")
}

fn one(renderer: &Renderer, finding: &Finding, texts: &Texts) -> String {
    let level = match finding.severity {
        "error" => Level::ERROR,
        other => Level::NOTE.with_name(other),
    };
    // The sentence, and after the places whatever more there is to say.
    let (sentence, details) = match finding.message.split_once('\n') {
        Some((sentence, details)) => (sentence, Some(details)),
        None => (finding.message.as_str(), None),
    };
    let title = level.primary_title(sentence).id(finding.code.as_str());
    let mut elements: Vec<Element<'_>> = finding
        .places
        .iter()
        .take(MAX_PLACES)
        .map(|place| snippet(place, texts))
        .collect();
    if let ([], Some(subgraph)) = (finding.places.as_slice(), &finding.subgraph) {
        elements.push(Origin::path(subgraph.as_str()).into());
    }
    let more = finding.places.len().saturating_sub(MAX_PLACES);
    if more > 0 {
        let places = if more == 1 { "place" } else { "places" };
        elements.push(
            Level::NOTE
                .message(format!("and {more} more {places}"))
                .into(),
        );
    }
    elements.extend(details.map(|details| Level::NOTE.message(details).into()));
    if let Some(help) = &finding.help {
        elements.push(Level::HELP.message(help.as_str()).into());
    }
    renderer.render(&[title.elements(elements)])
}

/// The lines of a place, or its numbers alone where its text is not known or has changed.
fn snippet<'a>(place: &'a Place, texts: &'a Texts) -> Element<'a> {
    let found = texts.get(&place.text);
    let label = found.map_or(place.text.as_str(), |(label, _)| label);
    let text = found.and_then(|(_, text)| lines(text, place));
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
        return Origin::path(label)
            .line(number(place.line))
            .char_column(number(place.column))
            .into();
    };
    Snippet::source(text)
        .path(label)
        .line_start(number(place.line))
        .annotation(AnnotationKind::Primary.span(span(text, place)))
        .into()
}

/// The lines that a place covers, as one piece of the text.
fn lines<'a>(text: &'a str, place: &Place) -> Option<&'a str> {
    let skipped = place.line.checked_sub(1)?;
    let last = place.end.map_or(place.line, |end| end.line.max(place.line));
    let shown = (last - place.line + 1).min(MAX_LINES);
    let mut lines = text.split_inclusive('\n').skip(number(skipped));
    let first = lines.next()?;
    let rest: usize = lines.take(number(shown) - 1).map(str::len).sum();
    let start = offset_in(text, first);
    Some(
        text.get(start..start + first.len() + rest)?
            .trim_end_matches(['\n', '\r']),
    )
}

/// Where a part of a text begins, in bytes.
fn offset_in(text: &str, part: &str) -> usize {
    part.as_ptr().addr() - text.as_ptr().addr()
}

/// The bytes of a place in its lines; never empty, never beyond them.
fn span(text: &str, place: &Place) -> Range<usize> {
    let first = text.lines().next().unwrap_or_default();
    let start = bytes(first, place.column);
    let widest = bytes(first, place.column.saturating_add(MAX_UNDERLINED));
    let end = match place.end {
        Some(end) if end.line > place.line => {
            let line = text.lines().nth(number(end.line - place.line));
            line.map_or(text.len(), |line| {
                offset_in(text, line) + bytes(line, end.column)
            })
        }
        Some(end) => bytes(first, end.column).min(widest),
        None => (start + word(&first[start..])).min(widest),
    };
    let next = text[start..]
        .chars()
        .next()
        .map_or(start, |c| start + c.len_utf8());
    start..end.max(next)
}

/// The bytes before a 1-based column, which is counted in characters.
fn bytes(line: &str, column: u32) -> usize {
    let before = number(column.saturating_sub(1));
    line.char_indices()
        .nth(before)
        .map_or(line.len(), |(at, _)| at)
}

/// How long the word is that the text begins with.
fn word(text: &str) -> usize {
    text.find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len())
}

fn number(value: u32) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
