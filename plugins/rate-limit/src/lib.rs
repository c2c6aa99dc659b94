//! The `rate_limit` plugin: how often requests may come, by address or header.
//!
//! It knows nobody's identity; everything it decides is in the crate `rate_limit`.

use filter::Seams;
use rate_limit::{Limits, Tallies};

filter::plugin!("rate_limit", |seams| {
    let limits = Limits::new(seams.store(), Seams::random);
    let tallies = limits.tallies();
    for (name, count) in Tallies::ALL {
        seams.tally(name, &tallies, count);
    }
    seams.run_errands();
    vec![Box::new(limits)]
});
