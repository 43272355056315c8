//! What an operation may cost, by `@cost` and `@listSize`, before a subgraph is asked; and what it did cost.

use std::borrow::Cow;

use abaque_edge::long_work;
use cost::{CostModel, Values};
use executor::Variables;
use federation::Supergraph;
use settings::Section;

use super::Pipeline;
use super::context::RequestContext;
use crate::prepare::Prepared;
use crate::refusal::Refusal;

/// The `cost` section.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// The largest estimated cost of an operation.
    pub max: Option<usize>,
    /// How many items a list has of which the schema says nothing.
    pub list_size: usize,
    /// Whether a larger cost is refused.
    pub mode: Mode,
    /// Whether a rate limit needs to know costs.
    is_limited: bool,
}

/// What is done about a cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// An operation that costs too much is refused.
    Enforce,
    /// It is only measured.
    Measure,
}

impl Config {
    /// `is_limited` where clients have a limit of costs too.
    pub(crate) fn read(section: Section<'_>, is_limited: bool) -> Self {
        let config = Self {
            max: section
                .key("max", "The largest cost that an operation may be estimated to have; one that costs more is refused before a subgraph is asked. Without it, nothing is.")
                .count_opt(0..=1_000_000_000),
            list_size: section
                .key("list_size", "How many items a list without `@listSize` is taken to have.")
                .count(10, 0..=1_000_000),
            mode: section
                .key("mode", "`enforce` refuses what costs more than `max`; `measure` estimates every operation for the metric, the log and `extensions.cost`, and refuses none.")
                .choice("enforce", &[("enforce", Mode::Enforce), ("measure", Mode::Measure)]),
            is_limited,
        };
        section.end();
        config
    }

    /// The weights of a schema, where costs are estimated at all.
    pub(crate) fn model(&self, supergraph: &Supergraph) -> Option<CostModel> {
        let estimates = self.max.is_some() || self.mode == Mode::Measure || self.is_limited;
        let model = || CostModel::of(supergraph, number(self.list_size));
        // What a client may not see is not asked for.
        estimates.then(|| model().leaving_out(planner::DENIED))
    }
}

/// The variables of a request, as the formula asks for them.
struct Given<'v>(&'v Variables);

impl Values for Given<'_> {
    fn value(&self, variable: &str) -> Option<Cow<'_, str>> {
        self.0.get(variable).map(Cow::Borrowed)
    }
}

impl Prepared {
    /// The estimated cost with these variables, where costs are estimated and the operation says how long its lists are.
    pub(super) fn estimate(&self, variables: &Variables) -> Option<u64> {
        let formula = self.formula.as_ref()?;
        let bytes = variables.bytes();
        long_work::on(bytes, || formula.evaluate(&Given(variables))).ok()
    }

    /// What a response did cost, where costs are estimated.
    pub(super) fn measure(&self, response: &[u8], variables: &Variables) -> Option<u64> {
        let meter = self.meter.as_ref()?;
        let bytes = response.len() + variables.bytes();
        long_work::on(bytes, || meter.measure(response, &Given(variables)))
    }
}

impl Pipeline {
    /// Estimates the cost of an operation with these variables, where costs are estimated, and takes it from what its client may ask for.
    ///
    /// # Errors
    /// It costs more than it may or than its client has left, or it does not say how long a list is.
    pub(super) async fn charge(
        &self,
        context: &RequestContext,
        prepared: &Prepared,
        variables: &Variables,
    ) -> Result<(), Refusal> {
        let Some(cost) = self.estimate(prepared, variables)? else {
            return Ok(());
        };
        self.metrics.cost.record(cost as f64);
        context.summary.costs(cost);
        self.permit_cost(cost)?;
        match &self.rate_limit {
            Some(limit) => limit.cost(context, cost).await,
            None => Ok(()),
        }
    }

    /// Whether an operation that goes on may cost what it does now. What its client may ask for is not touched: the client has paid for it, and asks for nothing.
    ///
    /// # Errors
    /// It costs more than it may, or it does not say how long a list is.
    pub(super) fn check_cost(
        &self,
        prepared: &Prepared,
        variables: &Variables,
    ) -> Result<(), Refusal> {
        match self.estimate(prepared, variables)? {
            Some(cost) => self.permit_cost(cost),
            None => Ok(()),
        }
    }

    fn permit_cost(&self, cost: u64) -> Result<(), Refusal> {
        let config = &self.config.cost;
        match config.max {
            Some(max) if config.mode == Mode::Enforce && cost > number(max) => {
                Err(Refusal::TooExpensive { cost, max })
            }
            _ => Ok(()),
        }
    }

    /// What it costs, where costs are estimated and it says how long its lists are.
    fn estimate(&self, prepared: &Prepared, variables: &Variables) -> Result<Option<u64>, Refusal> {
        let Some(formula) = &prepared.formula else {
            return Ok(None);
        };
        let config = &self.config.cost;
        let bytes = variables.bytes();
        match long_work::on(bytes, || formula.evaluate(&Given(variables))) {
            Ok(cost) => Ok(Some(cost)),
            Err(error) if config.mode == Mode::Enforce => {
                Err(Refusal::SlicingArguments(error.to_string()))
            }
            Err(_) => Ok(None),
        }
    }
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
