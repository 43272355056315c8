//! A finding for people: the sentence, then each place with its lines, underlined, then what to change.

use std::borrow::Cow;
use std::io::IsTerminal as _;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Element, Level, Origin, Renderer, Snippet};

use super::finding::{Finding, Omitted, Place, Texts};

/// Columns of the output: longer lines are cut around the place, as generated SDL may be one line.
const WIDTH: usize = 140;
/// Places shown of one finding; the others are counted.
const MAX_PLACES: usize = 4;
/// Characters underlined in one line.
const MAX_UNDERLINED: u32 = 100;
/// Lines shown of one place.
const MAX_LINES: u32 = 6;

/// Bytes shown of one place as they are; of longer lines only what is around the column, as a finding may be in a text of one line.
const MAX_EXCERPT: usize = 2_000;
/// Bytes shown to either side of the column in such a line.
const AROUND: usize = 60;

/// All findings, with an empty line between two; in colour when a person reads standard error in a terminal.
pub(crate) fn render(findings: &[Finding], texts: &Texts) -> String {
    let coloured = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let renderer = match coloured {
        true => Renderer::styled(),
        false => Renderer::plain(),
    };
    with(&renderer.term_width(WIDTH), findings, texts)
}

/// `20002 errors, 2 hints; 19902 errors not shown`, as the last line; `None` without findings.
pub(crate) fn summary(findings: &[Finding], omitted: Omitted) -> Option<String> {
    let count = |severity: &str| findings.iter().filter(|f| f.severity == severity).count();
    let (errors, warnings) = (count("error"), count("warning"));
    let hints = findings.len() - errors - warnings;
    let list = |errors: usize, warnings: usize, hints: usize| {
        let parts = [(errors, "error"), (warnings, "warning"), (hints, "hint")];
        let parts = parts.iter().filter(|(number, _)| *number > 0);
        let parts: Vec<String> = parts
            .map(|(number, noun)| match number {
                1 => format!("1 {noun}"),
                _ => format!("{number} {noun}s"),
            })
            .collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    };
    let counted = list(errors + omitted.errors, warnings, hints + omitted.hints)?;
    Some(match list(omitted.errors, 0, omitted.hints) {
        None => counted,
        Some(hidden) => format!("{counted}; {hidden} not shown"),
    })
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
        "warning" => Level::WARNING,
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
        .flat_map(|place| snippet(place, texts))
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
fn snippet<'a>(place: &'a Place, texts: &'a Texts) -> Vec<Element<'a>> {
    let found = texts.get(&place.text);
    let label = found.map_or(place.text.as_str(), |found| found.label.as_str());
    let text = found.and_then(|found| lines(found.text_from(place.line)?, place));
    let numbers = || {
        Origin::path(label)
            .line(number(place.line))
            .char_column(number(place.column))
    };
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
        return vec![numbers().into()];
    };
    let snippet = Snippet::source(Cow::Borrowed(text)).line_start(number(place.line));
    if text.len() <= MAX_EXCERPT {
        let shown = AnnotationKind::Primary.span(span(text, place));
        return vec![snippet.path(label).annotation(shown).into()];
    }
    // The column is that of the whole line, so it is not left to the renderer.
    let (text, span) = cut(text, place);
    let snippet = Snippet::source(Cow::Owned(text)).line_start(number(place.line));
    let shown = AnnotationKind::Primary.span(span);
    vec![numbers().into(), snippet.annotation(shown).into()]
}

/// What is around the column of a long line, and where the place is in that.
fn cut(text: &str, place: &Place) -> (String, Range<usize>) {
    const MORE: &str = "…";
    let line = text.lines().next().unwrap_or_default();
    let start = bytes(line, place.column);
    let from = line.floor_char_boundary(start.saturating_sub(AROUND));
    let to = line.ceil_char_boundary((start + AROUND).min(line.len()));
    let before = if from > 0 { MORE } else { "" };
    let after = if to < line.len() { MORE } else { "" };
    let shown = format!("{before}{}{after}", &line[from..to]);
    let end = span(line, place).end.clamp(start, to);
    let moved = |at: usize| at - from + before.len();
    (shown, moved(start)..moved(end))
}

/// The lines that a place covers, as one piece of the text that begins with them.
fn lines<'a>(text: &'a str, place: &Place) -> Option<&'a str> {
    let last = place.end.map_or(place.line, |end| end.line.max(place.line));
    let shown = (last - place.line + 1).min(MAX_LINES);
    let lines = text.split_inclusive('\n').take(number(shown));
    let length = lines.map(str::len).sum();
    Some(text.get(..length)?.trim_end_matches(['\n', '\r']))
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
