//! The rate-limit service as envoyproxy/ratelimit counts: fixed windows of its wall clock, whole
//! seconds, and a batch that overshoots is counted whole.

use std::collections::HashMap;

use prost::Message;

use super::api::{
    DescriptorStatus, Duration, RateLimit, RateLimitDescriptor, RateLimitRequest, RateLimitResponse,
};
use crate::shared::wire::{framed, unframed};

const SECOND: i128 = 1_000_000_000;

#[derive(Default)]
pub(super) struct Server {
    /// How far its wall clock is ahead of the test's, in nanoseconds.
    pub(super) ahead: i128,
    counters: HashMap<(Vec<(String, String)>, i128), u64>,
    /// The window in which each descriptor of each call was counted, by call.
    pub(super) counted: HashMap<u64, Vec<i128>>,
    /// What it does not know of the domain, or of overrides.
    pub(super) ignorance: Ignorance,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Ignorance {
    #[default]
    None,
    /// It has no configuration for the domain.
    Domain,
    /// It goes by a limit of its own.
    Override,
    /// Its store is down.
    Store,
}

impl Server {
    pub(super) fn ahead(ahead: i128) -> Self {
        Self {
            ahead,
            ..Self::default()
        }
    }

    /// The window of a unit in which a moment of the test lies, in whole seconds.
    pub(super) fn window(&self, time: u64, unit: u64) -> i128 {
        let second = (i128::from(time) + self.ahead).div_euclid(SECOND);
        second - second.rem_euclid(i128::from(unit))
    }

    /// Counts at `time`, and makes up its answer at `later`.
    pub(super) fn answer(&mut self, call: u64, body: &[u8], time: u64, later: u64) -> Vec<u8> {
        let request = RateLimitRequest::decode(unframed(body).unwrap()).unwrap();
        assert_eq!(request.domain, "shop");
        if self.ignorance == Ignorance::Store {
            return Vec::new();
        }
        let descriptors = request.descriptors.iter();
        let statuses: Vec<DescriptorStatus> = descriptors
            .map(|descriptor| self.count(call, descriptor, time, later))
            .collect();
        let over = statuses.iter().any(|status| status.code == 2);
        let response = RateLimitResponse {
            overall_code: if over { 2 } else { 1 },
            statuses,
            ..RateLimitResponse::default()
        };
        framed(&response.encode_to_vec())
    }

    fn count(
        &mut self,
        call: u64,
        descriptor: &RateLimitDescriptor,
        time: u64,
        later: u64,
    ) -> DescriptorStatus {
        if self.ignorance == Ignorance::Domain {
            return DescriptorStatus {
                code: 1,
                ..DescriptorStatus::default()
            };
        }
        let limit = descriptor.limit.unwrap();
        let unit = match limit.unit {
            1 => 1,
            2 => 60,
            3 => 3_600,
            4 => 86_400,
            other => panic!("unit {other}"),
        };
        let window = self.window(time, unit);
        self.counted.entry(call).or_default().push(window);
        let entries = descriptor.entries.iter();
        let key = entries
            .map(|entry| (entry.key.clone(), entry.value.clone()))
            .collect();
        let counter = self.counters.entry((key, window)).or_default();
        *counter += descriptor.hits_addend.unwrap().value;
        let counter = *counter;
        let most = u64::from(limit.requests_per_unit);
        let left = u32::try_from(most.saturating_sub(counter)).unwrap();
        let lasts = self.window(later, unit) + i128::from(unit);
        let second = (i128::from(later) + self.ahead).div_euclid(SECOND);
        DescriptorStatus {
            code: if counter > most { 2 } else { 1 },
            current_limit: Some(RateLimit {
                requests_per_unit: match self.ignorance {
                    Ignorance::Override => 1_000_000,
                    _ => limit.requests_per_unit,
                },
                unit: limit.unit,
                name: String::new(),
            }),
            limit_remaining: left,
            duration_until_reset: Some(Duration {
                seconds: i64::try_from(lasts - second).unwrap(),
                nanos: 0,
            }),
        }
    }
}
