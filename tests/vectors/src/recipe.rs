//! A certificate of a peer, built byte by byte (RFC 5280 §4.1), so that each rule of X509-SVID has
//! one that breaks just that rule, also where no library would encode it.
//!
//! Whoever builds one says who signs: the pure runs sign with nothing, since nobody looks there;
//! `tests/envoy` signs with an authority's key.

mod edit;
mod extension;
mod read;

pub(crate) use self::extension::Extension;
pub(crate) use self::read::expanded;

use self::edit::Edit;
use crate::der::{BITS, INTEGER, SEQUENCE, SET, UTC_TIME, UTF8, oid, tlv};

/// The workload that a good certificate names.
pub const WORKLOAD: &str = "spiffe://mesh.test/ns/shop/sa/checkout";

const ECDSA_WITH_SHA256: &str = "1.2.840.10045.4.3.2";
const EC_PUBLIC_KEY: &str = "1.2.840.10045.2.1";
const P256: &str = "1.2.840.10045.3.1.7";
const COMMON_NAME: &str = "2.5.4.3";

/// How a certificate is made.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// The number in the field `version`, less one as X.509 counts; `None` leaves it out, which means 1.
    version: Option<u8>,
    serial: Vec<u8>,
    /// The common name of the subject; empty for an empty subject.
    subject: String,
    /// Both times, each with its tag.
    validity: [Vec<u8>; 2],
    extensions: Vec<Extension>,
    edits: Vec<Edit>,
}

impl Recipe {
    /// An X509-SVID as the standard asks for it, valid from 2000 to 2049.
    #[must_use]
    pub fn good(id: &str) -> Self {
        Self {
            version: Some(2),
            serial: vec![1],
            subject: String::new(),
            validity: [b"000101000000Z", b"491231235959Z"].map(|time| tlv(UTC_TIME, time)),
            extensions: Extension::of_a_leaf(id),
            edits: Vec::new(),
        }
    }

    /// The certificate in DER, issued by the authority with this common name, over a public key
    /// (`SubjectPublicKeyInfo`, RFC 5280 §4.1.2.7), signed by ECDSA with SHA-256.
    pub fn certificate(
        &self,
        issuer: &str,
        public_key: &[u8],
        sign: impl FnOnce(&[u8]) -> Vec<u8>,
    ) -> Vec<u8> {
        let to_be_signed = self.to_be_signed(issuer, public_key);
        let signature = sign(&to_be_signed);
        let signature = tlv(BITS, &[&[0], signature.as_slice()].concat());
        let parts = [to_be_signed, algorithm(), signature].concat();
        self.edits
            .iter()
            .fold(tlv(SEQUENCE, &parts), |der, edit| edit.made_to(der))
    }

    /// The same with a key and a signature of zeros.
    #[must_use]
    pub fn unsigned(&self) -> Vec<u8> {
        let algorithm = [oid(EC_PUBLIC_KEY), oid(P256)].concat();
        let key = [tlv(SEQUENCE, &algorithm), tlv(BITS, &[0; 66])].concat();
        self.certificate("mesh.test", &tlv(SEQUENCE, &key), |_| Vec::new())
    }

    /// With this extension in the place of its namesake.
    pub(crate) fn with(mut self, extension: Extension) -> Self {
        let place = self.extension_mut(&extension.oid);
        *place = extension;
        self
    }

    fn extension_mut(&mut self, oid: &str) -> &mut Extension {
        let mut extensions = self.extensions.iter_mut();
        let found = extensions.find(|it| it.oid == oid);
        found.expect("one of the four extensions of a leaf")
    }

    /// With another beginning, as `UTCTime` writes it.
    pub(crate) fn from(mut self, time: &[u8]) -> Self {
        self.validity[0] = tlv(UTC_TIME, time);
        self
    }

    /// With another end, as `UTCTime` writes it.
    pub(crate) fn until(mut self, time: &[u8]) -> Self {
        self.validity[1] = tlv(UTC_TIME, time);
        self
    }

    fn to_be_signed(&self, issuer: &str, public_key: &[u8]) -> Vec<u8> {
        let version = self
            .version
            .map(|version| tlv(0xa0, &tlv(INTEGER, &[version])));
        let extensions: Vec<Vec<u8>> = self.extensions.iter().map(Extension::der).collect();
        let extensions = match extensions.as_slice() {
            [] => Vec::new(),
            some => tlv(0xa3, &tlv(SEQUENCE, &some.concat())),
        };
        let parts = [
            version.unwrap_or_default(),
            tlv(INTEGER, &self.serial),
            algorithm(),
            name(issuer),
            tlv(SEQUENCE, &self.validity.concat()),
            name(&self.subject),
            public_key.to_vec(),
            extensions,
        ];
        tlv(SEQUENCE, &parts.concat())
    }
}

fn algorithm() -> Vec<u8> {
    tlv(SEQUENCE, &oid(ECDSA_WITH_SHA256))
}

/// A name with this common name, or without any part.
pub(crate) fn name(common_name: &str) -> Vec<u8> {
    if common_name.is_empty() {
        return tlv(SEQUENCE, &[]);
    }
    let attribute = [oid(COMMON_NAME), tlv(UTF8, common_name.as_bytes())].concat();
    tlv(SEQUENCE, &tlv(SET, &tlv(SEQUENCE, &attribute)))
}
