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
    ] {
        let once = paid(field, u64::MAX).unwrap();
        assert!(once < 50_000, "{field}: {once} units for a thousand values");
    }
}

#[test]
fn a_request_that_costs_too_much_stops() {
    assert_eq!(
        paid("scoresZ(valeurs: $v)", 10_000),
        Err(Code::LimitExceeded)
    );
    assert_eq!(
        paid("covariance(x: $v, y: $v)", 100_000),
        Err(Code::LimitExceeded)
    );
}
