//! What the GraphQL parser says, in words for those who write GraphQL: the names of its tokens are its own.

/// What the parser calls its tokens, and what they are.
const TOKENS: &[(&str, &str)] = &[
    ("L_CURLY", "\"{\""),
    ("R_CURLY", "\"}\""),
    ("L_BRACK", "\"[\""),
    ("R_BRACK", "\"]\""),
    ("L_PAREN", "\"(\""),
    ("R_PAREN", "\")\""),
    ("BANG", "\"!\""),
    ("DOLLAR", "\"$\""),
    ("AMP", "\"&\""),
    ("SPREAD", "\"...\""),
    ("COLON", "\":\""),
    ("COMMA", "\",\""),
    ("EQ", "\"=\""),
    ("AT", "\"@\""),
    ("PIPE", "\"|\""),
    ("EOF", "the end of the text"),
    ("NAME", "a name"),
    ("IDENT", "a name"),
    ("STRING_VALUE", "a string"),
    ("INT_VALUE", "a number"),
    ("FLOAT_VALUE", "a number"),
    ("StringValue", "string"),
    ("OperationDefinition", "operation"),
];

/// What the parser gives beside a syntax error.
const UNEXPECTED_END: &str = "Unexpected <EOF>.";

/// A message of the parser or the validator, without the parser's names of tokens. What is in quotes is the user's own and stays.
///
/// ```
/// let message = federation::plain("syntax error: expected R_CURLY, got EOF");
/// assert_eq!(message, "syntax error: expected \"}\", got the end of the text");
/// ```
pub fn plain(message: &str) -> String {
    let Some(said) = message.strip_prefix("syntax error: ") else {
        return message.to_owned();
    };
    if said == UNEXPECTED_END {
        return "syntax error: the text is empty, or ends too early".to_owned();
    }
    // `expected R_CURLY, got x`: what was found is the user's, unless it is the end.
    let (expected, found) = match said.split_once(", got ") {
        Some((expected, found)) => (expected, Some(found)),
        None => (said, None),
    };
    let mut text = format!("syntax error: {}", reworded(expected));
    match found {
        Some("EOF") => text.push_str(", got the end of the text"),
        Some(found) => {
            text.push_str(", got ");
            text.push_str(&quoted(found));
        }
        None => {}
    }
    text
}

/// A place (line and column, 1-based, in characters) that is in the text: where it is behind the end of its line, as that of something
/// missing is, the last visible character before it.
///
/// ```
/// assert_eq!(federation::visible("type Query {\n\n", 3, 1), (1, 12));
/// ```
pub fn visible(text: &str, line: usize, column: usize) -> (usize, usize) {
    let mut last = (1, 1);
    for (index, content) in text.lines().enumerate().take(line) {
        let length = content.chars().count();
        if index + 1 == line && column <= length {
            return (line, column);
        }
        let trimmed = content.trim_end().chars().count();
        if trimmed > 0 {
            last = (index + 1, trimmed);
        }
    }
    last
}

/// Words that are names of tokens, replaced.
fn reworded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    while let Some(start) = rest.find(is_part) {
        let (before, from) = rest.split_at(start);
        let length = from.find(|c| !is_part(c)).unwrap_or(from.len());
        let (word, after) = from.split_at(length);
        out.push_str(before);
        match TOKENS.iter().find(|(token, _)| *token == word) {
            Some((_, words)) => out.push_str(words),
            None => out.push_str(word),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The beginning of what was found, in quotes.
fn quoted(found: &str) -> String {
    const LONGEST: usize = 60;
    let line = found.lines().next().unwrap_or_default();
    let shown: String = line.chars().take(LONGEST).collect();
    match (shown.len() < found.len(), found.starts_with('"')) {
        (true, true) => format!("{shown}…"),
        (true, false) => format!("\"{shown}…\""),
        (false, true) => shown,
        (false, false) => format!("\"{shown}\""),
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn tokens_are_called_what_they_are() {
        for (said, expected) in [
            ("expected R_BRACK, got }", "expected \"]\", got \"}\""),
            (
                "expected R_PAREN, got \"By what.\"",
                "expected \")\", got \"By what.\"",
            ),
            (
                "expected a StringValue, Name or OperationDefinition",
                "expected a string, Name or operation",
            ),
            (
                "expected COLON, got EOF",
                "expected \":\", got the end of the text",
            ),
            ("expected a Name", "expected a Name"),
            ("Unexpected <EOF>.", "the text is empty, or ends too early"),
        ] {
            let said = format!("syntax error: {said}");
            assert_eq!(plain(&said), format!("syntax error: {expected}"));
        }
        let other = "the type `EOF` has no field `R_CURLY`";
        assert_eq!(plain(other), other);
    }
}
