//! The order of many things by a comparison.
//!
//! One sort for everything that is sorted while a document loads: each instance of the standard
//! library's weighs two to three kilobytes in a plugin, this one a few hundred bytes in all.

use std::cmp::Ordering;

/// The numbers below `len`, ordered by the comparison; equal ones stay as they were. What stands in
/// order already takes `len` comparisons, and nothing takes more than `len` times its logarithm.
///
/// ```
/// let words = ["pear", "apple", "fig"];
/// let order = policy::order(words.len(), &|a, b| words[a].cmp(words[b]));
/// assert_eq!(order, [1, 2, 0]);
/// ```
#[must_use]
pub fn order(len: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<u32> {
    let after = |left: u32, right: u32| compare(index(left), index(right)) == Ordering::Greater;
    let mut from: Vec<u32> = (0..u32::try_from(len).unwrap_or(u32::MAX)).collect();
    let mut into: Vec<u32> = Vec::with_capacity(from.len());
    let mut width = 1;
    while width < from.len() {
        into.clear();
        for runs in from.chunks(width.saturating_mul(2)) {
            let (mut left, mut right) = runs.split_at(width.min(runs.len()));
            let in_order = match (left.last(), right.first()) {
                (Some(last), Some(first)) => !after(*last, *first),
                _ => true,
            };
            while let ([l, lefts @ ..], [r, rights @ ..], false) = (left, right, in_order) {
                if after(*l, *r) {
                    into.push(*r);
                    right = rights;
                } else {
                    into.push(*l);
                    left = lefts;
                }
            }
            into.extend_from_slice(left);
            into.extend_from_slice(right);
        }
        std::mem::swap(&mut from, &mut into);
        width = width.saturating_mul(2);
    }
    from
}

/// A number of an [`order`] as an index.
#[must_use]
pub(crate) fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// It agrees with the standard library's stable sort.
        #[test]
        fn it_is_the_stable_order(keys in proptest::collection::vec(0_u8..20, 0..200)) {
            let mut expected: Vec<u32> = (0..u32::try_from(keys.len()).unwrap()).collect();
            expected.sort_by_key(|at| keys[index(*at)]);
            prop_assert_eq!(order(keys.len(), &|a, b| keys[a].cmp(&keys[b])), expected);
        }
    }

    #[test]
    fn what_is_in_order_is_only_looked_through() {
        let count = Cell::new(0);
        let compare = |a: usize, b: usize| {
            count.set(count.get() + 1);
            a.cmp(&b)
        };
        let ordered = order(1024, &compare);
        assert!(ordered.is_sorted());
        assert!(count.get() < 1024, "{}", count.get());
    }
}
