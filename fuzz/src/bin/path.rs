//! The path that a decision is made on.
#![no_main]

use libfuzzer_sys::fuzz_target;
use policy::{Ambiguity, NormalPath};

fuzz_target!(|bytes: &[u8]| {
    let path = NormalPath::read(bytes);
    for other in path.other_readings() {
        let _ = other.ambiguity();
    }
    if path.ambiguity() != Ambiguity::NONE {
        return;
    }
    let normal = path.as_bytes();
    assert!(normal.starts_with(b"/"));
    assert!(normal == b"/" || !normal.ends_with(b"/"));
    assert!(std::str::from_utf8(normal).is_ok());
    assert!(!normal.iter().any(|byte| byte.is_ascii_control() || b"\\;".contains(byte)));
    for segment in normal.split(|byte| *byte == b'/').skip(1) {
        assert!(normal == b"/" || !matches!(segment, b"" | b"." | b".."));
    }
    // A query, or a slash at the end, changes nothing.
    let cut = bytes.split(|byte| *byte == b'?').next().unwrap_or_default();
    let with_query = [cut, b"?/../x;y"].concat();
    assert_eq!(NormalPath::read(&with_query).as_bytes(), normal);
    if normal != b"/" && !cut.ends_with(b"/") {
        let with_slash = [cut, b"/"].concat();
        assert_eq!(NormalPath::read(&with_slash).as_bytes(), normal);
    }
    // Written without an encoding, it reads as itself.
    if !normal.iter().any(|byte| b"%?#".contains(byte)) {
        let again = NormalPath::read(normal);
        assert_eq!((again.as_bytes(), again.ambiguity()), (normal, Ambiguity::NONE));
    }
    let folded = NormalPath::read(bytes).folded();
    assert!(folded.as_bytes().eq_ignore_ascii_case(normal));
});
