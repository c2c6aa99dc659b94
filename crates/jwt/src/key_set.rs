//! A JWK set (RFC 7517 §5), parsed once.

use policy::language::{Json, Place, Report};

use crate::algorithm::Family;
use crate::key::{self, Jwk};
use crate::remote::FetchFault;
use crate::{Algorithm, Key, Purpose};

/// How many keys of a published set are read; the largest issuers have a dozen.
const MAX_KEYS: usize = 100;

/// The keys of one provider.
#[derive(Debug, Default)]
pub struct KeySet {
    keys: Vec<Key>,
    /// Where in the set the secrets stand.
    secrets: Vec<usize>,
}

impl KeySet {
    /// Reads a JWK set. Everything wrong goes to the report, and then there is none; keys that are
    /// there for something else are left out with a warning.
    ///
    /// # Security
    /// Private keys, RSA keys below 2048 bits, secrets below 256 bits and two keys that one token
    /// could mean are errors.
    pub fn read(set: &Json, place: &Place<'_>, report: &mut Report) -> Option<Self> {
        let place = &place.field("keys");
        let Some(Json::List(jwks)) = set.member("keys") else {
            let message = "missing; a JWK set is a map with a list of \"keys\" (RFC 7517 §5)";
            report.error(place, message);
            return None;
        };
        let mut keys: Vec<Key> = Vec::with_capacity(jwks.len());
        let mut secrets = Vec::new();
        let mut all_read = true;
        for (index, jwk) in jwks.iter().enumerate() {
            let place = &place.index(index);
            match key::read(jwk, place, report) {
                Some(Jwk::Usable(key)) if keys.iter().any(|other| other.is_like(&key)) => {
                    report.error(&place.field("kid"), "two keys of one type have this kid");
                    all_read = false;
                }
                Some(Jwk::Usable(key)) => {
                    if key.family() == Family::Secret {
                        secrets.push(index);
                    }
                    keys.push(key);
                }
                Some(Jwk::Unusable) => {}
                None => all_read = false,
            }
        }
        if all_read && keys.is_empty() {
            report.error(place, "holds no key that verifies tokens");
            all_read = false;
        }
        all_read.then_some(Self { keys, secrets })
    }

    /// Reads a set as its issuer publishes it. Keys that are of no use here are left out, as RFC 7517 §5
    /// asks: an issuer may add a kind that we do not know, and must not take its tokens down by it.
    ///
    /// # Errors
    /// The bytes are no set, or it holds no key for these algorithms.
    ///
    /// # Security
    /// Two keys of one type under one `kid` are both kept, and then neither is ever chosen.
    pub fn fetched(body: &[u8], algorithms: &[Algorithm]) -> Result<Self, FetchFault> {
        let set = Json::parse(body).map_err(|_| FetchFault::NotASet)?;
        let mut report = Report::default();
        let top = Place::top();
        set.report_duplicates(&top, &mut report);
        let Some(Json::List(jwks)) = set.member("keys").filter(|_| !report.is_refused()) else {
            return Err(FetchFault::NotASet);
        };
        let usable = |jwk| match key::read(jwk, &top, &mut report) {
            // A secret that was published is none, whoever says so.
            Some(Jwk::Usable(key)) if key.family() != Family::Secret => Some(key),
            Some(_) | None => None,
        };
        let keys: Vec<Key> = jwks.iter().take(MAX_KEYS).filter_map(usable).collect();
        let verifies = |key: &Key| algorithms.iter().any(|one| key.verifies(*one));
        if keys.iter().any(verifies) {
            let secrets = Vec::new();
            Ok(Self { keys, secrets })
        } else {
            Err(FetchFault::NoUsableKey)
        }
    }

    /// The key for a token: the one of its `kid` that verifies its algorithm and serves the
    /// purpose; without a `kid` the only one that does, if there is exactly one. Never just the
    /// first.
    #[must_use]
    pub fn choose(
        &self,
        algorithm: Algorithm,
        purpose: Purpose,
        key_id: Option<&str>,
    ) -> Option<&Key> {
        let mut fitting = self
            .keys
            .iter()
            .filter(|key| key.verifies(algorithm) && key.serves(purpose))
            .filter(|key| key_id.is_none() || key.id() == key_id);
        let key = fitting.next()?;
        fitting.next().is_none().then_some(key)
    }

    /// The keys, in the order of the set.
    pub fn iter(&self) -> impl Iterator<Item = &Key> {
        self.keys.iter()
    }

    /// Where in the set the secrets stand.
    pub(crate) fn secrets(&self) -> &[usize] {
        &self.secrets
    }

    #[cfg(test)]
    pub(crate) fn into_keys(self) -> Vec<Key> {
        self.keys
    }
}

#[cfg(test)]
mod tests {
    use fixtures::Algorithm::{EdDsa, Es256, Hs256, Rs256};
    use serde_json::{Value, json};

    use super::*;

    fn read(keys: &Value) -> (Option<KeySet>, Report) {
        let set = Json::parse(json!({ "keys": keys }).to_string().as_bytes()).unwrap();
        let mut report = Report::default();
        let keys = KeySet::read(&set, &Place::top().field("inline"), &mut report);
        (keys, report)
    }

