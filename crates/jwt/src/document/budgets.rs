//! Budgets for tokens that are not known to be good, as they are written.

use policy::language::{Span, Whole};

policy::model! {
    /// What is spent on tokens that are not known to be good, so that a flood of bad ones costs
    /// little. A token that was verified and is remembered passes whatever is spent.
    pub(crate) struct BudgetsModel {
        /// How many bad tokens a caller may send, counted over all workers of the proxy. When they
        /// are spent, its tokens that are not known are answered with 429 and not looked at.
        default failures: FailuresModel = FailuresModel::unsaid(), "{requests: 100, per: 1s}";
        /// How many signatures each worker verifies; without it, as many as come. When they are
        /// spent, tokens that are not known are answered with 429, whoever sends them.
        optional signatures: SignaturesModel;
    }
    instead [
        ("failure", "failures: {requests: ..., per: ...}"),
        ("failed_authentications", "failures: {requests: ..., per: ...}"),
        ("signatures_per_second", "signatures: {requests: ...}"),
    ];
}

policy::model! {
    /// How many bad tokens a caller may send: in any time t at most burst + requests x t / per.
    pub(crate) struct FailuresModel {
        /// How many requests with a bad token.
        default requests: Whole<1, 1_000_000> = Whole::new(100), "100";
        /// In what time.
        default per: Span<100, 86_400_000> = Span::from_millis(1_000), "1s";
        /// How many at once; as many as `requests` if left out.
        optional burst: Whole<1, 1_000_000>;
        /// Who is a caller: `remote.ip` is the client's address, as Envoy trusts it;
        /// `peer_certificate` is the certificate that the peer has shown, and the address where it
        /// has shown none. Only a listener that verifies certificates keeps a peer from showing
        /// another each time.
        default key: Caller = Caller::RemoteIp, "remote.ip";
        /// An IPv6 address is cut to so many bits.
        default ipv6_prefix: Whole<32, 128> = Whole::new(64), "64";
        /// `true`: bad tokens are not counted at all.
        default unlimited: bool = false, "false";
    }
    instead [
        ("average", "requests"),
        ("limit", "requests"),
        ("failures", "requests"),
        ("period", "per"),
        ("window", "per"),
        ("interval", "per"),
        ("by", "key"),
    ];
}

policy::model! {
    /// How many signatures a worker verifies: in any time t at most burst + requests x t / per.
    pub(crate) struct SignaturesModel {
        /// How many signatures, good or bad.
        required requests: Whole<1, 1_000_000>, "write how many signatures";
        /// In what time.
        default per: Span<100, 86_400_000> = Span::from_millis(1_000), "1s";
        /// How many at once; as many as `requests` if left out.
        optional burst: Whole<1, 1_000_000>;
    }
    instead [
        ("average", "requests"),
        ("limit", "requests"),
        ("period", "per"),
        ("window", "per"),
        ("interval", "per"),
    ];
}

policy::words! {
    /// By what callers are told apart.
    pub(crate) enum Caller {
        /// The client's address.
        RemoteIp = "remote.ip",
        /// The certificate of the peer, or else its address.
        PeerCertificate = "peer_certificate",
    }
}

impl BudgetsModel {
    /// What holds where nothing is said.
    pub(crate) const fn unsaid() -> Self {
        Self {
            failures: FailuresModel::unsaid(),
            signatures: None,
        }
    }
}

impl FailuresModel {
    const fn unsaid() -> Self {
        Self {
            requests: Whole::new(100),
            per: Span::from_millis(1_000),
            burst: None,
            key: Caller::RemoteIp,
            ipv6_prefix: Whole::new(64),
            unlimited: false,
        }
    }
}
