//! What the demo makes anew each time: certificates, tokens and the proxies' working folders.
//!
//! A working folder holds all that a proxy needs and nothing of another one's: its configuration,
//! its SVID and its plugin. In containers each is a volume of its own.

use std::{
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use fixtures::{Algorithm, Ca, Identity, Issuer, Jws, Key, Validity, now};
use serde_json::{Value, json};

use crate::{Configuration, Error, Member, Places};

/// Long enough to look around, too short to be kept.
const LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// The issuer and the audience that `envoy/edge.yaml` names.
const ISSUER: &str = "https://login.example.org";
const AUDIENCE: &str = "shop";

/// Makes `out/MEMBER/` for each member and `out/client/` for who sends requests.
///
/// `envoy` holds the shipped configurations and `dist` the plugins; `places` says where their socket
/// addresses are in this run.
///
/// # Errors
/// When a file cannot be read or written, or a configuration lacks a place to fill in.
pub fn mint(envoy: &Path, dist: &Path, out: &Path, places: &Places<'_>) -> Result<(), Error> {
    let mesh = Ca::new("example.org");
    let web = Ca::new("demo web");
    let issuer = Issuer::new(ISSUER, Algorithm::Es256);
    for member in Member::ALL {
        let folder = out.join(member.name());
        let certs = made(folder.join("certs"))?;
        written(&certs, "svid", &svid(&mesh, member))?;
        text(&certs.join("bundle.crt"), mesh.cert_pem())?;
        let plugin = made(folder.join("dist"))?.join(member.plugin());
        let built = dist.join(member.plugin());
        fs::copy(&built, plugin).map_err(Error::file(built))?;
        let secrets = made(folder.join("sds"))?;
        for secret in member.secrets() {
            let shipped = envoy.join("sds").join(secret);
            fs::copy(&shipped, secrets.join(secret)).map_err(Error::file(shipped))?;
        }
        let mut configuration = Configuration::read(envoy, member)?;
        if member == Member::Edge {
            configuration = configuration.with_jwks(&issuer.jwks())?;
            let server = web.leaf().dns("localhost").dns("envoy").loopback();
            written(&certs, "web", &server.validity(lifetime()).issue())?;
        }
        let configuration = configuration.with_places(member, places);
        configuration.write(&folder.join("envoy.json"))?;
    }
    client(&made(out.join("client"))?, &mesh, &web, &issuer)?;
    text(&out.join(MARK), &fingerprint(envoy, dist)?)
}

/// Whether `out` holds what [`mint`] would make from these sources, and it is still good for half its
/// lifetime: a stack that is asked to start again goes on with the certificates that it has.
#[must_use]
pub fn is_minted(envoy: &Path, dist: &Path, out: &Path) -> bool {
    let mark = out.join(MARK);
    let age = fs::metadata(&mark)
        .and_then(|mark| mark.modified())
        .ok()
        .and_then(|made| made.elapsed().ok());
    let known = fs::read_to_string(&mark).ok();
    age.is_some_and(|age| age < LIFETIME / 2) && known == fingerprint(envoy, dist).ok()
}

/// Where the sources' fingerprint is written, last of all.
const MARK: &str = "client/made-from";

/// Tells one build's sources from another's; nobody has to be kept from forging it.
fn fingerprint(envoy: &Path, dist: &Path) -> Result<String, Error> {
    let mut hasher = DefaultHasher::new();
    for member in Member::ALL {
        let secrets = member.secrets().iter();
        let secrets = secrets.map(|secret| envoy.join("sds").join(secret));
        let others = [
            envoy.join(member.configuration()),
            dist.join(member.plugin()),
        ];
        for source in secrets.chain(others) {
            let bytes = fs::read(&source).map_err(Error::file(source))?;
            bytes.hash(&mut hasher);
        }
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// What whoever sends requests holds: whom to trust, whom to be, tokens good and bad.
fn client(folder: &Path, mesh: &Ca, web: &Ca, issuer: &Issuer) -> Result<(), Error> {
    text(&folder.join("web-ca.crt"), web.cert_pem())?;
    text(&folder.join("bundle.crt"), mesh.cert_pem())?;
    for member in [Member::Orders, Member::Catalog] {
        written(folder, member.name(), &svid(mesh, member))?;
    }
    // The right name under a CA of one's own making.
    written(
        folder,
        "stranger",
        &svid(&Ca::new("example.org"), Member::Orders),
    )?;
    let tokens = made(folder.join("tokens"))?;
    for (name, token) in tokens_of(issuer) {
        text(&tokens.join(name), &token)?;
    }
    Ok(())
}

fn tokens_of(issuer: &Issuer) -> Vec<(&'static str, String)> {
    let claims = |subject: &str, scope: &str| {
        let mut claims = issuer.claims(subject, AUDIENCE);
        set(&mut claims, "exp", json!(now() + LIFETIME.as_secs()));
        set(&mut claims, "scope", json!(scope));
        claims
    };
    let bent = |name: &str, value: Value| {
        let mut claims = claims("ada", "orders:read");
        set(&mut claims, name, value);
        claims
    };
    let honest = claims("ada", "orders:read");
    let forger = Key::foreign(Algorithm::Es256, issuer.key().kid());
    vec![
        ("reader", issuer.sign(&honest)),
        (
            "writer",
            issuer.sign(&claims("bob", "orders:read orders:write")),
        ),
        ("hurried", issuer.sign(&claims("cleo", "orders:write"))),
        ("expired", issuer.sign(&bent("exp", json!(now() - 3600)))),
        (
            "other-audience",
            issuer.sign(&bent("aud", json!("elsewhere"))),
        ),
        (
            "other-issuer",
            issuer.sign(&bent("iss", json!("https://login.example.net"))),
        ),
        ("forged", Issuer::sign_as(&forger, &honest)),
        ("unsigned", Jws::unsecured(&honest)),
    ]
}

fn set(claims: &mut Value, name: &str, value: Value) {
    if let Some(claims) = claims.as_object_mut() {
        claims.insert(name.to_owned(), value);
    }
}

/// An SVID that also carries host names, for clients that are no workload and check those.
fn svid(mesh: &Ca, member: Member) -> Identity {
    let leaf = mesh.leaf().uri(member.spiffe_id()).dns(member.name());
    leaf.dns("localhost")
        .loopback()
        .validity(lifetime())
        .issue()
}

fn lifetime() -> Validity {
    Validity::Until(SystemTime::now() + LIFETIME)
}

fn made(folder: PathBuf) -> Result<PathBuf, Error> {
    fs::create_dir_all(&folder).map_err(Error::file(&folder))?;
    Ok(folder)
}

fn text(path: &Path, text: &str) -> Result<(), Error> {
    fs::write(path, text).map_err(Error::file(path))
}

fn written(folder: &Path, name: &str, identity: &Identity) -> Result<(), Error> {
    identity
        .write(folder, name)
        .map(drop)
        .map_err(Error::file(folder.join(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_is_kept_until_a_source_changes() {
        let folder = tempfile::TempDir::new().unwrap();
        let envoy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../envoy");
        let dist = made(folder.path().join("dist")).unwrap();
        let out = folder.path().join("out");
        for plugin in ["gateway.wasm", "spiffe_authz.wasm"] {
            text(&dist.join(plugin), "a plugin").unwrap();
        }
        assert!(!is_minted(&envoy, &dist, &out));
        mint(&envoy, &dist, &out, &|_, _, _| None).unwrap();
        assert!(is_minted(&envoy, &dist, &out));
        text(&dist.join("gateway.wasm"), "another plugin").unwrap();
        assert!(!is_minted(&envoy, &dist, &out));
    }
}
