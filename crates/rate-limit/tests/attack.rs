//! An attacker who chooses keys: without the process's seed, no choice hits a victim's set.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests: what cannot be is said at once"
)]

mod support;

use std::rc::Rc;

use rate_limit::{Charge, Identity, Moment, Rate, Rates, Size, Table, Tallies, Unusable};
use support::{Contested, is_admitted};

/// Sets of the table; a victim's set is one of them.
const SETS: u64 = 1_024;

/// More than a set holds.
const WANTED: usize = 12;

struct Proxy {
    store: Rc<Contested>,
    table: Table,
    tallies: Rc<Tallies>,
    limit: Identity,
    rates: Rates,
}

impl Proxy {
    fn new(seed: [u8; 16]) -> Self {
        let (store, tallies) = (Rc::<Contested>::default(), Rc::<Tallies>::default());
        let table = Table::new(
            Rc::clone(&store) as _,
            Rc::new(move || Ok(seed)),
            Size::for_keys(SETS * 8),
            Rc::clone(&tallies),
        );
        let one = std::num::NonZeroU32::MIN;
        let rate = Rate::new(one, std::time::Duration::from_secs(3_600), one);
        Self {
            store,
            table,
            tallies,
            limit: Identity::new("per-client", &[rate]),
            rates: Rates::new(vec![rate.quota(one).unwrap()]).unwrap(),
        }
    }

    /// Whether a request with this key passes.
    fn ask(&self, key: &str, cost: u32) -> bool {
        let charge = Charge {
            limit: &self.limit,
            rates: &self.rates,
            key: key.as_bytes(),
            cost,
        };
        let now = Moment::from_reading(std::time::Duration::from_secs(7_200));
        let verdict = self.table.take(&charge, &|| now.ok_or(Unusable::Clock));
        is_admitted(&verdict.unwrap())
    }

    /// The set that a key is in: the one that appears when it is counted first.
    fn set_of(&self, key: &str) -> String {
        let before = self.store.names();
        self.ask(key, 1);
        let mut new = self
            .store
            .names()
            .into_iter()
            .filter(|name| !before.contains(name));
        new.find(|name| !name.ends_with("seed")).unwrap_or_default()
    }
}

/// Keys that share the victim's set on a table with the seed that the attacker guesses. Each is
/// tried on a table of its own, where the set that it makes is seen.
fn chosen(guess: [u8; 16], victim: &str) -> Vec<String> {
    let aim = Proxy::new(guess).set_of(victim);
    (0..)
        .map(|number| format!("attacker-{number}"))
        .filter(|key| Proxy::new(guess).set_of(key) == aim)
        .take(WANTED)
        .collect()
}

/// Whether the victim has to share after the attacker has sent all of these keys.
fn is_crowded_out(proxy: &Proxy, keys: &[String], victim: &str) -> bool {
    for key in keys {
        proxy.ask(key, 1);
    }
    let before = proxy.tallies.overflows.get();
    proxy.ask(victim, 1);
    proxy.tallies.overflows.get() > before
}

#[test]
fn keys_chosen_for_a_known_seed_crowd_a_victim_out_and_for_an_unknown_one_do_not() {
    // What an unkeyed hash would be: a seed that everybody knows.
    let known = [0; 16];
    let keys = chosen(known, "victim");
    assert!(
        is_crowded_out(&Proxy::new(known), &keys, "victim"),
        "the attack works"
    );
    for secret in 1..=50 {
        let proxy = Proxy::new([secret; 16]);
        assert!(!is_crowded_out(&proxy, &keys, "victim"), "seed {secret}");
        assert_eq!(
            proxy.tallies.overflows.get(),
            0,
            "nor does anybody else share"
        );
    }
}
