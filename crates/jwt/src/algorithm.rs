//! Signature algorithms (RFC 7518 §3.1, RFC 8037 §3.1).

policy::words! {
    /// An algorithm that a provider may allow. `none` is not one, and never will be.
    pub enum Algorithm {
        /// RSA PKCS#1 v1.5 with SHA-256.
        Rs256 = "RS256",
        /// ECDSA on P-256 with SHA-256.
        Es256 = "ES256",
        /// Ed25519.
        EdDsa = "EdDSA",
    }
    later [
        "RS384", "RS512", "PS256", "PS384", "PS512", "ES384", "ES512", "HS256", "HS384", "HS512",
    ];
}

impl Algorithm {
    /// The algorithm of this name, compared as RFC 7515 §4.1.1 has it: exactly.
    ///
    /// ```
    /// use jwt::Algorithm;
    /// assert_eq!(Algorithm::named("ES256"), Some(Algorithm::Es256));
    /// assert_eq!(Algorithm::named("none"), None);
    /// assert_eq!(Algorithm::named("es256"), None);
    /// ```
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Rs256, Self::Es256, Self::EdDsa]
            .into_iter()
            .find(|algorithm| algorithm.word() == name)
    }
}
