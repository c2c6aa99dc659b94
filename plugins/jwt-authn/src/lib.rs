//! The `jwt_authn` plugin: who the user is, by a verified token, or which client, by its API key.
//!
//! At the edge; everything it decides is in the crates `jwt` and `api-key`.

use std::rc::Rc;

use api_key::ApiKeys;
use filter::Seams;
use jwt::{FetchTallies, Native, Tokens};
use rate_limit::{Ledger, Tallies};
use spiffe::SpiffeId;

filter::plugin!("jwt_authn", |seams| {
    let signatures = Rc::new(Native::new(Seams::signatures()));
    seams.announce("native_signatures", &signatures, Native::state);
    let tallies = Rc::<Tallies>::default();
    seams.tallies(&tallies, Tallies::all);
    let ledger = Ledger::new(seams.store(), Rc::new(Seams::random), tallies);
    let tokens = Tokens::with_signatures(signatures)
        .with_budgets(Rc::new(ledger))
        .with_random(Seams::random)
        .with_store(seams.store())
        .with_spiffe_ids(SpiffeId::is_in);
    seams.run_errands();
    let fetches = tokens.fetch_tallies();
    seams.tallies(&fetches, FetchTallies::all);
    vec![Box::new(tokens), Box::new(ApiKeys::new())]
});
