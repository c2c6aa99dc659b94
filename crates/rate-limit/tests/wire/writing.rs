//! What we write.

use proptest::prelude::*;
use prost::Message;
use rate_limit::wire::{Descriptor, RateLimitRequest, Unit, framed, unframed};

use crate::api;

fn descriptor() -> impl Strategy<Value = Descriptor> {
    let entries = prop::collection::vec((".{0,200}", ".{0,200}"), 0..4);
    (
        entries,
        any::<u32>(),
        prop::sample::select(&Unit::ALL),
        any::<u32>(),
    )
        .prop_map(|(entries, requests, unit, hits)| Descriptor {
            entries: entries
                .into_iter()
                .map(|(key, value)| (key.into(), value.into()))
                .collect(),
            requests,
            unit,
            hits,
        })
}

fn expected(domain: &str, descriptors: &[Descriptor]) -> api::RateLimitRequest {
    let of = |descriptor: &Descriptor| api::RateLimitDescriptor {
        entries: descriptor
            .entries
            .iter()
            .map(|(key, value)| api::Entry {
                key: key.to_string(),
                value: value.to_string(),
            })
            .collect(),
        limit: Some(api::RateLimitOverride {
            requests_per_unit: descriptor.requests,
            unit: match descriptor.unit {
                Unit::Second => 1,
                Unit::Minute => 2,
                Unit::Hour => 3,
                Unit::Day => 4,
            },
        }),
        hits_addend: Some(api::UInt64Value {
            value: descriptor.hits.into(),
        }),
        is_negative_hits: false,
    };
    api::RateLimitRequest {
        domain: domain.to_owned(),
        descriptors: descriptors.iter().map(of).collect(),
        hits_addend: descriptors.iter().map(|one| one.hits).max().unwrap_or(0),
    }
}

proptest! {
    #[test]
    fn the_library_reads_what_was_meant_and_writes_the_same_bytes(
        domain in ".{0,100}",
        descriptors in prop::collection::vec(descriptor(), 0..5),
    ) {
        let written = RateLimitRequest { domain: &domain, descriptors: &descriptors }.encode();
        let expected = expected(&domain, &descriptors);
        prop_assert_eq!(api::RateLimitRequest::decode(&*written).unwrap(), expected.clone());
        prop_assert_eq!(written, expected.encode_to_vec());
    }

    #[test]
    fn a_frame_holds_one_message_whole(message in prop::collection::vec(any::<u8>(), 0..300)) {
        let body = framed(&message);
        prop_assert_eq!(unframed(&body).unwrap(), &*message);
        prop_assert!(unframed(&body[..body.len() - 1]).is_err());
        let longer: Vec<u8> = body.iter().copied().chain([0]).collect();
        prop_assert!(unframed(&longer).is_err());
        let mut compressed = body;
        compressed[0] = 1;
        prop_assert!(unframed(&compressed).is_err());
    }
}

#[test]
fn an_empty_body_is_no_frame() {
    assert!(unframed(&[]).is_err());
    assert_eq!(unframed(&framed(&[])).unwrap(), b"");
}
