use std::num::NonZeroU32;
use std::time::Duration;

use proptest::prelude::*;

use super::{Asked, Change, ENTRIES, Entry, Outcome, SLACK, Set};
use crate::table::seed::Seed;
use crate::{Arrivals, Moment, Rate, Rates};

const SEED: Seed = Seed::new(*b"0123456789abcdef", Moment::NEVER);
const SECOND: u64 = 1_000_000_000;

fn at(seconds: u64) -> Moment {
    Moment::from_nanos(seconds * SECOND)
}

/// `burst` at once, and one each second.
fn each_second(burst: u32) -> Rates {
    let n = |number| NonZeroU32::new(number).unwrap();
    let rate = Rate::new(n(1), Duration::from_secs(1), n(burst));
    Rates::new(vec![rate.quota(n(1)).unwrap()]).unwrap()
}

/// A request of cost 1.
fn take(
    set: &mut Set,
    fingerprint: u64,
    rates: &Rates,
    now: Moment,
    at_least: Option<&Arrivals>,
) -> Outcome {
    let asked = Asked {
        fingerprint,
        rates,
        cost: 1,
        now,
    };
    set.take(&asked, at_least).outcome
}

fn taken(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Taken(_))
}

fn full(rates: &Rates, now: Moment) -> Set {
    let mut set = Set::default();
    for fingerprint in 1..=ENTRIES as u64 {
        assert_eq!(
            take(&mut set, fingerprint, rates, now, None),
            Outcome::Taken(Change::Entry)
        );
    }
    set
}

#[test]
fn keys_with_one_fingerprint_share_one_entry() {
    let (mut set, rates) = (Set::default(), each_second(3));
    let admitted = (0..12)
        .filter(|_| taken(take(&mut set, 7, &rates, at(100), None)))
        .count();
    assert_eq!((admitted, set.entries.len()), (3, 1));
}

#[test]
fn only_replenished_entries_are_evicted() {
    let rates = each_second(3);
    let mut set = full(&rates, at(100));
    let before = set.clone();
    let outcome = take(
        &mut set,
        99,
        &rates,
        Moment::from_nanos(101 * SECOND - 1),
        None,
    );
    assert_eq!(outcome, Outcome::Full(Duration::from_nanos(1)));
    assert_eq!(set, before);
    assert_eq!(
        take(&mut set, 99, &rates, at(101), None),
        Outcome::Taken(Change::Evicted)
    );
    assert_eq!(set.floor, at(101));
}

#[test]
fn an_eviction_gives_nothing_back_even_to_a_worker_whose_clock_is_behind() {
    let rates = each_second(1);
    let mut set = full(&rates, at(100));
    assert_eq!(
        take(&mut set, 99, &rates, at(101), None),
        Outcome::Taken(Change::Evicted)
    );
    // One of the eight was evicted at 101. Another worker read its clock before that.
    set.entries.pop();
    let gone = (1..=8).find(|key| set.entries.iter().all(|entry| entry.fingerprint != *key));
    let behind = Moment::from_nanos(101 * SECOND - 5);
    let refused = take(&mut set, gone.unwrap(), &rates, behind, None);
    assert_eq!(
        refused,
        Outcome::Refused(Duration::from_nanos(5), Change::None)
    );
}

#[test]
fn whoever_finds_a_place_after_an_overflow_starts_spent() {
    let rates = each_second(3);
    let mut set = full(&rates, at(100));
    assert!(set.overflow(at(101)));
    assert!(!set.overflow(at(101)));
    let refused = take(&mut set, 99, &rates, at(101), None);
    assert_eq!(
        refused,
        Outcome::Refused(Duration::from_secs(1), Change::None)
    );
    assert!(taken(take(&mut set, 99, &rates, at(102), None)));
    assert!(!taken(take(&mut set, 99, &rates, at(102), None)));
}

#[test]
fn an_arrival_time_too_far_ahead_is_brought_back_and_kept() {
    let rates = each_second(3);
    let far = Arrivals::from_times([at(10_000_000)]).unwrap();
    let entry = Entry {
        fingerprint: 7,
        arrivals: far,
    };
    let mut set = Set {
        entries: vec![entry],
        ..Set::default()
    };
    let refused = take(&mut set, 7, &rates, at(100), None);
    assert_eq!(
        refused,
        Outcome::Refused(Duration::from_secs(1), Change::Clamped)
    );
    // Written back: it heals as time passes, where clamping anew each time would deny for ever.
    assert!(taken(take(&mut set, 7, &rates, at(101), None)));
    assert!(!taken(take(&mut set, 7, &rates, at(101), None)));
}

