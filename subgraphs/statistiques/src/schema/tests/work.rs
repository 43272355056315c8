//! What the work of a request may come to.

use super::*;

/// A hundred aliases of a statistic of one variable, computed with so much work: the units that were paid, or why it was lost.
fn paid(field: &str, work: u64) -> Result<u64, Code> {
    let values: Vec<String> = (0..1_000).map(|value| value.to_string()).collect();
    let fields: String = (0..100)
        .map(|index| format!("f{index}: {field} "))
        .collect();
    let request = Request::new(format!("query($v: [Decimal!]!) {{ {fields} }}"))
        .variables(Variables::from_json(json!({ "v": values })));
    let budget = Budget::new(Allowance {
        work,
        answer: u64::MAX,
        kept: u64::MAX,
        deadline: Instant::now() + Duration::from_secs(3600),
    });
    let schema = crate::schema::builder().finish();
    let mut executing = Box::pin(Arc::clone(&budget).scope(schema.execute(request)));
    // Nothing waits for anything: it is done in one turn, or lost.
    let mut context = Context::from_waker(Waker::noop());
    let done = executing.as_mut().poll(&mut context).is_ready();
    match budget.failure() {
        Some(lost) => Err(lost.code()),
        None => {
            assert!(done);
            Ok(budget.work())
        }
    }
}

#[test]
fn equal_statistics_of_a_request_are_computed_once() {
    for field in [
        "ecartType(valeurs: $v)",
        "scoresZ(valeurs: $v)",
        "quantile(valeurs: $v, p: 0.3)",
        "quantiles(valeurs: $v, ps: [0.1, 0.7])",
        "covariance(x: $v, y: $v)",
        "correlation(x: $v, y: $v, methode: SPEARMAN)",
        "regression(x: $v, y: $v) { pente r2 residus }",
        "testStudent(x: $v, y: $v, moyenne: 1) { statistique pValeur }",
        "intervalleConfiance(valeurs: $v) { marge }",
        "histogramme(valeurs: $v, classes: 2) { effectif }",
        "moyennePonderee(valeurs: $v, poids: $v)",
        "scoreZ(valeur: 7, dans: $v)",
    ] {
        let once = paid(field, u64::MAX).unwrap();
        assert!(once < 50_000, "{field}: {once} units for a thousand values");
    }
}

#[test]
fn what_is_asked_otherwise_is_another_computation() {
    let (x, y) = ("[1, 2, 4, 8]", "[3, 1, 4, 1.5]");
    let fields = [
        format!("covariance(x: {x}, y: {y})"),
        format!("covariance(x: {x}, y: {y}, definition: POPULATION)"),
        format!("covariance(x: {x}, y: {x})"),
        format!("covariance(x: {y}, y: {y})"),
        format!("correlation(x: {x}, y: {y})"),
        format!("correlation(x: {x}, y: {y}, methode: SPEARMAN)"),
        format!("regression(x: {x}, y: {y}) {{ pente residus prediction(x: 3) }}"),
        format!("regression(x: {y}, y: {x}) {{ pente residus prediction(x: 3) }}"),
        format!("testStudent(x: {x}) {{ statistique pValeur }}"),
        format!("testStudent(x: {x}, moyenne: 1) {{ statistique pValeur }}"),
        format!("testStudent(x: {x}, y: {y}) {{ statistique pValeur }}"),
        format!("testStudent(x: {x}, y: {y}, variante: APPARIEES) {{ statistique pValeur }}"),
        format!("testStudent(x: {x}, y: {y}, alternative: INFERIEURE) {{ statistique pValeur }}"),
        format!("intervalleConfiance(valeurs: {x}) {{ niveau marge }}"),
        format!("intervalleConfiance(valeurs: {x}, niveau: 0.9) {{ niveau marge }}"),
        format!("quantiles(valeurs: {x}, ps: [0.1, 0.2])"),
        format!("quantiles(valeurs: {x}, ps: [0.2, 0.1])"),
        format!("quantiles(valeurs: {x}, ps: [0.1, 0.2], methode: TYPE_6)"),
        format!("histogramme(valeurs: {x}, classes: 2) {{ effectif borneSup }}"),
        format!("histogramme(valeurs: {x}, classes: 3) {{ effectif borneSup }}"),
        format!("moyennePonderee(valeurs: {x}, poids: {y})"),
        format!("moyennePonderee(valeurs: {y}, poids: {x})"),
        format!("scoreZ(valeur: 7, dans: {x})"),
        format!("scoreZ(valeur: 8, dans: {x})"),
        format!("scoreZ(valeur: 7, dans: {x}, definition: POPULATION)"),
    ];
    let mut query = String::from("{");
    for (index, field) in fields.iter().enumerate() {
        query += &format!(" a{index}: {field} b{index}: {field}");
    }
    query += " }";
    // Without a budget nothing is shared.
    let alone = run(ask(query.as_str()));
    assert_eq!(alone.get("errors"), None, "{alone}");
    let budget = Budget::new(Allowance {
        work: u64::MAX,
        answer: u64::MAX,
        kept: u64::MAX,
        deadline: Instant::now() + Duration::from_secs(3600),
    });
    assert_eq!(run(budget.scope(ask(query.as_str()))), alone);
}

#[test]
fn a_request_that_costs_too_much_stops() {
    assert_eq!(
        paid("scoresZ(valeurs: $v)", 10_000),
        Err(Code::LimitExceeded)
    );
    assert_eq!(
        paid("covariance(x: $v, y: $v)", 10_000),
        Err(Code::LimitExceeded)
    );
}
