//! A second issuer: `OpenBao`, whose identity tokens are JWTs with a key that rotates.
//!
//! Its development server, with everything in memory; a shell that waits on a pipe ends it with its
//! test.

use std::{
    fs::{self, File},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::ask::{Body, ask};
use crate::{Client, artifact::openbao_binary, until};

/// A running `OpenBao`; dropping it ends it.
pub struct OpenBao {
    shell: Child,
    folder: TempDir,
    address: SocketAddr,
    /// The login of an entity that may ask for identity tokens.
    login: String,
}

impl OpenBao {
    /// Starts it and sets up one key, one role and one entity.
    ///
    /// # Panics
    /// When it does not come up, with its log.
    pub async fn start(algorithm: &str) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("portcullis-openbao-")
            .tempdir()
            .expect("a temporary folder");
        let log = File::create(folder.path().join(LOG)).expect("a log file");
        let shell = Command::new("sh")
            .args(["-c", WATCHED, "openbao"])
            .arg(openbao_binary())
            .arg(folder.path())
            .arg(ROOT)
            .stdin(Stdio::piped())
            .stdout(log)
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell runs");
        let mut bao = Self {
            shell,
            folder,
            address: ([127, 0, 0, 1], 0).into(),
            login: String::new(),
        };
        bao.address = until("OpenBao to say where it listens", async || {
            let ended = bao.shell.try_wait().expect("a child's status");
            assert!(ended.is_none(), "OpenBao ended: {}", bao.log());
            listener(bao.folder.path())
        })
        .await;
        until("OpenBao to be unsealed", async || {
            let request =
                b"GET /v1/sys/health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
            let response = bao.client().try_send(request).await.ok()?;
            (response.status == 200).then_some(())
        })
        .await;
        bao.set_up(algorithm).await;
        bao
    }

    /// Its `iss`.
    #[must_use]
    pub fn issuer(&self) -> String {
        format!("http://{}/{ISSUER}", self.address)
    }

    /// Where its key set is.
    #[must_use]
    pub fn keys_uri(&self) -> String {
        format!("{}/.well-known/keys", self.issuer())
    }

    /// Where its discovery document is.
    #[must_use]
    pub fn discovery(&self) -> String {
        format!("{}/.well-known/openid-configuration", self.issuer())
    }

    /// A cluster of this name that leads to it.
    #[must_use]
    pub fn cluster(&self, name: &str) -> Value {
        let socket = json!({"address": "127.0.0.1", "port_value": self.address.port()});
        json!({
            "name": name,
            "connect_timeout": "2s",
            "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": [
                {"endpoint": {"address": {"socket_address": socket}}},
            ]}]},
        })
    }

    /// Its key set, as anybody can fetch it: the key that signs and the one that will.
    pub async fn keys(&self) -> Value {
        let target = format!("/{ISSUER}/.well-known/keys");
        ask(&self.client(), &target, "", Body::Nothing).await
    }

    /// An identity token for the audience `shop` with the scope `orders:read`.
    pub async fn token(&self) -> String {
        let login = format!("x-vault-token: {}\r\n", self.login);
        let target = format!("/{ISSUER}/token/shop");
        let answer = ask(&self.client(), &target, &login, Body::Nothing).await;
        let token = answer["data"]["token"].as_str();
        token.expect("an identity token").to_owned()
    }

    /// Lets the next key sign; the one that signed stays in the key set for so long.
    pub async fn rotate(&self, stays: &str) {
        let rotate = format!("{ISSUER}/key/{KEY}/rotate");
        self.write(&rotate, json!({"verification_ttl": stays}))
            .await;
    }

    /// Kills it; its keys are gone with it.
    pub fn kill(&mut self) {
        drop(self.shell.stdin.take());
        drop(self.shell.wait());
    }

    async fn set_up(&mut self, algorithm: &str) {
        let address = format!("http://{}", self.address);
        let claims = r#"{"scope": "orders:read"}"#;
        let policy = format!(r#"path "{ISSUER}/token/*" {{ capabilities = ["read"] }}"#);
        let policy = policy.replace("v1/", "");
        for (path, value) in [
            (format!("{ISSUER}/config"), json!({"issuer": address})),
            (
                format!("{ISSUER}/key/{KEY}"),
                json!({"algorithm": algorithm, "allowed_client_ids": ["*"]}),
            ),
            (
                format!("{ISSUER}/role/shop"),
                json!({"key": KEY, "client_id": "shop", "ttl": "10m", "template": claims}),
            ),
            (
                "v1/sys/policies/acl/tokens".to_owned(),
                json!({ "policy": policy }),
            ),
            (
                "v1/auth/token/roles/orders".to_owned(),
                json!({"allowed_entity_aliases": ["orders"], "allowed_policies": ["tokens"]}),
            ),
        ] {
            self.write(&path, value).await;
        }
        let entity = json!({"entity_alias": "orders", "policies": ["tokens"]});
        let answer = self.write("v1/auth/token/create/orders", entity).await;
        let login = answer["auth"]["client_token"].as_str();
        login.expect("a login").clone_into(&mut self.login);
    }

    async fn write(&self, path: &str, value: Value) -> Value {
        let root = format!("x-vault-token: {ROOT}\r\n");
        ask(
            &self.client(),
            &format!("/{path}"),
            &root,
            Body::Json(value),
        )
        .await
    }

    const fn client(&self) -> Client {
        Client::new(self.address, None)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join(LOG)).unwrap_or_default()
    }
}

impl Drop for OpenBao {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The address it took; it says only the one for its cluster, which is the next one up.
fn listener(folder: &Path) -> Option<SocketAddr> {
    let log = fs::read_to_string(folder.join(LOG)).ok()?;
    let (_, rest) = log.split_once("cluster address: \"")?;
    let (address, _) = rest.split_once('"')?;
    let cluster: SocketAddr = address.parse().ok()?;
    let port = cluster.port().checked_sub(1).filter(|port| *port > 0)?;
    Some(SocketAddr::new(cluster.ip(), port))
}

/// Starts `OpenBao`, ends it when standard input closes, and leaves nothing behind.
const WATCHED: &str = r#"
exec 3<&0
HOME=$2 "$1" server -dev -dev-listen-address=127.0.0.1:0 -dev-root-token-id="$3" \
    -dev-no-store-token <&- 3<&- & bao=$!
(cat <&3 >/dev/null; kill -9 "$bao"; rm -rf "$2") 2>/dev/null &
exec 3<&-
wait "$bao"
"#;
const ISSUER: &str = "v1/identity/oidc";
const KEY: &str = "signing";
const LOG: &str = "openbao.log";
const ROOT: &str = "root";
