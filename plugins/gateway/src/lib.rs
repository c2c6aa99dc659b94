//! The `gateway` plugin: identity, tokens, API keys and limits in one pass over one document.
//!
//! The only one that can say "this workload or that user", and limit by who was verified.

use std::rc::Rc;

use api_key::ApiKeys;
use filter::Seams;
use jwt::{FetchTallies, Native, Tokens};
use rate_limit::{Limits, Tallies};
use spiffe::{Identity, Lives, SpiffeId};

filter::plugin!("gateway", |seams| {
    let limits = Limits::new(seams.store(), Seams::random);
    let tallies = limits.tallies();
    seams.tallies(&tallies, Tallies::all);
    let signatures = Rc::new(Native::new(Seams::signatures()));
    seams.announce("native_signatures", &signatures, Native::state);
    let identity = Identity::new();
    seams.histogram("svid_remaining_seconds", &identity.lives(), Lives::take);
    let tokens = Tokens::with_signatures(signatures)
        .with_budgets(limits.ledger())
        .with_random(Seams::random)
        .with_store(seams.store())
        .with_spiffe_ids(SpiffeId::is_in)
        .with_workloads(identity.workloads());
    seams.run_errands();
    let fetches = tokens.fetch_tallies();
    seams.tallies(&fetches, FetchTallies::all);
    vec![
        Box::new(identity),
        Box::new(tokens),
        Box::new(ApiKeys::new()),
        Box::new(limits),
    ]
});
