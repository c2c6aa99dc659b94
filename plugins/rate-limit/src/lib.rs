//! The `rate_limit` plugin: how often requests may come, by address or header.
//!
//! It knows nobody's identity; everything it decides is in the crate `rate_limit`.

use filter::Seams;
use rate_limit::{Limits, Tallies};

filter::plugin!("rate_limit", |seams| {
    let limits = Limits::new(seams.store(), Seams::random);
    let tallies = limits.tallies();
    seams.tallies(&tallies, Tallies::all);
    seams.run_errands();
    vec![Box::new(limits)]
});
