//! Messages of an event stream that have been read before anybody asked for them.

use std::collections::VecDeque;

use bytes::Bytes;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::failure::Failure;

/// An event, why there is none, or the end.
type Message = Option<Result<Bytes, Failure>>;

/// Those that were not given yet, each with the number of the last event up to it.
#[derive(Debug, Default)]
pub(crate) struct Ahead {
    messages: VecDeque<(Message, Option<Box<str>>)>,
    /// The number of the last event up to what was given; `None` where that is all that has been read.
    given: Option<Option<Box<str>>>,
}

impl Ahead {
    pub(crate) fn put(&mut self, message: Message, last_id: Option<&str>) {
        self.given.get_or_insert(None);
        self.messages.push_back((message, last_id.map(Into::into)));
    }

    /// The next message; `None` where it has not been read.
    pub(crate) fn take(&mut self) -> Option<Message> {
        let next = self.messages.pop_front();
        let (message, last_id) = next.unzip();
        self.given = last_id;
        message
    }

    /// The number of the last event that was given; `None` where that is the last that was read.
    pub(crate) fn last_id(&self) -> Option<Option<&str>> {
        let given = self.given.as_ref();
        given.map(Option::as_deref)
    }
}

/// Whether an event has errors and nothing else: where it is the only one, it is no event, but says why there is none.
pub(crate) fn is_refusal(event: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Response {
        #[serde(default)]
        data: Option<IgnoredAny>,
        #[serde(default)]
        errors: Vec<IgnoredAny>,
    }
    serde_json::from_slice::<Response>(event)
        .is_ok_and(|response| response.data.is_none() && !response.errors.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_that_of_the_last_event_that_was_given() {
        let event = |text: &'static str| Some(Ok(Bytes::from_static(text.as_bytes())));
        let mut ahead = Ahead::default();
        assert_eq!(ahead.last_id(), None);
        ahead.put(event("a"), Some("1"));
        ahead.put(event("b"), Some("2"));
        assert_eq!(ahead.last_id(), Some(None));
        assert_eq!(ahead.take(), Some(event("a")));
        assert_eq!(ahead.last_id(), Some(Some("1")));
        ahead.put(None, Some("2"));
        assert_eq!(ahead.take(), Some(event("b")));
        assert_eq!(ahead.take(), Some(None));
        assert_eq!(ahead.last_id(), Some(Some("2")));
        assert_eq!(ahead.take(), None);
        assert_eq!(ahead.last_id(), None);
    }

    #[test]
    fn only_errors_without_data_refuse() {
        let check = |event: &str, expect: bool| {
            assert_eq!(is_refusal(event.as_bytes()), expect, "{event}");
        };
        check(r#"{"errors":[{"message":"no such field"}]}"#, true);
        check(r#"{"data":null,"errors":[{"message":"no"}]}"#, true);
        check(r#"{"data":{"a":null},"errors":[{"message":"no"}]}"#, false);
        check(r#"{"data":{"a":1}}"#, false);
        check(r#"{"errors":[]}"#, false);
        check("[", false);
    }
}
