//! The plan as a text that a person can read.

use std::fmt;

use apollo_compiler::ast::Document;

use crate::plan::{
    Condition, ConditionId, DeferredId, DeferredPart, EntityFetch, Fetch, FetchTarget,
    InitialCount, PathElement, QueryPlan, Representation, RepresentationField,
};

impl QueryPlan {
    /// The step of each fetch, from 1: one more than the last of those it depends on.
    pub fn steps(&self) -> Vec<usize> {
        let mut steps: Vec<usize> = Vec::with_capacity(self.fetches.len());
        for fetch in &self.fetches {
            let before = fetch.depends_on.iter();
            let before = before.filter_map(|id| steps.get(id.0 as usize)).max();
            steps.push(before.copied().unwrap_or(0) + 1);
        }
        steps
    }

    fn condition(&self, id: Option<ConditionId>) -> Option<&Condition> {
        self.conditions.get(id?.0 as usize)
    }
}

/// Step by step: the fetches of one step run in parallel, as soon as those they come after are done.
impl fmt::Display for QueryPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps = self.steps();
        let last = steps.iter().copied().max().unwrap_or(0);
        write!(f, "{}: ", self.operation_type)?;
        match (self.fetches.len(), self.introspection) {
            (0, false) => f.write_str("nothing to fetch")?,
            (0, true) => f.write_str("introspection only")?,
            (1, _) => f.write_str("1 request")?,
            (requests, _) => {
                let plural = if last == 1 { "" } else { "s" };
                write!(f, "{requests} requests in {last} step{plural}")?;
            }
        }
        if self.introspection && !self.fetches.is_empty() {
            f.write_str(", and introspection")?;
        }
        writeln!(f)?;
        for step in 1..=last {
            let of_step: Vec<usize> = (0..steps.len()).filter(|&i| steps[i] == step).collect();
            let parallel = if of_step.len() > 1 {
                ", in parallel"
            } else {
                ""
            };
            writeln!(f, "step {step}{parallel}")?;
            for index in of_step {
                self.fetch(f, index, &self.fetches[index])?;
            }
        }
        for (part, id) in self.deferred.iter().zip(0..) {
            self.later(f, DeferredId(id), part)?;
        }
        Ok(())
    }
}

impl QueryPlan {
    fn fetch(&self, f: &mut fmt::Formatter<'_>, index: usize, fetch: &Fetch) -> fmt::Result {
        write!(f, "  fetch {index} from {}", fetch.subgraph_name)?;
        if !fetch.depends_on.is_empty() {
            let after: Vec<String> = fetch.depends_on.iter().map(|id| id.0.to_string()).collect();
            write!(f, ", after {}", after.join(" and "))?;
        }
        if fetch.deferred {
            f.write_str(", deferred")?;
        }
        if let Some(slow) = &fetch.slow {
            write!(
                f,
                ", apart because {slow} is slow and others wait for its neighbours"
            )?;
        }
        if let Some(condition) = self.condition(fetch.condition) {
            write!(f, ", if {condition}")?;
        }
        writeln!(f)?;
        match &fetch.target {
            FetchTarget::Root => {}
            FetchTarget::RootAt(paths) => writeln!(f, "    root at {}", Paths(paths))?,
            FetchTarget::Entities(entities) => {
                for entity in entities {
                    self.entity(f, entity, entities.len() > 1)?;
                }
            }
        }
        match Document::parse(&*fetch.operation, "") {
            Ok(document) => {
                for line in document.serialize().to_string().lines() {
                    writeln!(f, "    {line}")?;
                }
            }
            Err(_) => writeln!(f, "    {}", fetch.operation)?,
        }
        Ok(())
    }

