//! What proxies state about the certificates they saw.
#![no_main]

use libfuzzer_sys::fuzz_target;
use spiffe::{Xfcc, client_cert};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(der) = client_cert(bytes) {
        assert!(bytes.len() > der.len());
    }
    let Ok(xfcc) = Xfcc::parse(bytes) else { return };
    assert!((1..=Xfcc::MAX_ELEMENTS).contains(&xfcc.elements().len()));
    let printed = xfcc.to_bytes();
    assert_eq!(Xfcc::parse(&printed).as_ref(), Ok(&xfcc), "printed and read again");
    assert!(printed.eq_ignore_ascii_case(bytes) || printed.len() <= bytes.len());
    // A comma or semicolon more must never change what stands before it.
    let mut twice = printed.clone();
    twice.push(b',');
    twice.extend_from_slice(&printed);
    if let Ok(both) = Xfcc::parse(&twice) {
        let (first, second) = both.elements().split_at(xfcc.elements().len());
        assert_eq!((first, second), (xfcc.elements(), xfcc.elements()));
    }
});
