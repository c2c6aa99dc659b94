//! What Envoy writes is read as it was meant, and no bytes at all make the reader fail otherwise
//! than with an error.

use std::fmt::Write;

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

use crate::Xfcc;

/// What a proxy saw of its peer: values as they stand in the header.
#[derive(Clone, Debug)]
struct Seen {
    by: Option<String>,
    hash: String,
    cert: Option<String>,
    subject: Option<String>,
    uri: Option<String>,
    dns: Vec<String>,
}

fn seen() -> impl Strategy<Value = Seen> {
    let name = "[!-~&&[^\",;\\\\]]{0,40}";
    let subject = r"([ !#-:<-\[\]-~é]|\\[ -~]){0,40}";
    (
        of(name),
        "[0-9a-f]{64}",
        of("[A-Za-z0-9%._~-]{0,80}"),
        of(subject),
        of(name),
        vec(name, 0..3),
    )
        .prop_map(|(by, hash, cert, subject, uri, dns)| Seen {
            by,
            hash,
            cert,
            subject,
            uri,
            dns,
        })
}

/// The header after Envoy's own rule: pairs by `;`, elements by `,`, certificate and subject quoted.
fn written(chain: &[Seen]) -> String {
    let mut header = String::new();
    for (index, seen) in chain.iter().enumerate() {
        if index > 0 {
            header.push(',');
        }
        if let Some(by) = &seen.by {
            write!(header, "By={by};").unwrap();
        }
        write!(header, "Hash={}", seen.hash).unwrap();
        if let Some(cert) = &seen.cert {
            write!(header, ";Cert=\"{cert}\"").unwrap();
        }
        if let Some(subject) = &seen.subject {
            write!(header, ";Subject=\"{subject}\"").unwrap();
        }
        if let Some(uri) = &seen.uri {
            write!(header, ";URI={uri}").unwrap();
        }
        for name in &seen.dns {
            write!(header, ";DNS={name}").unwrap();
        }
    }
    header
}

proptest! {
    #[test]
    fn what_envoy_writes_is_read_as_it_was_meant(chain in vec(seen(), 1..6)) {
        let header = written(&chain);
        let xfcc = Xfcc::parse(header.as_bytes()).unwrap();
        prop_assert_eq!(xfcc.elements().len(), chain.len());
        for (element, seen) in xfcc.elements().iter().zip(&chain) {
            let bare = |text: &Option<String>| text.as_ref().map(|text| text.clone().into_bytes());
            let by = element.by.map(|value| value.bare().unwrap().to_vec());
            let uri = element.uri.map(|value| value.bare().unwrap().to_vec());
            prop_assert_eq!(by, bare(&seen.by));
            prop_assert_eq!(uri, bare(&seen.uri));
            prop_assert_eq!(element.dns.len(), seen.dns.len());
            prop_assert_eq!(element.subject.is_some(), seen.subject.is_some());
        }
        prop_assert_eq!(xfcc.to_bytes(), header.into_bytes());
    }

    #[test]
    fn what_is_read_is_written_the_same_but_for_the_keys_case(
        header in "(By|by|Hash|Cert|URI|uRI|DNS|Subject|[a-z\"=;,\\\\]){1,3}([=;,\"a-zA-Z:/ \\\\]|By=|Hash=|URI=|DNS=){0,24}"
    ) {
        if let Ok(xfcc) = Xfcc::parse(header.as_bytes()) {
            let again = xfcc.to_bytes();
            prop_assert!(again.eq_ignore_ascii_case(header.as_bytes()));
            prop_assert_eq!(Xfcc::parse(&again).unwrap(), xfcc);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in vec(any::<u8>(), 0..200)) {
        let _ = Xfcc::parse(&bytes);
    }
}
