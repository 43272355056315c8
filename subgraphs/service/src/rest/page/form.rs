//! The parameters of an operation as a form: filled in with the examples, so that one click shows an answer.

use std::fmt::{self, Write};

use serde_json::Value;

use super::shown::{Escaped, Prose, UrlEncoded};
use super::{text, type_of};

/// Writes the form, and the call that it makes first as a link.
pub(super) fn write(html: &mut String, path: &str, parameters: &[&Value]) -> fmt::Result {
    let action = Escaped(path);
    writeln!(
        html,
        r#"<form action="{action}" method="get" target="_blank">"#
    )?;
    for parameter in parameters {
        write_field(html, path, parameter)?;
    }
    writeln!(html, r#"<p><button>Try it</button>"#)?;
    if let Some(target) = example_call(path, parameters) {
        let target = Escaped(&target);
        writeln!(html, r#"<a href="{target}"><code>{target}</code></a>"#)?;
    }
    writeln!(html, "</p></form>")
}

fn write_field(html: &mut String, path: &str, parameter: &Value) -> fmt::Result {
    let name = text(&parameter["name"]);
    let is_required = parameter["required"] == true;
    let (path, name, value) = (Escaped(path), Escaped(name), example(parameter));
    let value = value.unwrap_or_default();
    writeln!(
        html,
        r#"<div class="field"><label for="{path}?{name}"><code>{name}</code> <span>{}{}</span></label>"#,
        Escaped(&type_of(&parameter["schema"])),
        if is_required { "" } else { ", <i>optional</i>" },
    )?;
    let required = if is_required { " required" } else { "" };
    match parameter["schema"]["enum"].as_array() {
        Some(values) => {
            writeln!(
                html,
                r#"<select id="{path}?{name}" name="{name}"{required}>"#
            )?;
            if !is_required {
                writeln!(html, "<option></option>")?;
            }
            for one in values {
                let one = plain(one);
                let selected = if one == value { " selected" } else { "" };
                writeln!(html, "<option{selected}>{}</option>", Escaped(&one))?;
            }
            writeln!(html, "</select>")?;
        }
        None => writeln!(
            html,
            r#"<input id="{path}?{name}" name="{name}" value="{}" autocomplete="off"{required}>"#,
            Escaped(&value)
        )?,
    }
    let description = text(&parameter["description"]);
    if !description.is_empty() {
        writeln!(html, "<p>{}</p>", Prose(description))?;
    }
    writeln!(html, "</div>")
}

/// The call with the examples of the parameters, when there are enough of them.
fn example_call(path: &str, parameters: &[&Value]) -> Option<String> {
    let mut call = path.to_owned();
    let mut separator = '?';
    for parameter in parameters {
        let Some(value) = example(parameter) else {
            match parameter["required"] == true {
                true => return None,
                false => continue,
            }
        };
        let (name, value) = (UrlEncoded(text(&parameter["name"])), UrlEncoded(&value));
        let _ = write!(call, "{separator}{name}={value}");
        separator = '&';
    }
    Some(call)
}

/// The example of a parameter, as it is written in a query string.
fn example(parameter: &Value) -> Option<String> {
    let example = match (&parameter["example"], &parameter["schema"]["example"]) {
        (Value::Null, example) | (example, _) => example,
    };
    match example {
        Value::Null => None,
        Value::Array(items) => Some(items.iter().map(plain).collect::<Vec<_>>().join(",")),
        other => Some(plain(other)),
    }
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