#[test]
fn a_worker_whose_clock_is_behind_clamps_nothing() {
    let rates = each_second(3);
    let mut set = Set::default();
    for _ in 0..4 {
        let _ = take(&mut set, 7, &rates, at(100_000), None);
    }
    let behind = Moment::from_nanos(100_000 * SECOND - SLACK);
    assert!(matches!(
        take(&mut set, 7, &rates, behind, None),
        Outcome::Refused(_, Change::None)
    ));
    assert!(!taken(take(&mut set, 7, &rates, at(100_000), None)));
}

#[test]
fn the_sets_own_times_are_bounded_too() {
    const DAY: u64 = 86_400;
    let mut set = Set::lost_at(at(DAY + 1_000));
    assert!(!set.bound(at(1_000)));
    assert!(set.bound(at(999)));
    assert_eq!(set.lost, at(999));
}

#[test]
fn damage_is_found() {
    let rates = each_second(3);
    let set = full(&rates, at(100));
    let value = set.to_bytes("name", &SEED);
    assert_eq!(Set::from_bytes(&value, "name", &SEED), Some(set));
    assert_eq!(value.len(), 36 + 17 * ENTRIES);
    assert_eq!(Set::from_bytes(&value, "another name", &SEED), None);
    let other = Seed::new(*b"another 16 bytes", Moment::NEVER);
    assert_eq!(Set::from_bytes(&value, "name", &other), None);
    for index in 0..value.len() {
        let mut damaged = value.clone();
        damaged[index] ^= 1;
        assert_eq!(
            Set::from_bytes(&damaged, "name", &SEED),
            None,
            "byte {index}"
        );
        assert_eq!(
            Set::from_bytes(&value[..index], "name", &SEED),
            None,
            "cut at {index}"
        );
    }
}

/// Seals bytes as a set would be, so that what follows the seal is read.
fn sealed(body: &[u8]) -> Vec<u8> {
    let seal = SEED.seal("name", body).to_le_bytes();
    [b"PRL1".as_slice(), &seal, body].concat()
}

#[test]
fn sealed_nonsense_is_no_set() {
    let entry =
        |count: u8, times: usize| [&[7; 8], [count].as_slice(), &vec![1; times * 8]].concat();
    let header = [0; 24];
    let read = |rest: &[u8]| Set::from_bytes(&sealed(&[&header, rest].concat()), "name", &SEED);
    assert!(read(&[]).is_some());
    assert!(read(&entry(4, 4)).is_some());
    assert!(read(&entry(0, 0)).is_none());
    assert!(read(&entry(5, 5)).is_none());
    assert!(read(&entry(255, 255)).is_none());
    assert!(read(&entry(2, 1)).is_none());
    assert!(read(&[1]).is_none());
    assert!(read(&entry(1, 1).repeat(ENTRIES)).is_some());
    assert!(read(&entry(1, 1).repeat(ENTRIES + 1)).is_none());
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        times in prop::collection::vec(prop::collection::vec(any::<u64>(), 1..=4), 0..=ENTRIES),
        own in any::<[u64; 3]>(),
    ) {
        let entries = times.iter().zip(1u64..).map(|(times, fingerprint)| Entry {
            fingerprint,
            arrivals: Arrivals::from_times(times.iter().copied().map(Moment::from_nanos)).unwrap(),
        });
        let [floor, lost, overflowed] = own.map(Moment::from_nanos);
        let set = Set { entries: entries.collect(), floor, lost, overflowed };
        let value = set.to_bytes("name", &SEED);
        prop_assert_eq!(Set::from_bytes(&value, "name", &SEED), Some(set));
    }

    /// Whatever another writer leaves there, sealed or not, reading and deciding never panic.
    #[test]
    fn hostile_bytes_never_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        now in 0..=(1u64 << 62),
    ) {
        let now = Moment::from_nanos(now);
        for value in [bytes.clone(), sealed(&bytes)] {
            if let Some(mut set) = Set::from_bytes(&value, "name", &SEED) {
                set.bound(now);
                let _ = take(&mut set, 7, &each_second(3), now, None);
                let forgotten = set.forgotten(&each_second(3));
                let _ = take(&mut set, 8, &each_second(3), now, Some(&forgotten));
            }
        }
    }
}
