//! The names of requests, by which subgraphs recognize them: `Client__subgraph__0`.

use std::io::Write;

use planner::FetchId;

use crate::json;

/// Writes the first members of a request: `operationName`, made of the client's name, the subgraph's and the number of the fetch, and the text of the operation, which gets
/// that name. Gives the position after it: the request is the same for every client from there on.
pub(crate) fn write(
    operation: &str,
    (client, subgraph, fetch): (&str, &str, FetchId),
    out: &mut Vec<u8>,
) -> usize {
    out.extend_from_slice(b"\"operationName\":\"");
    let begin = out.len();
    out.extend_from_slice(client.as_bytes());
    out.extend_from_slice(b"__");
    // Other characters are in no name of GraphQL.
    let in_name = |byte: u8| {
        if byte.is_ascii_alphanumeric() {
            byte
        } else {
            b'_'
        }
    };
    out.extend(subgraph.bytes().map(in_name));
    // Writing into a vector does not fail.
    let _ = write!(out, "__{}", fetch.0);
    let name = begin..out.len();
    out.extend_from_slice(b"\",\"query\":\"");
    let keyword = operation.find(|c: char| !c.is_ascii_alphabetic());
    let (keyword, rest) = operation.split_at(keyword.unwrap_or(0));
    out.extend_from_slice(if keyword.is_empty() {
        b"query"
    } else {
        keyword.as_bytes()
    });
    out.push(b' ');
    out.extend_from_within(name);
    let from = out.len();
    // It begins with a quotation mark, in whose place the last digit goes.
    let last = out.pop();
    json::write_string(rest, out);
    if let (Some(last), Some(quotation_mark)) = (last, out.get_mut(from - 1)) {
        *quotation_mark = last;
    }
    from
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(operation: &str, subgraph: &str, expected: &str) {
        let mut out = b"{".to_vec();
        let from = write(operation, ("Dogs", subgraph, FetchId(10)), &mut out);
        let name = expected.split(['{', '(', ' ', '"']).nth(2).expect("a name");
        assert_eq!(
            String::from_utf8_lossy(&out),
            format!(r#"{{"operationName":"{name}","query":{expected}"#)
        );
        assert!(out[..from].ends_with(b"__10"));
    }

    #[test]
    fn the_name_follows_the_kind_of_the_operation() {
        check(
            "query{a(b:\"c\")}",
            "dogs",
            r#""query Dogs__dogs__10{a(b:\"c\")}""#,
        );
        check(
            "mutation($a:Int){b}",
            "dogs",
            r#""mutation Dogs__dogs__10($a:Int){b}""#,
        );
        check("{a}", "my-dogs 2", r#""query Dogs__my_dogs_2__10{a}""#);
    }
}
