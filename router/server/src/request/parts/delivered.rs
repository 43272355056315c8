//! What a client has of a response in parts, for the case that it cannot have the rest.

use std::borrow::Cow;

use abaque_edge::long_work;
use executor::Format;
use serde::Deserialize;

/// What has been handed over.
pub(super) struct Delivered {
    pub(super) format: Format,
    /// Whether that is all.
    pub(super) is_whole: bool,
    has_begun: bool,
    /// The ids that were announced and not completed.
    open: Vec<String>,
}

impl Delivered {
    /// Nothing yet.
    pub(super) fn new(format: Format) -> Self {
        Self {
            format,
            is_whole: false,
            has_begun: false,
            open: Vec::new(),
        }
    }

    /// What will be announced and not completed, once the client has that part.
    pub(super) fn open_after(&self, part: &[u8], has_next: bool) -> Vec<String> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Part<'p> {
            #[serde(borrow)]
            pending: Vec<Named<'p>>,
            #[serde(borrow)]
            completed: Vec<Named<'p>>,
        }
        #[derive(Deserialize)]
        struct Named<'p> {
            #[serde(borrow)]
            id: Cow<'p, str>,
        }
        if self.format == Format::Labelled || !has_next {
            return Vec::new();
        }
        let read = || serde_json::from_slice::<Part<'_>>(part).unwrap_or_default();
        let part = long_work::on(part.len(), read);
        let mut open = self.open.clone();
        open.extend(part.pending.into_iter().map(|named| named.id.into_owned()));
        open.retain(|id| !part.completed.iter().any(|named| named.id == *id));
        open
    }

    /// The client has one more part.
    pub(super) fn took(&mut self, open: Vec<String>, has_next: bool) {
        self.has_begun = true;
        self.is_whole = !has_next;
        self.open = open;
    }

    /// The last part in place of the rest: `errors` is a response with nothing else.
    pub(super) fn ended(&self, errors: &[u8]) -> Vec<u8> {
        let errors = errors.strip_prefix(b"{").unwrap_or(errors);
        let errors = errors.strip_suffix(b"}").unwrap_or(errors);
        let mut out = Vec::new();
        match (self.has_begun, self.format) {
            (false, _) => {
                out.extend_from_slice(b"{\"data\":null,");
                out.extend_from_slice(errors);
            }
            (true, Format::Labelled) => {
                out.extend_from_slice(b"{\"incremental\":[{\"path\":[],\"data\":null,");
                out.extend_from_slice(errors);
                out.extend_from_slice(b"}]");
            }
            (true, Format::Numbered) => {
                out.extend_from_slice(b"{\"completed\":[");
                for (index, id) in self.open.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    out.extend_from_slice(format!("{{\"id\":\"{id}\",").as_bytes());
                    out.extend_from_slice(errors);
                    out.push(b'}');
                }
                out.push(b']');
            }
        }
        out.extend_from_slice(b",\"hasNext\":false}");
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ERRORS: &[u8] = br#"{"errors":[{"message":"late"}]}"#;

    /// The last part after these.
    #[track_caller]
    fn check(format: Format, parts: &[&str], expect: &str) {
        let mut delivered = Delivered::new(format);
        for part in parts {
            let open = delivered.open_after(part.as_bytes(), true);
            delivered.took(open, true);
        }
        let last = delivered.ended(ERRORS);
        assert_eq!(String::from_utf8_lossy(&last), expect);
    }

    #[test]
    fn the_last_part_says_what_is_wrong_in_the_words_of_its_format() {
        let nothing = r#"{"data":null,"errors":[{"message":"late"}],"hasNext":false}"#;
        check(Format::Labelled, &[], nothing);
        check(Format::Numbered, &[], nothing);
        check(
            Format::Labelled,
            &[r#"{"data":{"a":1},"hasNext":true}"#],
            r#"{"incremental":[{"path":[],"data":null,"errors":[{"message":"late"}]}],"hasNext":false}"#,
        );
        // Each that is open ends, those within others too.
        check(
            Format::Numbered,
            &[
                r#"{"data":{},"pending":[{"id":"0","path":[]},{"id":"1","path":[]}],"hasNext":true}"#,
                r#"{"incremental":[{"id":"0","data":{}}],"completed":[{"id":"0"}],"pending":[{"id":"2","path":[]}],"hasNext":true}"#,
            ],
            r#"{"completed":[{"id":"1","errors":[{"message":"late"}]},{"id":"2","errors":[{"message":"late"}]}],"hasNext":false}"#,
        );
    }
}
