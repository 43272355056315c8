use super::*;

fn body() -> RequestBody {
    let text = br#"{"a":[{1},{2},{3}],"b":[{4},{5}]}"#.to_vec();
    let lists = vec![vec![(6, 9), (10, 13), (14, 17)], vec![(24, 27), (28, 31)]];
    RequestBody::new(text, 0, lists)
}

fn representations(body: &RequestBody) -> Vec<Vec<String>> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let lists = body.representations();
    lists.map(|list| list.map(text).collect()).collect()
}

#[test]
fn representations_are_seen_where_they_stand() {
    assert_eq!(
        representations(&body()),
        [vec!["{1}", "{2}", "{3}"], vec!["{4}", "{5}"]]
    );
}

#[test]
fn what_is_left_out_is_not_written_and_the_rest_is_still_found() {
    let mut body = body();
    body.retain(0, |representation| representation != b"{2}");
    body.retain(1, |representation| representation != b"{4}");
    assert_eq!(representations(&body), [vec!["{1}", "{3}"], vec!["{5}"]]);
    assert_eq!(body.write(), &br#"{"a":[{1},{3}],"b":[{5}]}"#[..]);
}

#[test]
fn a_list_can_become_empty() {
    let mut body = body();
    body.retain(0, |_| false);
    body.retain(0, |_| true);
    body.retain(7, |_| false);
    assert_eq!(body.write(), &br#"{"a":[],"b":[{4},{5}]}"#[..]);
}
