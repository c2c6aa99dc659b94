//! The section itself.

use policy::language::{Span, Whole};

use super::{BudgetsModel, MetadataUrl, ProviderModel, Realm};

policy::model! {
    /// Tokens: who issues them, with which keys, and what becomes of them.
    pub(crate) struct Section {
        /// The realm in `WWW-Authenticate` (RFC 6750 §3); without it, none is named.
        optional realm: Realm;
        /// Where clients find this service's metadata, and in it the issuers to ask for a token (RFC
        /// 9728); told in `WWW-Authenticate`.
        optional resource_metadata: MetadataUrl;
        /// How many verified tokens each worker remembers, so that none is verified twice.
        default cache: Cache = Cache::default(), "{tokens: 1000, bytes: 4194304, age: 1h}";
        /// What is spent at most on tokens that are not known to be good.
        default budgets: BudgetsModel = BudgetsModel::unsaid(),
            "{failures: {requests: 100, per: 1s}}";
        /// The issuers whose tokens are taken.
        required providers: Vec<ProviderModel>, "list at least one provider of tokens";
    }
    instead [
        ("provider", "providers: [...]"),
        ("issuers", "providers: [...]"),
        ("jwt_rules", "providers: [...]"),
        ("jwtRules", "providers: [...]"),
        ("jwt_cache_config", "cache: {tokens: ...}"),
        ("budget", "budgets: {failures: {...}, signatures: {...}}"),
        ("failures", "budgets: {failures: {...}}"),
        ("rate_limit", "budgets: {failures: {...}}"),
        ("rules", "each rule as an entry of \"routes\""),
    ];
}

policy::model! {
    /// The bounds of the memory for verified tokens, per worker.
    pub(crate) struct Cache {
        /// Tokens at most; 0 remembers none.
        default tokens: Whole<0, 1_000_000> = Whole::new(1_000), "1000";
        /// Bytes at most, tokens with what they say; 0 remembers none.
        default bytes: Whole<0, 67_108_864> = Whole::new(4_194_304), "4194304";
        /// How long a token is remembered before its signature is verified again. Its dates are
        /// looked at on every request anyway.
        default age: Span<1_000, 86_400_000> = Span::from_millis(3_600_000), "1h";
    }
    instead [("jwt_cache_size", "tokens"), ("size", "tokens"), ("max_bytes", "bytes")];
}

impl Default for Cache {
    fn default() -> Self {
        Self {
            tokens: Whole::new(1_000),
            bytes: Whole::new(4_194_304),
            age: Span::from_millis(3_600_000),
        }
    }
}
