//! An issuer's discovery document, through the errand that asks for it.
#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use policy::Answer;
use portcullis_fuzz::asking;

const NOW: Duration = Duration::from_secs(1_000);

/// The provider's issuer is `i`.
const DISCOVERY: &str = r#""jwks": {"cluster": "c", "discovery": "https://i.test/.well-known/openid-configuration"}"#;

fuzz_target!(|bytes: &[u8]| {
    let engine = asking(DISCOVERY);
    let errands = engine.errands();
    let [errand] = &errands[..] else { panic!("one provider, one errand") };
    let Ok(Some(call)) = errand.poll(NOW, &|| Some(7)) else { panic!("the first poll asks") };
    let answer = Answer::Response {
        status: 200,
        content_type: Some(b"application/json".to_vec()),
        body: bytes.to_vec(),
        grpc_status: None,
    };
    match errand.answered(NOW, call.ticket, answer) {
        Ok(Some(next)) => {
            assert_eq!((&next.cluster, &next.authority), (&call.cluster, &call.authority), "led away");
            assert!(next.https, "led to where anybody listens");
            assert!(next.path.starts_with('/') && next.path.bytes().all(|byte| byte.is_ascii_graphic()));
            assert!(bytes.windows(8).any(|part| part == b"\"issuer\"" ) || bytes.contains(&b'\\'), "whose is it?");
        }
        Ok(None) => panic!("it is no key set"),
        Err(_) => assert_eq!(errand.poll(NOW, &|| Some(8)), Ok(None), "asked again at once"),
    }
});
