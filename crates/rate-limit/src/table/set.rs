//! A set: up to eight entries that are read and written as one value.
//!
//! What a set no longer knows, it remembers to have forgotten: a key that finds no entry starts
//! from the worst that the forgotten one can have spent.

use std::time::Duration;

use super::bytes::Bytes;
use super::seed::Seed;
use crate::rates::MAX_RATES;
use crate::{Arrivals, Moment, Rates};

/// Entries in a set. More make a full set rarer and every copy longer.
pub(super) const ENTRIES: usize = 8;

/// How far ahead of a worker's clock a stored time may lie beyond what its rates explain, one day.
/// A worker reads its clock after the set, so that a clock which never goes back and is the same
/// for all needs none. A time that is clamped is given back to its key, and so a worker whose clock
/// stands behind, or goes back, must not clamp what the others wrote: it waits instead. Beyond a
/// day it is another clock (a process moved to another machine), and waiting would never end.
pub(super) const SLACK: u64 = 86_400 * 1_000_000_000;

/// The bytes of a full set of keys with so many rates.
pub(super) const fn size(rates: usize) -> usize {
    HEAD + ENTRIES * (9 + rates * 8)
}

/// The bytes before the first entry: the mark, the seal and three times.
const HEAD: usize = 4 + 8 + 3 * 8;

/// Marks a value as a set, and its format: `PRL` and a version.
const MAGIC: [u8; 4] = *b"PRL1";

/// One value of the table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Set {
    entries: Vec<Entry>,
    /// The latest moment at which an evicted entry was replenished.
    floor: Moment,
    /// When entries were lost: damage, or a change of the seed.
    lost: Moment,
    /// When a key without a place was last counted elsewhere, in its limit's coarse entry.
    overflowed: Moment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    fingerprint: u64,
    arrivals: Arrivals,
}

/// A request as a set sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub(super) fingerprint: u64,
    pub(super) rates: &'a Rates,
    pub(super) cost: u32,
    /// Read after the set was.
    pub(super) now: Moment,
}

/// What a set says to a request: what became of it, and what its key has spent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) outcome: Outcome,
    pub(super) spent: Arrivals,
}

/// What became of a request in a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// There was room; it is counted, if it costs anything.
    Taken(Change),
    /// No room in its rates for so long; nothing is counted.
    Refused(Duration, Change),
    /// No place in the set for its key; one may become free after so long.
    Full(Duration),
}

/// How a set was changed, for the tallies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Not at all.
    None,
    /// An entry was added or updated.
    Entry,
    /// An entry took the place of a replenished one.
    Evicted,
    /// A time too far ahead was brought back.
    Clamped,
}

impl Set {
    /// A set whose entries were lost.
    pub(super) fn lost_at(moment: Moment) -> Self {
        let mut set = Self::default();
        set.lose(moment);
        set
    }

    /// Notes that what keys without an entry had spent by `moment` is not known.
    pub(super) fn lose(&mut self, moment: Moment) {
        self.lost = self.lost.max(moment);
    }

    /// Notes that a key of this set is counted elsewhere. `false` where that is known already.
    pub(super) fn overflow(&mut self, moment: Moment) -> bool {
        let news = self.overflowed < moment;
        self.overflowed = self.overflowed.max(moment);
        news
    }

    /// The worst that a key without an entry can have spent in this set itself.
    pub(super) fn forgotten(&self, rates: &Rates) -> Arrivals {
        rates.presumed(self.floor, self.lost)
    }

    /// Brings the set's own times back to `now` where they lie too far ahead.
    pub(super) fn bound(&mut self, now: Moment) -> bool {
        let mut changed = false;
        for moment in [&mut self.floor, &mut self.lost, &mut self.overflowed] {
            if *moment > now.after(SLACK) {
                *moment = now;
                changed = true;
            }
        }
        changed
    }

    /// Counts a request of a key, if all rates have room. `at_least` is what the key is known to
    /// have spent elsewhere.
    pub(super) fn take(&mut self, asked: &Asked<'_>, at_least: Option<&Arrivals>) -> Answer {
        let Asked { rates, now, .. } = *asked;
        let presumed = rates.presumed(self.floor, self.lost.max(self.overflowed));
        let place = self.place(asked.fingerprint, rates, now);
        let (stored, outcome) = match place {
            Place::Known(_, arrivals) => (arrivals, None),
            Place::Free | Place::Replenished(_) => (presumed, None),
            Place::None(wait) => (presumed, Some(Outcome::Full(wait))),
        };
        let clamped = rates.clamped(&stored, now, SLACK);
        let bounded = clamped.unwrap_or(stored);
        let spent = at_least.map_or(bounded, |least| bounded.later_of(least));
        if let Some(outcome) = outcome {
            return Answer { outcome, spent };
        }
        let taken = rates.take(&spent, now, asked.cost);
        let heals = matches!((place, clamped), (Place::Known(..), Some(_)));
        let change = match (&taken, place, clamped) {
            (Ok(_), ..) if asked.cost == 0 && !heals => Change::None,
            (Err(_), ..) if !heals => Change::None,
            (_, _, Some(_)) => Change::Clamped,
            (Ok(_), Place::Replenished(_), None) => Change::Evicted,
            _ => Change::Entry,
        };
        let spent = taken.unwrap_or(match clamped {
            Some(clamped) if heals => clamped,
            _ => spent,
        });
        if change != Change::None {
            self.put(place, asked.fingerprint, spent);
        }
        let outcome = match taken {
            Ok(_) => Outcome::Taken(change),
            Err(wait) => Outcome::Refused(wait, change),
        };
        Answer { outcome, spent }
    }

