//! A provider of tokens, as it is written.

use policy::carrier::{CookieName, FromHeader, ParamName};
use policy::language::{HeaderName, Name, Span, Text, Whole};

use super::{AudiencesModel, ClaimEntry, ClaimPath, Jwks, OneOrMore};
use crate::Algorithm;
use crate::binding::Binding;
use crate::profile::Profile;

policy::model! {
    /// An issuer of tokens, and how its tokens are taken.
    pub(crate) struct ProviderModel {
        /// Its name, which conditions and logs use.
        required name: Name, "give it a name, which conditions then use";
        /// The `iss` of its tokens, compared byte by byte; must be there, but for `jwt_svid`.
        optional issuer: Text;
        /// With `jwt_svid`, where it must be there: the trust domain whose keys these are. The
        /// `sub` of a token must be a SPIFFE ID in it.
        optional trust_domain: Text;
        /// The audiences meant for this service: `aud` must name one; or "any".
        required audiences: AudiencesModel,
            "list the audiences meant for this service, or write \"any\" if the issuer sets none";
        /// The algorithms it signs with. `none` is never one. HS256, HS384 and HS512 stand by
        /// themselves: they are for secrets, which only `jwks.inline` may hold.
        default algorithms: Vec<Algorithm> = vec![Algorithm::Rs256, Algorithm::Es256],
            "[RS256, ES256]";
        /// What kind of tokens they are: `jwt` takes a `typ` of JWT or at+jwt, or none;
        /// `access_token` is RFC 9068: a `typ` of at+jwt, with `iat`, `jti`, `sub` and `client_id`;
        /// `jwt_svid` is a workload's: `sub` is a SPIFFE ID, and keys are those of `use: jwt-svid`
        /// or without `use`.
        default profile: Profile = Profile::Jwt, "jwt";
        /// Its public keys; must be there, but for `payload_in_metadata`.
        optional jwks: Jwks;
        /// In place of keys: a filter in front (Envoy's `jwt_authn`; under Istio its
        /// RequestAuthentication, whose key is `payload`) verifies the tokens and puts their payload
        /// under this key of the dynamic metadata `envoy.filters.http.jwt_authn`. Issuer, audience,
        /// dates and claims are looked at all the same. No token is read here: without the metadata
        /// there is none.
        optional payload_in_metadata: Text;
        /// How far its clock and ours may be apart.
        default clock_skew: Span<0, 300_000> = Span::from_millis(60_000), "60s";
        /// The longest that a token may live: `exp - iat`, or `exp - now` where it has no `iat`.
        optional max_lifetime: Span<1_000, 31_622_400_000>;
        /// Refuses ID tokens, which answer a sign-in and are not for services: what has a `nonce`,
        /// `at_hash`, `c_hash` or `s_hash`, or Keycloak's `typ: ID`. The profile `access_token`
        /// refuses them by their header.
        default refuse_id_tokens: bool = false, "false";
        /// Whether its tokens must be bound to the client's certificate (`cnf.x5t#S256`, RFC 8705):
        /// `require`; `if_present` looks at those that are; `ignore`. A `cnf` of another kind is
        /// refused but for `ignore`.
        default certificate_bound: Binding = Binding::IfPresent, "if_present";
        /// What claims of every token must say; all entries must hold.
        optional claims: Vec<ClaimEntry>;
        /// The longest token taken, in bytes.
        default max_token_bytes: Whole<256, 65_536> = Whole::new(8_192), "8192";
        /// With `jwt_svid`: who may present its tokens. `subject` is the workload that the token names;
        /// a SPIFFE ID template, one that may act for any such workload. Compared with the caller's
        /// verified identity (section `identity`). Without it, anybody may who has a token.
        optional presented_by: OneOrMore<Text>;
        /// The headers that carry its tokens. Where neither these nor cookies nor parameters are
        /// listed, it is `authorization` with `Bearer `. Two tokens for one provider are refused.
        optional from_headers: Vec<FromHeader>;
        /// The cookies that carry its tokens.
        optional from_cookies: Vec<CookieName>;
        /// The parameters of the query that carry its tokens. What stands in a URL is kept by logs
        /// and histories (RFC 6750 §5.3).
        optional from_params: Vec<ParamName>;
        /// Whether the upstream gets the token too; otherwise it is taken out after use: the header,
        /// the one cookie or the one parameter.
        default forward: bool = false, "false";
        /// The header in which the upstream gets the token's payload as it was sent, in base64url
        /// without padding. It is always removed from what the client sends.
        optional forward_payload_header: HeaderName;
        /// Claims that the upstream is told in headers, which are always removed from what the
        /// client sends.
        optional claim_to_headers: Vec<ClaimToHeader>;
        /// Claims that later filters and the access log are told, in filter state.
        optional claims_to_state: Vec<ClaimToState>;
    }
    instead [
        ("audience", "audiences: [...]"),
        ("jwksUri", "jwks: {uri: ...}"),
        ("jwks_uri", "jwks: {uri: ...}"),
        ("remote_jwks", "jwks: {uri: ...}"),
        ("remoteJWKS", "jwks: {uri: ...}"),
        ("local_jwks", "jwks: {inline: ...}"),
        ("localJWKS", "jwks: {inline: ...}"),
        ("keys", "jwks: {inline: {keys: [...]}}"),
        ("fromCookies", "from_cookies: [...]"),
        ("fromParams", "from_params: [...]"),
        ("payload_in_headers", "forward_payload_header: ..."),
        ("outputPayloadToHeader", "forward_payload_header: ..."),
        ("fromHeaders", "from_headers: [{name: ..., value_prefix: ...}]"),
        ("forwardOriginalToken", "forward: true"),
        ("outputClaimToHeaders", "claim_to_headers: [{header_name: ..., claim_name: ...}]"),
        ("claimToHeaders", "claim_to_headers: [{header_name: ..., claim_name: ...}]"),
        ("clock_skew_seconds", "clock_skew: 60s"),
        ("leeway", "clock_skew: 60s"),
    ];
}

policy::model! {
    /// A claim that the upstream is told in a header.
    pub(crate) struct ClaimToHeader {
        /// The header, which only this filter ever sets.
        required header_name: HeaderName, "name the header";
        /// The claim: a string, number or boolean, or a list of them, which is joined by commas. The
        /// header is not set where the value could be read as something else: where it has a byte
        /// other than visible ASCII and inner spaces, or an element of a list has a comma.
        required claim_name: ClaimPath, "name the claim";
    }
    instead [("header", "header_name"), ("name", "header_name"), ("claim", "claim_name")];
}

policy::model! {
    /// A claim that later filters and the access log are told.
    pub(crate) struct ClaimToState {
        /// The filter state is `wasm.portcullis.claim.NAME`.
        required name: Name, "name the filter state";
        /// The claim, written as in `claim_to_headers`.
        required claim_name: ClaimPath, "name the claim";
    }
    instead [("claim", "claim_name"), ("key", "name"), ("header_name", "name")];
}
