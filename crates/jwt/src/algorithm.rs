//! Signature algorithms (RFC 7518 §3.1, RFC 8037 §3.1).

policy::words! {
    /// An algorithm that a provider may allow. `none` is not one, and never will be.
    pub enum Algorithm {
        /// RSA PKCS#1 v1.5 with SHA-256.
        Rs256 = "RS256",
        /// RSA PKCS#1 v1.5 with SHA-384.
        Rs384 = "RS384",
        /// RSA PKCS#1 v1.5 with SHA-512.
        Rs512 = "RS512",
        /// RSA-PSS with SHA-256.
        Ps256 = "PS256",
        /// RSA-PSS with SHA-384.
        Ps384 = "PS384",
        /// RSA-PSS with SHA-512.
        Ps512 = "PS512",
        /// ECDSA on P-256 with SHA-256.
        Es256 = "ES256",
        /// ECDSA on P-384 with SHA-384.
        Es384 = "ES384",
        /// Ed25519.
        EdDsa = "EdDSA",
        /// HMAC with SHA-256.
        Hs256 = "HS256",
        /// HMAC with SHA-384.
        Hs384 = "HS384",
        /// HMAC with SHA-512.
        Hs512 = "HS512",
    }
    later ["ES512"];
}

/// The keys that an algorithm is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// RSA keys: RS256 to RS512, PS256 to PS512.
    Rsa,
    /// Points on P-256: ES256.
    P256,
    /// Points on P-384: ES384.
    P384,
    /// Points on Ed25519: `EdDSA`.
    Ed25519,
    /// Secrets that issuer and verifier share: HS256 to HS512.
    Secret,
}

/// The SHA-2 that an algorithm signs the digest of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sha {
    /// 32 bytes.
    Sha256,
    /// 48 bytes.
    Sha384,
    /// 64 bytes.
    Sha512,
}

impl Algorithm {
    const ALL: [Self; 12] = [
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Es256,
        Self::Es384,
        Self::EdDsa,
        Self::Hs256,
        Self::Hs384,
        Self::Hs512,
    ];

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
        let mut all = Self::ALL.into_iter();
        all.find(|algorithm| algorithm.word() == name)
    }

    /// The keys it is for.
    #[must_use]
    pub const fn family(self) -> Family {
        match self {
            Self::Rs256 | Self::Rs384 | Self::Rs512 | Self::Ps256 | Self::Ps384 | Self::Ps512 => {
                Family::Rsa
            }
            Self::Es256 => Family::P256,
            Self::Es384 => Family::P384,
            Self::EdDsa => Family::Ed25519,
            Self::Hs256 | Self::Hs384 | Self::Hs512 => Family::Secret,
        }
    }

    /// The digest that is signed; Ed25519 has its own within.
    pub(crate) const fn sha(self) -> Sha {
        match self {
            Self::Rs256 | Self::Ps256 | Self::Es256 | Self::Hs256 | Self::EdDsa => Sha::Sha256,
            Self::Rs384 | Self::Ps384 | Self::Es384 | Self::Hs384 => Sha::Sha384,
            Self::Rs512 | Self::Ps512 | Self::Hs512 => Sha::Sha512,
        }
    }
}

impl From<Sha> for policy::Digest {
    fn from(sha: Sha) -> Self {
        match sha {
            Sha::Sha256 => Self::Sha256,
            Sha::Sha384 => Self::Sha384,
            Sha::Sha512 => Self::Sha512,
        }
    }
}

impl Sha {
    /// Bytes of the digest.
    pub(crate) const fn bytes(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}
