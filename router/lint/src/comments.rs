//! Comments in the SDL by which rules are silenced.
//!
//! - `# lint-off names, ids` above an element, or in its line: for this element, and all that is in it;
//! - `# lint-off-file descriptions`: for the whole SDL.

use federation::Location;

use crate::Finding;
use crate::graph::Element;
use crate::rule::{Level, Levels, Rule};

/// What the comments of an SDL say, by line.
#[derive(Default)]
pub(crate) struct Comments {
    file: Vec<Rule>,
    /// The line that it is about, and the rule.
    lines: Vec<(u32, Rule)>,
    /// Names of no rule, with their line and column.
    unknown: Vec<(String, u32, u32)>,
}

impl Comments {
    pub(crate) fn of(sdl: &str) -> Self {
        let mut comments = Self::default();
        // Those in lines of their own wait for the next line that is none.
        let mut waiting: Vec<Rule> = Vec::new();
        let mut in_block = false;
        for (line, number) in sdl.lines().zip(1..) {
            let code = line.trim_start();
            // A `#` in a description is no comment.
            let (begins_in_block, quotes) = (in_block, line.matches("\"\"\"").count());
            in_block ^= quotes % 2 == 1;
            let found = match begins_in_block || quotes > 0 {
                true => None,
                false => comment_of(line),
            };
            let Some((column, text)) = found else {
                if !code.is_empty() {
                    comments
                        .lines
                        .extend(waiting.drain(..).map(|rule| (number, rule)));
                }
                continue;
            };
            let is_alone = code.starts_with('#');
            let text = text.trim();
            let rules = match text.strip_prefix("lint-off") {
                Some(rest) => rest,
                None if is_alone => continue,
                None => "",
            };
            let (is_file, names) = match rules.strip_prefix("-file") {
                Some(rest) => (true, rest),
                None => (false, rules),
            };
            let mut named = Vec::new();
            for name in names
                .split([',', ' ', '\t'])
                .filter(|name| !name.is_empty())
            {
                match Rule::of(name) {
                    Some(rule) => named.push(rule),
                    None => comments.unknown.push((name.to_owned(), number, column)),
                }
            }
            match (is_file, is_alone) {
                (true, _) => comments.file.extend(named),
                (false, true) => waiting.extend(named),
                (false, false) => {
                    let above = waiting.drain(..);
                    comments
                        .lines
                        .extend(above.chain(named).map(|rule| (number, rule)));
                }
            }
        }
        comments
    }

    /// Whether a comment is about the element, or the type that it is in, and this rule.
    pub(crate) fn silence(&self, rule: Rule, element: &Element) -> bool {
        let is_about = |begin: &u32| {
            let from = self.lines.partition_point(|(line, _)| line < begin);
            let here = self.lines[from..]
                .iter()
                .take_while(|(line, _)| line == begin);
            here.into_iter().any(|(_, silenced)| *silenced == rule)
        };
        self.file.contains(&rule) || element.begins.iter().any(is_about)
    }

    /// Names that are no rules.
    pub(crate) fn mistakes<'c>(
        &'c self,
        subgraph: &'c str,
        levels: &Levels,
    ) -> impl Iterator<Item = Finding> + 'c {
        let level = levels.of(Rule::UnknownRules);
        let told = self.unknown.iter().filter(move |_| level != Level::Off);
        told.map(move |(name, line, column)| {
            let known = Rule::ALL.iter().map(|rule| rule.name());
            let meant = federation::nearest(name, known);
            let meant = meant
                .map(|near| format!(": did you mean `{near}`?"))
                .unwrap_or_else(|| ".".to_owned());
            Finding {
                rule: Rule::UnknownRules,
                level,
                coordinate: name.clone(),
                message: format!("There is no rule `{name}`{meant}"),
                location: Location {
                    subgraph: Some(subgraph.to_owned()),
                    line: *line,
                    column: *column,
                    end_line: *line,
                    end_column: *column + 1,
                },
            }
        })
    }
}

/// The comment of a line, without its `#`, and the column of that; a `#` between quotes is none.
fn comment_of(line: &str) -> Option<(u32, &str)> {
    let (mut in_string, mut escaped) = (false, false);
    for (column, (at, c)) in (1..).zip(line.char_indices()) {
        match c {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            '#' if !in_string => return Some((column, &line[at + 1..])),
            _ => {}
        }
    }
    None
}
