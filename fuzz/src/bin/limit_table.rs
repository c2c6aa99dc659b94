//! The table of limits, while somebody writes into its store: any bytes, and values sealed as its own.
#![no_main]

use std::cell::Cell;
use std::collections::BTreeMap;
use std::hash::Hasher;
use std::num::NonZeroU32;
use std::rc::Rc;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use policy::{Expected, Store};
use portcullis_fuzz::Shelf;
use rate_limit::{Charge, Identity, Moment, Rate, Rates, Size, Table, Tallies, Verdict};
use siphasher::sip128::{Hasher128, SipHasher24};

const SEED: [u8; 16] = *b"0123456789abcdef";
/// The names of the one set of a table of eight keys, and of its seed.
const NAMES: [&str; 3] = ["portcullis.v1.rl.1.0", "portcullis.v1.rl.seed", "portcullis.v1.rl.1.coarse.0"];
const BURST: u64 = 3;
const INTERVAL: u64 = 1_000_000_000;

fuzz_target!(|bytes: &[u8]| {
    let store = Rc::new(Shelf::default());
    let tallies = Rc::<Tallies>::default();
    let source = Rc::new(|| Ok(SEED));
    let table = Table::new(Rc::clone(&store) as _, source, Size::for_keys(8), tallies);
    let n = |number| NonZeroU32::new(number).unwrap();
    let rate = Rate::new(n(1), Duration::from_nanos(INTERVAL), n(3));
    let rates = Rates::new(vec![rate.quota(n(1)).unwrap()]).unwrap();
    let limit = Identity::new("each", &[rate]);
    let clock = Cell::new(3_600 * INTERVAL);
    let mut admitted: BTreeMap<u8, Vec<u64>> = BTreeMap::new();
    // Whoever knows the seed and forges values can give rates back; what is asked then is an answer.
    let mut is_forged = false;
    let mut rest = bytes;
    while let Some(((does, with), more)) = rest.split_first_chunk::<2>().map(|([a, b], c)| ((*a, *b), c)) {
        rest = more;
        match does % 8 {
            0 => clock.set(clock.get() + u64::from(with) * INTERVAL / 16),
            1 => {
                let name = NAMES[usize::from(with) % 2];
                let (value, after) = chunk(rest);
                rest = after;
                write(&store, name, value);
            }
            2 => {
                is_forged = true;
                let name = NAMES[2 * (usize::from(with) % 2)];
                let (body, after) = chunk(rest);
                rest = after;
                write(&store, name, &sealed(name, body));
            }
            _ => {
                let key = [with % 16];
                let charge = Charge { limit: &limit, rates: &rates, key: &key, cost: 1 };
                let now = || Ok(Moment::from_reading(Duration::from_nanos(clock.get())).unwrap());
                match table.take(&charge, &now).expect("an answer") {
                    Verdict::Admitted(_) => admitted.entry(key[0]).or_default().push(clock.get()),
                    Verdict::Exceeded(refusal) => assert!(is_forged || refusal.wait > Duration::ZERO),
                    Verdict::Contended => panic!("nobody else is there"),
                }
            }
        }
    }
    for (key, times) in admitted.iter().filter(|_| !is_forged) {
        for (first, from) in times.iter().enumerate() {
            for (last, to) in times.iter().enumerate().skip(first) {
                let count = (last - first + 1) as u64;
                assert!(count <= BURST + (to - from) / INTERVAL, "key {key}: {count}");
            }
        }
    }
});

/// Up to 255 bytes, with their number in front.
fn chunk(bytes: &[u8]) -> (&[u8], &[u8]) {
    let Some((length, rest)) = bytes.split_first() else {
        return (&[], &[]);
    };
    rest.split_at(usize::from(*length).min(rest.len()))
}

fn write(store: &Shelf, name: &str, value: &[u8]) {
    let found = store.read(name).unwrap();
    let expected = found.map_or(Expected::Absent, |stored| Expected::Version(stored.version));
    store.swap(name, value, expected).unwrap();
}

/// A value as the table writes it: its mark, the keyed checksum over name and body, the body.
fn sealed(name: &str, body: &[u8]) -> Vec<u8> {
    let mut hasher = SipHasher24::new_with_key(&SEED);
    hasher.write(&[3]);
    hasher.write(&(name.len() as u64).to_le_bytes());
    hasher.write(name.as_bytes());
    hasher.write(body);
    let seal = hasher.finish128().h1;
    [b"PRL1".as_slice(), &seal.to_le_bytes(), body].concat()
}
