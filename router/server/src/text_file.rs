//! Text files: read within a bound, and written so that a concurrent reader sees the old one or the new one.

use std::io::{self, Read};
use std::path::Path;

/// Reads a text file of at most `max` bytes.
///
/// # Errors
/// Why it cannot be read, or that it is longer.
pub(crate) fn read(path: &Path, max: usize) -> Result<String, String> {
    let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    let mut text = String::new();
    let limit = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    file.take(limit)
        .read_to_string(&mut text)
        .map_err(|error| error.to_string())?;
    if text.len() > max {
        return Err(format!("it has more than {max} bytes"));
    }
    Ok(text)
}

/// Writes a file beside the one that is there, and puts it into its place.
///
/// # Errors
/// Why that is not possible.
pub(crate) fn replace(path: &Path, text: &str) -> io::Result<()> {
    let mut beside = path.to_owned().into_os_string();
    beside.push(".new");
    std::fs::write(&beside, text)?;
    std::fs::rename(&beside, path)
}
