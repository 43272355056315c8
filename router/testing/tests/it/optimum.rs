//! The number of steps and of requests of each plan and the data that it moves, beside the least that an exhaustive search finds.
//!
//! The search knows nothing of the planner: it tries every way to ask subgraphs step by step, with a model of its own of what a request
//! brings. So the graphs are small: one entity, up to four subgraphs, keys that must be obtained from others, and required fields.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use federation::{Subgraph, Supergraph};
use planner::{FetchTarget, Options, Planner, QueryPlan};
use testing::Random;

const LINK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@requires", "@external", "@shareable"])
"#;

type Fields = BTreeSet<usize>;

/// What one subgraph has of the entity. Fields are numbers: from 0 on those of which keys are made, from [`KEYS`] on the others.
#[derive(Debug, Default)]
struct Model {
    keys: Vec<Fields>,
    plain: Fields,
    /// A field and what it requires.
    demanding: Vec<(usize, Fields)>,
    has_root: bool,
}

const KEYS: usize = 3;
const FIELDS: usize = 9;

fn name(field: usize) -> String {
    match field {
        key if key < KEYS => format!("k{key}"),
        other => format!("f{other}"),
    }
}

fn model(random: &mut Random) -> Vec<Model> {
    let count = 2 + random.below(3);
    let mut models: Vec<Model> = (0..count).map(|_| Model::default()).collect();
    for (index, model) in models.iter_mut().enumerate() {
        for _ in 0..1 + random.below(2) {
            let mut key = Fields::from([random.below(KEYS)]);
            if random.below(4) == 0 {
                key.insert(random.below(KEYS));
            }
            model.plain.extend(&key);
            model.keys.push(key);
        }
        model.has_root = index == 0 || random.below(3) == 0;
    }
    for field in KEYS..FIELDS {
        let owner = random.below(count);
        let required: Fields = (KEYS..field)
            .filter(|_| random.below(4) == 0)
            .take(2)
            .collect();
        let own = |required: &&usize| {
            let models = &models;
            models[owner].plain.contains(required)
                || models[owner]
                    .demanding
                    .iter()
                    .any(|(field, _)| field == *required)
        };
        if random.below(3) == 0 && !required.is_empty() && !required.iter().any(|f| own(&f)) {
            models[owner].demanding.push((field, required));
            continue;
        }
        models[owner].plain.insert(field);
        let other = random.below(count);
        if random.below(3) == 0 && other != owner {
            models[other].plain.insert(field);
        }
    }
    models
}

fn sdl(model: &Model) -> String {
    let mut text = format!("{LINK}type E");
    for key in &model.keys {
        let key: Vec<String> = key.iter().map(|&field| name(field)).collect();
        write!(text, " @key(fields: \"{}\")", key.join(" ")).expect("a string takes everything");
    }
    text.push_str(" {\n");
    for &field in &model.plain {
        let ty = if field < KEYS { "ID!" } else { "Int" };
        writeln!(text, "  {}: {ty} @shareable", name(field)).expect("a string takes everything");
    }
    let mut external = Fields::new();
    for (field, required) in &model.demanding {
        let names: Vec<String> = required.iter().map(|&field| name(field)).collect();
        writeln!(
            text,
            "  {}: Int @requires(fields: \"{}\")",
            name(*field),
            names.join(" ")
        )
        .expect("a string takes everything");
        external.extend(required);
    }
    for field in external {
        writeln!(text, "  {}: Int @external", name(field)).expect("a string takes everything");
    }
    text.push_str("}\n");
    if model.has_root {
        text.push_str("type Query { e: E @shareable }\n");
    }
    text
}

/// What a request to a subgraph brings, when the entity is asked for with what is known.
fn brought(model: &Model, known: &Fields) -> Fields {
    let met = model
        .demanding
        .iter()
        .filter(|(_, required)| required.is_subset(known));
    model
        .plain
        .iter()
        .copied()
        .chain(met.map(|(field, _)| *field))
        .collect()
}

