//! What cannot be read, and what has no result.

use super::*;

#[test]
fn what_cannot_be_read_is_a_bad_request() {
    check_problem(get("moyenne"), 400, "MISSING_PARAMETER", Some("valeurs"));
    check_problem(
        get("quantile?valeurs=1&p=0.1&p=0.2"),
        400,
        "BAD_PARAMETER",
        Some("p"),
    );
    check_problem(
        get("moyenne?valeur=1"),
        400,
        "UNKNOWN_PARAMETER",
        Some("valeur"),
    );
    check_problem(
        get("moyenne?valeurs=1,two"),
        400,
        "INVALID_DECIMAL",
        Some("valeurs"),
    );
    check_problem(
        get("moyenne?valeurs=1,,2"),
        400,
        "INVALID_DECIMAL",
        Some("valeurs"),
    );
    check_problem(
        get("moyenne?valeurs=NaN"),
        400,
        "INVALID_DECIMAL",
        Some("valeurs"),
    );
    check_problem(
        get("variance?valeurs=1,2&definition=n"),
        400,
        "BAD_PARAMETER",
        Some("definition"),
    );
    check_problem(
        get("histogramme?valeurs=1&classes=ten"),
        400,
        "BAD_PARAMETER",
        Some("classes"),
    );
    check_problem(
        get("histogramme?valeurs=1&classes=0"),
        400,
        "INVALID_ARGUMENT",
        Some("classes"),
    );
    check_problem(
        get("histogramme?valeurs=1&classes=1001"),
        400,
        "LIMIT_EXCEEDED",
        Some("classes"),
    );
    check_problem(
        get("quantile?valeurs=1&p=1.1"),
        400,
        "INVALID_ARGUMENT",
        Some("p"),
    );
    let many = vec!["1"; 10_001].join(",");
    check_problem(
        get(&format!("moyenne?valeurs={many}")),
        400,
        "LIMIT_EXCEEDED",
        Some("valeurs"),
    );
}

