//! The page that shows an OpenAPI document to people: an entry for each path, with a form that tries it. Nothing is from elsewhere.
//!
//! - [`form`]: the parameters, ready to be sent;
//! - [`shown`]: texts in HTML.

mod form;
mod shown;

use std::fmt::{self, Write};

use serde_json::Value;

use self::shown::{Escaped, Prose};
use super::PATH;

/// Nothing is loaded but the page's style and its script, which asks this service alone.
pub(super) const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The names of the script and the style beside the operations, which have none with a dot.
pub(super) const SCRIPT: &str = "page.js";
pub(super) const STYLE: &str = "page.css";

/// Shows answers below the forms. Without it, a form leads to its answer.
pub(super) const SCRIPT_TEXT: &str = include_str!("page.js");

pub(super) const STYLE_TEXT: &str = include_str!("page.css");

/// The methods of a path item, in the order in which they are shown.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Renders the document. What it does not say is left out.
pub(super) fn render(openapi: &Value) -> String {
    let mut html = String::new();
    write(&mut html, openapi).expect("writing to memory cannot fail");
    html
}

fn write(html: &mut String, openapi: &Value) -> fmt::Result {
    let info = &openapi["info"];
    let title = Escaped(text(&info["title"]));
    writeln!(html, "<!doctype html>")?;
    writeln!(html, r#"<html lang="en"><head><meta charset="utf-8">"#)?;
    writeln!(
        html,
        r#"<meta name="viewport" content="width=device-width, initial-scale=1">"#
    )?;
    writeln!(
        html,
        r#"<title>{title}</title><link rel="stylesheet" href="{PATH}/{STYLE}"></head><body>"#
    )?;
    writeln!(
        html,
        "<header><h1>{title} <small>{}</small></h1>",
        Escaped(text(&info["version"]))
    )?;
    paragraphs(html, &info["description"])?;
    writeln!(
        html,
        r#"<p><a href="/api/v1/openapi.json">OpenAPI document</a> · <a href="/graphql">GraphQL</a></p></header><main>"#
    )?;
    let entries: Vec<Entry<'_>> = entries(openapi).collect();
    writeln!(html, "<nav>")?;
    for Entry { path, .. } in &entries {
        let (id, path) = (Escaped(path), Escaped(path));
        writeln!(html, r##"<a href="#{id}">{path}</a>"##)?;
    }
    writeln!(html, "</nav>")?;
    for entry in &entries {
        write_entry(html, openapi, entry)?;
    }
    writeln!(
        html,
        r#"</main><script src="{PATH}/{SCRIPT}"></script></body></html>"#
    )
}

/// A path, and the operations that it answers.
struct Entry<'a> {
    path: &'a str,
    /// Its parameters are those of all its methods.
    item: &'a Value,
    operations: Vec<(&'static str, &'a Value)>,
}

/// Every path that answers anything.
fn entries(openapi: &Value) -> impl Iterator<Item = Entry<'_>> {
    let paths = openapi["paths"].as_object().into_iter().flatten();
    let entries = paths.map(|(path, item)| Entry {
        path,
        item,
        operations: METHODS
            .into_iter()
            .filter_map(|method| Some((method, item.get(method)?)))
            .collect(),
    });
    entries.filter(|entry| !entry.operations.is_empty())
}

/// What its methods share is shown once, with the first of them.
fn write_entry(html: &mut String, openapi: &Value, entry: &Entry<'_>) -> fmt::Result {
    let (id, path) = (Escaped(entry.path), Escaped(entry.path));
    let methods = entry.operations.iter();
    let methods: Vec<String> = methods.map(|(name, _)| name.to_ascii_uppercase()).collect();
    writeln!(
        html,
        r#"<section id="{id}"><h2><code>{path}</code> <small>{}</small></h2>"#,
        methods.join(", ")
    )?;
    let mut before: Option<&Value> = None;
    for (method, operation) in &entry.operations {
        let is_new = |key: &str| before.is_none_or(|before| before[key] != operation[key]);
        if before.is_some() {
            writeln!(html, "<h3>By {}</h3>", method.to_ascii_uppercase())?;
        }
        if is_new("summary") || is_new("description") {
            write_introduction(html, operation)?;
        }
        let parameters: Vec<&Value> = [entry.item, operation]
            .into_iter()
            .flat_map(|owner| owner["parameters"].as_array().into_iter().flatten())
            .map(|parameter| resolve(openapi, parameter))
            .collect();
        match *method {
            "get" => form::write(html, entry.path, &parameters)?,
            _ => write_parameters(html, &parameters)?,
        }
        write_body(html, openapi, &operation["requestBody"])?;
        let responses = responses(
            &operation["responses"],
            before.map(|before| &before["responses"]),
        );
        write_responses(html, openapi, &responses)?;
        before = Some(operation);
    }
    writeln!(html, "</section>")
}

