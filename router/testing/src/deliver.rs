//! A response that comes in parts, put together as a client does it.

use serde_json_bytes::Value as Json;

use crate::monolith::{Expected, sorted};

/// The parts so far.
#[derive(Default)]
pub(crate) struct Delivered {
    data: Option<Json>,
    has_errors: bool,
    /// The last part said that it is the last one.
    is_over: bool,
    wrong: Vec<String>,
    parts: Vec<String>,
}

impl Delivered {
    /// Takes a part in: the initial one, then the others.
    pub(crate) fn add(&mut self, part: &[u8]) {
        self.parts.push(String::from_utf8_lossy(part).into_owned());
        let part: Json = match serde_json_bytes::serde_json::from_slice(part) {
            Ok(part) => part,
            Err(error) => {
                self.wrong.push(format!("a part is no JSON: {error}"));
                return;
            }
        };
        if self.is_over {
            self.wrong.push(format!("after the last part: {part}"));
        }
        self.is_over = part.get("hasNext") == Some(&Json::Bool(false));
        if self.data.is_none() {
            self.has_errors |= part.get("errors").is_some();
            self.data = Some(part.get("data").cloned().unwrap_or(Json::Null));
            return;
        }
        let items = part.get("incremental").and_then(Json::as_array);
        if items.is_none_or(Vec::is_empty) {
            self.wrong
                .push(format!("a part with nothing in it: {part}"));
        }
        for item in items.into_iter().flatten() {
            self.add_item(item);
        }
    }

    fn add_item(&mut self, item: &Json) {
        self.has_errors |= item.get("errors").is_some();
        if item.get("label").is_none() {
            self.wrong.push(format!("without its label: {item}"));
        }
        let path = item.get("path").and_then(Json::as_array);
        let mut path = path.map_or(&[][..], |path| path);
        let mut first = None;
        if let (Some(_), Some((index, list))) = (item.get("items"), path.split_last()) {
            first = index.as_u64().and_then(|index| usize::try_from(index).ok());
            path = list;
        }
        let mut at = self.data.as_mut();
        for step in path {
            at = at.and_then(|at| match step {
                Json::String(key) => at.get_mut(key.as_str()),
                index => at.get_mut(usize::try_from(index.as_u64()?).ok()?),
            });
        }
        if let Some(items) = item.get("items") {
            match (at, items) {
                (Some(Json::Array(list)), Json::Array(items)) if first == Some(list.len()) => {
                    list.extend(items.iter().cloned());
                }
                (Some(Json::Array(_)), Json::Null) if item.get("errors").is_some() => {}
                _ => self.wrong.push(format!("no list to add to: {item}")),
            }
            return;
        }
        match (at, item.get("data")) {
            (Some(at @ Json::Object(_)), Some(data @ Json::Object(_))) => merge(at, data),
            (Some(Json::Object(_)), Some(Json::Null)) if item.get("errors").is_some() => {}
            _ => self.wrong.push(format!("no object to add to: {item}")),
        }
    }

    /// What is wrong with it, the order of keys apart.
    pub(crate) fn differs(self, expected: &Expected) -> Vec<String> {
        let mut wrong = self.wrong;
        if !self.is_over {
            wrong.push("the last part says that others follow".to_owned());
        }
        let data = self.data.unwrap_or(Json::Null);
        if self.has_errors != expected.has_errors {
            wrong.push(format!("errors: {}", self.has_errors));
        }
        if !expected.has_errors && sorted(&data) != expected.sorted() {
            wrong.push(format!("expected {}\n     got {data}", expected.data));
        }
        if !wrong.is_empty() {
            wrong.extend(self.parts);
        }
        wrong
    }
}

fn merge(into: &mut Json, from: &Json) {
    match (into, from) {
        (Json::Object(into), Json::Object(from)) => {
            for (key, value) in from {
                match into.get_mut(key) {
                    Some(known) => merge(known, value),
                    None => {
                        into.insert(key.clone(), value.clone());
                    }
                }
            }
        }
        (Json::Array(into), Json::Array(from)) if into.len() == from.len() => {
            for (into, from) in into.iter_mut().zip(from) {
                merge(into, from);
            }
        }
        (into, from) => *into = from.clone(),
    }
}