/// What the document excludes is a bad request, and what it does not is not: see also the tests of `abaque`.
#[test]
fn what_is_outside_of_its_bounds_is_a_bad_request() {
    for (target, parameter) in [
        ("quantiles?valeurs=1,2,3&ps=0.5,2", "ps"),
        ("quantiles?valeurs=1,2,3&ps=-0.1", "ps"),
        ("quantile?valeurs=1,2,3&p=1.5e0", "p"),
        ("intervalleConfiance?valeurs=1,3&niveau=95", "niveau"),
        ("intervalleConfiance?valeurs=1,3&niveau=0", "niveau"),
        ("intervalleConfiance?valeurs=1,3&niveau=1", "niveau"),
        ("sans?valeurs=1,2&facteur=-1", "facteur"),
    ] {
        check_problem(get(target), 400, "INVALID_ARGUMENT", Some(parameter));
    }
    let outside = post("quantiles", r#"{ "valeurs": [1], "ps": [0, "1.1"] }"#);
    check_problem(outside, 400, "INVALID_ARGUMENT", Some("ps"));
    let outside = post(
        "intervalleConfiance",
        r#"{ "valeurs": [1, 3], "niveau": 95 }"#,
    );
    check_problem(outside, 400, "INVALID_ARGUMENT", Some("niveau"));
    for (target, parameter) in [
        ("quantile?valeurs=1,2,3&p=1e-400", "p"),
        (
            "quantile?valeurs=1,2,3&p=0.00000000000000000000000000001",
            "p",
        ),
        ("intervalleConfiance?valeurs=1,3&niveau=1e-30", "niveau"),
    ] {
        check_problem(get(target), 422, "INVALID_DECIMAL", Some(parameter));
    }
    check("quantile?valeurs=1,2,3&p=5e-1", json!("2"));
    check("quantile?valeurs=1,2,3&p=0,5", json!("2"));
}

#[test]
fn a_number_is_quoted_as_it_was_sent() {
    for (sent, quoted) in [("1,5,3;2", "1,5,3"), ("x,5;2", "x,5")] {
        let (status, _, body) = get(&format!("moyenne?valeurs={sent}"));
        let detail = body["detail"].as_str().unwrap();
        assert!(status == 400 && detail.contains(quoted), "{detail}");
    }
    let digits = "0,12345678901234567890123456789";
    let (status, _, body) = get(&format!("quantile?valeurs=1&p={digits}"));
    let detail = body["detail"].as_str().unwrap();
    assert!(status == 422 && detail.contains(digits), "{detail}");
}

#[test]
fn a_variant_for_two_samples_needs_the_second() {
    for variante in ["EGALES", "APPARIEES"] {
        let alone = get(&format!("testStudent?x=1,2,3&variante={variante}"));
        check_problem(alone, 422, "INVALID_ARGUMENT", Some("y"));
    }
}

#[test]
fn a_body_that_cannot_be_read_is_a_bad_request() {
    check_problem(post("moyenne", "{"), 400, "BAD_REQUEST", None);
    check_problem(post("moyenne", "[1, 2]"), 400, "BAD_PARAMETER", None);
    check_problem(
        post("moyenne", r#"{ "valeurs": "1,2" }"#),
        400,
        "BAD_PARAMETER",
        Some("valeurs"),
    );
    check_problem(
        post("moyenne", r#"{ "valeurs": [[1]] }"#),
        400,
        "BAD_PARAMETER",
        Some("valeurs"),
    );
    check_problem(
        post("moyenne", r#"{ "valeurs": [null] }"#),
        400,
        "BAD_PARAMETER",
        Some("valeurs"),
    );
    check_problem(
        post("moyenne", r#"{ "valeurs": [1], "valeurs": [2] }"#),
        400,
        "BAD_PARAMETER",
        Some("valeurs"),
    );
    // As the document promises: at least one.
    let none = post("quantiles", r#"{ "valeurs": [1], "ps": [] }"#);
    check_problem(none, 400, "BAD_PARAMETER", Some("ps"));
    check_problem(
        post("moyenne", "{}"),
        400,
        "MISSING_PARAMETER",
        Some("valeurs"),
    );
}

#[test]
fn what_has_no_result_is_unprocessable() {
    check_problem(
        get("correlation?x=1,2&y=1"),
        422,
        "INVALID_ARGUMENT",
        Some("y"),
    );
    check_problem(
        get("moyenne?valeurs=1,1e99"),
        422,
        "INVALID_DECIMAL",
        Some("valeurs"),
    );
    check_problem(
        get("moyenne?valeurs="),
        422,
        "EMPTY_SERIES",
        Some("valeurs"),
    );
    check_problem(
        post("moyenne", r#"{ "valeurs": [] }"#),
        422,
        "EMPTY_SERIES",
        Some("valeurs"),
    );
    check_problem(
        get("variance?valeurs=1"),
        422,
        "INSUFFICIENT_DATA",
        Some("valeurs"),
    );
    check_problem(
        get("sans?valeurs=1,2&facteur=0"),
        422,
        "DOMAIN_ERROR",
        Some("facteur"),
    );
    check_problem(
        get("asymetrie?valeurs=1,1,1"),
        422,
        "DOMAIN_ERROR",
        Some("valeurs"),
    );
    check_problem(
        get("etendue?valeurs=79228162514264337593543950335,-1"),
        422,
        "OVERFLOW",
        None,
    );
}

#[test]
fn a_part_that_is_out_of_range_leaves_the_others() {
    let (status, _, body) = get("intervalleConfiance?valeurs=79228162514264337593543950335,0");
    assert_eq!(status, 200, "{body}");
    assert!(
        body["resultat"]["borneInf"].is_null() && body["resultat"]["niveau"] == "0.95",
        "{body}"
    );
    let far =
        "testStudent?x=0,0.0000000000000000000000000001&moyenne=70000000000000000000000000000";
    let (status, _, body) = get(far);
    let test = &body["resultat"];
    assert_eq!(
        (status, &test["degresLiberte"]),
        (200, &json!("1")),
        "{body}"
    );
    assert!(
        test["statistique"].is_null() && test["pValeur"] == "0",
        "{body}"
    );
    let (status, _, body) = get("regression?x=0,1e-28&y=0,79228162514264337593543950335");
    assert_eq!(status, 200, "{body}");
    let line = &body["resultat"];
    assert!(line["pente"].is_null() && line["ordonnee"] == "0", "{body}");
}

#[test]
fn a_problem_says_what_to_change() {
    let (_, _, body) = get("variance?valeurs=1");
    insta::assert_snapshot!(format!("{body:#}"));
}

#[test]
fn a_request_pays_for_its_values_and_for_each_part_of_its_answer() {
    let limits = service::Limits {
        work: 7_500,
        ..service::Limits::default()
    };
    let status = |path: &str, count: usize| {
        let values = (1..=count).map(|n| n.to_string()).collect::<Vec<_>>();
        let target = path
            .replace('#', &values.join(","))
            .replace('~', &vec!["0.5"; count].join(","))
            .replace('!', &count.to_string());
        let target = format!("/api/v1/{target}");
        let request = Request::get(target).body(Body::empty()).unwrap();
        let (status, _, body) = run(send_within(request, limits));
        (status, body["code"].as_str().map(str::to_owned))
    };
    for path in [
        "moyenne?valeurs=#",
        "modes?valeurs=#",
        "scoresZ?valeurs=#",
        "covariance?x=#&y=#",
        "sans?valeurs=#",
        "histogramme?valeurs=1,2&classes=!",
        "quantiles?valeurs=1,2&ps=~",
    ] {
        assert_eq!(status(path, 100), (200, None), "{path}");
        let full = Some("LIMIT_EXCEEDED".to_owned());
        assert_eq!(status(path, 1_000), (422, full), "{path}");
    }
}