/// The fewest steps in which `wanted` comes, and the fewest requests in that many steps.
fn least(models: &[Model], wanted: &Fields) -> Option<(usize, usize)> {
    let sets = 1_usize << models.len();
    let bit = |set: usize, index: usize| set >> index & 1 == 1;
    // What can be known after each step, with the fewest requests that it took.
    let mut states: Vec<(Fields, usize)> = vec![(Fields::new(), 0)];
    for step in 1..=8 {
        let mut next: Vec<(Fields, usize)> = Vec::new();
        for (known, requests) in &states {
            for set in 0..sets {
                let mut after = known.clone();
                let mut possible = true;
                for (_, model) in models
                    .iter()
                    .enumerate()
                    .filter(|(index, _)| bit(set, *index))
                {
                    let enters = if step == 1 {
                        model.has_root
                    } else {
                        model.keys.iter().any(|key| key.is_subset(known))
                    };
                    possible &= enters;
                    // At the root nothing has been sent that could be required.
                    after.extend(if step == 1 {
                        model.plain.clone()
                    } else {
                        brought(model, known)
                    });
                }
                let requests = requests + set.count_ones() as usize;
                if !possible || next.iter().any(|(n, r)| *n == after && *r <= requests) {
                    continue;
                }
                next.retain(|(n, r)| !(*n == after && *r > requests));
                next.push((after, requests));
            }
        }
        let done = next.iter().filter(|(known, _)| wanted.is_subset(known));
        if let Some(requests) = done.map(|(_, requests)| *requests).min() {
            return Some((step, requests));
        }
        states = next;
    }
    None
}

/// A request, as the search has it: which subgraph, with what of the entity it is asked, and what is selected.
struct Sent {
    model: usize,
    step: usize,
    key: Fields,
    selected: Fields,
}

/// What requests move: the entity and each of its fields that is selected, three and each field for a representation; twice after the first
/// step. So the planner has it too.
fn data(requests: impl Iterator<Item = (usize, usize, Option<usize>)>) -> usize {
    requests
        .map(|(step, selected, sent)| {
            let moved = 1 + selected + sent.map_or(0, |fields| 3 + fields);
            if step > 1 { 2 * moved } else { moved }
        })
        .sum()
}

/// The least data by which `wanted` comes in this many steps and requests: every set of requests, every key, and every request for every field.
fn least_data(models: &[Model], wanted: &Fields, steps: usize, requests: usize) -> Option<usize> {
    let slots: Vec<(usize, usize)> = (1..=steps)
        .flat_map(|step| (0..models.len()).map(move |model| (step, model)))
        .collect();
    let mut best = None;
    let mut chosen: Vec<Sent> = Vec::new();
    choose(models, wanted, requests, &slots, &mut chosen, &mut best);
    best
}

fn choose(
    models: &[Model],
    wanted: &Fields,
    left: usize,
    slots: &[(usize, usize)],
    chosen: &mut Vec<Sent>,
    best: &mut Option<usize>,
) {
    if left == 0 {
        let all: Vec<(usize, usize)> = wanted.iter().map(|&field| (field, usize::MAX)).collect();
        serve(models, all, chosen, best);
        return;
    }
    for (index, &(step, model)) in slots.iter().enumerate() {
        let keys: Vec<Fields> = match step {
            1 if models[model].has_root => vec![Fields::new()],
            1 => Vec::new(),
            _ => models[model].keys.clone(),
        };
        for key in keys {
            chosen.push(Sent {
                model,
                step,
                key,
                selected: Fields::new(),
            });
            choose(models, wanted, left - 1, &slots[index + 1..], chosen, best);
            chosen.pop();
        }
    }
}

/// Serves what is needed, each with the step before which it is needed, from every request that could.
fn serve(
    models: &[Model],
    mut needed: Vec<(usize, usize)>,
    chosen: &mut Vec<Sent>,
    best: &mut Option<usize>,
) {
    let moved = data(chosen.iter().map(|sent| {
        let key = (sent.step > 1).then_some(sent.key.len());
        (sent.step, sent.selected.len(), key)
    }));
    if best.is_some_and(|best| moved >= best) {
        return;
    }
    let Some((field, before)) = needed.pop() else {
        // Keys are needed by the requests that are used.
        let used = chosen.iter().filter(|sent| !sent.selected.is_empty());
        let missing = used.clone().find_map(|sent| {
            let mut key = sent.key.iter().copied();
            let missing = key.find(|field| {
                let mut earlier = chosen.iter().filter(|other| other.step < sent.step);
                !earlier.any(|other| other.selected.contains(field))
            });
            missing.map(|field| (field, sent.step))
        });
        if let Some(missing) = missing {
            return serve(models, vec![missing], chosen, best);
        }
        if used.count() == chosen.len() {
            *best = Some(moved);
        }
        return;
    };
    let is_there = |sent: &Sent| sent.step < before && sent.selected.contains(&field);
    if chosen.iter().any(is_there) {
        return serve(models, needed, chosen, best);
    }
    for index in 0..chosen.len() {
        let (step, model) = (chosen[index].step, &models[chosen[index].model]);
        if step >= before {
            continue;
        }
        let plain = model.plain.contains(&field);
        let requires = model.demanding.iter().find(|(f, _)| *f == field);
        let sent = match (plain, requires) {
            (true, _) => Fields::new(),
            (false, Some((_, requires))) if step > 1 => requires.clone(),
            _ => continue,
        };
        let key = chosen[index].key.clone();
        chosen[index].selected.insert(field);
        chosen[index].key.extend(&sent);
        let mut next = needed.clone();
        next.extend(sent.iter().map(|&field| (field, step)));
        serve(models, next, chosen, best);
        chosen[index].selected.remove(&field);
        chosen[index].key = key;
    }
}

