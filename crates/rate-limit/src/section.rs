//! The section `rate_limit` of the document, as it is written.

use policy::Mode;
use policy::language::{Map, Name, Span, Text, Whole};

policy::model! {
    /// Limits on how often requests may come. They hold over all requests unless narrowed by
    /// route name, and are exact over the workers of one Envoy process.
    pub struct Section {
        /// The limits, in the order in which they are asked. A limit whose key is of unverified
        /// facts only is asked before identity, any other after the route has let the request in;
        /// what an earlier one has counted stays counted when a later one denies.
        required limits: Vec<LimitEntry>, "list at least one limit";
        /// How many keys the one table holds that all limits of the process share. A key that
        /// finds no place is counted in a coarse bucket of its limit. A change starts all
        /// counters anew once.
        default max_keys: Whole<64, 1_048_576> = Whole::new(65_536), "65536";
        /// The bits of an IPv6 address that make one client of `remote.ip`.
        default ipv6_prefix: Whole<32, 128> = Whole::new(64), "64";
        /// How many processes share the limits evenly; each admits its share.
        default replicas: Whole<1, 10_000> = Whole::new(1), "1";
        /// What the client is told on every response: `ratelimit` (`RateLimit` and
        /// `RateLimit-Policy`), `x_ratelimit` (`X-RateLimit-Limit`, `-Remaining` and `-Reset`), or
        /// `none` alone. `Retry-After` stands on every 429.
        default headers: Vec<HeaderSet> = vec![HeaderSet::RateLimit], "[ratelimit]";
        /// The rate limit service that counts limits with `store: shared`, for all proxies that
        /// ask it.
        optional service: ServiceEntry;
    }
    instead [
        ("ipv6Subnet", "ipv6_prefix"),
        ("descriptors", "each one as an entry of \"limits\" with its \"key\""),
        ("domain", "\"limits\"; a limit needs no domain"),
    ];
}

policy::model! {
    /// A limit.
    pub struct LimitEntry {
        /// Its name, in logs and metrics. Its counters belong to the name and the rates: any other
        /// change of the configuration keeps them.
        required name: Name, "give the limit a name";
        /// The attributes it counts by, one to four, all together; without them, one bucket for
        /// all requests.
        optional key: Vec<Text>;
        /// Its rates, one to four. All must have room, and nothing is taken unless all have.
        required rates: Vec<RateEntry>, "write for example rates: [{requests: 100, per: 1s}]";
        /// The names of the routes whose requests it counts; without them, every request,
        /// matched or not.
        optional routes: Vec<Text>;
        /// What a request takes; 0 looks only: it takes nothing, and is denied where a request of
        /// cost 1 would be.
        default cost: Whole<0, 1_000_000> = Whole::new(1), "1";
        /// What requests on the routes of these names take instead.
        optional costs: Map<Whole<0, 1_000_000>>;
        /// Other rates for named callers; the first that matches holds. Each has counters of its
        /// own.
        optional overrides: Vec<OverrideEntry>;
        /// What becomes of a request that lacks a part of the key. If it is not said, requests that
        /// lack an unverified part share a bucket. For a verified part it must be said if some
        /// route does not verify it; where all do, a request without it is denied.
        optional missing: Missing;
        /// `local`: this process counts, exactly over its workers. `shared`: the `service` counts for
        /// all proxies, in fixed windows of its clock; one rate per `1s`, `1m`, `1h` or `1d`.
        default store: StoreKind = StoreKind::Local, "local";
        /// The most of a shared limit that this process asks for ahead of need, for each key; it asks
        /// for less as the limit is used up. `1` asks about each request. 100 if left out.
        optional batch: Whole<1, 1_000_000>;
        /// What becomes of a request that could not be counted, because other workers changed the
        /// same entry again and again.
        default on_contention: OnContention = OnContention::Deny, "deny";
        /// `shadow`: it counts in buckets of its own and reports, and denies nobody.
        default mode: Mode = Mode::Enforce, "enforce";
    }
    instead [
        ("average", "rates: [{requests: ..., per: ...}]"),
        ("requests", "it inside \"rates\""),
        ("per", "it inside \"rates\""),
        ("burst", "it inside \"rates\""),
        ("limit", "rates: [{requests: ..., per: ...}]"),
        ("token_bucket", "rates: [{requests: ..., per: ..., burst: ...}]"),
        ("keys", "key: [...]"),
        ("paths", "the paths in a route, and its name in \"routes\""),
    ];
}

