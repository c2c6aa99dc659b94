//! What is known of a service's clock, told by the process's own monotonic one.
//!
//! A service counts in windows of its wall clock and says how long one lasts in whole seconds, which
//! for a window of one second says nothing. So each call asks it besides how long its day lasts: that
//! is the second at which it answered, and each answer narrows down when its seconds begin.

use std::time::Duration;

use super::wire::Unit;
use crate::Moment;

/// Between which offsets a service's time of day lies ahead of the monotonic clock. Circular: both
/// bounds are times of day, and the second one is given by its distance from the first.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ServiceClock(Option<Known>);

#[derive(Clone, Copy, Debug)]
struct Known {
    /// The least offset, in nanoseconds of a day.
    least: u64,
    /// How much more it may be.
    width: u64,
    /// When that was learnt.
    at: Moment,
    /// How far the clocks of several servers were seen to differ.
    skew: u64,
}

/// When a window of the service surely lasts and surely is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    /// The earliest moment at which it can end: until then what was granted in it may be spent.
    pub(super) lasts: Moment,
    /// The latest.
    pub(super) over: Moment,
}

const SECOND: u64 = 1_000_000_000;
const DAY: u64 = 86_400 * SECOND;

/// How far two clocks drift apart, in parts of a million: what NTP allows itself (RFC 5905 §11.3).
const DRIFT_PPM: u64 = 500;

/// How far the clocks of servers behind one cluster may differ before an answer counts as a step of
/// the clock.
const SKEW: u64 = SECOND / 4;

impl ServiceClock {
    /// Takes what an answer says: a call that was sent and answered at these moments found the day
    /// to last so many whole seconds more.
    pub(super) fn learn(&mut self, sent: Moment, received: Moment, day_lasts: Duration) {
        let left = day_lasts.as_secs();
        if day_lasts.subsec_nanos() != 0 || left == 0 || left > DAY / SECOND || received < sent {
            return; // no second of a day
        }
        let second = DAY.saturating_sub(left.saturating_mul(SECOND));
        let took = received.nanos().saturating_sub(sent.nanos());
        let fresh = Known {
            least: ahead(received.nanos() % DAY, second),
            width: SECOND.saturating_add(took),
            at: received,
            skew: 0,
        };
        if fresh.width >= DAY / 4 {
            return;
        }
        self.0 = Some(self.aged(received).map_or(fresh, |known| known.and(fresh)));
    }

    /// The window of this unit in which the service counted what was sent at `sent`, taken to be the
    /// earliest that it can have been. `None` where nothing is known.
    pub(super) fn window(&self, sent: Moment, now: Moment, unit: Unit) -> Option<Window> {
        let known = self.aged(now)?;
        let length = unit.seconds().saturating_mul(SECOND);
        let least = ahead(known.skew, known.least);
        let width = known.width.saturating_add(known.skew.saturating_mul(2));
        let into = (sent.nanos() % DAY).saturating_add(least) % length;
        let left = length.saturating_sub(into);
        let over = sent.after(left);
        let drift = drifted(over.nanos().saturating_sub(now.nanos()));
        Some(Window {
            lasts: over.before(width).before(drift),
            over: over.after(drift),
        })
    }

    /// How much is not known of it.
    pub(super) fn doubt(&self, now: Moment) -> Option<Duration> {
        self.aged(now)
            .map(|known| Duration::from_nanos(known.width))
    }

    /// What is known now: less and less.
    fn aged(&self, now: Moment) -> Option<Known> {
        let known = self.0?;
        let drift = drifted(now.nanos().saturating_sub(known.at.nanos()));
        let width = known.width.saturating_add(drift.saturating_mul(2));
        (width < DAY / 4).then_some(Known {
            least: ahead(drift % DAY, known.least),
            width,
            at: now,
            ..known
        })
    }
}

impl Known {
    /// What both say. Where they contradict each other by little, there are several servers, and
    /// from then on everything holds for both; by much, and the clock was set anew.
    fn and(self, fresh: Self) -> Self {
        // In nanoseconds from `self.least`: where what is fresh begins, and where it ends.
        let distance = ahead(self.least, fresh.least);
        let behind = DAY.saturating_sub(distance);
        let (low, high) = if distance < DAY / 2 {
            (distance, distance.saturating_add(fresh.width))
        } else if let Some(high) = fresh.width.checked_sub(behind) {
            (0, high)
        } else {
            let gap = behind.saturating_sub(fresh.width);
            return self.apart(gap, ahead(gap, self.least), fresh);
        };
        if low > self.width {
            let gap = low.saturating_sub(self.width);
            return self.apart(gap, self.least, fresh);
        }
        Self {
            least: self.least.saturating_add(low) % DAY,
            width: high.min(self.width).saturating_sub(low),
            at: fresh.at,
            ..self
        }
    }

    /// What is known from two answers that lie so far apart; `least` of both together.
    fn apart(self, gap: u64, least: u64, fresh: Self) -> Self {
        if gap > SKEW {
            return fresh;
        }
        let width = self.width.saturating_add(gap);
        Self {
            least,
            width,
            at: fresh.at,
            skew: self.skew.max(width),
        }
    }
}

/// How far one time of day lies ahead of another, around midnight too.
const fn ahead(of: u64, time: u64) -> u64 {
    (time % DAY).saturating_add(DAY).saturating_sub(of % DAY) % DAY
}

const fn drifted(nanos: u64) -> u64 {
    (nanos / 1_000_000).saturating_mul(DRIFT_PPM)
}

#[cfg(test)]
mod tests;