/// What a plan moves, by what it sends.
fn moved(plan: &QueryPlan) -> usize {
    let steps = plan.steps();
    data(plan.fetches.iter().zip(steps).map(|(fetch, step)| {
        let sent = match &fetch.target {
            FetchTarget::Entities(entities) => Some(entities[0].representations[0].fields.len()),
            _ => None,
        };
        let is_field =
            |word: &&str| word.starts_with(['k', 'f']) && word[1..].parse::<usize>().is_ok();
        let words = fetch.operation.split(|c: char| !c.is_ascii_alphanumeric());
        (step, words.filter(is_field).count(), sent)
    }))
}

#[test]
fn plans_have_the_fewest_steps_and_then_the_fewest_requests_and_hardly_more_data_than_they_must() {
    let mut compared = 0;
    let mut more = 0;
    for seed in 0..300 {
        let mut random = Random::new(seed);
        let models = model(&mut random);
        let subgraphs: Vec<(String, String)> = models
            .iter()
            .enumerate()
            .map(|(index, model)| (format!("s{index}"), sdl(model)))
            .collect();
        let texts: Vec<Subgraph> = subgraphs
            .iter()
            .map(|(name, sdl)| Subgraph::new(name.as_str(), sdl.as_str()))
            .collect();
        let Ok(composed) = composition::compose(&texts) else {
            continue;
        };
        let supergraph = Supergraph::parse(&composed.supergraph_sdl).expect("what composes loads");
        let planner = Planner::new(supergraph.into(), Options::default());
        for _ in 0..3 {
            let has = |field: &usize| {
                models
                    .iter()
                    .any(|m| m.plain.contains(field) || m.demanding.iter().any(|(f, _)| f == field))
            };
            let wanted: Fields = (0..FIELDS)
                .filter(has)
                .filter(|_| random.below(3) == 0)
                .collect();
            if wanted.is_empty() {
                continue;
            }
            let names: Vec<String> = wanted.iter().map(|&field| name(field)).collect();
            let operation = format!("{{ e {{ {} }} }}", names.join(" "));
            let schema = planner.supergraph().api_schema();
            let document = apollo_compiler::ExecutableDocument::parse_and_validate(
                schema,
                &operation,
                "operation",
            )
            .expect("every field is in the API");
            let plan = planner
                .plan(&document, None)
                .expect("what composes can be planned");
            let steps = plan.steps().into_iter().max().unwrap_or(0);
            let (least_steps, least_requests) =
                least(&models, &wanted).expect("what composes can be obtained");
            assert_eq!(
                (steps, plan.fetches.len()),
                (least_steps, least_requests),
                "seed {seed}: {operation}\n{plan}\n{subgraphs:#?}"
            );
            let least = least_data(&models, &wanted, steps, plan.fetches.len())
                .expect("the plan is one of those that are tried");
            let moved = moved(&plan);
            assert!(
                moved >= least && 2 * moved <= 3 * least,
                "seed {seed}: {operation} moves {moved} where {least} is enough\n{plan}\n{subgraphs:#?}"
            );
            more += usize::from(moved > least);
            compared += 1;
        }
    }
    assert!(compared > 150, "only {compared} plans were compared");
    assert!(
        more * 50 <= compared,
        "{more} plans of {compared} move more than they must"
    );
}
