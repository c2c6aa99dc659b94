//! What was let through, against what the rates say.

/// A limit of the world: its name and its rates as `(requests, per in ms, burst)`.
pub type Written = (&'static str, &'static [(u32, u64, u32)]);

/// A request that was let through.
#[derive(Clone, Copy, Debug)]
pub struct Admission {
    pub limit: usize,
    pub key: u8,
    pub cost: u32,
    /// What the worker read on the clock, in nanoseconds.
    pub reading: u64,
    /// How far the clock had moved forward in sum.
    pub forward: u64,
}

/// The first stretch of admissions of one key that any rate of its limit does not allow: more than
/// the burst and what was earned from the first of them to the last.
pub fn over_quota(
    written: &[Written],
    admitted: &[Admission],
    time: impl Fn(&Admission) -> u64,
) -> Option<String> {
    for (limit, (name, rates)) in written.iter().enumerate() {
        for key in 0..=u8::MAX {
            let mine = admitted
                .iter()
                .filter(|one| one.limit == limit && one.key == key);
            let mut times: Vec<(i128, i128)> = mine
                .map(|one| (i128::from(time(one)), i128::from(one.cost)))
                .collect();
            times.sort_unstable();
            for (requests, per, burst) in *rates {
                let (per, requests) = (i128::from(*per) * 1_000_000, i128::from(*requests));
                for (first, (from, _)) in times.iter().enumerate() {
                    let mut count = 0;
                    for (to, cost) in times.iter().skip(first) {
                        count += cost;
                        if (count - i128::from(*burst)) * per > requests * (to - from) {
                            let time = to - from;
                            return Some(format!("{name} key {key}: {count} in {time} ns"));
                        }
                    }
                }
            }
        }
    }
    None
}
