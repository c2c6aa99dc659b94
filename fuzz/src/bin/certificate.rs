//! A peer's certificate, in DER and in the forms in which a proxy states it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use spiffe::{SpiffeId, Svid};

fuzz_target!(|bytes: &[u8]| {
    for svid in [Svid::from_der(bytes), Svid::from_pem(bytes)] {
        let Ok(svid) = svid else { continue };
        let id = SpiffeId::parse(svid.id().as_str().as_bytes());
        assert_eq!(id.as_ref(), Ok(svid.id()));
        assert!(!svid.id().path().is_empty(), "a trust domain is no workload");
        assert!(bytes.len() <= Svid::MAX_BYTES);
    }
});
