//! Mappings of names to texts.

use indexmap::IndexMap;
use serde_json::json;

use crate::compound::wrong_noun;
use crate::key::{Key, shown};
use crate::kind::Kind;
use crate::yaml::Value;

impl Key<'_> {
    /// A mapping of names to texts, each read by `read`; `words` say what they are.
    pub fn named_texts<T>(
        self,
        words: &str,
        read: impl Fn(&str, &str) -> Option<T>,
    ) -> IndexMap<String, T> {
        let kind = Kind::new(
            words,
            json!({ "type": "object", "additionalProperties": { "type": "string" } }),
        );
        self.document(&kind, Some(json!({})));
        self.reader.enter(&self.path);
        let Some(node) = &self.node else {
            return IndexMap::new();
        };
        let Value::Mapping(entries) = &node.value else {
            let finding = wrong_noun(&self.path, node.place, &node.value, words);
            self.reader.report(finding);
            return IndexMap::new();
        };
        let each = entries.iter().filter_map(|(name, _, node)| {
            let key = format!("{}.{name}", self.path);
            let (text, value) = self.scalar(&key, node, words, |text| {
                Some((text.to_owned(), read(name, text)?))
            })?;
            let shown = shown(node, || json!(text));
            self.reader.show(&self.path.join(name), shown);
            Some((name.clone(), value))
        });
        each.collect()
    }
}
