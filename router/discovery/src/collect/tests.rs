use serde_json::json;

use super::*;

fn collection(max: usize) -> Collection {
    Collection::new(&Settings {
        selector: "abaque.dev/subgraph".to_owned(),
        namespaces: Vec::new(),
        grace: Duration::from_secs(30),
        max,
        taken: HashSet::from(["taken".to_owned()]),
        server: None,
        token: None,
        ca: None,
    })
}

fn service(id: &str, subgraph: &str, created: &str) -> Service {
    let (namespace, name) = id.split_once('/').expect("a slash");
    serde_json::from_value(json!({
        "metadata": {
            "name": name, "namespace": namespace, "creationTimestamp": created,
            "labels": { "abaque.dev/subgraph": subgraph },
        },
        "spec": { "ports": [{ "port": 80 }] },
    }))
    .expect("a Service")
}

/// Names and Services of the subgraphs.
fn owners(found: &Found) -> Vec<(&str, &str)> {
    let each = found.subgraphs.iter();
    each.map(|found| (found.name.as_str(), found.service.as_str()))
        .collect()
}

#[test]
fn a_name_belongs_to_the_oldest_service_and_goes_to_the_next_when_that_is_gone() {
    let mut all = collection(10);
    let now = Instant::now();
    let listed = vec![
        service("a/new", "dogs", "2026-02-01T00:00:00Z"),
        service("b/old", "dogs", "2026-01-01T00:00:00Z"),
    ];
    all.take("*", Change::Listed(listed), now);
    let found = all.found(now);
    assert_eq!(owners(&found), [("dogs", "b/old")]);
    assert_eq!(found.ignored[0].service, "a/new");
    assert_eq!(
        found.ignored[0].reason,
        "\"dogs\" belongs to b/old, which is older"
    );

    let old = service("b/old", "dogs", "").id();
    all.take("*", Change::Gone(old), now);
    assert_eq!(owners(&all.found(now)), [("dogs", "a/new")]);
}

#[test]
fn who_is_gone_for_a_moment_was_never_away() {
    let mut all = collection(10);
    let now = Instant::now();
    let dogs = service("a/dogs", "dogs", "1");
    all.take("a", Change::Listed(vec![dogs.clone()]), now);
    let before = all.found(now);

    all.take("a", Change::Gone(dogs.id()), now);
    let later = now + Duration::from_secs(29);
    assert_eq!(all.found(later), before);
    all.take("a", Change::Put(Box::new(dogs.clone())), later);
    assert_eq!(all.next_to_go(), None);
    assert_eq!(all.found(now + Duration::from_secs(300)), before);

    // A list that does not have it says the same as an event.
    all.take("a", Change::Listed(Vec::new()), now);
    assert_eq!(all.found(later), before);
    assert_eq!(all.next_to_go(), Some(now + Duration::from_secs(30)));
    assert_eq!(owners(&all.found(now + Duration::from_secs(30))), []);
}

#[test]
fn a_list_of_one_namespace_says_nothing_of_another() {
    let mut all = collection(10);
    let now = Instant::now();
    all.expect("a");
    all.expect("b");
    all.take(
        "a",
        Change::Listed(vec![service("a/dogs", "dogs", "1")]),
        now,
    );
    assert!(!all.found(now).listed);
    all.take(
        "b",
        Change::Listed(vec![service("b/cats", "cats", "1")]),
        now,
    );
    all.take("b", Change::Listed(Vec::new()), now);
    let found = all.found(now + Duration::from_secs(60));
    assert!(found.listed);
    assert_eq!(owners(&found), [("dogs", "a/dogs")]);
}

#[test]
fn trouble_leaves_what_is_known_and_is_told_until_it_is_over() {
    let mut all = collection(10);
    let now = Instant::now();
    all.take(
        "a",
        Change::Listed(vec![service("a/dogs", "dogs", "1")]),
        now,
    );
    all.take("a", Change::Problem("no way".to_owned()), now);
    let found = all.found(now + Duration::from_secs(3600));
    assert_eq!(owners(&found), [("dogs", "a/dogs")]);
    assert_eq!(found.problems, ["no way"]);
    all.take("a", Change::Well, now);
    assert!(all.found(now).problems.is_empty());
}

#[test]
fn the_oldest_subgraphs_stay_where_there_are_too_many_and_taken_names_are_not_free() {
    let mut all = collection(2);
    let now = Instant::now();
    let listed = vec![
        service("a/ants", "ants", "3"),
        service("a/bees", "bees", "2"),
        service("a/cats", "cats", "1"),
        service("a/taken", "taken", "0"),
        service("a/empty", "", "0"),
    ];
    all.take("a", Change::Listed(listed), now);
    let found = all.found(now);
    assert_eq!(owners(&found), [("bees", "a/bees"), ("cats", "a/cats")]);
    let reasons: Vec<_> = found
        .ignored
        .iter()
        .map(|ignored| ignored.reason.as_str())
        .collect();
    assert_eq!(
        reasons,
        [
            "there are 2 subgraphs already (discovery.kubernetes.max)",
            "its label abaque.dev/subgraph is empty, and should name the subgraph",
            "the configuration has a subgraph \"taken\"",
        ]
    );
}

#[test]
fn names_that_come_and_go_for_ever_are_bounded() {
    let mut all = collection(10);
    let mut now = Instant::now();
    for round in 0..MAX_NAMES + 5 {
        let name = format!("n{round}");
        all.take(
            "a",
            Change::Listed(vec![service("a/dogs", &name, "1")]),
            now,
        );
        now += Duration::from_secs(60);
        let found = all.found(now);
        assert_eq!(found.subgraphs.len(), usize::from(round < MAX_NAMES));
    }
}
