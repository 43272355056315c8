//! One operation over one graph: does the federated answer equal the monolith's?

use std::fmt;
use std::sync::Arc;

use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Name, name};
use executor::{Answers, ExecutionRequest, Format, Incremental, Options, Variables};
use federation::Subgraph;
use planner::{Defer, Literals, NormalForm, Planner, QueryPlan};
use serde_json_bytes::Value as Json;

use crate::client::{Client, Seen};
use crate::deliver::Delivered;
use crate::generate::SubgraphText;
use crate::monolith;
use crate::subgraph::ServedSubgraph;
use crate::world::{Members, World};

/// A graph that composes, ready to be asked.
pub struct Graph {
    /// The subgraphs as they were composed.
    pub subgraphs: Vec<SubgraphText>,
    /// The data behind them.
    pub world: World,
    planner: Planner,
    pub(crate) served: Vec<ServedSubgraph>,
}

/// What differs, and what it takes to see it.
#[derive(Debug, Default)]
pub struct Difference {
    /// What is wrong.
    pub what: String,
    /// The text of the plan, if there is one.
    pub plan: String,
    /// Each request: the subgraph and the body.
    pub sent: Vec<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n\n{}", self.what, self.plan)?;
        self.sent.iter().try_for_each(|sent| writeln!(f, "{sent}"))
    }
}

impl Graph {
    /// Composes subgraphs and serves them; nothing when they do not compose.
    ///
    /// # Errors
    ///
    /// When what composes cannot be loaded or served.
    pub fn new(
        subgraphs: Vec<SubgraphText>,
        labels: Arc<[Arc<str>]>,
    ) -> Result<Option<Self>, String> {
        let texts: Vec<Subgraph> = subgraphs
            .iter()
            .map(|subgraph| Subgraph::new(&*subgraph.name, subgraph.to_string()))
            .collect();
        let Ok(composed) = composition::compose(&texts) else {
            return Ok(None);
        };
        let world = World::new(composed.supergraph, Arc::clone(&labels));
        let served = subgraphs
            .iter()
            .map(|subgraph| ServedSubgraph::new(&world, &subgraph.name, &subgraph.to_string()))
            .collect::<Result<_, _>>()
            .map_err(|error| error.to_string())?;
        let supergraph = Arc::clone(&world.supergraph);
        let planner = Planner::with_labels(
            supergraph,
            planner::Options::default(),
            labels.iter().cloned(),
        );
        Ok(Some(Self {
            subgraphs,
            world,
            planner,
            served,
        }))
    }

    /// The subgraphs, in the order of their texts.
    pub fn into_served(self) -> Vec<ServedSubgraph> {
        self.served
    }

    /// Plans and executes an operation; gives the number of requests and of steps.
    ///
    /// # Errors
    ///
    /// The difference to the monolith, or what a correct router would not have sent. An operation that is not valid is no difference.
    pub async fn compare(
        &self,
        operation: &str,
        variables: Members,
    ) -> Result<(usize, usize), Box<Difference>> {
        let mut difference = Difference::default();
        let off: &[Name] = match variables.get("a") {
            Some(Json::Bool(false)) => &[name!("a")],
            _ => &[],
        };
        let schema = self.world.supergraph.api_schema();
        let Ok(document) = ExecutableDocument::parse_and_validate(schema, operation, "operation")
        else {
            return Ok((0, 0));
        };
        let plan = match self.planner.plan(&document, None) {
            Ok(plan) => plan,
            Err(error) => {
                difference.what = format!("no plan: {error}");
                return Err(Box::new(difference));
            }
        };
        difference.plan = plan.to_string();
        let expected = match monolith::execute(&self.world, &document, &variables) {
            Ok(expected) => expected,
            Err(error) => {
                difference.what = format!("the monolith fails: {error}");
                return Err(Box::new(difference));
            }
        };
        let text = Json::Object(variables).to_string();
        let Ok(executable) = document.operations.get(None) else {
            return Ok((0, 0));
        };
        let Ok(variables) = executor::coerce_variables(schema, executable, Some(&text)) else {
            difference.what = format!("the variables do not fit: {text}");
            return Err(Box::new(difference));
        };
        let run = self.run(&plan, &variables, &expected).await;
        difference.sent = run.sent;
        if let Some(what) = run.wrong {
            difference.what = what;
            return Err(Box::new(difference));
        }
        self.compare_shared(operation, &document, &text, &expected)
            .await?;
        if operation.contains("@defer") || operation.contains("@stream") {
            self.compare_deferred(&document, &variables, off, &expected)
                .await?;
        }
        let steps = plan.steps().into_iter().max().unwrap_or(0);
        Ok((run.fetches, steps))
    }

