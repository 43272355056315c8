//! The section `persisted_documents`.

use std::path::PathBuf;

use settings::Section;

/// Documents that are known before they are asked for.
#[derive(Clone, Debug)]
pub struct Config {
    /// A folder or a manifest.
    pub files: Option<PathBuf>,
    /// Whether nothing else is executed.
    pub required: bool,
    /// The name of a document's id in a request, beside `documentId`.
    pub id_key: String,
    /// Whether clients make documents known.
    pub apq: bool,
}

impl Config {
    pub(crate) fn read(section: Section<'_>) -> Self {
        let config = Self {
            files: section
                .key("files", "Documents that clients name by an id: a folder of `.graphql` files, each known by the SHA-256 of its text, or of manifests; or one manifest (Apollo's format 1, Relay's map, or a map from `sha256:…` to texts). Watched as SDL files are.")
                .path(),
            required: section
                .key("required", "Whether only the documents of `files` are executed. Anything else is refused without being parsed, introspection too, and clients cannot make documents known.")
                .switch(false),
            id_key: section
                .key("id_key", "The name of a document's id in a request, beside `documentId`; Relay's is the default.")
                .text("doc_id", "a name of letters, digits and underscores that is no parameter of GraphQL over HTTP", is_id_key),
            apq: section
                .key("apq", "Whether clients may send the SHA-256 of a document instead of the document once they have sent both (automatic persisted queries). Such documents have at most 128 KiB; they are kept within 16 MiB by each replica, and, where there is a `redis`, for a week by all of them together.")
                .switch(true),
        };
        if config.required && config.files.is_none() {
            section.report_key(
                "required",
                "only persisted documents are to be executed, and there are none",
                "`files` with a folder or a manifest, or `required: false`",
            );
        }
        section.end();
        config
    }
}

fn is_id_key(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let taken = ["query", "operationName", "variables", "extensions"];
    !text.is_empty() && text.len() <= 64 && text.bytes().all(plain) && !taken.contains(&text)
}
