//! What the key of one request was found to be, so that it is looked up once.

use policy::Reason;

/// What became of the key. It lives in [`policy::Learnt`], and holds nothing of the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) verdict: Verdict,
    /// Numbers of the carriers that hold something.
    pub(crate) carriers: Vec<usize>,
}

/// What a request's key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// There is none.
    Absent,
    /// A live key.
    Good(Known),
    /// One that is not taken, with its client where that is known.
    Bad(Reason, Option<Known>),
}

/// A key of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    /// The number of its client.
    pub(crate) client: usize,
    /// The first four bytes of its digest, which tell a client's keys apart in a log.
    pub(crate) mark: u32,
}
