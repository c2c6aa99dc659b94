//! A JWK set as an issuer publishes it.
#![no_main]

use jwt::{Algorithm, KeySet};
use libfuzzer_sys::fuzz_target;

const ALGORITHMS: [Algorithm; 3] = [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa];

fuzz_target!(|bytes: &[u8]| {
    let Ok(set) = KeySet::fetched(bytes, &ALGORITHMS) else { return };
    let usable = set.iter().any(|key| ALGORITHMS.iter().any(|one| key.verifies(*one)));
    assert!(usable, "taken, and of no use");
});