    fn place(&self, fingerprint: u64, rates: &Rates, now: Moment) -> Place {
        let known = |entry: &Entry| {
            entry.fingerprint == fingerprint && entry.arrivals.times().len() == rates.count()
        };
        let mut entries = self.entries.iter().enumerate();
        if let Some((index, entry)) = entries.find(|(_, entry)| known(entry)) {
            return Place::Known(index, entry.arrivals);
        }
        if self.entries.len() < ENTRIES {
            return Place::Free;
        }
        let oldest = self.entries.iter().enumerate();
        match oldest.min_by_key(|(_, entry)| entry.arrivals.replenished()) {
            Some((index, entry)) if entry.arrivals.replenished() <= now => {
                Place::Replenished(index)
            }
            Some((_, entry)) => Place::None(entry.arrivals.replenished().wait_from(now)),
            None => Place::Free,
        }
    }

    fn put(&mut self, place: Place, fingerprint: u64, arrivals: Arrivals) {
        let entry = Entry {
            fingerprint,
            arrivals,
        };
        match place {
            Place::Free => self.entries.push(entry),
            Place::Known(index, _) => {
                if let Some(old) = self.entries.get_mut(index) {
                    *old = entry;
                }
            }
            Place::Replenished(index) => {
                if let Some(old) = self.entries.get_mut(index) {
                    self.floor = self.floor.max(old.arrivals.replenished());
                    *old = entry;
                }
            }
            Place::None(_) => {}
        }
    }

    /// The value to store under `name`: 36 bytes and, for one rate, 17 for each entry.
    pub(super) fn to_bytes(&self, name: &str, seed: &Seed) -> Vec<u8> {
        let mut value = Vec::with_capacity(size(MAX_RATES));
        value.extend_from_slice(&MAGIC);
        value.extend_from_slice(&[0; 8]); // the seal's place
        for moment in [self.floor, self.lost, self.overflowed] {
            value.extend_from_slice(&moment.nanos().to_le_bytes());
        }
        for entry in &self.entries {
            value.extend_from_slice(&entry.fingerprint.to_le_bytes());
            let times = entry.arrivals.times();
            value.push(u8::try_from(times.len()).unwrap_or(u8::MAX));
            for time in times {
                value.extend_from_slice(&time.nanos().to_le_bytes());
            }
        }
        if let Some((head, body)) = value.split_first_chunk_mut::<12>() {
            let (_, place) = head.split_at_mut(MAGIC.len());
            place.copy_from_slice(&seed.seal(name, body).to_le_bytes());
        }
        value
    }

    /// Reads what is stored under `name`; `None` for anything that [`Self::to_bytes`] with the
    /// same seed and name does not write.
    pub(super) fn from_bytes(value: &[u8], name: &str, seed: &Seed) -> Option<Self> {
        let mut bytes = Bytes(value);
        if bytes.take::<4>()? != MAGIC || bytes.u64()? != seed.seal(name, bytes.0) {
            return None;
        }
        let mut set = Self {
            entries: Vec::with_capacity(ENTRIES),
            floor: bytes.moment()?,
            lost: bytes.moment()?,
            overflowed: bytes.moment()?,
        };
        while !bytes.is_empty() {
            if set.entries.len() == ENTRIES {
                return None;
            }
            let fingerprint = bytes.u64()?;
            let count = bytes.u8()?;
            let arrivals = Arrivals::from_times((0..count).map_while(|_| bytes.moment()))?;
            if arrivals.times().len() != usize::from(count) {
                return None;
            }
            set.entries.push(Entry {
                fingerprint,
                arrivals,
            });
        }
        Some(set)
    }
}

/// Where the state of a key is, or could be.
#[derive(Clone, Copy)]
enum Place {
    /// It has an entry.
    Known(usize, Arrivals),
    /// There is room for one more.
    Free,
    /// This entry says nothing any more.
    Replenished(usize),
    /// Every entry still counts; the first is replenished after so long.
    None(Duration),
}

#[cfg(test)]
mod tests;
