//! What racing workers share: a store and a clock, and what befalls them.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use policy::{Expected, Stored, Swap, Version};

/// Chooses the order of steps, and what befalls: a number below another.
pub(crate) trait Chooser {
    fn below(&mut self, bound: u64) -> u64;
}

/// What may happen between the workers' steps: each with its chance in a thousand, and with how
/// many milliseconds at most where the clock is meant.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Chances {
    /// The clock moves forward.
    pub(crate) forward: [(u64, u64); 2],
    /// The clock moves back.
    pub(crate) back: (u64, u64),
    /// A reading of the clock is old.
    pub(crate) late: (u64, u64),
    /// The clock of a worker stands behind the others', as long as the race lasts.
    pub(crate) behind: u64,
    /// A swap is lost, though nobody else wrote.
    pub(crate) lost: u64,
    /// A swap is done, and reported as lost.
    pub(crate) unseen: u64,
    /// A value is damaged, or replaced by another product's.
    pub(crate) damage: u64,
    /// The seed is damaged.
    pub(crate) seed_damage: u64,
    /// A swap looks at no version: such a store cannot be counted in.
    pub(crate) blind: u64,
}

/// What becomes of the next step.
#[derive(Clone, Copy, Default)]
struct Fate {
    late: u64,
    lost: bool,
    unseen: bool,
    blind: bool,
}

/// The store and the clock.
pub(crate) struct Ground {
    values: BTreeMap<String, (Vec<u8>, u32)>,
    last: u32,
    clock: u64,
    forward: u64,
    chances: Chances,
    fate: Fate,
}

/// The clock at first: ten days, so that it can go back.
const START: u64 = 10 * 86_400 * 1_000 * MILLI;
const MILLI: u64 = 1_000_000;

impl Ground {
    pub(crate) fn new(chances: Chances) -> Self {
        Self {
            values: BTreeMap::new(),
            last: 0,
            clock: START,
            forward: 0,
            chances,
            fate: Fate::default(),
        }
    }

    /// Lets happen what may before the next step, and to it.
    pub(crate) fn disturb(&mut self, chooser: &mut dyn Chooser) {
        let mut happens = |chance| chance > 0 && chooser.below(1_000) < chance;
        let chances = self.chances;
        let moves = chances.forward.map(|(chance, _)| happens(chance));
        let (back, late) = (happens(chances.back.0), happens(chances.late.0));
        self.fate = Fate {
            late: 0,
            lost: happens(chances.lost),
            unseen: happens(chances.unseen),
            blind: happens(chances.blind),
        };
        let (damage, seed_damage) = (happens(chances.damage), happens(chances.seed_damage));
        for ((_, most), _) in chances
            .forward
            .iter()
            .zip(moves)
            .filter(|(_, moves)| *moves)
        {
            let step = chooser.below(*most) * MILLI;
            self.clock += step;
            self.forward += step;
        }
        if back {
            self.clock -= (chooser.below(chances.back.1) * MILLI).min(self.clock);
        }
        if late {
            self.fate.late = chooser.below(chances.late.1) * MILLI;
        }
        if damage || seed_damage {
            self.damage(seed_damage, chooser);
        }
    }

    fn damage(&mut self, seed: bool, chooser: &mut dyn Chooser) {
        let names = self
            .values
            .keys()
            .filter(|name| name.ends_with("seed") == seed);
        let names: Vec<String> = names.cloned().collect();
        if names.is_empty() {
            return;
        }
        let one = usize::try_from(chooser.below(names.len() as u64)).unwrap();
        let mut value = self.values[&names[one]].0.clone();
        match chooser.below(4) {
            0 => value = b"another product's".to_vec(),
            1 => value.truncate(value.len() / 2),
            2 => value.extend_from_slice(&[0; 17]),
            _ => {
                let at = usize::try_from(chooser.below(value.len() as u64)).unwrap();
                value[at] ^= 1;
            }
        }
        self.write(&names[one], &value);
    }

    /// What a worker reads on the clock, and how far the clock has moved forward in sum.
    pub(crate) const fn clock(&self, behind: u64) -> (u64, u64) {
        let late = self.fate.late + behind * MILLI;
        (self.clock.saturating_sub(late), self.forward)
    }

    pub(crate) fn read(&self, name: &str) -> Option<Stored> {
        self.values.get(name).map(|(value, version)| Stored {
            value: value.clone(),
            version: Version(NonZeroU32::new(*version).unwrap()),
        })
    }

    pub(crate) fn swap(&mut self, name: &str, value: &[u8], expected: Expected) -> Swap {
        let found = self.values.get(name).map(|(_, version)| *version);
        let wanted = match expected {
            Expected::Absent => None,
            Expected::Version(version) => Some(version.0.get()),
        };
        if (found != wanted && !self.fate.blind) || self.fate.lost {
            return Swap::Lost;
        }
        self.write(name, value);
        if self.fate.unseen {
            Swap::Lost
        } else {
            Swap::Done
        }
    }

    fn write(&mut self, name: &str, value: &[u8]) {
        self.last += 1;
        self.values
            .insert(name.to_owned(), (value.to_vec(), self.last));
    }
}
