//! What the configuration says about preparing operations.

use settings::Section;

const MIB: usize = 1024 * 1024;

/// The bounds of an operation, and of preparing it.
#[derive(Clone, Debug)]
pub struct OperationLimits {
    /// Tokens of an operation document.
    pub tokens: usize,
    /// Nested selections, fragments followed.
    pub depth: usize,
    /// Fields selected at the root, fragments followed.
    pub root_fields: usize,
    /// Aliases, fragments followed.
    pub aliases: usize,
    /// Directives, fragments followed.
    pub directives: usize,
    /// Fields in all, fragments followed.
    pub fields: usize,
    /// Operations parsed, validated and planned at once.
    pub preparations: usize,
    /// Operations that wait for that.
    pub preparations_waiting: usize,
    /// The work of planning one operation, in units of some tens of nanoseconds.
    pub planning_work: usize,
    /// The estimated weight of prepared operations that are kept, in bytes.
    pub plan_cache: usize,
}

impl OperationLimits {
    /// Reads keys of the sections `limits` and `plan_cache`.
    pub(crate) fn read(section: &Section<'_>, plan_cache: Section<'_>) -> Self {
        let limits = Self {
            tokens: section
                .key("tokens", "Tokens of an operation document; white space and commas count.")
                .count(15_000, 10..=1_000_000),
            depth: section
                .key("depth", "Nested selections, with fragments followed.")
                .count(64, 1..=200),
            root_fields: section
                .key("root_fields", "Fields at the root of an operation, with fragments followed.")
                .count(250, 1..=100_000),
            aliases: section
                .key("aliases", "Aliases, with fragments followed.")
                .count(1_000, 0..=100_000),
            directives: section
                .key("directives", "Directives, with fragments followed.")
                .count(1_000, 0..=100_000),
            fields: section
                .key("fields", "Fields in all, with fragments followed.")
                .count(10_000, 1..=1_000_000),
            preparations: section
                .key("preparations", "New operations that are parsed, validated and planned at once. More wait for their turn, within their timeout.")
                .count(4, 1..=1024),
            preparations_waiting: section
                .key("preparations_waiting", "New operations that wait for their turn to be prepared; one more is answered 503, with `Retry-After`. Operations that are known never wait.")
                .count(256, 0..=65_536),
            planning_work: section
                .key("planning_work", "The work of planning one operation, in units that take some tens of nanoseconds each; an operation that needs more is refused. Work is counted rather than timed, so that an operation is planned, or refused, on every machine alike.")
                .count(20_000_000, 1_000..=1_000_000_000),
            plan_cache: plan_cache
                .key(
                    "size",
                    "Memory for prepared operations (an estimate), half of it by their text and half by their normal form; the least useful go first.",
                )
                .size(64 * MIB, 0..=64 * 1024 * MIB),
        };
        plan_cache.end();
        limits
    }
}
