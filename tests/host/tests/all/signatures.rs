//! How the proxy is asked about a signature, and what counts as an answer.

use filter::Seams;
use policy::{Digest, Signed};

use crate::policies;
use crate::proxy::{Proxy, with};

fn ask(signed: &Signed<'_>) -> Option<bool> {
    Seams::signatures().verify(signed)
}

const fn signed(message: &[u8]) -> Signed<'_> {
    Signed {
        digest: Digest::Sha256,
        public_key: b"key",
        signature: b"",
        message,
    }
}

#[test]
fn the_question_is_a_protobuf_message() {
    let _proxy = Proxy::start(policies::routes);
    let long = vec![b'm'; 300];
    for (digest, word) in [
        (Digest::Sha256, "sha256"),
        (Digest::Sha384, "sha384"),
        (Digest::Sha512, "sha512"),
    ] {
        ask(&Signed {
            digest,
            ..signed(&long)
        });
        // Fields 1 to 4, each with its length: 300 is 0xac 0x02 (protobuf's base-128 varints).
        let head = [
            b"\x0a\x06",
            word.as_bytes(),
            b"\x12\x03key\x1a\x00\x22\xac\x02",
        ]
        .concat();
        with(|state| {
            assert_eq!(
                state.foreign.last().map(String::as_str),
                Some("verify_signature")
            );
            assert_eq!(state.arguments, [&head[..], &long].concat());
        });
    }
}

#[test]
fn only_a_clear_yes_is_one_and_what_is_odd_is_no_answer() {
    let _proxy = Proxy::start(policies::routes);
    let answers: [(&[u8], Option<bool>); 12] = [
        (b"\x08\x01", Some(true)),
        (b"\x12\x02no", Some(false)),
        (b"", None), // false without a word, or nothing at all
        (b"\x08\x00", None),
        (b"\x08\x02", None),
        (b"\x08\x01\x00", None),
        (b"\x08\x81\x00", None),
        (b"\x08\x01\x12\x02no", None),
        (b"\x12\x02no\x08\x01", None),
        (b"\x12\x03no", None),
        (b"\x12\x00", None),
        (b"true", None),
    ];
    for (answer, read) in answers {
        with(|state| state.answer = answer.to_vec());
        assert_eq!(ask(&signed(b"")), read, "{}", answer.escape_ascii());
    }
    with(|state| state.answer = b"\x08\x01".to_vec());
    for status in [1, 2, 10, 12] {
        with(|state| state.failing.insert("foreign", status));
        assert_eq!(ask(&signed(b"")), None, "status {status}");
    }
}
