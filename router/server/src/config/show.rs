//! The configuration in effect, as YAML that reads back, with what may be secret left out.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::units::{print_duration, print_size};
use super::{Config, Headers, SubgraphConfig};

impl Config {
    /// Every value in effect, defaults and variables filled in. Inserted header values are hidden.
    pub fn to_json(&self) -> Value {
        let subgraphs: Map<String, Value> = self
            .subgraphs
            .iter()
            .map(|(name, s)| (name.clone(), subgraph(s)))
            .collect();
        let (limits, timeouts) = (&self.limits, &self.timeouts);
        let errors = match self.errors.by_subgraph.is_empty() {
            true => json!(self.errors.include),
            false => {
                let each = self.errors.by_subgraph.iter();
                Value::Object(
                    each.map(|(name, shown)| (name.clone(), json!(shown)))
                        .collect(),
                )
            }
        };
        let tls: Map<String, Value> = self
            .tls
            .ca
            .iter()
            .map(|file| ("ca".to_owned(), path(file)))
            .collect();
        let mut shown = json!({
            "listen": self.listen,
            "path": self.path,
            "admin": self.admin,
            "admin_hosts": self.admin_hosts,
            "subgraphs": subgraphs,
            "polling": { "interval": print_duration(self.polling.interval) },
            "limits": {
                "request_body": print_size(limits.request_body),
                "memory": print_size(limits.memory),
                "request_memory": print_size(limits.request_memory),
                "subgraph_response": print_size(limits.subgraph_response),
                "sdl": print_size(limits.sdl),
                "sdl_total": print_size(limits.sdl_total),
                "tokens": limits.tokens,
                "depth": limits.depth,
                "root_fields": limits.root_fields,
                "aliases": limits.aliases,
                "directives": limits.directives,
                "fields": limits.fields,
                "connections": limits.connections,
                "preparations": limits.preparations,
                "preparations_waiting": limits.preparations_waiting,
            },
            "timeouts": {
                "request": print_duration(timeouts.request),
                "subgraph": print_duration(timeouts.subgraph),
                "connect": print_duration(timeouts.connect),
                "sdl": print_duration(timeouts.sdl),
                "request_head": print_duration(timeouts.request_head),
                "idle": print_duration(timeouts.idle),
                "drain_delay": print_duration(timeouts.drain_delay),
                "drain": print_duration(timeouts.drain),
            },
            "subscriptions": {
                "max": self.subscriptions.max,
                "heartbeat": print_duration(self.subscriptions.heartbeat),
            },
            "tls": tls,
            "plan_cache": { "size": print_size(self.plan_cache.size) },
            "introspection": self.introspection,
            "playground": self.playground,
            "csrf_prevention": self.csrf_prevention,
            "override_labels": self.override_labels,
            "delegated_features": self.delegated_features,
            "expose_plan": self.expose_plan,
            "include_subgraph_errors": errors,
            "headers": headers(&self.headers),
            "cors": {
                "origins": self.cors.origins,
                "headers": names(&self.cors.headers),
                "credentials": self.cors.credentials,
                "max_age": print_duration(self.cors.max_age),
            },
            "log": {
                "format": self.log.format.map_or_else(|| "auto".to_owned(), |format| format.to_string()),
                "level": self.log.level,
            },
        });
        for (key, file) in [("supergraph", &self.supergraph), ("keep", &self.keep)] {
            if let (Some(file), Some(map)) = (file, shown.as_object_mut()) {
                map.insert(key.to_owned(), path(file));
            }
        }
        shown
    }

    /// [`Config::to_json`] as YAML in block style.
    pub fn to_yaml(&self) -> String {
        let mut out = String::new();
        block(&self.to_json(), 0, &mut out);
        out
    }
}

fn subgraph(config: &SubgraphConfig) -> Value {
    let mut map = Map::new();
    if let Some(url) = &config.url {
        map.insert("url".to_owned(), json!(url.to_string()));
    }
    if let Some(file) = &config.sdl {
        map.insert("sdl".to_owned(), path(file));
    }
    if let Some(timeout) = config.timeout {
        map.insert("timeout".to_owned(), json!(print_duration(timeout)));
    }
    map.insert("max_requests".to_owned(), json!(config.max_requests));
    map.insert("headers".to_owned(), headers(&config.headers));
    let source = &config.subscriptions;
    let mut subscriptions = json!({ "protocol": source.protocol.name() });
    if let Some(url) = &source.url {
        subscriptions["url"] = json!(url.to_string());
    }
    map.insert("subscriptions".to_owned(), subscriptions);
    map.insert("slow".to_owned(), json!(config.slow));
    Value::Object(map)
}

fn headers(headers: &Headers) -> Value {
    let inserted: Map<String, Value> = headers
        .insert
        .iter()
        .map(|(name, _)| (name.to_string(), json!("<hidden>")))
        .collect();
    json!({
        "propagate": names(&headers.propagate),
        "insert": inserted,
        "remove": names(&headers.remove),
    })
}

fn names(names: &[http::HeaderName]) -> Vec<&str> {
    names.iter().map(http::HeaderName::as_str).collect()
}

fn path(path: &Path) -> Value {
    json!(path.display().to_string())
}

/// Block mappings; scalars and everything empty as JSON, which YAML contains.
fn block(value: &Value, indent: usize, out: &mut String) {
    let Value::Object(map) = value else { return };
    for (key, value) in map {
        out.push_str(&" ".repeat(indent));
        let plain = key
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
        out.push_str(&if plain {
            key.clone()
        } else {
            json!(key).to_string()
        });
        match value {
            Value::Object(inner) if !inner.is_empty() => {
                out.push_str(":\n");
                block(value, indent + 2, out);
            }
            // Nothing that is shown here can be read as another type when it is quoted.
            other => {
                out.push_str(": ");
                out.push_str(&other.to_string());
                out.push('\n');
            }
        }
    }
}
