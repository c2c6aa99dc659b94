//! A JWK set (RFC 7517 §5), parsed once when the document is read.

use policy::language::{Json, Place, Report};

use crate::key::{self, Jwk};
use crate::remote::FetchFault;
use crate::{Algorithm, Key};

/// How many keys of a published set are read; the largest issuers have a dozen.
const MAX_KEYS: usize = 100;

/// The keys of one provider.
#[derive(Debug)]
pub struct KeySet {
    keys: Vec<Key>,
}

impl KeySet {
    /// Reads a JWK set. Everything wrong goes to the report, and then there is none; keys that are
    /// there for something else are left out with a warning.
    ///
    /// # Security
    /// Private keys, RSA keys below 2048 bits and two keys of one type under one `kid` are errors.
    pub fn read(set: &Json, place: &Place<'_>, report: &mut Report) -> Option<Self> {
        let place = &place.field("keys");
        let Some(Json::List(jwks)) = set.member("keys") else {
            let message = "missing; a JWK set is a map with a list of \"keys\" (RFC 7517 §5)";
            report.error(place, message);
            return None;
        };
        let mut keys: Vec<Key> = Vec::with_capacity(jwks.len());
        let mut all_read = true;
        for (index, jwk) in jwks.iter().enumerate() {
            let place = &place.index(index);
            match key::read(jwk, place, report) {
                Some(Jwk::Usable(key)) if keys.iter().any(|other| is_same(other, &key)) => {
                    report.error(&place.field("kid"), "two keys of one type have this kid");
                    all_read = false;
                }
                Some(Jwk::Usable(key)) => keys.push(key),
                Some(Jwk::Unusable) => {}
                None => all_read = false,
            }
        }
        if all_read && keys.is_empty() {
            report.error(place, "holds no key that verifies tokens");
            all_read = false;
        }
        all_read.then_some(Self { keys })
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
            Some(Jwk::Usable(key)) => Some(key),
            Some(Jwk::Unusable) | None => None,
        };
        let keys: Vec<Key> = jwks.iter().take(MAX_KEYS).filter_map(usable).collect();
        let verifies = |key: &Key| algorithms.contains(&key.algorithm());
        if keys.iter().any(verifies) {
            Ok(Self { keys })
        } else {
            Err(FetchFault::NoUsableKey)
        }
    }

    /// The key for a token: the one of its `kid` and algorithm; without a `kid` the one of its
    /// algorithm, if there is exactly one. Never just the first.
    #[must_use]
    pub fn choose(&self, algorithm: Algorithm, key_id: Option<&str>) -> Option<&Key> {
        let mut fitting = self
            .keys
            .iter()
            .filter(|key| key.algorithm() == algorithm)
            .filter(|key| key_id.is_none() || key.id() == key_id);
        let key = fitting.next()?;
        fitting.next().is_none().then_some(key)
    }

    /// The keys, in the order of the set.
    pub fn iter(&self) -> impl Iterator<Item = &Key> {
        self.keys.iter()
    }

    #[cfg(test)]
    pub(crate) fn into_keys(self) -> Vec<Key> {
        self.keys
    }
}

fn is_same(a: &Key, b: &Key) -> bool {
    a.id().is_some() && a.id() == b.id() && a.algorithm() == b.algorithm()
}

#[cfg(test)]
mod tests {
    use fixtures::Algorithm::{EdDsa, Es256};
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
            set.choose(algorithm, kid)
                .map(|key| (key.algorithm(), key.id()))
        };
        for (algorithm, kid, expected) in [
            (
                Algorithm::Es256,
                Some("a"),
                Some((Algorithm::Es256, Some("a"))),
            ),
            (
                Algorithm::EdDsa,
                Some("a"),
                Some((Algorithm::EdDsa, Some("a"))),
            ),
            (
                Algorithm::Es256,
                Some("b"),
                Some((Algorithm::Es256, Some("b"))),
            ),
            (Algorithm::EdDsa, Some("b"), None),
            (Algorithm::Es256, Some("c"), None),
            (Algorithm::Es256, Some(""), None),
            (Algorithm::EdDsa, None, Some((Algorithm::EdDsa, Some("a")))),
            (Algorithm::Es256, None, None), // two fit
            (Algorithm::Rs256, None, None),
        ] {
            assert_eq!(chosen(algorithm, kid), expected, "{algorithm:?} {kid:?}");
        }
    }

    #[test]
    fn a_key_without_a_kid_fits_no_token_that_names_one() {
        let set = read(&json!([jwk(Es256, None)])).0.unwrap();
        assert!(set.choose(Algorithm::Es256, None).is_some());
        assert!(set.choose(Algorithm::Es256, Some("a")).is_none());
    }

    #[test]
    fn two_keys_of_one_type_and_kid_are_refused() {
        let (set, report) = read(&json!([jwk(Es256, Some("a")), jwk(Es256, Some("a"))]));
        assert!(set.is_none());
        let line = "inline.keys[1].kid: two keys of one type have this kid";
        assert_eq!(report.errors(), [line]);
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