/// The summary and the description. A summary is often the beginning of the description: then it is not said twice.
fn write_introduction(html: &mut String, operation: &Value) -> fmt::Result {
    let (summary, description) = (text(&operation["summary"]), text(&operation["description"]));
    if !description.starts_with(summary) {
        paragraphs(html, &operation["summary"])?;
    }
    paragraphs(html, &operation["description"])
}

/// The responses that were not shown with the method before.
fn responses<'a>(all: &'a Value, before: Option<&Value>) -> Vec<(&'a str, &'a Value)> {
    let all = all.as_object().into_iter().flatten();
    let all = all.map(|(status, response)| (status.as_str(), response));
    let is_new = |(status, response): &(&str, &Value)| {
        before.is_none_or(|before| before[*status] != **response)
    };
    all.filter(is_new).collect()
}

fn write_parameters(html: &mut String, parameters: &[&Value]) -> fmt::Result {
    if parameters.is_empty() {
        return Ok(());
    }
    writeln!(
        html,
        "<div class=\"wide\"><table><thead><tr><th>Parameter</th><th>Type</th><th>Meaning</th></tr></thead><tbody>"
    )?;
    for parameter in parameters {
        let required = match parameter["required"].as_bool() {
            Some(true) => "",
            _ => " <i>optional</i>",
        };
        writeln!(
            html,
            "<tr><td><code>{}</code>{required}</td><td>{}</td><td>{}</td></tr>",
            Escaped(text(&parameter["name"])),
            Escaped(&type_of(&parameter["schema"])),
            Prose(text(&parameter["description"])),
        )?;
    }
    writeln!(html, "</tbody></table></div>")
}

fn write_body(html: &mut String, openapi: &Value, body: &Value) -> fmt::Result {
    let body = resolve(openapi, body);
    let content = &body["content"]["application/json"];
    if content.is_null() {
        return Ok(());
    }
    writeln!(html, "<h3>Body</h3>")?;
    paragraphs(html, &body["description"])?;
    write_json_example(html, content)
}

fn write_responses(
    html: &mut String,
    openapi: &Value,
    responses: &[(&str, &Value)],
) -> fmt::Result {
    if responses.is_empty() {
        return Ok(());
    }
    writeln!(html, "<h3>Answers</h3><dl>")?;
    for (status, response) in responses {
        let response = resolve(openapi, response);
        writeln!(
            html,
            "<dt>{}</dt><dd>{}",
            Escaped(status),
            Prose(text(&response["description"]))
        )?;
        for content in response["content"]
            .as_object()
            .into_iter()
            .flat_map(|all| all.values())
        {
            write_json_example(html, content)?;
        }
        writeln!(html, "</dd>")?;
    }
    writeln!(html, "</dl>")
}

/// The example of a media type, or the first of its examples.
fn write_json_example(html: &mut String, content: &Value) -> fmt::Result {
    let named = content["examples"]
        .as_object()
        .and_then(|all| all.values().next());
    let example = match (&content["example"], named) {
        (Value::Null, Some(named)) => &named["value"],
        (example, _) => example,
    };
    if example.is_null() {
        return Ok(());
    }
    writeln!(html, "<pre>{}</pre>", Escaped(&example.to_string()))
}

/// Follows a `$ref` within the document once; documents here have no chains of them.
fn resolve<'a>(openapi: &'a Value, value: &'a Value) -> &'a Value {
    let target = value["$ref"]
        .as_str()
        .and_then(|reference| reference.strip_prefix('#'));
    target
        .and_then(|pointer| openapi.pointer(pointer))
        .unwrap_or(value)
}

/// A short name of a schema: the component's, or the type with its items and format.
fn type_of(schema: &Value) -> String {
    if let Some(name) = schema["$ref"]
        .as_str()
        .and_then(|reference| reference.rsplit('/').next())
    {
        return name.to_owned();
    }
    let mut shown = text(&schema["type"]).to_owned();
    if !schema["items"].is_null() {
        let _ = write!(shown, " of {}", type_of(&schema["items"]));
    }
    if let Some(format) = schema["format"].as_str() {
        let _ = write!(shown, " ({format})");
    }
    shown
}

fn paragraphs(html: &mut String, description: &Value) -> fmt::Result {
    for paragraph in text(description)
        .split("\n\n")
        .filter(|paragraph| !paragraph.is_empty())
    {
        writeln!(html, "<p>{}</p>", Prose(paragraph))?;
    }
    Ok(())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
