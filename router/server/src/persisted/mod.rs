//! Documents that clients name by an id instead of sending them: read from files, checked against each schema before it is served.
//!
//! - [`manifest`]: files with many operations, which `router check` reads too;
//! - [`library`]: what the configured files have, by id;
//! - [`fit`]: whether it fits a schema;
//! - [`config`]: the keys.

pub(crate) mod config;
mod fit;
mod library;
pub(crate) mod manifest;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use serde_json::{Value, json};

pub(crate) use self::fit::Fit;
pub(crate) use self::library::{Bounds, Library, Stamp, normal_id};

/// The documents in service, and what is known of them.
#[derive(Debug)]
pub(crate) struct Persisted {
    /// Where they are read from.
    pub(crate) files: PathBuf,
    pub(crate) bounds: Bounds,
    current: ArcSwap<Library>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// How the present documents fit the schema that they were last checked against.
    fit: Option<Arc<Fit>>,
    /// Why the newest files are not what is served.
    failure: Option<String>,
}

impl Persisted {
    /// Reads the files.
    ///
    /// # Errors
    ///
    /// Why they cannot be read, in a sentence that names the file.
    pub(crate) fn load(files: PathBuf, bounds: Bounds) -> Result<Self, String> {
        let library = Library::read(&files, bounds)?;
        Ok(Self {
            files,
            bounds,
            current: ArcSwap::from_pointee(library),
            state: Mutex::default(),
        })
    }

    /// The documents in service.
    pub(crate) fn library(&self) -> Arc<Library> {
        self.current.load_full()
    }

    /// The document of an id.
    pub(crate) fn get(&self, id: &str) -> Option<Arc<str>> {
        self.current.load().get(id)
    }

    /// Serves other documents from now on.
    pub(crate) fn replace(&self, library: Library) {
        self.current.store(Arc::new(library));
        self.state().failure = None;
    }

    /// Whether the newest files could not be read.
    pub(crate) fn has_failed(&self) -> bool {
        self.state().failure.is_some()
    }

    /// The newest files can be read.
    pub(crate) fn readable(&self) {
        self.state().failure = None;
    }

    /// The newest files cannot be used.
    pub(crate) fn failed(&self, why: String) {
        let mut state = self.state();
        // Once, however often they are looked at.
        if state.failure.as_ref() != Some(&why) {
            tracing::error!(
                error = why,
                "the persisted documents cannot be read; those read before stay in service"
            );
        }
        state.failure = Some(why);
    }

    /// The documents were checked against a schema.
    pub(crate) fn checked(&self, fit: Fit) {
        fit.log();
        self.state().fit = Some(Arc::new(fit));
    }

    /// What `/composition` shows.
    pub(crate) fn to_json(&self) -> Value {
        let documents = self.library().len();
        let state = self.state();
        json!({
            "files": self.files.display().to_string(),
            "documents": documents,
            "failure": state.failure,
            "fit": state.fit.as_ref().map(|fit| fit.to_json()),
        })
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
