//! Tokens: JWS, JWK sets, claims and their verification.
