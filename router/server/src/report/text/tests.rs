use super::super::finding::End;
use super::*;

fn texts() -> Texts {
    let mut texts = Texts::default();
    texts.add("a", "a (a.graphql)", "type Query {\n\tsomme: Float!\n}\n");
    texts.add("long", "long", "x".repeat(500));
    texts.add("empty", "empty", "");
    texts.add("wide", "wide", "# été 🎉\r\n\r\ntype É\u{7} {");
    texts
}

fn shown(findings: &[Finding]) -> String {
    with(&Renderer::plain().term_width(WIDTH), findings, &texts())
}

fn at(line: u32, column: u32, width: u32) -> Place {
    Place {
        text: "a".to_owned(),
        line,
        column,
        end: Some(End {
            line,
            column: column + width,
        }),
    }
}

#[test]
fn lines_are_underlined() {
    let mut finding = Finding::error("FIELD_TYPE_MISMATCH", "Query.somme differs");
    finding.places = vec![at(2, 9, 6), at(1, 1, 4)];
    finding.help = Some("use one type".to_owned());
    insta::assert_snapshot!(shown(&[finding]));
}

#[test]
fn places_that_are_not_there_do_no_harm() {
    let mut finding = Finding::error("CODE", "message");
    finding.places = vec![at(99, 1, 1), at(2, 400, 3), at(0, 0, 0)];
    finding.places[0].text = "nowhere".to_owned();
    insta::assert_snapshot!(shown(&[finding]));
}

#[test]
fn long_lines_are_cut_around_the_place() {
    let mut finding = Finding::error("CODE", "message");
    finding.places = vec![Place {
        text: "long".to_owned(),
        ..at(1, 300, 300)
    }];
    let text = shown(&[finding]);
    assert!(
        text.lines().all(|line| line.chars().count() < WIDTH + 20),
        "{text}"
    );
}

#[test]
fn places_of_several_lines_are_shown_whole() {
    let mut finding = Finding::error("CODE", "message");
    let end = Some(End { line: 3, column: 2 });
    finding.places = vec![Place { end, ..at(1, 1, 1) }];
    insta::assert_snapshot!(shown(&[finding]));
}

#[test]
fn no_place_panics() {
    let numbers = [0, 1, 2, 3, 4, 9, 200, u32::MAX];
    for text in ["a", "long", "empty", "wide"] {
        for (line, column) in numbers.iter().flat_map(|&l| numbers.map(|c| (l, c))) {
            for end in numbers.iter().flat_map(|&l| numbers.map(|c| (l, c))) {
                let mut finding = Finding::error("CODE", "message");
                finding.places = vec![Place {
                    text: text.to_owned(),
                    line,
                    column,
                    end: Some(End {
                        line: end.0,
                        column: end.1,
                    }),
                }];
                assert!(shown(&[finding]).contains("message"));
            }
        }
    }
}

#[test]
fn a_place_in_a_text_of_one_long_line_has_its_column_and_what_is_around_it() {
    let mut texts = Texts::default();
    let line = format!("{}%{}", "a ".repeat(5_000), " b".repeat(5_000));
    texts.add("a", "a.graphql", line);
    let mut finding = Finding::error("CODE", "message");
    finding.places = vec![at(1, 10_001, 1)];
    let shown = with(&Renderer::plain().term_width(WIDTH), &[finding], &texts);
    assert!(shown.contains("a.graphql:1:10001"), "{shown}");
    assert!(shown.contains('%') && shown.contains('…'), "{shown}");
    assert!(shown.len() < 1_000, "{shown}");
}

#[test]
fn the_summary_counts_what_is_not_shown() {
    let mut hint = Finding::error("CODE", "message");
    hint.severity = "hint";
    let findings = [Finding::error("CODE", "message"), hint];
    let omitted = |errors, hints| Omitted { errors, hints };
    let summary = |omitted| summary(&findings, omitted).expect("there are findings");
    assert_eq!(summary(omitted(0, 0)), "1 error, 1 hint");
    assert_eq!(
        summary(omitted(19_900, 0)),
        "19901 errors, 1 hint; 19900 errors not shown"
    );
}
