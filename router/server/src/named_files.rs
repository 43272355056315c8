//! The files that a configuration names.

use client::TlsError;
use settings::{Finding, Place};

use crate::config::Config;
use crate::persisted::{Bounds, Library};
use crate::text_file::read as read_text;

/// What the files that the configuration names would keep it from, each with the place of its name.
pub(crate) fn unreadable(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut check = |path: &[&str], read: Result<(), String>, expected: &str| {
        if let Err(reason) = read {
            findings.push(Finding {
                key: path.join("."),
                place: config.shown().place(path).unwrap_or(Place::START),
                message: reason,
                expected: Some(expected.to_owned()),
            });
        }
    };
    if let Some(file) = &config.supergraph {
        let read = read_text(file, config.limits.sdl_total).map(drop);
        check(&["supergraph"], read, "a file that can be read");
    }
    for (name, subgraph) in &config.subgraphs {
        if let Some(file) = &subgraph.sdl {
            let read = read_text(file, config.limits.sdl).map(drop);
            check(&["subgraphs", name, "sdl"], read, "a file that can be read");
        }
    }
    if let Err((role, reason)) = config.clients.check_files() {
        let expected = "files in PEM: a certificate, its key, and authorities of clients";
        check(&["tls", role.name()], Err(reason), expected);
    }
    if let Some(files) = &config.persisted_documents.files {
        let bounds = Bounds::new(config.limits.request_body);
        let read = Library::read(files, bounds).map(drop);
        let expected = "a folder of documents, or a manifest";
        check(&["persisted_documents", "files"], read, expected);
    }
    for (index, jwt) in config.authentication.jwt.iter().enumerate() {
        let path = ["authentication", "jwt", &index.to_string(), "jwks"];
        let expected = "a file with a JSON Web Key Set";
        check(&path, jwt.check_file(), expected);
    }
    for (name, tls) in config.own_tls() {
        let checked = tls.client_config(name, config.client.authorities.as_deref());
        if let Err(error @ TlsError::Subgraph { key, .. }) = &checked {
            let expected = "files in PEM: authorities, a certificate, its key";
            let path = ["subgraphs", name, "tls", key];
            check(&path, Err(without_key(error)), expected);
        }
    }
    let authorities = config.client.check_authorities();
    let expected = "a file of certificates in PEM";
    check(
        &["tls", "ca"],
        authorities.map_err(|error| without_key(&error)),
        expected,
    );
    findings
}

/// What is wrong with a file, beside the key that names it.
fn without_key(error: &TlsError) -> String {
    match error {
        TlsError::Authorities { path, reason }
        | TlsError::Subgraph { path, reason, .. }
        | TlsError::Certificate { path, reason } => format!("{}: {reason}", path.display()),
        TlsError::Library(error) => error.to_string(),
    }
}
