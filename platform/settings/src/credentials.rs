//! Names and passwords of URLs, which nobody is shown.

use std::borrow::Cow;

/// A text in which names and passwords of URLs are hidden. It has as many characters as before, so that columns stay what they are.
pub(crate) fn without_credentials(text: &str) -> Cow<'_, str> {
    const AFTER_SCHEME: &str = "://";
    if !text.contains(AFTER_SCHEME) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(AFTER_SCHEME) {
        let (before, after) = rest.split_at(at + AFTER_SCHEME.len());
        shown.push_str(before);
        let is_end = |c: char| c.is_whitespace() || "/?#\"'".contains(c);
        let authority = &after[..after.find(is_end).unwrap_or(after.len())];
        rest = after;
        if let Some(end) = authority.rfind('@') {
            shown.extend(authority[..end].chars().map(|_| '*'));
            rest = &after[end..];
        }
    }
    shown.push_str(rest);
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, shown: &str) {
        assert_eq!(without_credentials(text), shown);
        assert_eq!(text.chars().count(), shown.chars().count());
    }

    #[test]
    fn names_and_passwords_of_urls_are_hidden() {
        check("http://user:päss@host/a@b", "http://*********@host/a@b");
        check(
            "a: { url: \"redis://:x@y@host\" } # http://host/",
            "a: { url: \"redis://****@host\" } # http://host/",
        );
        check("http://a@b http://c@d", "http://*@b http://*@d");
        check("a@b://c", "a@b://c");
        check("http://u:p@", "http://***@");
        check("://", "://");
    }
}
