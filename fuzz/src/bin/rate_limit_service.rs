//! What a rate-limit service answers.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rate_limit::wire::{MAX_STATUSES, RateLimitResponse, framed, unframed};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(message) = unframed(bytes) {
        assert_eq!(framed(message), bytes);
    }
    let Ok(response) = RateLimitResponse::decode(bytes) else { return };
    assert!(response.statuses.len() <= MAX_STATUSES.min(bytes.len() / 2));
    let mut twice = bytes.to_vec();
    twice.extend_from_slice(bytes);
    match RateLimitResponse::decode(&twice) {
        // a message behind itself is the same message with its statuses twice
        Ok(again) => {
            assert_eq!(again.overall, response.overall);
            assert_eq!(again.statuses, [&*response.statuses, &*response.statuses].concat());
        }
        Err(_) => assert!(response.statuses.len() > MAX_STATUSES / 2),
    }
});
