//! The rates of a limit or of an override: checked one by one, then taken together.

use policy::language::{Place, Report, Whole};

use super::{Compiler, narrow};
use crate::bucket::{Bucket, Told};
use crate::{Identity, MAX_RATES, Rate, RateEntry, Rates};

impl Compiler<'_> {
    /// The bucket of these rates, from which no request takes more than `cost`.
    pub(super) fn bucket(
        &self,
        limit: &str,
        entries: &[RateEntry],
        cost: u32,
        place: &Place<'_>,
        report: &mut Report,
    ) -> Option<Bucket> {
        if entries.len() > MAX_RATES {
            report.error(
                place,
                format_args!("{} rates; a limit has at most {MAX_RATES}", entries.len()),
            );
            return None;
        }
        let mut quotas = Vec::with_capacity(entries.len());
        for (index, entry) in entries.iter().enumerate() {
            let place = place.index(index);
            let place = place.field("burst");
            let rate = Rate::from(entry);
            match rate.quota(self.replicas) {
                Ok(quota) => quotas.push(quota),
                Err(too_slow) => report.error(
                    &place,
                    format_args!("{too_slow}; write a smaller burst, or more requests per time"),
                ),
            }
            self.check_burst(rate, cost, &place, report);
        }
        let written: Vec<Rate> = entries.iter().map(Rate::from).collect();
        let complete = quotas.len() == written.len();
        let identity = Identity::new(limit, &written);
        Some(Bucket {
            rates: complete.then(|| Rates::new(quotas)).flatten()?,
            trial: identity.on_trial(),
            identity,
            told: Told::all(limit, &written, self.replicas),
            shared: None,
        })
    }

    fn check_burst(&self, rate: Rate, cost: u32, place: &Place<'_>, report: &mut Report) {
        let (burst, replicas) = (rate.burst(), self.replicas);
        let share = rate.share(replicas).get();
        if cost > share {
            let whose = if replicas.get() == 1 {
                format!("it is {burst}")
            } else {
                format!("{burst} over {replicas} replicas is {share} each")
            };
            report.error(
                place,
                format_args!(
                    "a request that costs {cost} could never pass: {whose}; write a burst of at \
                     least {}",
                    u64::from(cost).saturating_mul(u64::from(replicas.get()))
                ),
            );
        } else if burst < replicas {
            report.warning(
                place,
                format_args!(
                    "{burst} is less than replicas ({replicas}), and each process admits at least \
                     one at once"
                ),
            );
        }
    }
}

impl From<&RateEntry> for Rate {
    fn from(entry: &RateEntry) -> Self {
        let requests = entry.requests.value();
        let burst = entry.burst.map_or(requests, Whole::value);
        Self::new(narrow(requests), entry.per.value(), narrow(burst))
    }
}
