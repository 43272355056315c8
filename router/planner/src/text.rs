//! Text that is paid for before it is written. Names and values of an operation may be long, and a fragment has them written wherever it is spread: a small
//! document can ask for gigabytes of text.

use std::fmt;

use crate::work::Work;

/// A text of which each byte takes a unit of work, as it is held three times while it grows and is put together. Once the work does not suffice for
/// what is to be added, nothing is left of it, and nothing more is added.
pub(crate) struct PaidText<'w> {
    text: String,
    work: &'w Work,
}

impl<'w> PaidText<'w> {
    pub(crate) fn new(work: &'w Work) -> Self {
        Self {
            text: String::new(),
            work,
        }
    }

    pub(crate) fn push_str(&mut self, more: &str) {
        if self.work.pays(more.len()) {
            self.text.push_str(more);
        }
    }

    pub(crate) fn push(&mut self, more: char) {
        if self.work.pays(more.len_utf8()) {
            self.text.push(more);
        }
    }

    /// Puts some of it before the rest.
    pub(crate) fn prepend(&mut self, head: &str) {
        if self.work.pays(head.len()) {
            self.text.insert_str(0, head);
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn into_string(self) -> String {
        self.text
    }
}

/// What is formatted ends where the work does.
impl fmt::Write for PaidText<'_> {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        if !self.work.pays(more.len()) {
            return Err(fmt::Error);
        }
        self.text.push_str(more);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::PaidText;
    use crate::work::Work;

    #[test]
    fn nothing_is_written_that_is_not_paid_for() {
        let work = Work::new(10);
        let mut text = PaidText::new(&work);
        text.push_str("12345");
        assert!(work.check().is_ok());
        let long = "x".repeat(1_000_000);
        assert!(write!(text, "{long}").is_err());
        text.push('6');
        text.push_str("");
        assert_eq!(text.as_str(), "12345");
        assert!(work.check().is_err());
    }

    #[test]
    fn a_small_plan_pays_from_its_part() {
        let work = Work::small(400);
        let mut text = PaidText::new(&work);
        text.push_str("123456789");
        text.push_str("1234567890");
        assert_eq!(text.into_string(), "123456789");
    }
}
