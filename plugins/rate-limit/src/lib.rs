//! The `rate_limit` plugin: how often requests may come, by address or header.
//!
//! It knows nobody's identity; everything it decides is in the crate `rate_limit`.

use filter::Seams;
use rate_limit::Limits;

filter::plugin!("rate_limit", |seams| {
    let limits = Limits::new(seams.store(), Seams::random);
    let tallies = limits.tallies();
    seams.tally("evictions", &tallies, |tallies| tallies.evictions.get());
    seams.tally("overflows", &tallies, |tallies| tallies.overflows.get());
    seams.tally("corrupt", &tallies, |tallies| tallies.corrupt.get());
    seams.tally("clamped", &tallies, |tallies| tallies.clamped.get());
    seams.tally("lost_swaps", &tallies, |tallies| tallies.lost_swaps.get());
    seams.tally("contentions", &tallies, |tallies| tallies.contentions.get());
    vec![Box::new(limits)]
});
