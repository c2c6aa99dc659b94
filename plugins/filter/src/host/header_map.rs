//! The request's headers as the proxy hands all of them over, looked up by name.
//!
//! One call brings them all. Asked for one by one, each is a call, a search in the proxy and a call
//! back into the VM for memory; from the second on, the map is the cheaper way.

use std::borrow::Cow;

/// A header map in the ABI's own layout: a count, the sizes of each name and value, then the names
/// and values, each with NUL behind it (proxy-wasm 0.2.1, "serialized maps"), little-endian.
#[derive(Debug)]
pub(crate) struct HeaderMap {
    bytes: Vec<u8>,
    /// Where the texts begin.
    texts: usize,
}

impl HeaderMap {
    /// A map as it came, if it is one to its last byte: nothing of another layout is looked at.
    pub(crate) fn read(bytes: Vec<u8>) -> Option<Self> {
        let count = bytes
            .first_chunk()
            .map(|count| u32::from_le_bytes(*count))?;
        let sizes = usize::try_from(count).ok()?.checked_mul(PAIR)?;
        let texts = COUNT.checked_add(sizes)?;
        let map = Self { bytes, texts };
        let mut end = texts;
        for (name, value) in map.sizes()? {
            // Each with its NUL.
            end = end.checked_add(name)?.checked_add(1)?;
            end = end.checked_add(value)?.checked_add(1)?;
        }
        (end == map.bytes.len()).then_some(map)
    }

    /// All values of a header, joined by a comma (RFC 9110 §5.3); `None` where there is none.
    pub(crate) fn get(&self, name: &str) -> Option<Cow<'_, [u8]>> {
        let mut values = self.values(name);
        let first = values.next()?;
        let Some(second) = values.next() else {
            return Some(Cow::Borrowed(first));
        };
        let mut joined = first.to_vec();
        for value in std::iter::once(second).chain(values) {
            joined.push(b',');
            joined.extend_from_slice(value);
        }
        Some(Cow::Owned(joined))
    }

    /// Whether there is a header of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.values(name).next().is_some()
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        let mut at = self.texts;
        let pairs = self.sizes().into_iter().flatten();
        pairs.filter_map(move |(name_size, value_size)| {
            let begin = at;
            let value = begin.saturating_add(name_size).saturating_add(1);
            let end = value.saturating_add(value_size);
            at = end.saturating_add(1);
            if name_size != name.len() {
                return None;
            }
            let found = self.bytes.get(begin..begin.saturating_add(name_size))?;
            (found == name.as_bytes()).then_some(self.bytes.get(value..end)?)
        })
    }

    /// The sizes of names and values, in order.
    fn sizes(&self) -> Option<impl Iterator<Item = (usize, usize)>> {
        let (sizes, _) = self
            .bytes
            .get(COUNT..self.texts)?
            .as_chunks::<{ PAIR / 2 }>();
        let (pairs, _) = sizes.as_chunks::<2>();
        let size = |bytes| usize::try_from(u32::from_le_bytes(bytes)).unwrap_or(usize::MAX);
        Some(
            pairs
                .iter()
                .map(move |[name, value]| (size(*name), size(*value))),
        )
    }
}

/// Bytes of the count.
const COUNT: usize = 4;

/// Bytes of the sizes of a name and its value.
const PAIR: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Pairs;

    fn map(headers: &[(&str, &str)]) -> Vec<u8> {
        let mut pairs = Pairs::default();
        for (name, value) in headers {
            pairs.push(name, value);
        }
        pairs.into_bytes()
    }

    #[test]
    fn values_of_one_name_are_joined_in_order() {
        let headers = [
            ("a", "1"),
            (":path", "/x"),
            ("a", ""),
            ("aa", "no"),
            ("a", "3,4"),
        ];
        let map = HeaderMap::read(map(&headers)).unwrap();
        assert_eq!(map.get("a").as_deref(), Some(&b"1,,3,4"[..]));
        assert!(matches!(map.get(":path"), Some(Cow::Borrowed(b"/x"))));
        assert_eq!(map.get("A"), None);
        assert_eq!(map.get(""), None);
        assert!(map.has("aa") && !map.has("aaa"));
    }

    #[test]
    fn an_empty_map_has_nothing() {
        let map = HeaderMap::read(map(&[])).unwrap();
        assert_eq!(map.get(":path"), None);
    }

    #[test]
    fn bytes_that_are_no_map_are_refused() {
        let whole = map(&[(":path", "/x"), ("b", "22")]);
        for length in 0..whole.len() {
            let part = whole.get(..length).unwrap().to_vec();
            assert!(HeaderMap::read(part).is_none(), "the first {length} bytes");
        }
        let longer = [whole.as_slice(), b"x"].concat();
        assert!(HeaderMap::read(longer).is_none());
        for at in 0..20 {
            let mut bent = whole.clone();
            *bent.get_mut(at).unwrap() = 0xff;
            assert!(HeaderMap::read(bent).is_none(), "byte {at}");
        }
    }
}
