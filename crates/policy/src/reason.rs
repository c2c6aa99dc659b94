//! Reason codes: why a request was denied, in a closed set of stable, dotted words.
//!
//! One type for all policies, so that a denial can be logged, counted and answered in one place.

use core::fmt;

pub mod internal;
pub mod request;
pub mod route;

/// The HTTP status of a denial, and with it the gRPC status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// 400: ambiguous or malformed.
    BadRequest,
    /// 401: no credential, or a bad one.
    Unauthorized,
    /// 403: known, but not allowed.
    Forbidden,
    /// 429: over a limit.
    TooManyRequests,
    /// 503: an internal fault, or not yet ready.
    Unavailable,
}

impl Status {
    /// The HTTP status code (RFC 9110 §15, RFC 6585 §4).
    #[must_use]
    pub const fn http(self) -> u16 {
        match self {
            Self::BadRequest => 400,
            Self::Unauthorized => 401,
            Self::Forbidden => 403,
            Self::TooManyRequests => 429,
            Self::Unavailable => 503,
        }
    }

    /// The gRPC status code that goes with it (gRPC status codes, and Envoy's own mapping).
    #[must_use]
    pub const fn grpc(self) -> u8 {
        match self {
            Self::BadRequest => 3,
            Self::Unauthorized => 16,
            Self::Forbidden => 7,
            Self::TooManyRequests => 8,
            Self::Unavailable => 14,
        }
    }

    /// The title of the problem document (RFC 9457 §3.1.3).
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::BadRequest => "Bad Request",
            Self::Unauthorized => "Unauthorized",
            Self::Forbidden => "Forbidden",
            Self::TooManyRequests => "Too Many Requests",
            Self::Unavailable => "Service Unavailable",
        }
    }
}

/// Why a request was denied: a stable code and its status.
///
/// Constants of this type are made by [`reasons!`](crate::reasons), one table per policy, with what
/// to do about each in a table beside: a plugin has no use for that text.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reason {
    code: &'static str,
    status: Status,
}

impl Reason {
    /// A reason; use [`reasons!`](crate::reasons), which also lists it.
    #[must_use]
    pub const fn new(code: &'static str, status: Status) -> Self {
        Self { code, status }
    }

    /// The stable code, for example `spiffe.not_allowed`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.code
    }

    /// The status that the client sees.
    #[must_use]
    pub const fn status(self) -> Status {
        self.status
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

impl fmt::Debug for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

/// Declares the closed set of reasons of one policy, as constants, as the list `ALL`, and
/// as the table `ADVICE` with what happened and what to do about it, for the reference page.
///
/// ```
/// policy::reasons! {
///     /// Nobody knocked.
///     NOBODY = "door.nobody", Forbidden, "Knock before you enter.";
/// }
/// assert_eq!(ALL[0].code(), "door.nobody");
/// assert_eq!(NOBODY.status().http(), 403);
/// assert_eq!(ADVICE, [(NOBODY, "Knock before you enter.")]);
/// ```
#[macro_export]
macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:ident, $advice:literal;)+) => {
        $($(#[$doc])* pub const $name: $crate::Reason =
            $crate::Reason::new($code, $crate::Status::$status);)+
        /// Every reason of this policy, in the order of the reference page.
        pub const ALL: &[$crate::Reason] = &[$($name),+];
        /// Every reason with what happened and what to do about it. The client never sees it.
        pub const ADVICE: &[($crate::Reason, &str)] = &[$(($name, $advice)),+];
    };
}
