//! Answers, whole and in pieces, and what is none.

use proptest::prelude::*;

use super::*;

fn text(text: &str) -> Answer {
    Answer::Text(Bytes::copy_from_slice(text.as_bytes()))
}

fn write(answer: &Answer, out: &mut Vec<u8>) {
    match answer {
        Answer::Nil => out.extend_from_slice(b"$-1\r\n"),
        Answer::Integer(number) => out.extend_from_slice(format!(":{number}\r\n").as_bytes()),
        Answer::Error(error) => out.extend_from_slice(format!("-{error}\r\n").as_bytes()),
        Answer::Text(text) => {
            out.extend_from_slice(format!("${}\r\n", text.len()).as_bytes());
            out.extend_from_slice(text);
            out.extend_from_slice(b"\r\n");
        }
        Answer::List(items) => {
            out.extend_from_slice(format!("*{}\r\n", items.len()).as_bytes());
            for item in items {
                write(item, out);
            }
        }
    }
}

#[test]
fn a_command_is_a_list_of_texts() {
    let command = Command::new(&[b"SET", b"k", b"a\r\nb"]);
    assert_eq!(
        command.as_bytes(),
        b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\na\r\nb\r\n"
    );
}

#[test]
fn answers_of_each_kind_are_read() {
    for (written, meant) in [
        ("+OK\r\n", text("OK")),
        ("-ERR no\r\n", Answer::Error("ERR no".to_owned())),
        (":-5\r\n", Answer::Integer(-5)),
        ("$0\r\n\r\n", text("")),
        ("$4\r\na\r\nb\r\n", text("a\r\nb")),
        ("$-1\r\n", Answer::Nil),
        ("*-1\r\n", Answer::Nil),
        (
            "*2\r\n:1\r\n*0\r\n",
            Answer::List(vec![Answer::Integer(1), Answer::List(Vec::new())]),
        ),
    ] {
        let mut input = BytesMut::from(written.as_bytes());
        input.extend_from_slice(b"+next\r\n");
        assert_eq!(take(&mut input), Ok(Some(meant)), "{written:?}");
        assert_eq!(take(&mut input), Ok(Some(text("next"))), "{written:?}");
        assert_eq!(take(&mut input), Ok(None));
    }
}

#[test]
fn what_is_no_answer_is_refused_before_it_is_kept() {
    for written in [
        "HTTP/1.1 400 Bad Request\r\n",
        "\r\n",
        ":x\r\n",
        "$-2\r\n",
        "$16777217\r\n",
        "*1025\r\n",
        "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n",
        "$1\r\nab\r\n",
    ] {
        assert_eq!(
            take(&mut BytesMut::from(written.as_bytes())),
            Err(NoAnswer),
            "{written:?}"
        );
    }
    let endless = "+".repeat(LONGEST_LINE);
    assert_eq!(take(&mut BytesMut::from(endless.as_bytes())), Err(NoAnswer));
}

fn answers() -> impl Strategy<Value = Answer> {
    let one = prop_oneof![
        Just(Answer::Nil),
        any::<i64>().prop_map(Answer::Integer),
        "[A-Z]{1,5} [a-z ]{0,9}".prop_map(Answer::Error),
        proptest::collection::vec(any::<u8>(), 0..40).prop_map(|bytes| Answer::Text(bytes.into())),
    ];
    one.prop_recursive(3, 12, 4, |inner| {
        proptest::collection::vec(inner, 0..4).prop_map(Answer::List)
    })
}

proptest! {
    #[test]
    fn an_answer_is_the_same_however_it_comes(answer in answers(), cut in any::<prop::sample::Index>()) {
        let mut written = Vec::new();
        write(&answer, &mut written);
        let cut = cut.index(written.len());
        let mut input = BytesMut::from(&written[..cut]);
        prop_assert_eq!(take(&mut input), Ok(None));
        input.extend_from_slice(&written[cut..]);
        prop_assert_eq!(take(&mut input), Ok(Some(answer)));
        prop_assert!(input.is_empty());
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = take(&mut BytesMut::from(&bytes[..]));
    }
}
