//! What we read.

use proptest::prelude::*;
use prost::Message;
use rate_limit::wire::{Code, CurrentLimit, DescriptorStatus, MAX_STATUSES, RateLimitResponse};

use crate::api;

fn status() -> impl Strategy<Value = api::DescriptorStatus> {
    let limit = prop::option::of((any::<u32>(), any::<i32>(), ".{0,20}"));
    let time = prop::option::of((
        prop_oneof![0..100_000_i64, any::<i64>()],
        prop_oneof![Just(0), any::<i32>()],
    ));
    (code(), limit, any::<u32>(), time).prop_map(|(code, limit, limit_remaining, time)| {
        api::DescriptorStatus {
            code,
            current_limit: limit.map(|(requests_per_unit, unit, name)| api::RateLimit {
                requests_per_unit,
                unit,
                name,
            }),
            limit_remaining,
            duration_until_reset: time.map(|(seconds, nanos)| api::Duration { seconds, nanos }),
        }
    })
}

fn code() -> impl Strategy<Value = i32> {
    prop_oneof![0..3_i32, any::<i32>()]
}

fn response() -> impl Strategy<Value = api::RateLimitResponse> {
    let headers = prop::collection::vec(
        (".{0,9}", ".{0,9}").prop_map(|(key, value)| api::Entry { key, value }),
        0..3,
    );
    let raw_body = prop::collection::vec(any::<u8>(), 0..20);
    let statuses = prop::collection::vec(status(), 0..5);
    (code(), statuses, headers, raw_body).prop_map(|(overall_code, statuses, headers, raw_body)| {
        api::RateLimitResponse {
            overall_code,
            statuses,
            response_headers_to_add: headers,
            raw_body,
        }
    })
}

/// What a message of the library means to us.
fn meant(message: &api::RateLimitResponse) -> RateLimitResponse {
    let code = |code| match code {
        1 => Code::Ok,
        2 => Code::OverLimit,
        _ => Code::Unknown,
    };
    let status = |status: &api::DescriptorStatus| DescriptorStatus {
        code: code(status.code),
        limit: status.current_limit.as_ref().map(|limit| CurrentLimit {
            requests: limit.requests_per_unit,
            unit: limit.unit.cast_unsigned(),
        }),
        remaining: status.limit_remaining,
        until_reset: status.duration_until_reset.and_then(|time| {
            let whole = u64::try_from(time.seconds).ok()?;
            let nanos = u32::try_from(time.nanos)
                .ok()
                .filter(|nanos| *nanos < 1_000_000_000)?;
            Some(std::time::Duration::new(whole, nanos))
        }),
    };
    RateLimitResponse {
        overall: code(message.overall_code),
        statuses: message.statuses.iter().map(status).collect(),
    }
}

proptest! {
    #[test]
    fn we_read_what_the_library_writes(message in response()) {
        let bytes = message.encode_to_vec();
        prop_assert_eq!(RateLimitResponse::decode(&bytes).unwrap(), meant(&message));
    }

    /// Damaged messages: what both take means the same to both, and we take nothing that the
    /// library refuses, unless it refuses what we skip (a name that is not UTF-8).
    #[test]
    fn we_agree_about_damaged_messages(
        message in response(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        length in any::<prop::sample::Index>(),
    ) {
        let mut bytes = message.encode_to_vec();
        for (at, byte) in cuts {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
        }
        bytes.truncate(length.index(bytes.len() + 1));
        if let (Ok(ours), Ok(theirs)) =
            (RateLimitResponse::decode(&bytes), api::RateLimitResponse::decode(&*bytes))
        {
            prop_assert_eq!(ours, meant(&theirs));
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let (Ok(ours), Ok(theirs)) =
            (RateLimitResponse::decode(&bytes), api::RateLimitResponse::decode(&*bytes))
        {
            prop_assert_eq!(ours, meant(&theirs));
        }
    }
}

#[test]
fn parts_of_a_message_are_put_together() {
    let one = api::DescriptorStatus {
        current_limit: Some(api::RateLimit {
            requests_per_unit: 7,
            ..Default::default()
        }),
        ..Default::default()
    };
    let other = api::DescriptorStatus {
        current_limit: Some(api::RateLimit {
            unit: 2,
            ..Default::default()
        }),
        ..Default::default()
    };
    let mut status = one.encode_to_vec();
    status.extend(other.encode_to_vec());
    let mut bytes = vec![2 << 3 | 2, u8::try_from(status.len()).unwrap()];
    bytes.extend(status);
    let read = RateLimitResponse::decode(&bytes).unwrap();
    assert_eq!(
        read.statuses[0].limit,
        Some(CurrentLimit {
            requests: 7,
            unit: 2
        })
    );
}

#[test]
fn what_is_out_of_bounds_is_refused() {
    let bytes = |statuses| {
        let statuses = vec![api::DescriptorStatus::default(); statuses];
        api::RateLimitResponse {
            statuses,
            ..Default::default()
        }
        .encode_to_vec()
    };
    assert!(RateLimitResponse::decode(&bytes(MAX_STATUSES)).is_ok());
    assert!(RateLimitResponse::decode(&bytes(MAX_STATUSES + 1)).is_err());
    let odd: [&[u8]; 7] = [
        &[0x08],             // no value
        &[0x00, 0x00],       // field 0
        &[0x0b, 0x0c],       // a group
        &[0x12, 0x05, 0x00], // longer than there is
        &[
            0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02,
        ], // 65 bits
        &[0x0d, 0x00, 0x00], // half a fixed number
        &[0x0a, 0x01, 0x01], // a code that is a string
    ];
    for odd in odd {
        assert!(RateLimitResponse::decode(odd).is_err(), "{odd:?}");
    }
    assert_eq!(
        RateLimitResponse::decode(&[]),
        Ok(RateLimitResponse::default())
    );
}
