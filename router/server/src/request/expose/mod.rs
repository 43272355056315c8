//! What a client may see of how its request is answered, where the configuration allows it: the plan, by the header [`PLAN`], and the
//! [`trace`], by the header [`TRACE`].

pub(super) mod trace;

use std::sync::Arc;

use http::HeaderMap;

use super::reply::{Answer, Reply};
use super::variables::Declared;
use super::{Pipeline, RequestContext, variables};
use crate::config::Config;
use crate::prepare::{Prepared, Text};
use crate::refusal::Refusal;
use crate::schema::Serving;
use crate::telemetry::Outcome;

/// `true` adds the plan to the answer; [`DRY_RUN`] answers with the plan alone, and nothing is executed.
const PLAN: &str = "abaque-expose-plan";

/// The value of [`PLAN`] for which nothing is executed.
const DRY_RUN: &str = "dry-run";

/// `true` adds the trace to the answer.
const TRACE: &str = "abaque-expose-trace";

/// What a request asks to see, and may.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Exposed {
    /// The plan, beside the data.
    pub(super) plan: bool,
    /// The plan, and nothing is executed.
    pub(super) dry_run: bool,
    /// When what happened.
    pub(super) trace: bool,
}

impl Exposed {
    pub(super) fn of(headers: &HeaderMap, config: &Config) -> Self {
        if !config.expose_plan {
            return Self::default();
        }
        let is = |name: &str, value: &str| headers.get(name).is_some_and(|found| found == value);
        Self {
            plan: is(PLAN, "true"),
            dry_run: is(PLAN, DRY_RUN),
            trace: is(TRACE, "true"),
        }
    }
}

impl Pipeline {
    /// The plan of an operation, in place of its execution: for any kind of operation, since none is executed. The estimated cost is beside it where
    /// costs are estimated and the variables are complete.
    pub(super) fn explain(
        &self,
        context: &RequestContext,
        serving: &Arc<Serving>,
        (prepared, text): (&Prepared, Text<'_>),
        variables: Option<&str>,
    ) -> Result<Reply, Refusal> {
        // Someone who is still typing has not given all of them.
        let coerced = variables::coerce(
            &serving.supergraph,
            Declared::of(prepared, text),
            variables,
            &context.account,
        );
        let cost = coerced
            .ok()
            .and_then(|variables| prepared.estimate(&variables));
        let mut answer = Answer::without_data();
        answer.add_plan(&prepared.plan, cost, None);
        answer.reserve(&context.account).map_err(Refusal::Memory)?;
        context.summary.came_to(Outcome::Ok);
        context.summary.settle();
        Ok(Reply::Whole(answer))
    }
}