    fn jwk(algorithm: fixtures::Algorithm, kid: Option<&str>) -> Value {
        let mut jwk = fixtures::Key::new(algorithm, kid.unwrap_or_default()).jwk();
        if kid.is_none() {
            jwk.as_object_mut().unwrap().remove("kid");
        }
        jwk
    }

    #[test]
    fn a_key_is_chosen_by_kid_and_algorithm() {
        let keys = json!([
            jwk(Es256, Some("a")),
            jwk(Es256, Some("b")),
            jwk(EdDsa, Some("a"))
        ]);
        let set = read(&keys).0.unwrap();
        let chosen = |algorithm, kid| {
            set.choose(algorithm, Purpose::Signature, kid)
                .map(|key| (key.family(), key.id()))
        };
        for (algorithm, kid, expected) in [
            (Algorithm::Es256, Some("a"), Some((Family::P256, Some("a")))),
            (
                Algorithm::EdDsa,
                Some("a"),
                Some((Family::Ed25519, Some("a"))),
            ),
            (Algorithm::Es256, Some("b"), Some((Family::P256, Some("b")))),
            (Algorithm::EdDsa, Some("b"), None),
            (Algorithm::Es256, Some("c"), None),
            (Algorithm::Es256, Some(""), None),
            (Algorithm::EdDsa, None, Some((Family::Ed25519, Some("a")))),
            (Algorithm::Es256, None, None), // two fit
            (Algorithm::Rs256, None, None),
        ] {
            assert_eq!(chosen(algorithm, kid), expected, "{algorithm:?} {kid:?}");
        }
    }

    #[test]
    fn a_key_without_a_kid_fits_no_token_that_names_one() {
        let set = read(&json!([jwk(Es256, None)])).0.unwrap();
        let choose = |kid| set.choose(Algorithm::Es256, Purpose::Signature, kid);
        assert!(choose(None).is_some() && choose(Some("a")).is_none());
    }

    #[test]
    fn two_keys_of_one_type_and_kid_are_refused() {
        let (set, report) = read(&json!([jwk(Es256, Some("a")), jwk(Es256, Some("a"))]));
        assert!(set.is_none());
        let line = "inline.keys[1].kid: two keys of one type have this kid";
        assert_eq!(report.errors(), [line]);
    }

    #[test]
    fn a_key_is_for_its_own_alg_and_use_where_it_names_them() {
        let with = |algorithm, kid, members: Value| {
            let mut jwk = jwk(algorithm, Some(kid));
            let jwk_members = jwk.as_object_mut().unwrap();
            jwk_members.remove("alg");
            jwk_members.remove("use");
            jwk_members.extend(members.as_object().unwrap().clone());
            jwk
        };
        let keys = json!([
            with(Rs256, "a", json!({})),
            with(Rs256, "b", json!({"alg": "PS256", "use": "sig"})),
            with(Rs256, "b", json!({"alg": "RS256"})), // the same kid: another alg tells them apart
            with(Es256, "c", json!({"use": "jwt-svid"})),
        ]);
        let set = read(&keys).0.unwrap();
        for (algorithm, purpose, kid, found) in [
            (Algorithm::Rs256, Purpose::Signature, "a", true),
            (Algorithm::Ps512, Purpose::Signature, "a", true),
            (Algorithm::Ps512, Purpose::JwtSvid, "a", true),
            (Algorithm::Es256, Purpose::Signature, "a", false),
            (Algorithm::Ps256, Purpose::Signature, "b", true),
            (Algorithm::Ps256, Purpose::JwtSvid, "b", false),
            (Algorithm::Rs256, Purpose::JwtSvid, "b", true),
            (Algorithm::Rs512, Purpose::Signature, "b", false),
            (Algorithm::Es256, Purpose::JwtSvid, "c", true),
            (Algorithm::Es256, Purpose::Signature, "c", false),
        ] {
            let chosen = set.choose(algorithm, purpose, Some(kid));
            assert_eq!(chosen.is_some(), found, "{algorithm:?} {purpose:?} {kid}");
        }
        let (set, report) = read(&json!([
            with(Rs256, "a", json!({})),
            with(Rs256, "a", json!({"alg": "PS256"})),
        ]));
        assert!(
            set.is_none() && report.errors().len() == 1,
            "PS256 could mean either"
        );
    }

    #[test]
    fn a_secret_that_is_published_is_no_key() {
        let set = json!({"keys": [jwk(Hs256, Some("a"))]}).to_string();
        let secrets = [Algorithm::Hs256, Algorithm::EdDsa];
        assert!(KeySet::fetched(set.as_bytes(), &secrets).is_err());
    }

    #[test]
    fn a_set_without_a_usable_key_is_refused() {
        for set in ["{}", r#"{"keys": {}}"#, r#"{"keys": []}"#, "[]"] {
            let set = Json::parse(set.as_bytes()).unwrap();
            let mut report = Report::default();
            assert!(KeySet::read(&set, &Place::top(), &mut report).is_none());
            assert_eq!(report.errors().len(), 1, "{set:?}");
        }
        let (set, report) = read(&json!([{"kty": "EC", "crv": "P-521", "x": "", "y": ""}]));
        assert!(set.is_none());
        assert_eq!(
            report.errors(),
            ["inline.keys: holds no key that verifies tokens"]
        );
        assert_eq!(report.warnings().len(), 1);
    }
}
