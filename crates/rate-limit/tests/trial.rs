//! A limit on trial: asked like any other, in buckets of its own, and nobody is told.

mod document;
mod support;

use std::rc::Rc;

use document::{Asked, gates, pass, policy, told};
use policy::Mode;
use support::Contested;

fn limit(mode: &str) -> String {
    format!(
        r#"{{"limits": [{{"name": "few", "mode": "{mode}", "rates": [{{"requests": 2, "per": "1h"}}]}}]}}"#
    )
}

#[test]
fn a_limit_on_trial_counts_apart() {
    let store = Rc::<Contested>::default();
    let trial = gates(&store, &limit("shadow"));
    let enforced = gates(&store, &limit("enforce"));
    assert_eq!(trial.first().map(|gate| gate.mode()), Some(Mode::Shadow));
    assert_eq!(
        enforced.first().map(|gate| gate.mode()),
        Some(Mode::Enforce)
    );
    let asked = Asked::default();
    let admitted = |gates: &[_]| (0..5).filter(|_| pass(gates, &asked).is_ok()).count();
    assert_eq!(admitted(&trial), 2);
    assert_eq!(
        admitted(&enforced),
        2,
        "nothing of the trial is held against anybody"
    );
    assert_eq!(admitted(&trial), 0);
}

#[test]
fn the_client_is_not_told_of_a_trial() {
    let (limits, gates, _) = policy(&Rc::<Contested>::default(), &limit("shadow"));
    assert_eq!(told(&limits, &gates, &Asked::default()), []);
}
