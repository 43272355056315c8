//! What is kept, within which bounds, and what it costs.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use abaque_edge::Recorder;

use super::{Handle, Recording};
use crate::record::config::Config;
use crate::record::{Description, Document, Sighting, merge};
use crate::telemetry::catalog;

fn config(operations: usize, file: Option<PathBuf>) -> Config {
    Config {
        file,
        sample: 1.0,
        operations,
        size: 1024 * 1024,
        keep: Duration::from_secs(3600),
        interval: Duration::from_secs(3600),
    }
}

fn recording(operations: usize) -> Arc<Recording> {
    Recording::begin(&config(operations, None), &Recorder::new(catalog(), &[]))
}

fn operation(number: usize) -> Description {
    Description {
        name: Some(format!("Q{number}")),
        operation_type: "query",
        text: format!("query Q{number} {{ a }}"),
        coordinates: vec!["Query.a".to_owned()],
    }
}

fn sighting(client: &str) -> Sighting<'_> {
    Sighting {
        is_error: client == "broken",
        duration: Some(Duration::from_millis(3)),
        client_name: Some(client),
        client_version: Some("1"),
    }
}

/// Name and count of each operation.
fn counts(recording: &Recording) -> Vec<(String, u64)> {
    let operations = recording.document().operations.into_iter();
    operations
        .map(|entry| (entry.name.unwrap_or_default(), entry.count))
        .collect()
}

#[test]
fn a_known_operation_of_a_known_client_is_counted_without_allocating() {
    let recording = recording(10);
    let handle = recording.enroll(operation(1));
    handle.saw(&sighting("web"));
    let counted = allocation_counter::measure(|| {
        for _ in 0..1_000 {
            handle.saw(&sighting("web"));
        }
    });
    assert_eq!(counted.count_total, 0);
    assert_eq!(counts(&recording), [("Q1".to_owned(), 1_001)]);
}

#[test]
fn clients_errors_and_times_are_counted() {
    let recording = recording(10);
    let handle = recording.enroll(operation(1));
    for client in ["web", "web", "broken", "ios"] {
        handle.saw(&sighting(client));
    }
    let document = serde_json::to_value(recording.document()).expect("it is JSON");
    let entry = &document["operations"][0];
    assert_eq!((&entry["count"], &entry["errors"]), (&4.into(), &1.into()));
    assert_eq!(
        entry["clients"],
        serde_json::json!([
            { "name": "web", "version": "1", "count": 2 },
            { "name": "broken", "version": "1", "count": 1 },
            { "name": "ios", "version": "1", "count": 1 },
        ])
    );
    let median = entry["duration"]["p50_ms"].as_f64().expect("a number");
    assert!((3.0..=3.75).contains(&median), "{median}");
}

#[test]
fn an_operation_that_nobody_has_sent_is_not_told() {
    let recording = recording(10);
    drop(recording.enroll(operation(1)));
    assert!(counts(&recording).is_empty());
}

#[test]
fn beyond_the_bound_those_sent_least_often_make_room() {
    let recording = recording(16);
    let send = |number: usize, times: usize| -> Handle {
        let handle = recording.enroll(operation(number));
        (0..times).for_each(|_| handle.saw(&sighting("web")));
        handle
    };
    let often: Vec<Handle> = (0..8).map(|number| send(number, 10)).collect();
    for number in 8..1_000 {
        send(number, 1);
        assert!(recording.document().operations.len() <= 16);
    }
    let kept = counts(&recording);
    assert_eq!(
        kept.iter().filter(|(_, count)| *count == 10).count(),
        often.len()
    );
}

#[test]
fn an_operation_that_made_room_comes_back_with_its_counts() {
    let recording = recording(8);
    let first = recording.enroll(operation(0));
    first.saw(&sighting("web"));
    for number in 1..100 {
        let handle = recording.enroll(operation(number));
        (0..3).for_each(|_| handle.saw(&sighting("web")));
    }
    let count =
        |recording: &Recording| counts(recording).into_iter().find(|(name, _)| name == "Q0");
    assert_eq!(count(&recording), None);
    // Another text of the same operation was prepared meanwhile.
    let again = recording.enroll(operation(0));
    (0..10).for_each(|_| again.saw(&sighting("web")));
    (0..2).for_each(|_| first.saw(&sighting("web")));
    assert_eq!(count(&recording), Some(("Q0".to_owned(), 13)));
}

#[test]
fn bytes_are_bounded() {
    let recording = recording(100_000);
    for number in 0..2_000 {
        let mut long = operation(number);
        long.text.push_str(&" ".repeat(10_000));
        recording.enroll(long).saw(&sighting("web"));
    }
    let document = recording.document();
    let bytes: usize = document
        .operations
        .iter()
        .map(|entry| entry.text.len())
        .sum();
    assert!(bytes <= 1024 * 1024 && bytes > 512 * 1024, "{bytes}");
}

#[test]
fn clients_of_an_operation_are_bounded() {
    let recording = recording(10);
    let handle = recording.enroll(operation(1));
    for number in 0..1_000 {
        handle.saw(&sighting(&format!("client {number}")));
    }
    let document = recording.document();
    assert_eq!(document.operations[0].clients.len(), 32);
    assert_eq!(document.operations[0].count, 1_000);
}

#[tokio::test]
async fn the_file_is_added_to_by_the_next_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("operations.json");
    for run in 1..=3 {
        let config = config(10, Some(file.clone()));
        let recording = Recording::begin(&config, &Recorder::new(catalog(), &[]));
        recording.enroll(operation(1)).saw(&sighting("web"));
        recording.write().await;
        let text = std::fs::read_to_string(&file).expect("it was written");
        let document = Document::parse(&text).expect("it can be read");
        assert_eq!(document.operations[0].count, run);
        assert_eq!(document.operations[0].clients[0].count, run);
    }
    // Nothing else is left in the folder.
    assert_eq!(
        std::fs::read_dir(folder.path()).expect("a folder").count(),
        1
    );
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_put_aside() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("operations.json");
    std::fs::write(&file, "{").expect("it can be written");
    let config = config(10, Some(file.clone()));
    let recording = Recording::begin(&config, &Recorder::new(catalog(), &[]));
    assert!(counts(&recording).is_empty());
    let aside = std::fs::read_to_string(folder.path().join("operations.json.unreadable"));
    assert_eq!(aside.expect("it is there"), "{");
}

#[test]
fn recordings_of_replicas_add_up() {
    let [a, b] = [recording(10), recording(10)];
    for (recording, client) in [(&a, "web"), (&a, "web"), (&b, "web"), (&b, "ios")] {
        recording.enroll(operation(1)).saw(&sighting(client));
    }
    b.enroll(operation(2)).saw(&sighting("ios"));
    let merged = merge([a.document(), b.document()]);
    let counts: Vec<_> = merged.operations.iter().map(|entry| entry.count).collect();
    assert_eq!(counts, [4, 1]);
    let clients: Vec<_> = merged.operations[0].clients.iter().collect();
    let clients: Vec<_> = clients
        .iter()
        .map(|client| (client.name.as_str(), client.count))
        .collect();
    assert_eq!(clients, [("web", 3), ("ios", 1)]);
    let text = merged.to_json();
    assert_eq!(
        Document::parse(&text).expect("it can be read").to_json(),
        text
    );
}
