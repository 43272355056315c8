//! Fetches of entities: one `_entities` field for each group of places that differ in what they send or select.

use std::sync::Arc;

use apollo_compiler::ast::OperationType;
use apollo_compiler::{Name, name};
use federation::SubgraphId;

use super::{Assembler, UsedConditions};
use crate::emit::divide::Side;
use crate::emit::hoist::hoist_entities;
use crate::emit::print::{self, Entities};
use crate::emit::selection::Selection;
use crate::emit::twins::{Meanings, Request, Twins};
use crate::error::PlanError;
use crate::operation::condition::{Cond, Conditions};
use crate::plan::{EntityFetch, Fetch, FetchId, FetchTarget};
use crate::search::assign::NodeId;

/// One `_entities` field.
struct Part {
    entity: EntityFetch,
    selections: Vec<Selection>,
}

impl Part {
    fn request(&self) -> Request<'_> {
        Request {
            selections: &self.selections,
            representations: &self.entity.representations,
            condition: self.entity.condition,
        }
    }
}

impl Assembler<'_, '_> {
    pub(super) fn entities(
        &self,
        subgraph: SubgraphId,
        (side, jumps): (Side, &[NodeId]),
        conditions: &mut Conditions<'_>,
        used: &mut UsedConditions,
        depends_on: Vec<FetchId>,
    ) -> Result<Fetch, PlanError> {
        let mut parts: Vec<Part> = Vec::new();
        let mut twins = Twins::default();
        let mut all: Option<Cond> = None;
        let groups = self.groups(jumps);
        let alone = groups.len() == 1;
        for group in groups {
            self.tree.work.check()?;
            let mut selections = self.group_selection(subgraph, &group);
            let cond = hoist_entities(&mut selections, conditions)?;
            all = Some(match all {
                None => cond,
                Some(known) => conditions.or(known, cond)?,
            });
            let path = self.path(group.position, side);
            let condition = used.id(cond);
            let representations = self.representations(&group);
            // Places that share an entity share what is below it, and whatever later fetches add there.
            let request = Request {
                selections: &selections,
                representations: &representations,
                condition,
            };
            let meanings = || self.meanings.get_or_init(|| Meanings::new(self.tree));
            let known = |index: usize| parts[index].request();
            let index = match alone {
                true => 0,
                false => twins.join(self.tree, meanings, group.position, request, known)?,
            };
            match parts.get_mut(index) {
                Some(part) => part.entity.paths.push(path),
                None => parts.push(Part {
                    entity: EntityFetch {
                        response_key: name!("_entities"),
                        variable: name!("_entities"),
                        condition,
                        paths: vec![path],
                        representations,
                        contexts: Vec::new(),
                    },
                    selections,
                }),
            }
        }
        self.name_parts(&mut parts);
        let fields: Vec<Entities<'_>> = parts
            .iter()
            .map(|part| Entities {
                response_key: &part.entity.response_key,
                variable: &part.entity.variable,
                selections: &part.selections,
            })
            .collect();
        let printed = print::entities(self.variables, conditions, &fields, &self.contexts);
        self.tree.work.check()?;
        for (part, named) in parts.iter_mut().zip(printed.contexts) {
            part.entity.contexts = self.context_variables(&named);
        }
        Ok(Fetch {
            subgraph,
            subgraph_name: self.name(subgraph),
            depends_on,
            condition: used.id(all.unwrap_or(Cond::TRUE)),
            deferred: false,
            slow: None,
            operation: Arc::from(printed.text),
            operation_type: OperationType::Query,
            variables: printed.variables,
            target: FetchTarget::Entities(parts.into_iter().map(|part| part.entity).collect()),
            repeated: printed.repeated,
        })
    }

    /// Response keys and variables: those of the specification where there is one part only.
    fn name_parts(&self, parts: &mut [Part]) {
        let single = parts.len() == 1;
        for (index, Part { entity, .. }) in parts.iter_mut().enumerate() {
            let (key, variable) = if single {
                ("_entities".to_owned(), "representations".to_owned())
            } else {
                (format!("e{index}"), format!("r{index}"))
            };
            entity.response_key = Name::new_unchecked(&key);
            entity.variable = self.variables.free(variable);
        }
    }
}