    /// The same operation with variables in place of its literals.
    async fn compare_shared(
        &self,
        operation: &str,
        document: &Valid<ExecutableDocument>,
        given: &str,
        expected: &monolith::Expected,
    ) -> Result<(), Box<Difference>> {
        let schema = self.world.supergraph.api_schema();
        let Some(form) = NormalForm::of(operation, usize::MAX) else {
            return Ok(());
        };
        let Some((changed, literals)) = Literals::of(schema, document, &form) else {
            return Ok(());
        };
        let mut difference = Difference::default();
        let plan = match self.planner.plan(&changed, None) {
            Ok(plan) => plan,
            Err(error) => {
                difference.what = format!("no plan without literals: {error}");
                return Err(Box::new(difference));
            }
        };
        difference.plan = plan.to_string();
        let Some(filled) = literals.fill(&form, Some(given)) else {
            difference.what = format!("its own literals do not fit: {}", form.text());
            return Err(Box::new(difference));
        };
        let Ok(executable) = changed.operations.get(None) else {
            return Ok(());
        };
        let Ok(variables) = executor::coerce_variables(schema, executable, Some(&filled)) else {
            difference.what = format!("the literals do not fit as variables: {filled}");
            return Err(Box::new(difference));
        };
        let run = self.run(&plan, &variables, expected).await;
        difference.sent = run.sent;
        match run.wrong {
            None => Ok(()),
            Some(what) => {
                difference.what = format!("without literals: {what}");
                Err(Box::new(difference))
            }
        }
    }

    /// Executes a plan; says what is wrong with the answer, with its effects, and with what was sent for it.
    async fn run(
        &self,
        plan: &QueryPlan,
        variables: &Variables,
        expected: &monolith::Expected,
    ) -> Run {
        let client = Client::new(&self.world, &self.subgraphs, &self.served, false);
        let options = self.options();
        let response = executor::execute(ExecutionRequest {
            operation_name: None,
            plan,
            supergraph: &self.world.supergraph,
            variables,
            client: &client,
            options: &options,
        });
        let response = response.await;
        let Seen { sent, wrong } = client.into_seen();
        let effects = self.world.take_effects();
        let wrong = match differs(&response.body, expected) {
            _ if !wrong.is_empty() => Some(format!("subgraphs complain: {}", wrong.join("; "))),
            None if effects != expected.effects => Some(other_effects(&expected.effects, &effects)),
            differs => differs,
        };
        Run {
            wrong,
            sent,
            fetches: response.stats.fetches,
        }
    }

    /// The same operation, delivered in parts: put together, they equal the whole. Where something is null that must not be, the null
    /// stops at the parts' bounds, so that only what they are is compared.
    async fn compare_deferred(
        &self,
        document: &Valid<ExecutableDocument>,
        variables: &Variables,
        off: &[Name],
        expected: &monolith::Expected,
    ) -> Result<(), Box<Difference>> {
        let mut difference = Difference::default();
        let plan = match self
            .planner
            .plan_deferring(document, None, Defer::Unless(off))
        {
            Ok(plan) => plan,
            Err(error) => {
                difference.what = format!("no plan with parts: {error}");
                return Err(Box::new(difference));
            }
        };
        difference.plan = plan.to_string();
        let client = Client::new(&self.world, &self.subgraphs, &self.served, true);
        let options = self.options();
        let request = ExecutionRequest {
            operation_name: None,
            plan: &plan,
            supergraph: &self.world.supergraph,
            variables,
            client: &client,
            options: &options,
        };
        let answers = Answers::new(&plan);
        let mut whole = Delivered::default();
        match Incremental::new(request, &answers, Format::Labelled) {
            Ok(mut execution) => {
                while let Some(part) = execution.next().await {
                    whole.add(&part.body);
                }
            }
            Err(refused) => whole.add(&refused.body),
        }
        let Seen { sent, mut wrong } = client.into_seen();
        let effects = self.world.take_effects();
        if effects != expected.effects {
            wrong.push(other_effects(&expected.effects, &effects));
        }
        // What is deferred may see the effects of fields that come later.
        let wrongs = whole.differs(expected);
        wrong.extend(wrongs.into_iter().filter(|_| expected.effects.len() < 2));
        difference.sent = sent;
        if wrong.is_empty() {
            return Ok(());
        }
        difference.what = format!("in parts: {}", wrong.join("; "));
        Err(Box::new(difference))
    }

    fn options(&self) -> Options {
        Options {
            reveal_errors: vec![true; self.served.len()],
            ..Options::default()
        }
    }
}

/// Says how a response differs from what was expected, key order included.
pub fn differs(body: &[u8], expected: &monolith::Expected) -> Option<String> {
    let answer: Json = match serde_json_bytes::serde_json::from_slice(body) {
        Ok(answer) => answer,
        Err(error) => return Some(format!("the answer is no JSON: {error}")),
    };
    let data = answer
        .get("data")
        .map_or_else(|| "nothing".to_owned(), Json::to_string);
    let errors = answer.get("errors");
    (data != expected.data || errors.is_some() != expected.has_errors).then(|| {
        format!(
            "expected {} {}\n     got {data} errors {}",
            expected.data,
            if expected.has_errors {
                "with errors"
            } else {
                ""
            },
            errors.map_or_else(|| "none".to_owned(), Json::to_string),
        )
    })
}

fn other_effects(expected: &[String], got: &[String]) -> String {
    format!("effects {expected:?}\n    got {got:?}")
}

/// The outcome of a plan.
struct Run {
    wrong: Option<String>,
    sent: Vec<String>,
    fetches: usize,
}
