//! Goes through the search graph step by step, using only some requests, and says what comes when.

mod history;

pub(crate) use history::History;

use crate::search::entries::{Jump, Reach};
use crate::search::ids::{BatchId, EntryId, MAX_STEPS, NEVER, NeedId};

/// The requests that may be sent: for each batch, the steps at which it may be asked for (bit 1 is step 1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Requests {
    steps: Vec<u64>,
}

impl Requests {
    /// Every batch at every step.
    pub(crate) fn all(batches: usize) -> Self {
        Self {
            steps: vec![u64::MAX; batches],
        }
    }

    /// No request.
    pub(crate) fn none(batches: usize) -> Self {
        Self {
            steps: vec![0; batches],
        }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u32 {
        self.steps.iter().map(|steps| steps.count_ones()).sum()
    }

    pub(crate) fn contains(&self, batch: BatchId, step: u8) -> bool {
        let steps = self.steps.get(batch.0 as usize).copied();
        steps.unwrap_or(0) >> step & 1 == 1
    }

    pub(crate) fn insert(&mut self, (batch, step): (BatchId, u8)) {
        if let Some(steps) = self.steps.get_mut(batch.0 as usize) {
            *steps |= 1 << step;
        }
    }

    pub(crate) fn remove(&mut self, (batch, step): (BatchId, u8)) {
        if let Some(steps) = self.steps.get_mut(batch.0 as usize) {
            *steps &= !(1 << step);
        }
    }
}

/// What comes when.
#[derive(Clone)]
pub(crate) struct Timetable {
    /// For each entry, the steps at which it is at hand.
    at_hand: Vec<u64>,
    /// For each leaf, the first step that brings it.
    ready: Vec<u8>,
}

impl Timetable {
    /// Whether the steps from 1 to `last` bring all that is `wanted`.
    pub(crate) fn brings(reach: &Reach, requests: &Requests, last: u8, wanted: &[usize]) -> bool {
        let mut table = Self::empty(reach);
        for step in 1..=last {
            table.step(reach, requests, step);
            if table.has_all(wanted) {
                return true;
            }
        }
        wanted.is_empty()
    }

    /// All that these requests can bring in the steps from 1 to `last`.
    pub(crate) fn within(reach: &Reach, requests: &Requests, last: u8) -> Self {
        let mut table = Self::empty(reach);
        for step in 1..=last {
            table.step(reach, requests, step);
        }
        table
    }

    /// All that can come at all.
    pub(crate) fn complete(reach: &Reach) -> Self {
        let all = Requests::all(reach.batches);
        let mut table = Self::empty(reach);
        for step in 1..=MAX_STEPS {
            if !table.step(reach, &all, step) {
                break;
            }
        }
        table
    }

    fn empty(reach: &Reach) -> Self {
        Self {
            at_hand: vec![0; reach.entries.len()],
            ready: vec![NEVER; reach.leaves.len()],
        }
    }

    pub(crate) fn has_all(&self, wanted: &[usize]) -> bool {
        wanted.iter().all(|&leaf| self.ready[leaf] != NEVER)
    }

    fn step(&mut self, reach: &Reach, requests: &Requests, step: u8) -> bool {
        self.step_telling(reach, requests, step, |_, _| {})
    }

    /// The same; reports each leaf that comes, and the batch that brings it, once for each entry that does.
    fn step_telling(
        &mut self,
        reach: &Reach,
        requests: &Requests,
        step: u8,
        mut brings: impl FnMut(usize, BatchId),
    ) -> bool {
        let mut progress = false;
        for (index, entry) in reach.entries.iter().enumerate() {
            let root = entry.root && step == 1 && requests.contains(entry.batch, step);
            let inline = || {
                entry.inline.iter().any(|inline| match inline.requires {
                    None => self.is_at_hand(inline.parent, step),
                    Some(requires) => {
                        self.can_send(reach, requests, inline.parent, requires, step)
                            && self.has(reach, requires, step)
                    }
                })
            };
            let id = EntryId(u32::try_from(index).unwrap_or(u32::MAX));
            let jump = self.can_jump(reach, requests, id, step);
            if !(root || jump || inline()) {
                continue;
            }
            let known = self.at_hand[index] != 0;
            self.at_hand[index] |= 1 << step;
            if known && !entry.demanding {
                continue;
            }
            for &(leaf, requires) in &entry.leaves {
                let ready = self.ready[leaf];
                if ready < step || Self::settled(reach, leaf) != NEVER {
                    continue;
                }
                let brought = match requires {
                    None => true,
                    Some(requires) => {
                        (jump || reach.is_sent_with(id, requires))
                            && self.has(reach, requires, step)
                    }
                };
                if brought {
                    brings(leaf, entry.batch);
                    self.ready[leaf] = step;
                    progress = true;
                }
            }
        }
        for (ready, &settled) in self.ready.iter_mut().zip(&reach.settled) {
            if settled == step {
                *ready = step;
            }
            // More may follow from what comes later.
            progress |= settled != NEVER && settled >= step;
        }
        progress
    }

    fn settled(reach: &Reach, leaf: usize) -> u8 {
        reach.settled.get(leaf).copied().unwrap_or(NEVER)
    }

    pub(crate) fn is_at_hand(&self, entry: EntryId, step: u8) -> bool {
        self.at_hand[entry.0 as usize] >> step & 1 == 1
    }

    /// Whether a request at `step` can lead here that can send what a field needs.
    fn can_send(
        &self,
        reach: &Reach,
        requests: &Requests,
        id: EntryId,
        need: NeedId,
        step: u8,
    ) -> bool {
        match reach.is_sent_with(id, need) {
            true => self.is_at_hand(id, step),
            false => self.can_jump(reach, requests, id, step),
        }
    }

    pub(crate) fn is_ever_at_hand(&self, entry: EntryId) -> bool {
        self.at_hand[entry.0 as usize] != 0
    }

    /// Whether an entity fetch at `step` can lead here.
    pub(crate) fn can_jump(
        &self,
        reach: &Reach,
        requests: &Requests,
        id: EntryId,
        step: u8,
    ) -> bool {
        let entry = reach.get(id);
        !entry.jumps.is_empty()
            && requests.contains(entry.batch, step)
            && entry
                .jumps
                .iter()
                .any(|jump| self.has_key(reach, jump, step))
    }

    /// Whether the representation of a jump can be made before `step`.
    pub(crate) fn has_key(&self, reach: &Reach, jump: &Jump, step: u8) -> bool {
        self.has(reach, jump.key, step) && jump.typename.is_none_or(|leaf| self.ready[leaf] < step)
    }

    /// Whether all that a need names comes before `step`.
    pub(crate) fn has(&self, reach: &Reach, need: NeedId, step: u8) -> bool {
        reach
            .leaves_of(need)
            .iter()
            .all(|&leaf| self.ready[leaf] < step)
    }

    pub(crate) fn ready(&self, leaf: usize) -> u8 {
        self.ready[leaf]
    }
}
