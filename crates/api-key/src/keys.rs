//! The keys of a document, found by their digests.

use std::rc::Rc;
use std::time::Duration;

use crate::Digest;

/// A key, as far as it is known.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) digest: Digest,
    /// The number of its client among [`Keys::clients`].
    pub(crate) client: usize,
    /// The last moment in which it is taken, since the Unix epoch.
    pub(crate) not_after: Option<Duration>,
}

/// All keys of a document, with their clients.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    /// In the order of their digests.
    sorted: Vec<Key>,
    /// Each once, in the order of their names.
    clients: Vec<Rc<str>>,
    /// What each is counted under.
    counted: Vec<Rc<str>>,
}

impl Keys {
    /// Keys in the order of their digests, and clients in that of their names, with what each is
    /// counted under.
    pub(crate) const fn new(
        sorted: Vec<Key>,
        clients: Vec<Rc<str>>,
        counted: Vec<Rc<str>>,
    ) -> Self {
        Self {
            sorted,
            clients,
            counted,
        }
    }

    /// The key with this digest.
    ///
    /// # Security
    /// How long the search takes tells at most how the first eight bytes of the digest lie among
    /// those of the document; the rest is compared in constant time. That is of no use: a client
    /// does not choose the digest of what it sends, a digest does not lead back to a key of 128
    /// random bits, and only its key, whole, is taken.
    pub(crate) fn find(&self, digest: &Digest) -> Option<&Key> {
        let prefix = digest.prefix();
        let start = self
            .sorted
            .partition_point(|key| key.digest.prefix() < prefix);
        let alike = self.sorted.iter().skip(start);
        let mut alike = alike.take_while(|key| key.digest.prefix() == prefix);
        alike.find(|key| key.digest.is(digest))
    }

    /// The name of a client.
    pub(crate) fn client(&self, number: usize) -> Option<&Rc<str>> {
        self.clients.get(number)
    }

    /// What requests of a client are counted under.
    pub(crate) fn counted(&self, number: usize) -> Option<&Rc<str>> {
        self.counted.get(number)
    }

    /// The number of a client.
    pub(crate) fn number(&self, client: &str) -> Option<usize> {
        let found = self.clients.binary_search_by(|name| (**name).cmp(client));
        found.ok()
    }

    /// The names of all clients.
    pub(crate) fn clients(&self) -> &[Rc<str>] {
        &self.clients
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A digest whose first 8 bytes are the first number, and whose last is the second.
    fn digest(prefix: u64, last: u8) -> Digest {
        let hex = format!("{prefix:016x}{:046x}{last:02x}", 0);
        Digest::parse(&hex).expect("64 hex digits")
    }

    #[test]
    fn a_key_is_found_by_all_of_its_digest() {
        let of = |prefix, last, client| Key {
            digest: digest(prefix, last),
            client,
            not_after: None,
        };
        let keys = vec![
            of(0, 1, 0),
            of(7, 1, 1),
            of(7, 2, 2),
            of(7, 4, 3),
            of(u64::MAX, 1, 4),
        ];
        let keys = Keys::new(keys, Vec::new(), Vec::new());
        for (prefix, last, client) in [
            (0, 1, Some(0)),
            (0, 0, None),
            (6, 1, None),
            (7, 1, Some(1)),
            (7, 2, Some(2)),
            (7, 3, None),
            (7, 4, Some(3)),
            (7, 5, None),
            (8, 1, None),
            (u64::MAX, 1, Some(4)),
            (u64::MAX, 0, None),
        ] {
            let found = keys.find(&digest(prefix, last));
            assert_eq!(found.map(|key| key.client), client, "{prefix} {last}");
        }
        assert!(Keys::default().find(&digest(0, 0)).is_none());
    }
}
