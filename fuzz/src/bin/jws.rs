//! A token as a client sends it.
#![no_main]

use jwt::Compact;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(jws) = Compact::parse(bytes) else { return };
    assert_eq!(jws.text().as_bytes(), bytes);
    assert_eq!(bytes.iter().filter(|byte| **byte == b'.').count(), 2);
    assert!(jws.text().starts_with(jws.signing_input()));
    let bytes_in = jws.header().len() + jws.payload().len() + jws.signature().len();
    assert!(bytes_in <= bytes.len() * 3 / 4, "base64 makes no bytes");
});
