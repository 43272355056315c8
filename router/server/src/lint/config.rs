//! The `lint` section: the level of each rule.

use lint::{Level, Levels, Rule};
use settings::Section;

const LEVELS: &[(&str, Level)] = &[
    ("off", Level::Off),
    ("warn", Level::Warn),
    ("error", Level::Error),
];

/// Reads the levels of all rules.
pub(crate) fn read(section: Section<'_>) -> Levels {
    let levels = Rule::ALL
        .into_iter()
        .fold(Levels::default(), |levels, rule| {
            let default = match rule.default_level() {
                Level::Off => "off",
                Level::Warn => "warn",
                Level::Error => "error",
            };
            let key = section.key(rule.name(), rule.help());
            levels.with(rule, key.choice(default, LEVELS))
        });
    section.end();
    levels
}
