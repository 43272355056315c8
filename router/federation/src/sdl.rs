//! Reads SDL without paying for each of its mistakes: the parser makes an error of every character that is wrong.

use std::path::Path;

use apollo_compiler::ast::Document;
use apollo_compiler::diagnostic::Diagnostic;
use apollo_compiler::parser::Parser;
use apollo_compiler::validation::{DiagnosticData, WithErrors};

/// An error as the parser gives it.
type Error<'a> = Diagnostic<'a, DiagnosticData>;

/// Tokens read in the first round, and how many times as many in each further one.
const FIRST: usize = 16_384;
const FACTOR: usize = 8;

/// Parses SDL up to its first mistakes.
///
/// A beginning is read first, then one with eight times as many tokens, until all is read or mistakes were found: so a text that is not SDL
/// at all costs no more than its beginning, and one without mistakes a seventh more than it would by itself.
///
/// # Errors
///
/// The mistakes of what was read, never none; [`is_cut_off`] says whether there was more to read.
pub fn parse_sdl(sdl: &str, path: impl AsRef<Path>) -> Result<Document, WithErrors<Document>> {
    let path = path.as_ref();
    let mut limit = FIRST;
    // A token has at least one byte.
    while limit < sdl.len() {
        let read = Parser::new().token_limit(limit).parse_ast(sdl, path);
        match read {
            Err(broken)
                if broken.errors.len() == 1
                    && broken.errors.iter().all(|error| is_cut_off(&error)) => {}
            read => return read,
        }
        limit = limit.saturating_mul(FACTOR);
    }
    Parser::new().parse_ast(sdl, path)
}

/// Whether an error of [`parse_sdl`] is no mistake, but says that what follows was not read.
pub fn is_cut_off(error: &Error<'_>) -> bool {
    error.error.to_string().contains("token limit reached")
}