    fn later(
        &self,
        f: &mut fmt::Formatter<'_>,
        id: DeferredId,
        part: &DeferredPart,
    ) -> fmt::Result {
        f.write_str("later")?;
        if let Some(label) = &part.label {
            write!(f, ", \"{label}\"")?;
        }
        match &part.initial {
            None => f.write_str(", at ")?,
            Some(InitialCount::Fixed(count)) => {
                write!(f, ", the items after the first {count} at ")?;
            }
            Some(InitialCount::Variable(name)) => {
                write!(f, ", the items after the first ${name} at ")?;
            }
        }
        match part.path.as_slice() {
            [] => f.write_str("the root")?,
            path => f.write_str(&dotted(path))?,
        }
        let mut others = self.deferred.iter().flat_map(|other| &other.in_later_items);
        if let Some((list, _)) = others.find(|(_, fragment)| *fragment == id)
            && let Some(list) = self.deferred.get(usize::from(list.0))
        {
            write!(f, ", in the later items of {}", dotted(&list.path))?;
        }
        for (index, fetch) in part.fetches.iter().enumerate() {
            let lead = if index == 0 { ": after fetch" } else { " and" };
            write!(f, "{lead} {}", fetch.0)?;
        }
        writeln!(f)
    }

    fn entity(
        &self,
        f: &mut fmt::Formatter<'_>,
        entity: &EntityFetch,
        several: bool,
    ) -> fmt::Result {
        f.write_str("    ")?;
        if several {
            write!(f, "{}: ", entity.response_key)?;
        }
        write!(f, "entities at {}", Paths(&entity.paths))?;
        if let Some(condition) = self.condition(entity.condition) {
            write!(f, ", if {condition}")?;
        }
        f.write_str(" by")?;
        for (index, representation) in entity.representations.iter().enumerate() {
            f.write_str(if index > 0 { ", " } else { " " })?;
            write!(f, "{representation}")?;
        }
        for context in &entity.contexts {
            let from = entity
                .paths
                .first()
                .map_or(&[][..], |path| &path[..context.depth]);
            let from = match from {
                [] => "the root".to_owned(),
                _ => Paths(&[from.to_vec()]).to_string(),
            };
            write!(
                f,
                ", with ${} from {from}{}",
                context.variable,
                Fields(&context.fields)
            )?;
        }
        writeln!(f)
    }
}

struct Paths<'p>(&'p [Vec<PathElement>]);

impl fmt::Display for Paths<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, path) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" and ")?;
            }
            for (index, element) in path.iter().enumerate() {
                match element {
                    PathElement::Key(key) if index == 0 => write!(f, "{key}")?,
                    PathElement::Key(key) => write!(f, ".{key}")?,
                    PathElement::TypeCondition(types) => write!(f, "|[{}]", names(types))?,
                    PathElement::Streamed { key, items, .. } => {
                        let dot = if index == 0 { "" } else { "." };
                        write!(f, "{dot}{key}[{}]", items.as_str())?;
                    }
                }
            }
        }
        Ok(())
    }
}

fn dotted(path: &[apollo_compiler::Name]) -> String {
    let path: Vec<&str> = path.iter().map(|key| key.as_str()).collect();
    path.join(".")
}

fn names(names: &[apollo_compiler::Name]) -> String {
    let names: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
    names.join(" ")
}

impl fmt::Display for Representation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.typename {
            Some(typename) => write!(f, "{typename}")?,
            None => write!(f, "{}", names(&self.on))?,
        }
        if self.typename.is_some() && !self.on.is_empty() {
            write!(f, " (of {})", names(&self.on))?;
        }
        Fields(&self.fields).fmt(f)
    }
}

struct Fields<'p>(&'p [RepresentationField]);

impl fmt::Display for Fields<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fields(f, self.0)
    }
}

fn fields(f: &mut fmt::Formatter<'_>, selected: &[RepresentationField]) -> fmt::Result {
    f.write_str(" {")?;
    for field in selected {
        write!(f, " {}", field.name)?;
        if !field.required {
            f.write_str("?")?;
        }
        match &field.constant {
            Some(constant) => write!(f, ": \"{constant}\"")?,
            None if field.data_key != field.name => write!(f, ": {}", field.data_key)?,
            None => {}
        }
        if let Some(on) = &field.on {
            write!(f, " (of {})", names(on))?;
        }
        if !field.fields.is_empty() {
            fields(f, &field.fields)?;
        }
    }
    f.write_str(" }")
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, term) in self.any.iter().enumerate() {
            if index > 0 {
                f.write_str(" or ")?;
            }
            for (index, literal) in term.iter().enumerate() {
                let and = if index > 0 { " and " } else { "" };
                let not = if literal.expected { "" } else { "not " };
                write!(f, "{and}{not}${}", literal.variable)?;
            }
        }
        Ok(())
    }
}
