//! What a misspelt name was probably meant to be.

/// The candidate that differs least from `name`, if it is near enough to be a misspelling.
///
/// ```
/// assert_eq!(federation::nearest("prcie", ["id", "price"]), Some("price"));
/// assert_eq!(federation::nearest("weight", ["id", "price"]), None);
/// ```
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// Longer names are not compared: the work grows with the square of their length.
    const LONGEST: usize = 80;
    /// Further candidates of about that length are not compared.
    const MOST: usize = 1_000;
    // One letter can be anything.
    if name.len() > LONGEST || name.len() < 2 {
        return None;
    }
    let allowed = name.chars().count() * 2 / 5 + 1;
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST && *candidate != name)
        // A distance is at least the difference in length; a letter has at most four bytes.
        .filter(|candidate| candidate.len() + 4 * allowed >= name.len())
        .filter(|candidate| name.len() + 4 * allowed >= candidate.len())
        .take(MOST)
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, candidate)| {
            *distance <= allowed && *distance < candidate.chars().count().max(2)
        })
        .min()
        .map(|(_, candidate)| candidate)
}

/// How many letters must be added, removed, replaced or swapped with their neighbour; case counts for little.
fn distance(a: &str, b: &str) -> usize {
    if a.eq_ignore_ascii_case(b) {
        return 1;
    }
    strsim::osa_distance(a, b)
}