policy::model! {
    /// A rate limit service (`envoy.service.ratelimit.v3`), such as envoyproxy/ratelimit. It needs a
    /// configuration for the domain, which may be empty else: rates are sent with each question.
    pub struct ServiceEntry {
        /// The Envoy cluster that leads to it, by HTTP/2.
        required cluster: Text, "name the Envoy cluster of the rate limit service";
        /// The domain of its counters: proxies with the same domain and the same limits share them.
        required domain: Text, "name the service's domain";
        /// The longest that a call takes, and that a request is held for its answer.
        default timeout: Span<1, 1_000> = Span::from_millis(20), "20ms";
        /// What becomes of a request that the service has not answered.
        default on_error: OnError = OnError::Deny, "deny";
    }
    instead [
        ("failure_mode_deny", "on_error"),
        ("grpc_service", "cluster"),
        ("rate_limit_service", "cluster"),
    ];
}

policy::model! {
    /// Other rates, or none, for requests whose attributes have one of these values.
    pub struct OverrideEntry {
        /// Attributes of the key, or verified ones, each with the exact values that match. All
        /// must match.
        required r#match: Map<Vec<Text>>, "write for example match: {\"jwt.claims[plan]\": [gold]}";
        /// The rates that hold instead.
        optional rates: Vec<RateEntry>;
        /// `true`: the request is not counted at all.
        default unlimited: bool = false, "false";
    }
    instead [
        ("when", "match: {ATTRIBUTE: [VALUE]}"),
        ("requests", "it inside \"rates\""),
        ("per", "it inside \"rates\""),
    ];
}

policy::model! {
    /// A rate: in any time t at most burst + requests x t / per.
    pub struct RateEntry {
        /// How many requests.
        required requests: Whole<1, 1_000_000_000>, "write how many requests";
        /// In what time.
        required per: Span<100, 31_622_400_000>, "write a duration such as \"1s\"";
        /// How many may come at once after a rest; as many as `requests` if left out.
        optional burst: Whole<1, 1_000_000_000>;
    }
    instead [
        ("average", "requests"),
        ("requests_per_unit", "requests"),
        ("tokens_per_fill", "requests"),
        ("limit", "requests"),
        ("max_tokens", "burst"),
        ("period", "per"),
        ("window", "per"),
        ("unit", "per"),
        ("interval", "per"),
        ("fill_interval", "per"),
    ];
}

policy::words! {
    /// Headers that tell the client about its limits.
    pub enum HeaderSet {
        /// `RateLimit` and `RateLimit-Policy`.
        RateLimit = "ratelimit",
        /// `X-RateLimit-Limit`, `X-RateLimit-Remaining` and `X-RateLimit-Reset`.
        XRateLimit = "x_ratelimit",
        /// None but `Retry-After`.
        None = "none",
    }
}

policy::words! {
    /// Who counts a limit.
    pub enum StoreKind {
        /// This process, exactly over its workers.
        Local = "local",
        /// The rate limit service, for all proxies.
        Shared = "shared",
    }
}

policy::words! {
    /// What becomes of a request that the rate limit service has not answered.
    pub enum OnError {
        /// It is denied with `rate_limit.unavailable`.
        Deny = "deny",
        /// It passes, uncounted.
        Allow = "allow",
        /// This process counts it, by the same rate divided by `replicas`.
        Local = "local",
    }
}

policy::words! {
    /// What becomes of a request that lacks a part of a limit's key.
    pub enum Missing {
        /// All requests that lack it share one bucket.
        Share = "share",
        /// The limit does not count it.
        Skip = "skip",
        /// It is denied with `rate_limit.missing_key`.
        Deny = "deny",
    }
}

policy::words! {
    /// What becomes of a request that could not be counted.
    pub enum OnContention {
        /// It is denied with `rate_limit.contention`.
        Deny = "deny",
        /// It passes, uncounted.
        Allow = "allow",
    }
}
