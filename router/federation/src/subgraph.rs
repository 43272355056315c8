//! What composition starts from.

/// One subgraph as it was given: its name, where it answers, and its SDL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subgraph {
    /// The name in the configuration; unique in the graph, any non-empty text.
    pub name: String,
    /// Where it answers GraphQL over HTTP; `None` when only its schema matters (a check, a test).
    pub url: Option<String>,
    /// Its SDL, as `{ _service { sdl } }` gives it or as a file holds it.
    pub sdl: String,
    /// The file the SDL came from, for diagnostics.
    pub file: Option<String>,
}

impl Subgraph {
    /// A subgraph of that name and SDL, with neither URL nor file.
    pub fn new(name: impl Into<String>, sdl: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            url: None,
            sdl: sdl.into(),
            file: None,
        }
    }

    /// The same, answering at `url`.
    #[must_use]
    pub fn with_url(mut self, url: impl Into<String>) -> Self {
        self.url = Some(url.into());
        self
    }
}
