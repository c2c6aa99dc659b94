//! A plugin for tests: asks the proxy and the plugin's own code about the same signature.
//!
//! One request is one case: the headers `x-algorithm`, `x-key` (a JWK), `x-message` and `x-signature`,
//! the last three in base64url. The reason code of the denial says what came of it; nothing is ever let
//! in.

use std::fmt;
use std::rc::Rc;

use base64ct::{Base64UrlUnpadded, Encoding};
use filter::Seams;
use jwt::{Algorithm, JwtSimple, KeySet, Native, Signatures};
use policy::language::{Fields, Json, Place, Report};
use policy::{
    Attributes, Context, Failure, Gate, Policy, Reason, RouteNames, Stage, Status, Vocabulary,
    Weight,
};

filter::plugin!("agreement", |seams| {
    let native = Rc::new(Native::new(Seams::signatures()));
    seams.announce("native_signatures", &native, Native::state);
    vec![Box::new(Agreement(native))]
});

const BOTH_TAKE: Reason = Reason::new("agreement.both_take", Status::Forbidden);
const BOTH_REFUSE: Reason = Reason::new("agreement.both_refuse", Status::Unauthorized);
const DIFFER: Reason = Reason::new("agreement.differ", Status::Unavailable);
const NO_KEY: Reason = Reason::new("agreement.no_key", Status::Forbidden);
const NOT_NATIVE: Reason = Reason::new("agreement.not_native", Status::TooManyRequests);

struct Agreement(Rc<Native>);

impl Policy for Agreement {
    fn vocabulary(&self) -> Vocabulary {
        Vocabulary {
            section: "agreement",
            has_conditions: false,
            attributes: &[],
        }
    }

    fn read(&mut self, _document: &mut Fields<'_>, _report: &mut Report) {}

    fn gates(
        &mut self,
        _routes: &dyn RouteNames,
        _attributes: &dyn Attributes,
        _report: &mut Report,
    ) -> Vec<Box<dyn Gate>> {
        vec![Box::new(Case(Rc::clone(&self.0)))]
    }
}

struct Case(Rc<Native>);

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Case")
    }
}

impl Gate for Case {
    fn stage(&self) -> Stage {
        Stage::BeforeIdentity
    }

    fn pass(&self, context: &Context<'_>) -> Result<(), Failure> {
        let judged = self.judge(context)?.unwrap_or(NO_KEY);
        Err(Failure::new(judged, Weight::Fault))
    }
}

impl Case {
    fn judge(&self, context: &Context<'_>) -> Result<Option<Reason>, Failure> {
        let header = |name| context.request.header(name);
        let bytes = |name| {
            let value = header(name)?.unwrap_or_default();
            let text = String::from_utf8_lossy(&value);
            Ok::<_, Failure>(Base64UrlUnpadded::decode_vec(&text).unwrap_or_default())
        };
        let algorithm = header("x-algorithm")?.unwrap_or_default();
        let algorithm = Algorithm::named(&String::from_utf8_lossy(&algorithm));
        let keys = keys(&bytes("x-key")?);
        let (message, signature) = (bytes("x-message")?, bytes("x-signature")?);
        let key = keys.as_ref().and_then(|keys| keys.iter().next());
        let (Some(algorithm), Some(key)) = (algorithm, key) else {
            return Ok(None);
        };
        if !self.0.algorithms().contains(&algorithm) {
            return Ok(Some(NOT_NATIVE));
        }
        let native = self.0.verify(algorithm, key, &message, &signature);
        let own = JwtSimple.verify(algorithm, key, &message, &signature);
        Ok(Some(match (native, own) {
            (true, true) => BOTH_TAKE,
            (false, false) => BOTH_REFUSE,
            _ => DIFFER,
        }))
    }
}

/// The set of one JWK, read as an issuer's are.
fn keys(jwk: &[u8]) -> Option<KeySet> {
    let set = [b"{\"keys\":[", jwk, b"]}"].concat();
    let set = Json::parse(&set).ok()?;
    KeySet::read(&set, &Place::top(), &mut Report::default())
}
