//! A subgraph as a command line names it: `NAME=URL`, `NAME=FILE`, or `NAME=FILE@URL`.

use std::path::PathBuf;
use std::str::FromStr;

use crate::config::is_subgraph_name;

/// A subgraph of the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NamedSource {
    pub(crate) name: String,
    pub(crate) source: DevSource,
}

/// Where its SDL comes from, and who answers its operations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DevSource {
    /// The subgraph does both.
    Url(String),
    /// The SDL is in a file, and the subgraph answers.
    FileAndUrl(PathBuf, String),
    /// The SDL is in a file, and answers are made up.
    File(PathBuf),
}

/// What a URL of a subgraph begins with.
const SCHEMES: [&str; 3] = ["http://", "https://", "http+unix://"];

fn is_url(text: &str) -> bool {
    SCHEMES.iter().any(|scheme| text.starts_with(scheme))
}

impl FromStr for NamedSource {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = "expected NAME=URL, NAME=FILE or NAME=FILE@URL";
        let (name, source) = text.split_once('=').ok_or(expected)?;
        // A URL has no name before its first `=`, which is in its query.
        if !is_subgraph_name(name) || is_url(name) {
            return Err(format!("invalid name \"{name}\"; {expected}"));
        }
        if source.is_empty() {
            return Err(format!("nothing follows \"{name}=\"; {expected}"));
        }
        let source = if is_url(source) {
            DevSource::Url(source.to_owned())
        } else {
            let at = source
                .match_indices('@')
                .find(|(at, _)| is_url(&source[at + 1..]));
            match at {
                Some((at, _)) if at > 0 => {
                    DevSource::FileAndUrl(source[..at].into(), source[at + 1..].to_owned())
                }
                _ => DevSource::File(source.into()),
            }
        };
        Ok(Self {
            name: name.to_owned(),
            source,
        })
    }
}

impl DevSource {
    /// The file with the SDL.
    pub(crate) fn file(&self) -> Option<&PathBuf> {
        match self {
            Self::Url(_) => None,
            Self::FileAndUrl(file, _) | Self::File(file) => Some(file),
        }
    }

    /// Where operations are sent.
    pub(crate) fn url(&self) -> Option<&str> {
        match self {
            Self::Url(url) | Self::FileAndUrl(_, url) => Some(url),
            Self::File(_) => None,
        }
    }
}

/// Checks what concerns all of them: names that are there twice, files that are not there, or are none.
///
/// # Errors
/// The first mistake, in a sentence.
pub(crate) fn check(sources: &[NamedSource]) -> Result<(), String> {
    for (index, NamedSource { name, source }) in sources.iter().enumerate() {
        if sources[..index].iter().any(|before| before.name == *name) {
            return Err(format!("duplicate subgraph \"{name}\""));
        }
        if let Some(file) = source.file()
            && !file.is_file()
        {
            let file_name = file.display();
            return Err(if file.is_dir() {
                format!(
                    "{name}: \"{file_name}\" is a folder; expected a file with a schema, or a URL"
                )
            } else {
                format!(
                    "{name}: there is no file \"{file_name}\"; a URL begins with http:// or https://"
                )
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
