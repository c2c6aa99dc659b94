//! What makes a path ambiguous.

/// What makes a path ambiguous; a set, as small as a byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ambiguity(u8);

impl Ambiguity {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// `%2f`: a slash to some servers, a byte of the segment to others.
    pub const ENCODED_SLASH: Self = Self(1);
    /// A backslash, encoded or raw: a slash to some servers.
    pub const ENCODED_BACKSLASH: Self = Self(1 << 1);
    /// `//`: merged by some servers.
    pub const EMPTY_SEGMENT: Self = Self(1 << 2);
    /// `;`: begins a path parameter to some servers, which cut it (`/..;/`).
    pub const SEMICOLON: Self = Self(1 << 3);
    /// An encoded percent sign that makes another encoding: `%252f`.
    pub const DOUBLE_ENCODING: Self = Self(1 << 4);
    /// What no route can accept: NUL and other control bytes, bytes that are not UTF-8, a broken
    /// encoding, dot segments, a fragment, no leading slash.
    pub const NEVER: Self = Self(1 << 7);

    /// Whether all of this is within `accepted`.
    #[must_use]
    pub const fn is_within(self, accepted: Self) -> bool {
        self.0 & !accepted.0 == 0
    }

    /// Both sets together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether there is more than one kind of it. A server may know one of two and not the other,
    /// so that two make four readings.
    #[must_use]
    pub const fn is_mixed(self) -> bool {
        self.0.count_ones() > 1
    }

    pub(super) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}
