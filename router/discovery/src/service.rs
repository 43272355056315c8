//! A Service, read as a subgraph.

use std::collections::HashMap;

use http::Uri;
use serde::Deserialize;

/// The label that names the subgraph.
const LABEL: &str = "abaque.dev/subgraph";
/// The annotation with the port: its number, or its name.
const PORT: &str = "abaque.dev/port";
/// The annotation with the path.
const PATH: &str = "abaque.dev/path";
/// Where a subgraph answers unless it says otherwise.
const DEFAULT_PATH: &str = "/graphql";
/// Names of the port that is meant where there are several and no annotation, in turn.
const USUAL_PORTS: [&str; 2] = ["graphql", "http"];
/// Bytes of a path.
const MAX_PATH: usize = 1024;

/// What is read of a [Service](https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/).
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Service {
    pub(crate) metadata: Metadata,
    #[serde(default)]
    spec: Spec,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Metadata {
    #[serde(default)]
    name: String,
    #[serde(default)]
    namespace: String,
    #[serde(default)]
    pub(crate) resource_version: String,
    /// In a format that sorts as the times do.
    #[serde(default)]
    creation_timestamp: Option<String>,
    #[serde(default)]
    labels: Option<HashMap<String, String>>,
    #[serde(default)]
    annotations: Option<HashMap<String, String>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    #[serde(default)]
    ports: Option<Vec<Port>>,
    #[serde(default, rename = "clusterIP")]
    cluster_ip: Option<String>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Port {
    #[serde(default)]
    name: Option<String>,
    port: u16,
}

/// Which Service it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Id {
    pub(crate) namespace: String,
    pub(crate) name: String,
}

/// A Service that claims to be a subgraph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    /// The subgraph's.
    pub(crate) name: String,
    /// Where it answers, or why that cannot be said.
    pub(crate) url: Result<Uri, String>,
    /// When the Service was made; the oldest claim of a name is the one that counts.
    pub(crate) created: String,
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

impl Service {
    pub(crate) fn id(&self) -> Id {
        Id {
            namespace: self.metadata.namespace.clone(),
            name: self.metadata.name.clone(),
        }
    }

    /// What it claims; `None` without the label, which a selector of other labels lets through.
    pub(crate) fn claim(&self) -> Option<Claim> {
        let labels = self.metadata.labels.as_ref()?;
        let name = labels.get(LABEL)?.clone();
        let url = match name.is_empty() {
            true => Err(format!(
                "its label {LABEL} is empty, and should name the subgraph"
            )),
            false => self.url(),
        };
        Some(Claim {
            name,
            url,
            created: self.metadata.creation_timestamp.clone().unwrap_or_default(),
        })
    }

    fn url(&self) -> Result<Uri, String> {
        let (port, path) = (self.port()?, self.path()?);
        let Metadata {
            name, namespace, ..
        } = &self.metadata;
        let url = format!("http://{name}.{namespace}.svc:{port}{path}");
        url.parse()
            .map_err(|error| format!("{url} is not a URL: {error}"))
    }

    fn annotation(&self, key: &str) -> Option<&str> {
        let annotations = self.metadata.annotations.as_ref()?;
        annotations.get(key).map(|value| value.trim())
    }

    fn port(&self) -> Result<u16, String> {
        let ports = self.spec.ports.as_deref().unwrap_or_default();
        let named = |name: &str| {
            let found = ports.iter().find(|port| port.name.as_deref() == Some(name));
            found.map(|port| port.port)
        };
        let Some(wanted) = self.annotation(PORT) else {
            return match ports {
                [only] => Ok(only.port),
                [] => Err(format!("it has no port: annotate it with {PORT}")),
                _ => USUAL_PORTS.into_iter().find_map(named).ok_or_else(|| {
                    format!("it has several ports, none of them named graphql or http: annotate it with {PORT}")
                }),
            };
        };
        match wanted.parse::<u16>() {
            Ok(0) => Err(format!("{PORT} is 0")),
            Ok(number) if self.is_open(number) => Ok(number),
            Ok(number) => Err(format!("{PORT} is {number}, a port that it does not have")),
            Err(_) => named(wanted).ok_or_else(|| {
                let wanted: String = wanted.chars().take(63).collect();
                format!("{PORT} is \"{wanted}\", a port that it does not have")
            }),
        }
    }

    /// Behind a headless or external name every port may be open; otherwise those that the Service lists.
    fn is_open(&self, number: u16) -> bool {
        let headless = self.spec.cluster_ip.as_deref() == Some("None");
        let external = self.spec.kind.as_deref() == Some("ExternalName");
        let ports = self.spec.ports.as_deref().unwrap_or_default();
        headless || external || ports.iter().any(|port| port.port == number)
    }

    fn path(&self) -> Result<&str, String> {
        let path = self.annotation(PATH).unwrap_or(DEFAULT_PATH);
        let plain = |byte: u8| byte.is_ascii_graphic() && !b"?#\\".contains(&byte);
        match path.starts_with('/') && path.len() <= MAX_PATH && path.bytes().all(plain) {
            true => Ok(path),
            false => Err(format!(
                "{PATH} should be a path such as {DEFAULT_PATH}, with a slash before it"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(annotations: serde_json::Value, spec: serde_json::Value, expect: Result<&str, &str>) {
        let service: Service = serde_json::from_value(json!({
            "metadata": { "name": "dogs", "namespace": "shop", "labels": { LABEL: "dogs" }, "annotations": annotations },
            "spec": spec,
        }))
        .expect("a Service");
        let url = service.claim().expect("it has the label").url;
        let url = url.map(|url| url.to_string());
        assert_eq!(url.as_deref().map_err(String::as_str), expect);
    }

    #[test]
    fn the_only_port_or_the_one_with_a_usual_name_is_meant() {
        let one = json!({ "ports": [{ "port": 80 }] });
        check(json!(null), one, Ok("http://dogs.shop.svc:80/graphql"));
        let several = json!({ "ports": [{ "name": "metrics", "port": 9090 }, { "name": "http", "port": 80 }] });
        check(json!({}), several, Ok("http://dogs.shop.svc:80/graphql"));
        let unnamed = json!({ "ports": [{ "name": "a", "port": 1 }, { "name": "b", "port": 2 }] });
        check(
            json!({}),
            unnamed,
            Err(
                "it has several ports, none of them named graphql or http: annotate it with abaque.dev/port",
            ),
        );
        check(
            json!({}),
            json!({}),
            Err("it has no port: annotate it with abaque.dev/port"),
        );
    }

    #[test]
    fn annotations_choose_port_and_path() {
        let spec = json!({ "ports": [{ "name": "a", "port": 1 }, { "name": "b", "port": 2 }] });
        let wants = |port: &str| json!({ PORT: port, PATH: "/api/q" });
        check(wants("b"), spec.clone(), Ok("http://dogs.shop.svc:2/api/q"));
        check(wants("1"), spec.clone(), Ok("http://dogs.shop.svc:1/api/q"));
        check(
            wants("3"),
            spec.clone(),
            Err("abaque.dev/port is 3, a port that it does not have"),
        );
        check(
            wants("c"),
            spec,
            Err("abaque.dev/port is \"c\", a port that it does not have"),
        );
        let headless = json!({ "clusterIP": "None", "ports": null });
        check(wants("3"), headless, Ok("http://dogs.shop.svc:3/api/q"));
    }

    #[test]
    fn a_path_cannot_leave_its_place() {
        for path in ["graphql", "@evil/", "/a?b", "/a#b", "/a b", "/\\evil", ""] {
            check(
                json!({ PATH: path }),
                json!({ "ports": [{ "port": 80 }] }),
                Err("abaque.dev/path should be a path such as /graphql, with a slash before it"),
            );
        }
    }
}
