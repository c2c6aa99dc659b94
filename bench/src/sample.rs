//! Medians, and how far they may be trusted.

/// A median with the spread of what it was taken from.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sample {
    /// The median.
    pub(crate) median: f64,
    /// The half of the distance between the quartiles, over the root of the number of rounds: about
    /// how far the median of another run would lie away.
    pub(crate) noise: f64,
}

impl Sample {
    /// Of some values; zero of none.
    #[must_use]
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let spread = quantile(&values, 0.75) - quantile(&values, 0.25);
        #[allow(clippy::cast_precision_loss, reason = "a small number of rounds")]
        let root = (values.len().max(1) as f64).sqrt();
        Self {
            median: quantile(&values, 0.5),
            noise: spread / 2.0 / root * WIDER,
        }
    }
}

/// The standard error of a median is about 1.25 times that of a mean, and half the distance of the
/// quartiles 0.67 of a standard deviation; times two, for 95 of 100 runs.
const WIDER: f64 = 2.0 * 1.25 / 0.67;

/// A quantile of sorted values, between two of them where it falls there.
#[must_use]
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "indexes of a list in memory"
)]
pub(crate) fn quantile(sorted: &[f64], part: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return 0.0;
    };
    let place = part * last as f64;
    let at = |index: usize| sorted.get(index.min(last)).copied().unwrap_or_default();
    let below = place.floor() as usize;
    at(below) + (at(below + 1) - at(below)) * place.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_spreads_of_lists_worked_out_by_hand() {
        let sample = Sample::of([5.0, 1.0, 3.0, 2.0, 4.0]);
        assert!((sample.median - 3.0).abs() < 1e-9);
        // quartiles 2 and 4: half their distance is 1
        assert!((sample.noise - WIDER / 5_f64.sqrt()).abs() < 1e-9);
        assert!((quantile(&[1.0, 2.0], 0.5) - 1.5).abs() < 1e-9);
        assert!(Sample::of([]).median.abs() < 1e-9);
    }
}
