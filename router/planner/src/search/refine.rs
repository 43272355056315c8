//! Of sets of as many requests, takes one that brings less data.
//!
//! The smallest set is not the only one as a rule: which subgraph is asked for a shared root field, say, does not change the number of
//! requests. A request is exchanged for another one of its step as long as that makes less to select and to send. This finds the
//! least that single exchanges lead to.

use crate::search::assign::{Assignment, Stage};
use crate::search::entries::Reach;
use crate::search::steps::History;
use crate::work::Work;

/// Exchanges that are tried at most, so that planning stays what it costs without them.
const MAX_TRIALS: usize = 64;

/// The same stage with requests that bring less.
pub(crate) fn refine(reach: &Reach, mut stage: Stage, work: &Work) -> Stage {
    let candidates = std::mem::take(&mut stage.exchangeable);
    let is_sent = |stage: &Stage, (batch, step)| stage.requests.contains(batch, step);
    let sent = candidates
        .iter()
        .filter(|&&one| is_sent(&stage, one))
        .count();
    if sent == 0 || sent == candidates.len() {
        return stage;
    }
    let mut run = History::of(reach, &stage.requests, stage.last);
    // Reckoned when there is something to compare it with.
    let mut weight = None;
    let mut trials = MAX_TRIALS;
    let enough = work.left() / 2;
    for &sent in &candidates {
        for &other in &candidates {
            // The plan itself has to be made of what is left.
            if trials == 0 || work.left() < enough {
                return stage;
            }
            let is_exchange = other.1 == sent.1 && is_sent(&stage, sent) && !is_sent(&stage, other);
            if !is_exchange {
                continue;
            }
            trials -= 1;
            let mut requests = stage.requests.clone();
            requests.remove(sent);
            requests.insert(other);
            work.take(reach.size() * usize::from(stage.last));
            let table = run.otherwise(reach, &requests, sent.1);
            if !table.has_all(&stage.wanted) {
                continue;
            }
            let exchanged = Stage {
                wanted: stage.wanted.clone(),
                requests,
                exchangeable: Vec::new(),
                table,
                last: stage.last,
            };
            let of = |stage: &Stage| Assignment::new(reach, stage, None, work).weight();
            let before = *weight.get_or_insert_with(|| of(&stage));
            let lighter = of(&exchanged);
            if lighter < before {
                weight = Some(lighter);
                stage = exchanged;
                run.redo(reach, &stage.requests, sent.1);
            }
        }
    }
    stage
}
