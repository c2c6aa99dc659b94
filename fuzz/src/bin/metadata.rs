//! Dynamic metadata, as the filters in front of the plugin fill it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use policy::{Engine, internal};
use portcullis_fuzz::{Carrying, asking};

thread_local! {
    static ENGINE: Engine = asking(
        r#""payload_in_metadata": "p", "claim_to_headers": [{"header_name": "x-c", "claim_name": ["a", "b"]}]"#,
    );
}

fuzz_target!(|bytes: &[u8]| {
    let request = Carrying {
        metadata: Some(bytes),
        ..Carrying::default()
    };
    ENGINE.with(|engine| {
        if let Err(denial) = engine.decide(&request) {
            assert!(!internal::ALL.contains(&denial.reason), "{}", denial.reason);
        }
    });
});
