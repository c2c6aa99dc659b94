//! A bucket of a limit: the rates that hold for some of its requests, and how they are told.

use std::num::NonZeroU32;
use std::rc::Rc;

use crate::shared::SharedRate;
use crate::table::Identity;
use crate::{Rate, Rates};

/// What the table and the client know a limit's rates by.
#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    pub(crate) identity: Identity,
    /// Its identity while it is on trial.
    pub(crate) trial: Identity,
    pub(crate) rates: Rates,
    /// Each rate for the client, in the limit's order.
    pub(crate) told: Rc<[Told]>,
    /// How the rate limit service counts it, where that does.
    pub(crate) shared: Option<SharedRate>,
}

/// One rate as the client is told of it.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    /// The policy's identifier: the limit's name, numbered where it has several rates.
    pub(crate) name: sfv::String,
    /// How many requests.
    pub(crate) quota: u64,
    /// In how many seconds.
    pub(crate) window: u64,
    /// How many at once, where that is another number.
    pub(crate) burst: Option<u64>,
}

impl Told {
    /// The rates of a limit, as one of so many processes admits them.
    pub(crate) fn all(limit: &str, rates: &[Rate], replicas: NonZeroU32) -> Rc<[Self]> {
        let several = rates.len() > 1;
        let each = rates.iter().zip(1..).map(|(rate, number)| {
            let name = if several {
                format!("{limit}:{number}") // no limit's name holds a colon
            } else {
                limit.to_owned()
            };
            let (quota, window) = rate.in_seconds(replicas);
            let burst = u64::from(rate.share(replicas).get());
            Self {
                // The language's names are ASCII, and so a structured field's strings.
                name: sfv::String::from_string(name).unwrap_or_default(),
                quota,
                window,
                burst: (burst != quota).then_some(burst),
            }
        });
        each.collect()
    }
}
