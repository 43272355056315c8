use super::*;

#[track_caller]
fn read(text: &str) -> DevSource {
    let named: NamedSource = text.parse().expect("it is right");
    assert_eq!(named.name, "a");
    named.source
}

#[test]
fn a_source_is_a_url_or_a_file_or_a_file_with_a_url() {
    let url = |url: &str| DevSource::Url(url.to_owned());
    assert_eq!(read("a=http://b/graphql?x=y"), url("http://b/graphql?x=y"));
    assert_eq!(read("a=https://user@b/"), url("https://user@b/"));
    assert_eq!(
        read("a=http+unix:///run/a.sock:/"),
        url("http+unix:///run/a.sock:/")
    );
    assert_eq!(read("a=./a.graphql"), DevSource::File("./a.graphql".into()));
    assert_eq!(
        read("a=me@home.graphql"),
        DevSource::File("me@home.graphql".into())
    );
    assert_eq!(
        read("a=me@home.graphql@http://b/"),
        DevSource::FileAndUrl("me@home.graphql".into(), "http://b/".to_owned())
    );
}

#[test]
fn what_names_no_source_is_refused() {
    for text in [
        "",
        "a",
        "=b.graphql",
        "a=",
        "http://b/graphql",
        "http://b/?a=b",
    ] {
        let refused = text.parse::<NamedSource>().expect_err(text);
        assert!(refused.contains("expected NAME=URL"), "{text}: {refused}");
    }
}

#[test]
fn a_file_that_is_none_is_said_to_be_missing_or_a_folder() {
    let refused = |text: &str| {
        let named: NamedSource = text.parse().expect("it names a source");
        check(&[named]).expect_err(text)
    };
    assert_eq!(
        refused("a=./"),
        "a: \"./\" is a folder; expected a file with a schema, or a URL"
    );
    let missing = refused("a=./nowhere.graphql");
    assert!(
        missing.starts_with("a: there is no file \"./nowhere.graphql\""),
        "{missing}"
    );
}
