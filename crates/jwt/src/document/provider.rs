//! A provider of tokens, as it is written.

use policy::language::{Name, Span, Text, Whole};

use super::{AudiencesModel, ClaimPath, HeaderName, Jwks};
use crate::Algorithm;

policy::model! {
    /// An issuer of tokens, and how its tokens are taken.
    pub(crate) struct ProviderModel {
        /// Its name, which conditions and logs use.
        required name: Name, "give it a name, which conditions then use";
        /// The `iss` of its tokens, compared byte by byte.
        required issuer: Text, "write the iss of its tokens, exactly as they have it";
        /// The audiences meant for this service: `aud` must name one; or "any".
        required audiences: AudiencesModel,
            "list the audiences meant for this service, or write \"any\" if the issuer sets none";
        /// The algorithms it signs with. `none` is never one.
        default algorithms: Vec<Algorithm> = vec![Algorithm::Rs256, Algorithm::Es256],
            "[RS256, ES256]";
        /// What kind of tokens they are: `jwt` takes a `typ` of JWT or at+jwt, or none.
        default profile: Profile = Profile::Jwt, "jwt";
        /// Its public keys.
        required jwks: Jwks, "write jwks: {inline: {keys: [...]}} with its public keys";
        /// How far its clock and ours may be apart.
        default clock_skew: Span<0, 300_000> = Span::from_millis(60_000), "60s";
        /// The longest that a token may live: `exp - iat`, or `exp - now` where it has no `iat`.
        optional max_lifetime: Span<1_000, 31_622_400_000>;
        /// The longest token taken, in bytes.
        default max_token_bytes: Whole<256, 65_536> = Whole::new(8_192), "8192";
        /// The headers that carry its tokens; without it, `authorization` with `Bearer `. Two
        /// tokens for one provider are refused.
        optional from_headers: Vec<FromHeader>;
        /// Whether the upstream gets the token too; otherwise its header is removed after use.
        default forward: bool = false, "false";
        /// Claims that the upstream is told in headers, which are always removed from what the
        /// client sends.
        optional claim_to_headers: Vec<ClaimToHeader>;
    }
    later [
        "payload_in_metadata", "from_cookies", "from_params", "certificate_bound", "claims",
        "forward_payload_header",
    ];
    instead [
        ("audience", "audiences: [...]"),
        ("jwksUri", "jwks: {uri: ...}"),
        ("jwks_uri", "jwks: {uri: ...}"),
        ("remote_jwks", "jwks: {uri: ...}"),
        ("remoteJWKS", "jwks: {uri: ...}"),
        ("local_jwks", "jwks: {inline: ...}"),
        ("localJWKS", "jwks: {inline: ...}"),
        ("keys", "jwks: {inline: {keys: [...]}}"),
        ("fromHeaders", "from_headers: [{name: ..., value_prefix: ...}]"),
        ("forwardOriginalToken", "forward: true"),
        ("outputClaimToHeaders", "claim_to_headers: [{header_name: ..., claim_name: ...}]"),
        ("claimToHeaders", "claim_to_headers: [{header_name: ..., claim_name: ...}]"),
        ("clock_skew_seconds", "clock_skew: 60s"),
        ("leeway", "clock_skew: 60s"),
    ];
}

policy::words! {
    /// A kind of token.
    pub(crate) enum Profile {
        /// A token of no particular profile: `typ` is JWT, at+jwt or absent.
        Jwt = "jwt",
    }
    later ["access_token", "jwt_svid"];
}

policy::model! {
    /// A header that carries a token.
    pub(crate) struct FromHeader {
        /// The header's name.
        required name: HeaderName, "name the header";
        /// What stands before the token, compared exactly; the scheme in `authorization` is
        /// compared without case.
        optional value_prefix: Text;
    }
    instead [("prefix", "value_prefix"), ("header", "name")];
}

policy::model! {
    /// A claim that the upstream is told in a header.
    pub(crate) struct ClaimToHeader {
        /// The header, which only this filter ever sets.
        required header_name: HeaderName, "name the header";
        /// The claim: a string, number or boolean, or a list of them, which is joined by commas.
        required claim_name: ClaimPath, "name the claim";
    }
    instead [("header", "header_name"), ("name", "header_name"), ("claim", "claim_name")];
}
