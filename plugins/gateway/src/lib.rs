//! The `gateway` plugin: identity, tokens and limits in one pass over one document.
//!
//! The only one that can say "this workload or that user", and limit by who was verified.

use filter::Seams;
use jwt::Tokens;
use rate_limit::Limits;
use spiffe::Identity;

filter::plugin!("gateway", |seams| {
    let limits = Limits::new(seams.store(), Seams::random);
    let tallies = limits.tallies();
    seams.tally("evictions", &tallies, |tallies| tallies.evictions.get());
    seams.tally("overflows", &tallies, |tallies| tallies.overflows.get());
    seams.tally("corrupt", &tallies, |tallies| tallies.corrupt.get());
    seams.tally("clamped", &tallies, |tallies| tallies.clamped.get());
    seams.tally("lost_swaps", &tallies, |tallies| tallies.lost_swaps.get());
    seams.tally("contentions", &tallies, |tallies| tallies.contentions.get());
    vec![
        Box::new(Identity::new()),
        Box::new(Tokens::new()),
        Box::new(limits),
    ]
});
