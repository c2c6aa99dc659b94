//! Who chooses: a seed, or a count through all that can be chosen.

use crate::ground::Chooser;

/// A chooser whose choices are those of a seed (`SplitMix64`).
pub(crate) struct Seeded(pub(crate) u64);

impl Chooser for Seeded {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound.max(1)
    }
}

/// A chooser that counts through all sequences of choices.
#[derive(Default)]
pub(crate) struct Counting {
    /// Each choice, and among how many.
    pub(crate) path: Vec<(u64, u64)>,
    at: usize,
}

impl Chooser for Counting {
    fn below(&mut self, bound: u64) -> u64 {
        if self.at == self.path.len() {
            self.path.push((0, bound));
        }
        let (choice, known) = self.path[self.at];
        assert_eq!(known, bound, "the same choices lead to the same race");
        self.at += 1;
        choice
    }
}

impl Counting {
    /// Goes on to the next sequence; `false` after the last.
    pub(crate) fn advance(&mut self) -> bool {
        self.at = 0;
        while let Some((choice, bound)) = self.path.pop() {
            if choice + 1 < bound {
                self.path.push((choice + 1, bound));
                return true;
            }
        }
        false
    }
}
