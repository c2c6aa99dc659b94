//! A set of texts that takes a look-up the same time whether it holds ten or ten thousand.
//!
//! Hashed into buckets, and in order within each: whoever writes a document full of texts that hash
//! alike gets a search by halves, and nothing that a client sends is ever stored. The hash needs
//! neither a seed nor much code.

/// The texts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts {
    /// By bucket, then in order.
    texts: Box<[Box<str>]>,
    /// Where each bucket begins; empty where there is only one.
    starts: Box<[u32]>,
}

/// Up to so many texts are searched as they are.
const FEW: usize = 8;

impl Texts {
    /// The set of some texts.
    pub(crate) fn of(texts: Vec<Box<str>>) -> Self {
        if texts.len() < 2 {
            let texts = texts.into();
            return Self {
                texts,
                ..Self::default()
            };
        }
        let buckets = if texts.len() > FEW {
            texts.len().next_power_of_two()
        } else {
            1
        };
        let numbers: Vec<usize> = texts.iter().map(|text| bucket(text, buckets)).collect();
        let order = policy::order(texts.len(), &|a, b| {
            let by_bucket = numbers.get(a).cmp(&numbers.get(b));
            by_bucket.then_with(|| texts.get(a).cmp(&texts.get(b)))
        });
        let mut starts: Vec<u32> = Vec::new();
        let mut place = |number: usize, at: usize| {
            let at = u32::try_from(at).unwrap_or(u32::MAX);
            starts.resize(number.saturating_add(1).max(starts.len()), at);
        };
        let mut left: Vec<Option<Box<str>>> = texts.into_iter().map(Some).collect();
        let mut ordered = Vec::with_capacity(left.len());
        for at in order.into_iter().filter_map(|at| usize::try_from(at).ok()) {
            if let (Some(number), Some(text)) = (numbers.get(at), left.get_mut(at)) {
                place(*number, ordered.len());
                ordered.extend(text.take());
            }
        }
        place(buckets, ordered.len());
        Self {
            texts: ordered.into(),
            starts: if buckets > 1 {
                starts.into()
            } else {
                Box::default()
            },
        }
    }

    /// Whether the text is one of them.
    pub(crate) fn contains(&self, text: &str) -> bool {
        let bucket = self.bucket(text).unwrap_or_default();
        bucket.binary_search_by(|other| (**other).cmp(text)).is_ok()
    }

    fn bucket(&self, text: &str) -> Option<&[Box<str>]> {
        let Some(buckets) = self.starts.len().checked_sub(1) else {
            return Some(&self.texts);
        };
        let number = bucket(text, buckets);
        let start = usize::try_from(*self.starts.get(number)?).ok()?;
        let end = usize::try_from(*self.starts.get(number.checked_add(1)?)?).ok()?;
        self.texts.get(start..end)
    }
}

/// The bucket of a text among a power of two of them.
fn bucket(text: &str, buckets: usize) -> usize {
    // FNV-1a, 32 bit; its lower bits are the better mixed ones
    let hash = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    usize::try_from(hash).unwrap_or(0) & buckets.saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_set_holds_what_was_put_into_it(
            texts in prop::collection::vec("[ab]{0,6}", 0..40),
            asked in prop::collection::vec("[ab]{0,6}", 20),
        ) {
            let set = Texts::of(texts.iter().map(|text| text.as_str().into()).collect());
            for text in asked.iter().chain(&texts) {
                prop_assert_eq!(set.contains(text), texts.contains(text), "{}", text);
            }
        }
    }

    #[test]
    fn buckets_are_short_where_texts_differ() {
        let ids =
            (0..10_000).map(|n| format!("spiffe://example.org/ns/ns{}/sa/w{n}", n % 97).into());
        let set = Texts::of(ids.collect());
        let longest = set.starts.windows(2).map(|pair| pair[1] - pair[0]).max();
        assert!(longest < Some(12), "{longest:?}");
    }
}
