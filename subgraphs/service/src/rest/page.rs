//! The page that shows an OpenAPI document to people: one file, no script, nothing from elsewhere.

use std::fmt::{self, Write};

use serde_json::Value;

/// Nothing is loaded but the style within the page.
pub(super) const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const STYLE: &str = include_str!("page.css");

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
        "<title>{title}</title><style>{STYLE}</style></head><body>"
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
    let operations: Vec<_> = operations(openapi).collect();
    writeln!(html, "<nav>")?;
    for Operation { path, method, .. } in &operations {
        let (name, path) = (method.to_ascii_uppercase(), Escaped(path));
        writeln!(html, r##"<a href="#{method}-{path}">{name} {path}</a>"##)?;
    }
    writeln!(html, "</nav>")?;
    for operation in &operations {
        write_operation(html, openapi, operation)?;
    }
    writeln!(html, "</main></body></html>")
}

/// One method of one path.
struct Operation<'a> {
    path: &'a str,
    method: &'static str,
    /// The path item, whose parameters are those of all its methods.
    item: &'a Value,
    operation: &'a Value,
}

/// All operations, by path.
fn operations(openapi: &Value) -> impl Iterator<Item = Operation<'_>> {
    let paths = openapi["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(path, item)| {
        METHODS.into_iter().filter_map(move |method| {
            Some(Operation {
                path,
                method,
                item,
                operation: item.get(method)?,
            })
        })
    })
}

fn write_operation(html: &mut String, openapi: &Value, operation: &Operation<'_>) -> fmt::Result {
    let Operation {
        path,
        method,
        item,
        operation,
    } = operation;
    let (name, path_shown) = (method.to_ascii_uppercase(), Escaped(path));
    writeln!(
        html,
        r#"<section id="{method}-{path_shown}"><h2><b>{name}</b> <code>{path_shown}</code></h2>"#
    )?;
    paragraphs(html, &operation["summary"])?;
    paragraphs(html, &operation["description"])?;
    let parameters: Vec<&Value> = [*item, *operation]
        .into_iter()
        .flat_map(|owner| owner["parameters"].as_array().into_iter().flatten())
        .map(|parameter| resolve(openapi, parameter))
        .collect();
    write_parameters(html, &parameters)?;
    if *method == "get" {
        write_example(html, path, &parameters)?;
    }
    write_body(html, openapi, &operation["requestBody"])?;
    write_responses(html, openapi, &operation["responses"])?;
    writeln!(html, "</section>")
}

fn write_parameters(html: &mut String, parameters: &[&Value]) -> fmt::Result {
    if parameters.is_empty() {
        return Ok(());
    }
    writeln!(
        html,
        "<table><thead><tr><th>Parameter</th><th>Type</th><th>Meaning</th></tr></thead><tbody>"
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
    writeln!(html, "</tbody></table>")
}

/// A link that makes the call with the examples of the parameters, when there are enough of them.
fn write_example(html: &mut String, path: &str, parameters: &[&Value]) -> fmt::Result {
    let mut query = String::new();
    for parameter in parameters {
        let example = match (&parameter["example"], &parameter["schema"]["example"]) {
            (Value::Null, example) | (example, _) => example,
        };
        let value = match example {
            Value::Null if parameter["required"] == true => return Ok(()),
            Value::Null => continue,
            Value::String(text) => text.clone(),
            Value::Array(items) => {
                let items = items.iter().map(plain).collect::<Vec<_>>();
                items.join(",")
            }
            other => other.to_string(),
        };
        let separator = if query.is_empty() { '?' } else { '&' };
        write!(
            query,
            "{separator}{}=",
            UrlEncoded(text(&parameter["name"]))
        )?;
        write!(query, "{}", UrlEncoded(&value))?;
    }
    let target = format!("{path}{query}");
    let target = Escaped(&target);
    writeln!(
        html,
        r#"<p>Try <a href="{target}"><code>{target}</code></a></p>"#
    )
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

fn write_responses(html: &mut String, openapi: &Value, responses: &Value) -> fmt::Result {
    let Some(responses) = responses.as_object() else {
        return Ok(());
    };
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

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A description: of its Markdown, paragraphs and `code` are shown, the rest as it is written.
struct Prose<'a>(&'a str);

impl fmt::Display for Prose<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some((before, code, after)) = code(rest) {
            write!(f, "{}<code>{}</code>", Escaped(before), Escaped(code))?;
            rest = after;
        }
        write!(f, "{}", Escaped(rest))
    }
}

/// The first text between backticks, with what is before and after it.
fn code(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('`')?;
    let (code, after) = rest.split_once('`')?;
    Some((before, code, after))
}

/// Text for HTML content and for attributes in double quotes.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|char| match char {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            char => f.write_char(char),
        })
    }
}

/// Text for a query string; commas stay, they are how lists are read.
struct UrlEncoded<'a>(&'a str);

impl fmt::Display for UrlEncoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.bytes().try_for_each(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b',' => {
                f.write_char(char::from(byte))
            }
            byte => write!(f, "%{byte:02X}"),
        })
    }
}
